#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/s3xml/read_field.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Completes a new record with what its document does not say, as Eden's tables do: who brought it, when, and what its
/// fields have in them by default.
///
/// Defaults that cannot be read as their field's type are passed over. Lifetime: the schema outlives it.
/// Thread safety: one thread at a time.
class new_record {
 public:
  explicit new_record(const schema& s) : schema_(s) {}

  /// `now`: the moment of the record's creation. `as_eden`: it is told if the document tells none, and an empty field counts
  /// as one of which nothing is said, unless it is a text.
  void fill_in(record& r, timestamp now, const std::string& account, bool as_eden) {
    signed_.fill(false);
    dated_ = as_eden && !r.created_on;
    filled_.clear();
    if (dated_) r.created_on = now;
    if (!account.empty())
      for (std::size_t i = 0; i < signed_.size(); ++i)
        if (auto& name = author(r, i); name.empty()) {
          name = account;
          signed_[i] = true;
        }
    const auto& resource = schema_[r.resource];
    if (!resource.has_defaults()) return;
    const auto fields = resource.fields();
    r.fields.resize(fields.size());
    for (std::uint32_t i = 0; i < fields.size(); ++i)
      if (!fields[i].standard.empty() && says_nothing(fields[i], r.fields[i], as_eden)) {
        filled_.emplace_back(i, std::move(r.fields[i]));
        set(fields[i], now, r.fields[i]);
      }
  }

  /// Makes the record last filled in what it was.
  void take_out(record& r) {
    for (std::size_t i = 0; i < signed_.size(); ++i)
      if (signed_[i]) author(r, i).clear();
    if (dated_) r.created_on.reset();
    for (auto& [i, before] : filled_) r.fields[i] = std::move(before);
  }

 private:
  static std::string& author(record& r, std::size_t i) {
    return i == 0 ? r.authors.created_by : i == 1 ? r.authors.modified_by : r.authors.owned_by_user;
  }

  static bool says_nothing(const field_descriptor& f, const value& v, bool as_eden) {
    return is_absent(v) || (as_eden && is_null(v) && f.type != field_type::string && f.type != field_type::text);
  }

  static void set(const field_descriptor& f, timestamp now, value& into) {
    switch (f.type) {
      case field_type::datetime: into = now; return;
      case field_type::date: into = date_of(now); return;
      case field_type::time: into = time_of(now); return;
      default:
        if (!s3xml::read_field(f.type, s3xml::text_source::text, f.standard, into).empty()) into = value{};
    }
  }

  const schema& schema_;
  std::array<bool, 3> signed_{};  // by this record's account
  bool dated_ = false;
  std::vector<std::pair<std::uint32_t, value>> filled_;
};

}  // namespace edensync
