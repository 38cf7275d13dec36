#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <variant>
#include <vector>

#include "edensync/core/decision.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

namespace detail {

// -1, 0, 1: an order of contents that is the same at every site, because it looks only at what travels.
inline int compare_values(const value& a, const value& b) {
  const bool full_a = has_content(a), full_b = has_content(b);
  if (!full_a || !full_b) return static_cast<int>(full_a) - static_cast<int>(full_b);
  if (a.index() != b.index()) return a.index() < b.index() ? -1 : 1;
  return std::visit(
      [&]<class T>(const T& x) -> int {
        const T& y = std::get<T>(b);
        if constexpr (std::is_same_v<T, reference>) {
          return x.target < y.target ? -1 : y.target < x.target ? 1 : 0;
        } else if constexpr (std::is_same_v<T, std::vector<reference>>) {
          for (std::size_t i = 0; i < x.size() && i < y.size(); ++i)
            if (x[i].target != y[i].target) return x[i].target < y[i].target ? -1 : 1;
          return x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0;
        } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, null_value>) {
          return 0;
        } else {
          return x < y ? -1 : y < x ? 1 : 0;
        }
      },
      a);
}

// Files by their hashes, since each site gives another address; where one of them is not known, the version has the say.
inline int compare_uploads(const value& a, const value& b) {
  const auto identity = [](const value& v) {
    const auto* text = std::get_if<std::string>(&v);
    const auto u = text ? parse_upload(*text) : std::nullopt;
    return u ? std::string(upload_identity(*u)) : std::string();
  };
  const std::string x = identity(a), y = identity(b);
  return x.empty() || y.empty() ? 0 : x.compare(y);
}

}  // namespace detail

/// Compares what a document brings with what is here.
///
/// Only the fields that were received, and at last the time of creation, are looked at. `waits(field, reference)` says whether the local field is empty only
/// because it waits for the same record: then it is the same. Any other reference counts by its uid, whether it can be
/// resolved here or not, or two sites would not come to the same end. A component's link to its master counts like any other field: two sites may have moved it in the
/// same second. Precondition: nesting has been turned into that link.
/// Returns equal, or which side gives way in the order that all edensync sites share (the greater content wins).
template <class Waits>
content_order compare_content(const resource_schema& r, const record& local, const incoming_record& in, Waits waits) {
  for (std::uint32_t i = 0; i < r.fields().size() && i < in.content.fields.size(); ++i) {
    const value& theirs = in.content.fields[i];
    if (is_absent(theirs)) continue;
    static const value nothing = null_value{};
    const value& ours = i < local.fields.size() ? local.fields[i] : nothing;
    const auto* link = std::get_if<reference>(&theirs);
    const bool dangling = link != nullptr && link->handle == record_handle::none;
    if (dangling && !has_content(ours) && waits(i, *link)) continue;
    // The same record, though the document knows it by another uid.
    const auto* own = std::get_if<reference>(&ours);
    if (link != nullptr && own != nullptr && !dangling && link->resource == own->resource &&
        link->handle == own->handle)
      continue;
    const bool file = r.field(i).type == field_type::upload;
    int c = file ? detail::compare_uploads(ours, theirs) : detail::compare_values(ours, theirs);
    // Two resources may know a record by the same uid; the order of a field's targets is the same at every site.
    if (c == 0 && link != nullptr && own != nullptr && link->resource != own->resource) {
      const auto all = r.targets(i);
      c = std::find(all.begin(), all.end(), own->resource) < std::find(all.begin(), all.end(), link->resource) ? -1 : 1;
    }
    if (c != 0) return c < 0 ? content_order::local_first : content_order::incoming_first;
  }
  // A site that had only the deletion of a record before it undeleted it made a time of creation up.
  if (in.content.created_on && local.created_on != in.content.created_on)
    return local.created_on < in.content.created_on ? content_order::local_first : content_order::incoming_first;
  return content_order::equal;
}

}  // namespace edensync
