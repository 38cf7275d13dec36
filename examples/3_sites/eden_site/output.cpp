#include "output.hpp"

#include <boost/json.hpp>

#include <edensync/core/utf8.hpp>
#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string_view>
#include <utility>

namespace eden_site {

std::string harmless(std::string_view text) {
  auto out = edensync::well_formed(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  // C1, as UTF-8 has them.
  for (std::size_t at = 0; (at = out.find('\xc2', at)) != std::string::npos; ++at)
    if (at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xa0) out.replace(at, 2, " ");
  return out;
}

std::string json_text(const boost::json::value& v) { return edensync::well_formed(boost::json::serialize(v)); }

namespace {

std::string in_words(const boost::json::value& v) {
  if (v.is_null()) return "-";
  if (v.is_bool()) return v.get_bool() ? "yes" : "no";
  if (v.is_string()) return harmless(std::string_view(v.get_string()));
  return json_text(v);
}

// Of a text in UTF-8: bytes that begin a character.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

}  // namespace

void listing::print(std::ostream& out, bool json) const {
  if (json) {
    boost::json::array all;
    for (const auto& e : entries_) all.push_back(e);
    out << json_text(all) << '\n';
    return;
  }
  if (entries_.empty()) return;
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& [name, v] : entries_.front()) rows[0].emplace_back(name);
  for (const auto& e : entries_) {
    auto& row = rows.emplace_back();
    for (const auto& [name, v] : e) row.push_back(in_words(v));
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      out << row[i] << (i + 1 == row.size() ? "\n" : std::string(widths[i] - width(row[i]) + 2, ' '));
}

void print_entry(std::ostream& out, const boost::json::object& entry, bool json) {
  if (json) {
    out << json_text(entry) << '\n';
    return;
  }
  std::size_t widest = 0;
  for (const auto& [name, v] : entry) widest = std::max(widest, name.size());
  for (const auto& [name, v] : entry)
    out << std::string_view(name) << std::string(widest - name.size() + 2, ' ') << in_words(v) << '\n';
}

}  // namespace eden_site
