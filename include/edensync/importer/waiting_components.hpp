#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace edensync {

namespace detail {

struct waiting_component {
  std::string_view uuid;
  std::string_view element;
};

// The components inside of the first record of a document that this site has written: there no content and no attribute
// holds '<' or '>'.
inline std::vector<waiting_component> components_in(std::string_view document) {
  constexpr std::string_view begin = "<resource ", close = "</resource>", uuid = " uuid=\"";
  std::vector<waiting_component> all;
  int depth = 0;
  std::size_t from = 0;
  for (auto at = document.find('<'); at != document.npos; at = document.find('<', at + 1)) {
    const auto tag = document.substr(at, document.find('>', at) - at + 1);
    const bool opens = tag.starts_with(begin), alone = opens && tag.ends_with("/>");
    if (opens && depth == 1) {
      from = at;
      const auto name = tag.find(uuid);
      const auto text = name == tag.npos ? std::string_view() : tag.substr(name + uuid.size());
      all.push_back({text.substr(0, text.find('"')), {}});
    }
    if (opens) ++depth;
    if (!alone && tag != close) continue;
    if (--depth == 0) break;
    if (depth == 1) all.back().element = document.substr(from, at + tag.size() - from);
  }
  return all;
}

}  // namespace detail

/// Adds to the record of a document those components that the same record had in an earlier one and has not in this one:
/// a master that waits in quarantine may come again without those that came with it the first time.
///
/// Both documents are as `s3xml::writer` writes them. Nothing is added to a record that is told without any content, as
/// deleted ones are. Pure.
inline void keep_components(std::string& document, std::string_view before) {
  const auto end = document.rfind("</resource>");
  if (end == document.npos) return;
  const auto here = detail::components_in(document);
  std::string lacking;
  for (const auto& each : detail::components_in(before))
    if (std::none_of(here.begin(), here.end(), [&](const auto& c) { return c.uuid == each.uuid; }))
      lacking += each.element;
  document.insert(end, lacking);
}

}  // namespace edensync
