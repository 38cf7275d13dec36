#pragma once

#include <string>
#include <string_view>

namespace edensync::s3xml {

/// Whether a uid says by itself where it comes from: a URN, or `DOMAIN/ID`.
inline bool has_domain(std::string_view id) {
  const auto slash = id.substr(0, id.size() - (id.empty() ? 0 : 1)).find('/', 1);
  return id.starts_with("urn:") || slash != std::string_view::npos;
}

/// Appends a uid as a `<resource>` of a document of this domain names it.
///
/// Source: spec/s3xml.md §5, export.
inline void append_exported_uid(std::string& out, std::string_view id, std::string_view domain) {
  if (domain.empty() || id.empty() || has_domain(id)) {
    out += id;
    return;
  }
  if (id.front() == '/') id.remove_prefix(1);
  if (!id.empty() && id.back() == '/') id.remove_suffix(1);
  out.append(domain).append(1, '/').append(id);
}

/// A uid as a `<resource>` of a document of this domain names it. An unknown domain changes nothing.
inline std::string export_uid(std::string_view id, std::string_view domain) {
  std::string out;
  append_exported_uid(out, id, domain);
  return out;
}

/// The uid that a document's uid is stored under: this site's own domain is cut off, a foreign one stays.
///
/// Lifetime: a view into `id`. Source: spec/s3xml.md §5, import.
inline std::string_view import_uid(std::string_view id, std::string_view own_domain) {
  if (own_domain.empty() || id.starts_with("urn:") || !has_domain(id)) return id;
  if (id.size() > own_domain.size() && id[own_domain.size()] == '/' && id.starts_with(own_domain))
    return id.substr(own_domain.size() + 1);
  return id;
}

}  // namespace edensync::s3xml
