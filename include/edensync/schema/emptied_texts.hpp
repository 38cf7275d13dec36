#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// The texts of records that held something once and were emptied since, as the ledger keeps them among its settings: what an
/// Eden has to be told as an empty string, because it is never told of null (spec/s3xml.md X1).
///
/// Unique texts are not among them: of the empty string an Eden takes only one. Errors: `failure_exception`.
/// Thread safety: as the ledger that is given.
namespace emptied_texts {

namespace detail {

inline std::string emptied_key(const schema& s, resource_id resource, record_handle h) {
  return "emptied " + std::string(s[resource].name()) + ' ' + std::to_string(static_cast<std::int64_t>(h));
}

}  // namespace detail

/// Notes the texts that an edit is about to empty.
template <class Transaction>
void note(Transaction& t, const schema& s, const record& edit, record_handle h) {
  const auto fields = s[edit.resource].fields();
  const auto empties = [&](std::size_t i) {
    const auto type = fields[i].type;
    return is_null(edit.fields[i]) && (type == field_type::string || type == field_type::text) && !fields[i].unique;
  };
  const auto count = std::min(edit.fields.size(), fields.size());
  std::size_t first = 0;
  while (first < count && !empties(first)) ++first;
  if (first == count) return;
  stored_record before;
  t.load(edit.resource, h, before);
  const auto key = detail::emptied_key(s, edit.resource, h);
  const auto known = t.setting(key).value_or(" ");
  auto names = known;
  for (auto i = first; i < count; ++i) {
    const auto* text = empties(i) ? std::get_if<std::string>(&before.fields[i]) : nullptr;
    const auto name = std::string(fields[i].name) + ' ';
    if (text != nullptr && !text->empty() && known.find(' ' + name) == std::string::npos) names += name;
  }
  if (names == known) return;
  t.set_setting(key, names);
  t.set_setting("emptied", "yes");
}

/// Whether there are any.
template <class Reader>
bool any(Reader& from) {
  return from.setting("emptied").has_value();
}

/// Makes empty strings of those of a record that are empty still.
template <class Reader>
void tell(Reader& from, const schema& s, stored_record& r) {
  const auto names = from.setting(detail::emptied_key(s, r.resource, r.handle));
  if (!names) return;
  const auto fields = s[r.resource].fields();
  for (std::size_t i = 0; i < std::min(r.fields.size(), fields.size()); ++i)
    if (is_null(r.fields[i]) && names->find(' ' + std::string(fields[i].name) + ' ') != std::string::npos)
      r.fields[i] = std::string();
}

}  // namespace emptied_texts

}  // namespace edensync
