#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace edensync {

/// What an upload field holds: a file that is here, or one that is to be fetched.
///
/// Kept in the field's text in a form that only `parse_upload` and `format_upload` know.
struct upload_content {
  /// What its owner called it: a plain name, no path.
  std::string name;
  /// Under which the file store has the file; empty: it is not here.
  std::string hash;
  /// Where it is to be had, or came from unless its hash says that; may be empty if it is here.
  std::string url;

  bool present() const noexcept { return !hash.empty(); }
  friend bool operator==(const upload_content&, const upload_content&) = default;
};

namespace detail {

inline bool is_upload_hash(std::string_view s) {
  return s.size() == 64 &&
         std::all_of(s.begin(), s.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace detail

/// Whether it is a complete address of HTTP that may be asked for as it stands: no blanks, nothing but ASCII.
inline bool is_upload_url(std::string_view url) {
  constexpr std::size_t most = 2000;
  const auto scheme = url.starts_with("http://") ? 7U : url.starts_with("https://") ? 8U : 0U;
  return scheme != 0 && url.size() > scheme && url.size() <= most && url.substr(scheme).find_first_of("/?#") != 0 &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// The last part of a path, without control characters and at most 200 bytes long; `file` if nothing is left.
inline std::string upload_name(std::string_view path) {
  constexpr std::size_t most = 200;
  if (const auto cut = path.find_last_of("/\\"); cut != std::string_view::npos) path.remove_prefix(cut + 1);
  std::string out;
  for (const char c : path)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  if (out.size() > most) {
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0U) == 0x80) --end;  // not within a character
    out.resize(end);
  }
  return out.find_first_not_of(". ") == std::string::npos ? "file" : out;
}

/// The hash that stands at the front of the last part of an edensync site's address, `…/HASH.NAME`; empty if none does.
inline std::string_view upload_hash(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (const auto cut = url.rfind('/'); cut != std::string_view::npos) url.remove_prefix(cut + 1);
  const auto hash = url.substr(0, url.find('.'));
  return detail::is_upload_hash(hash) ? hash : std::string_view();
}

/// A name as it stands in an address or a header field: `_` in place of all that would have to be encoded or quoted.
inline std::string download_name(std::string_view name) {
  std::string out = upload_name(name);
  for (char& c : out) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return out;
}

/// What a file that is here is called in its address: `HASH.NAME`.
inline std::string upload_address(const upload_content& u) { return u.hash + '.' + download_name(u.name); }

/// The text of an upload field: hash, address and name, `-` for what there is not. The name is made a plain one.
inline std::string format_upload(const upload_content& u) {
  return (u.hash.empty() ? "-" : u.hash) + ' ' + (u.url.empty() ? "-" : u.url) + ' ' + upload_name(u.name);
}

/// Reads it; none if it is something else, as an application may have written.
inline std::optional<upload_content> parse_upload(std::string_view text) {
  const auto first = text.find(' ');
  const auto second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  upload_content u{std::string(text.substr(second + 1)), std::string(text.substr(0, first)),
                   std::string(text.substr(first + 1, second - first - 1))};
  if (u.hash == "-") u.hash.clear();
  if (u.url == "-") u.url.clear();
  const bool sound = (u.hash.empty() || detail::is_upload_hash(u.hash)) && (u.url.empty() || is_upload_url(u.url)) &&
                     !(u.hash.empty() && u.url.empty()) && u.name == upload_name(u.name);
  return sound ? std::optional(std::move(u)) : std::nullopt;
}

/// The file that an upload field speaks of, whether it is here or not: its hash, if that is known.
inline std::string_view upload_identity(const upload_content& u) {
  return u.present() ? std::string_view(u.hash) : upload_hash(u.url);
}

/// Whether the file that is asked for is the one that is here: by its hash, or because it came from the same address.
inline bool is_same_upload(const upload_content& here, const upload_content& offered) {
  return here.present() && (here.url == offered.url || here.hash == upload_identity(offered));
}

}  // namespace edensync
