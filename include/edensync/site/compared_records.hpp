#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/concepts/site_ledger.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/s3xml/uid_domain.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/site/content_hash.hpp"

namespace edensync {

namespace detail {

// Each piece says how long it is, so that no two records have the same text.
inline void put_piece(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(1, ':').append(text);
}

inline void put_number(std::string& out, std::int64_t n) { put_piece(out, std::to_string(n)); }

inline void put_number(std::string& out, double n) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, n == 0 ? 0.0 : n).ptr;
  put_piece(out, {digits, static_cast<std::size_t>(end - digits)});
}

// Nothing for what is empty: an Eden tells no empty fields, and of two schemas one may lack a field.
inline void put_value(std::string& out, const field_descriptor& f, const value& v, const schema& s,
                      std::string_view domain) {
  std::string content;
  const auto target = [&](const reference& r) { put_piece(content, s3xml::export_uid(r.target.text(), domain)); };
  std::visit(
      [&]<class T>(const T& x) {
        if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t>)
          put_number(content, std::int64_t{x});
        else if constexpr (std::is_same_v<T, double>)
          put_number(content, x);
        else if constexpr (std::is_same_v<T, std::string>)
          content = x;
        else if constexpr (std::is_same_v<T, timestamp> || std::is_same_v<T, time_of_day>)
          put_number(content, std::int64_t{x.seconds});
        else if constexpr (std::is_same_v<T, date>)
          put_number(content, std::int64_t{x.days});
        else if constexpr (std::is_same_v<T, std::vector<std::string>>)
          for (const auto& each : x) put_piece(content, each);
        else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
          for (const auto each : x) put_number(content, each);
        else if constexpr (std::is_same_v<T, std::vector<reference>>)
          for (const auto& each : x) target(each);
        else if constexpr (std::is_same_v<T, reference>) {
          put_piece(content, x.resource == no_resource ? f.target : s[x.resource].name());
          target(x);
        }
      },
      v);
  if (content.empty()) return;
  put_piece(out, f.name);
  put_piece(out, content);
}

}  // namespace detail

/// What two sites must have in common of a record to be equal: uid, version, deletion, and the fields that travel, by their
/// names. Not what each has for itself (numbers, mci, owners), nor files. `domain` is that of the site whose record it is.
/// Pure. Source: docs/design/decisions.md.
inline content_hash hash_of(const record& r, const schema& s, std::string_view domain) {
  std::string text;
  detail::put_piece(text, s3xml::export_uid(r.uuid.text(), domain));
  detail::put_piece(text, r.version.modified_on ? to_text(*r.version.modified_on) : std::string());
  detail::put_piece(text, r.version.deleted ? "deleted" : "");
  if (r.version.deleted) {
    detail::put_piece(text, s3xml::export_uid(r.replaced_by.text(), domain));
    return hash_of(text);
  }
  const auto fields = s[r.resource].fields();
  for (std::uint32_t i = 0; i < fields.size() && i < r.fields.size(); ++i) {
    const auto type = fields[i].type;
    if (type == field_type::password || type == field_type::blob || type == field_type::upload) continue;
    detail::put_value(text, fields[i], r.fields[i], s, domain);
  }
  return hash_of(text);
}

/// Which records of a site are compared.
struct compare_scope {
  resource_id resource = no_resource;
  /// Only those that are components of records of this one; `no_resource`: all.
  resource_id of = no_resource;
  /// As for an export to an edensync site: all deletions pass.
  std::map<resource_id, record_filter> filters{};
};

/// One record as comparisons see it.
struct compared_record {
  record_handle handle = record_handle::none;
  /// As documents name it.
  std::string uuid;
  version_stamp version;
  content_hash hash;
};

/// The records of a scope: all, in whatever order the store has them, or one.
///
/// Errors: those of the store, thrown. Lifetime: reader, schema, scope and domain outlive it and its cursors.
/// Thread safety: one thread at a time.
template <record_reader Reader>
class compared_records {
 public:
  compared_records(Reader& reader, const schema& s, const compare_scope& scope, std::string_view domain)
      : reader_(reader), schema_(s), scope_(scope), domain_(domain) {
    if constexpr (ledger_reader<Reader>) waiting_ = reader_.count_open_references() != 0;
  }

  /// Gives one after the other; false if there is none left. One cursor of the same records at a time.
  class cursor {
   public:
    explicit cursor(compared_records& of) : of_(of), all_(of.reader_.changes({of.scope_.resource, 0, {}, true})) {}
    bool next(compared_record& into) {
      while (all_.next(of_.stored_))
        if (of_.take(into)) return true;
      return false;
    }

   private:
    compared_records& of_;
    decltype(std::declval<Reader&>().changes(change_query{})) all_;
  };
  cursor all() { return cursor(*this); }

  /// The record of this uid, as it is stored; false if it is not here or outside of the scope.
  bool find(const uid& id, compared_record& into) {
    const auto found = reader_.find(scope_.resource, id);
    if (!found) return false;
    reader_.load(scope_.resource, found->handle, stored_);
    return take(into);
  }

 private:
  bool take(compared_record& into) {
    if (!counts()) return false;
    add_waiting();
    into.handle = stored_.handle;
    into.uuid = s3xml::export_uid(stored_.uuid.text(), domain_);
    into.version = stored_.version;
    into.hash = hash_of(stored_, schema_, domain_);
    return true;
  }

  bool counts() {
    if (stored_.version.deleted) return true;
    if (scope_.of == no_resource) return passes(stored_);
    for (const auto& link : schema_[scope_.resource].masters()) {
      if (link.resource != scope_.of || link.key_field >= stored_.fields.size()) continue;
      const auto* master = std::get_if<reference>(&stored_.fields[link.key_field]);
      if (master == nullptr || master->resource != scope_.of) continue;
      if (!scope_.filters.contains(scope_.of) || master->handle == record_handle::none) return passes(stored_);
      reader_.load(scope_.of, master->handle, master_);
      return passes(master_) && passes(stored_);
    }
    return false;
  }

  bool passes(const stored_record& r) const {
    const auto f = scope_.filters.find(r.resource);
    return f == scope_.filters.end() || f->second(r);
  }

  // A reference whose record is not here yet counts as it came.
  void add_waiting() {
    if constexpr (ledger_reader<Reader>) {
      if (!waiting_ || stored_.version.deleted) return;
      for (const auto& open : reader_.open_references_of(stored_.resource, stored_.handle))
        if (open.field < stored_.fields.size() && is_null(stored_.fields[open.field]))
          stored_.fields[open.field] = reference{open.target_resource, open.target, record_handle::none};
    }
  }

  Reader& reader_;
  const schema& schema_;
  const compare_scope& scope_;
  std::string_view domain_;
  stored_record stored_, master_;
  bool waiting_ = false;
};

}  // namespace edensync
