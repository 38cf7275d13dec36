#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/s3xml/date_time.hpp"
#include "edensync/s3xml/vocabulary.hpp"

namespace edensync::s3xml {

/// The attributes of a `<resource>` as they stand there; empty ones count as missing.
///
/// Lifetime: views into what the event source gave. Source: spec/s3xml.md §2.1.
struct record_attributes {
  std::string_view name, alias, uuid, tuid, deleted, replaced_by, mci, created_on, modified_on;
  std::string_view created_by, modified_by, owned_by_user, owned_by_group, sequence, made;

  explicit record_attributes(std::span<const xml_attribute> all) {
    for (const auto& a : all)
      if (auto* to = find(a.name)) *to = a.value;
  }

  /// Whether the uuid is the record's own, and not one that a receiver made.
  bool gives_uid() const;

 private:
  // By length first, because this is done for every record.
  std::string_view* find(std::string_view n) {
    const auto is = [&](std::string_view wanted, std::string_view& to) { return n == wanted ? &to : nullptr; };
    switch (n.size()) {
      case 3: return is(word::mci, mci);
      case 4:
        if (n[0] == 'n') return is(word::name, name);
        if (n[0] == 'u') return is(word::uuid, uuid);
        return n[0] == 't' ? is(word::tuid, tuid) : is(word::made, made);
      case 5: return is(word::alias, alias);
      case 7: return is(word::deleted, deleted);
      case 8: return is(word::sequence, sequence);
      case 10: return n == word::created_on ? &created_on : is(word::created_by, created_by);
      case 11:
        if (n[0] == 'r') return is(word::replaced_by, replaced_by);
        return n == word::modified_on ? &modified_on : is(word::modified_by, modified_by);
      case 13: return is(word::owned_by_user, owned_by_user);
      case 14: return is(word::owned_by_group, owned_by_group);
      default: return nullptr;
    }
  }
};

/// Whether a text is "true" in any case, the only word that Eden reads as a deletion.
inline bool is_true(std::string_view s) {
  constexpr std::string_view wanted = "true";
  if (s.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < s.size(); ++i)
    if ((s[i] | 0x20) != wanted[i]) return false;
  return true;
}

inline bool record_attributes::gives_uid() const { return !uuid.empty() && !is_true(made); }

/// A whole number, nothing else around it.
template <class T>
std::optional<T> attribute_number(std::string_view s) {
  T v{};
  const auto [end, wrong] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (wrong != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return v;
}

/// Fills in version, authors and place of a record; what cannot be read becomes an error of the record.
///
/// Errors do not count for a deletion with a uid, as in Eden: it says all it has to say.
inline void fill_record(incoming_record& r, const record_attributes& a) {
  auto& c = r.content;
  c.version = {};
  c.created_on.reset();
  c.version.deleted = is_true(a.deleted);
  c.authors.created_by = a.created_by;
  c.authors.modified_by = a.modified_by;
  c.authors.owned_by_user = a.owned_by_user;
  c.authors.owned_by_group = a.owned_by_group;
  r.sequence = attribute_number<sequence_number>(a.sequence).value_or(0);
  const bool strict = !(c.version.deleted && a.gives_uid());
  const auto fail = [&](std::uint32_t which, std::string_view raw, const char* message) {
    if (strict) r.errors.push_back({which, std::string(raw), message});
  };
  if (!a.mci.empty() && !(c.version.mci = attribute_number<master_index>(a.mci)))
    fail(field_error::mci, a.mci, "mci is not an integer");
  if (!a.created_on.empty() && !(c.created_on = read_date_time(a.created_on)))
    fail(field_error::created_on, a.created_on, "created_on is not a date and time");
  if (!a.modified_on.empty() && !(c.version.modified_on = read_date_time(a.modified_on)))
    fail(field_error::modified_on, a.modified_on, "modified_on is not a date and time");
}

}  // namespace edensync::s3xml
