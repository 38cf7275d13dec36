#pragma once

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace edensync::sqlite::detail {

/// A part of an index as it was written, without comments and order, and all names and words in it.
struct index_part {
  std::string text;
  std::vector<std::string> names;

  void add_name(std::string_view name) {
    text += name;
    names.emplace_back(name);
  }
  // `quoted`: with its quotes, of which doubled ones stand for one; those in brackets double none.
  void add_quoted(std::string_view quoted) {
    text += quoted;
    auto& name = names.emplace_back();
    for (std::size_t i = 1; i + 1 < quoted.size(); ++i)
      if (name += quoted[i]; quoted[i] == quoted.back()) ++i;
  }
  void drop_order() {
    const auto is = [this](std::string_view word) {
      if (names.empty() || names.back().size() != word.size() || !text.ends_with(names.back())) return false;
      for (std::size_t i = 0; i < word.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(names.back()[i])) != word[i]) return false;
      return true;
    };
    const auto trim = [this] { text.erase(text.find_last_not_of(" \t\r\n") + 1); };
    trim();
    if (!is("asc") && !is("desc")) return;
    text.erase(text.size() - names.back().size());
    names.pop_back();
    trim();
  }
};

/// What stands in the brackets of a CREATE INDEX, as SQLite keeps it: the one place where it tells of expressions.
inline std::vector<index_part> index_parts(std::string_view sql) {
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c < 0; };
  std::vector<index_part> all;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < sql.size();) {
    const auto rest = sql.substr(i);
    const char c = sql[i];
    const auto up_to = [&](std::string_view end, std::size_t from) {
      const auto at = rest.find(end, from);
      return at == std::string_view::npos ? rest.size() : at + end.size();
    };
    std::size_t size = 1;
    if (rest.starts_with("--") || rest.starts_with("/*")) {
      size = c == '-' ? up_to("\n", 2) : up_to("*/", 2);
      if (depth > 0) all.back().text += ' ';
    } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
      const std::string end(1, c == '[' ? ']' : c);
      size = up_to(end, 1);
      while (c != '[' && rest.substr(size).starts_with(c)) size = up_to(end, size + 1);
      if (depth > 0) all.back().add_quoted(rest.substr(0, size));
    } else if (is_word(c)) {
      while (size < rest.size() && is_word(rest[size])) ++size;
      if (depth > 0) all.back().add_name(rest.substr(0, size));
    } else if (c == '(' && depth++ == 0) {
      all.emplace_back();
    } else if (c == ')' && depth > 0 && --depth == 0) {
      break;
    } else if (c == ',' && depth == 1) {
      all.emplace_back();
    } else if (depth > 0) {
      all.back().text += c;
    }
    i += size;
  }
  for (auto& part : all) part.drop_order();
  return all;
}

}  // namespace edensync::sqlite::detail
