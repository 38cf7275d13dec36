#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "edensync/core/reference.hpp"
#include "edensync/core/result.hpp"
#include "edensync/core/uid.hpp"
#include "edensync/s3xml/read_field.hpp"
#include "edensync/s3xml/reader_options.hpp"
#include "edensync/s3xml/uid_domain.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::s3xml {

/// Makes stored uids of what one document calls its records.
///
/// Eden writes the uids of records with its domain in front and those of references without (spec/s3xml.md X5); here both
/// become the same. A document whose records come without a domain means its references literally, too.
class document_uids {
 public:
  explicit document_uids(reader_options options) : options_(std::move(options)) {}

  /// The domain that the document's root names.
  void set_domain(std::string_view domain) { domain_ = domain; }

  /// The uid of a record that the document gives one.
  std::string_view of_record(std::string_view id) {
    if (!id.empty() && !has_domain(id)) plain_ = true;
    return import_uid(id, options_.own_domain);
  }

  /// The uid of a record that is pointed to.
  void of_target(uid& to, std::string_view id) const {
    if (domain_.empty() || plain_ || has_domain(id)) return to.assign(import_uid(id, options_.own_domain));
    const auto full = export_uid(id, domain_);
    to.assign(import_uid(full, options_.own_domain));
  }

  /// A reference to a record of that resource; `local`: by its `tuid`.
  void of_target(reference& to, const resource_schema& resource, std::string_view id, bool local) {
    to.resource = resource.id();
    to.handle = record_handle::none;
    if (local)
      to.target = of_local(resource.name(), id, false);
    else
      of_target(to.target, id);
  }

  /// A list of references: a JSON array, each member once, or the only member by itself. False: it is neither.
  bool of_targets(std::vector<reference>& to, const resource_schema& resource, std::string_view text, bool local) {
    to.clear();
    if (!text.starts_with('[')) {
      of_target(to.emplace_back(), resource, text, local);
      return true;
    }
    const auto parsed = detail::parse_json(text);
    if (!parsed) return false;
    const auto& all = parsed->as_array();
    if (all.size() > options_.element_limit) throw_failure(error::limit_exceeded, "too many members in one list");
    std::unordered_set<std::string_view> seen;
    for (const auto& e : all) {
      if (!e.is_string()) return false;
      const std::string_view id = e.get_string();
      if (!id.empty() && seen.insert(id).second) of_target(to.emplace_back(), resource, id, local);
    }
    return true;
  }

  /// A new one.
  uid make() const { return options_.make_uid ? options_.make_uid() : uid(); }

  /// The one that stands for a `tuid`, made when it is first met: at the record that has it (`defines`), or before, where
  /// something refers to it. Errors: limit_exceeded.
  const uid& of_local(std::string_view table, std::string_view tuid, bool defines) {
    const auto [at, added] = local_.try_emplace(std::string(table).append(1, '\n').append(tuid));
    if (added) {
      if (local_.size() > options_.tuid_limit) throw_failure(error::limit_exceeded, "too many tuids");
      at->second = make();
      if (!defines) unknown_.emplace(at->second, tuid);
    } else if (defines && !unknown_.empty()) {
      unknown_.erase(at->second);
    }
    return at->second;
  }

  /// Each `tuid` to which something referred and which no record had so far, by the uid that stands for it.
  const std::unordered_map<uid, std::string>& unknown() const noexcept { return unknown_; }

  const reader_options& options() const noexcept { return options_; }

 private:
  reader_options options_;
  std::string domain_;
  bool plain_ = false;
  std::unordered_map<std::string, uid> local_;
  std::unordered_map<uid, std::string> unknown_;
};

}  // namespace edensync::s3xml
