#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// What the last word of a selector names in a record: a field, or one of the values that every record has.
///
/// References are the numbers of the records referred to, as `~.id` is the number of the record itself: what a push is
/// answered with. A deleted record refers to nothing, as in an Eden (spec/s3xml.md §2.3). Authors are references of an Eden to
/// accounts, which have no numbers here; what is known of them is told by `created_by$email` and its like.
struct filter_column {
  enum class part {
    field,
    target,
    id,
    uuid,
    modified_on,
    created_on,
    mci,
    deleted,
    author,      // whether there is one
    author_name  // an e-mail address, or the name of a group
  } what = part::field;
  /// Of a field; of an author, the place in `author_columns`.
  std::uint32_t index = 0;
  field_type type = field_type::string;

  /// The value in a record; `scratch` holds it if the record has it in another form.
  const value& of(const stored_record& r, value& scratch) const {
    static const value absent;
    const auto moment = [](std::optional<timestamp> t) { return t ? value(*t) : value(null_value{}); };
    const auto number = [](record_handle h) { return static_cast<std::int64_t>(h); };
    switch (what) {
      case part::field: {
        const value& v = index < r.fields.size() ? r.fields[index] : absent;
        if (const auto* to = std::get_if<reference>(&v))
          return scratch = r.version.deleted ? value(null_value{}) : value(number(to->handle));
        if (const auto* list = std::get_if<std::vector<reference>>(&v)) {
          std::vector<std::int64_t> numbers;
          if (!r.version.deleted)
            for (const auto& to : *list) numbers.push_back(number(to.handle));
          return scratch = std::move(numbers);
        }
        return v;
      }
      case part::target: {
        const auto* to = index < r.fields.size() ? std::get_if<reference>(&r.fields[index]) : nullptr;
        return scratch = to && !r.version.deleted ? value(to->target.text()) : value(null_value{});
      }
      case part::id: return scratch = number(r.handle);
      case part::uuid: return scratch = r.uuid.text();
      case part::modified_on: return scratch = moment(r.version.modified_on);
      case part::created_on: return scratch = moment(r.created_on);
      case part::mci: return scratch = r.version.mci ? value(std::int64_t{*r.version.mci}) : value(null_value{});
      case part::deleted: return scratch = r.version.deleted;
      case part::author: return scratch = author_of(r).empty() ? value(null_value{}) : value(std::int64_t{0});
      case part::author_name: return scratch = author_of(r).empty() ? value(null_value{}) : value(author_of(r));
    }
    return absent;
  }

 private:
  const std::string& author_of(const stored_record& r) const { return r.authors.*author_columns[index].member; }

 public:
  struct author_column {
    std::string_view name, key;
    std::string authorship::*member;
  };
  static constexpr std::array<author_column, 4> author_columns{
      {{"created_by", "email", &authorship::created_by},
       {"modified_by", "email", &authorship::modified_by},
       {"owned_by_user", "email", &authorship::owned_by_user},
       {"owned_by_group", "role", &authorship::owned_by_group}}};
};

/// Finds a column of a resource. Errors: `bad_filter` if there is none, or if it must not be looked at.
inline result<filter_column> find_filter_column(const resource_schema& r, std::string_view name) {
  using enum filter_column::part;
  if (const auto i = r.find_field(name)) {
    const auto type = r.field(*i).type;
    if (type == field_type::password || type == field_type::blob)
      return make_failure(error::bad_filter, "the field cannot be looked at: " + std::string(name));
    return filter_column{field, *i, type};
  }
  if (name == "id") return filter_column{id, 0, field_type::bigint};
  if (name == "uid" || name == "uuid") return filter_column{uuid, 0, field_type::string};
  if (name == "modified_on") return filter_column{modified_on, 0, field_type::datetime};
  if (name == "created_on") return filter_column{created_on, 0, field_type::datetime};
  if (name == "mci") return filter_column{mci, 0, field_type::integer};
  if (name == "deleted") return filter_column{deleted, 0, field_type::boolean};
  for (std::uint32_t i = 0; i < filter_column::author_columns.size(); ++i)
    if (name == filter_column::author_columns[i].name) return filter_column{author, i, field_type::reference};
  if (name.starts_with('(')) return make_failure(error::bad_filter, "contexts are not supported: " + std::string(name));
  return make_failure(error::bad_filter, "no such field: " + std::string(name) + " in " + std::string(r.name()));
}

}  // namespace edensync
