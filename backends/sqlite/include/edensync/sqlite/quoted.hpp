#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edensync::sqlite {

/// A name as SQL writes it. Not called `quoted`: with <iomanip> there would be std::quoted for the same arguments.
inline std::string quoted_name(std::string_view name) {
  std::string s = "\"";
  for (const char c : name) s.append(c == '"' ? 2 : 1, c);
  return s + '"';
}

/// The name that `quoted_name` was given.
inline std::string unquoted_name(std::string_view quoted) {
  std::string s;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i)
    if (s += quoted[i]; quoted[i] == '"') ++i;
  return s;
}

/// A text as SQL writes it.
inline std::string quoted_text(std::string_view text) {
  std::string s = "'";
  for (const char c : text) s.append(c == '\'' ? 2 : 1, c);
  return s + '\'';
}

}  // namespace edensync::sqlite
