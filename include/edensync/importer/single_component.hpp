#pragma once

#include <array>
#include <optional>

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The live component of its kind under the master `master` of the resource `of`, of a kind of which there is only one; none if there is none, or if it is
/// `other_than`. Where sites have made two of them, the one with the lesser uid counts.
template <class Reader>
std::optional<stored_record> single_component(Reader& reader, resource_id resource, std::uint32_t key_field,
                                              resource_id of, record_handle master,
                                              record_handle other_than = record_handle::none) {
  std::optional<stored_record> first;
  auto all = reader.components(resource, key_field, of, std::array{master}, 0);
  for (stored_record each; all.next(each);)
    if (!each.version.deleted && each.handle != other_than && (!first || each.uuid < first->uuid)) first = each;
  return first;
}

/// The component link by which `resource` hangs on `master`, if there can be only one of them.
inline const component_link* single_link(const schema& s, resource_id master, resource_id resource,
                                         std::uint32_t key_field) {
  for (const auto& link : s[master].components())
    if (link.resource == resource && link.key_field == key_field && !link.multiple) return &link;
  return nullptr;
}

}  // namespace edensync
