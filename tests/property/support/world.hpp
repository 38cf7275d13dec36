#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/value.hpp"
#include "edensync/core/version_stamp.hpp"

// What a case is made of: a few tables, the records that are here, a document, and what the import is told. Both sides of
// the comparison are given the same; only values of the core are in it.
namespace property {

using namespace edensync;

/// The tables, by number. An office has rooms and one badge; a post cannot be without its office.
enum table : std::uint32_t { organisations, offices, rooms, badges, posts };

enum class kind : std::uint8_t { text, number, one, many };

struct field_info {
  std::string_view name;
  kind what = kind::text;
  table target = organisations;
  bool mandatory = false;
  bool unique = false;
};

struct table_info {
  std::string_view name;
  std::vector<field_info> fields;
};

inline const std::vector<table_info>& tables() {
  static const std::vector<table_info> all{
      {"org_organisation",
       {{.name = "name", .mandatory = true},
        {.name = "code", .unique = true},
        {.name = "parent", .what = kind::one, .target = organisations},
        {.name = "friends", .what = kind::many, .target = organisations},
        {.name = "seat", .what = kind::one, .target = offices}}},
      {"org_office",
       {{.name = "name", .mandatory = true},
        {.name = "phone1"},
        {.name = "floors", .what = kind::number},
        {.name = "organisation_id", .what = kind::one, .target = organisations}}},
      {"org_room", {{.name = "name", .mandatory = true}, {.name = "office_id", .what = kind::one, .target = offices}}},
      {"org_badge", {{.name = "text"}, {.name = "office_id", .what = kind::one, .target = offices}}},
      {"hrm_post",
       {{.name = "name", .mandatory = true},
        {.name = "office_id", .what = kind::one, .target = offices, .mandatory = true}}}};
  return all;
}

/// The field of a room or badge that points to its office.
inline constexpr std::uint32_t to_office = 1;

constexpr bool is_part(table t) { return t == rooms || t == badges; }

struct doc_element;

/// What a document says of one field. Exactly one of the ways to say it is used.
struct doc_field {
  std::uint32_t field = 0;
  /// Texts and numbers; a text in a number's place cannot be read.
  std::string text{};
  /// By uid; several only for lists.
  std::vector<std::string> targets{};
  /// By the name that only the document knows.
  std::string tuid{};
  /// The record stands in the reference itself.
  std::shared_ptr<doc_element> target{};
};

struct doc_element {
  table of = organisations;
  std::string uuid{};
  std::string tuid{};
  std::optional<timestamp> modified_on{};
  std::optional<int> mci{};
  bool deleted = false;
  std::string replaced_by{};
  std::vector<doc_field> fields{};
  std::vector<doc_element> parts{};
};

/// A record that is here before the import. References are places in the list of these records.
struct local_record {
  table of = organisations;
  std::string uuid;
  version_stamp version{};
  std::vector<std::string> texts{};               // by field; empty: nothing
  std::vector<std::vector<std::size_t>> links{};  // by field
};

struct task_options {
  table master = offices;
  strategy allowed{};
  policy_name update = policy_name::take_newer;
  std::optional<policy_name> conflict{};
  std::optional<timestamp> last_sync{};
  bool synchronise_uuids = false;
};

struct test_case {
  std::vector<local_record> here;
  std::vector<doc_element> document;
  task_options told;
};

inline constexpr timestamp now = at(to_date({2026, 6, 1}));
constexpr timestamp second(std::int64_t n) { return at(to_date({2026, 3, 1})) + n; }

}  // namespace property
