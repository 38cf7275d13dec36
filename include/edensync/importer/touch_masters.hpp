#pragma once

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Puts the masters of a changed component at the end of the change order, so that it travels inside them (X4).
///
/// Call it after a component was written by itself. The masters' versions stay as they are.
template <class Transaction>
void touch_masters(Transaction& t, const schema& s, const record& component) {
  for (const auto& master : s[component.resource].masters()) {
    if (master.key_field >= component.fields.size()) continue;
    const auto* key = std::get_if<reference>(&component.fields[master.key_field]);
    if (key != nullptr && key->resource == master.resource && key->handle != record_handle::none)
      t.touch(master.resource, key->handle);
  }
}

/// The same for a record as it is in the store now.
template <class Transaction>
void touch_masters(Transaction& t, const schema& s, resource_id resource, record_handle component) {
  if (s[resource].masters().empty()) return;
  stored_record now;
  t.load(resource, component, now);
  touch_masters(t, s, now);
}

}  // namespace edensync
