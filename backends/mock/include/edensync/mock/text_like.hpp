#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace edensync::mock {

namespace detail {

// A text as a person reads it in a message: short, in quotation marks, its control characters visible.
inline std::string in_quotes(std::string_view text, std::size_t most = 80) {
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += '?';
    else
      out += c;
  }
  return out + (text.size() > most ? "\"… (" + std::to_string(text.size()) + " bytes)" : "\"");
}

}  // namespace detail

/// What a text has to be like: says so, and says of a text that is not in what.
class text_like {
 public:
  /// Nothing if the text is as it should be, otherwise what came instead.
  using check = std::function<std::optional<std::string>(std::string_view)>;

  text_like(std::string wanted, check c) : wanted_(std::move(wanted)), check_(std::move(c)) {}

  /// Equal to this text, byte for byte.
  text_like(std::string text)  // NOLINT: a text is how it is said that a text is wanted
      : wanted_(detail::in_quotes(text)), check_([text](std::string_view came) { return difference(text, came); }) {}
  text_like(const char* text) : text_like(std::string(text)) {}  // NOLINT

  const std::string& wanted() const { return wanted_; }
  std::optional<std::string> operator()(std::string_view came) const { return check_(came); }

 private:
  // Short texts are shown; of long ones, the place where they part.
  static std::optional<std::string> difference(std::string_view text, std::string_view came) {
    if (text == came) return std::nullopt;
    if (text.size() <= 80 && came.size() <= 80) return detail::in_quotes(came);
    const auto shorter = std::min(text.size(), came.size());
    std::size_t at = 0;
    while (at != shorter && text[at] == came[at]) ++at;
    const auto from = at - std::min<std::size_t>(at, 20);
    return "at byte " + std::to_string(at) + " " + detail::in_quotes(came.substr(from, 60), 60) + " instead of " +
           detail::in_quotes(text.substr(from, 60), 60);
  }

  std::string wanted_;
  check check_;
};

inline text_like contains(std::string part) {
  auto wanted = "contains " + detail::in_quotes(part);
  return {std::move(wanted), [part = std::move(part)](std::string_view came) -> std::optional<std::string> {
            if (came.find(part) != std::string_view::npos) return std::nullopt;
            return detail::in_quotes(came, 400);
          }};
}

inline text_like lacks(std::string part) {
  auto wanted = "without " + detail::in_quotes(part);
  return {std::move(wanted), [part = std::move(part)](std::string_view came) -> std::optional<std::string> {
            const auto at = came.find(part);
            if (at == std::string_view::npos) return std::nullopt;
            return "it stands at byte " + std::to_string(at);
          }};
}

inline text_like anything() {
  return {"anything", [](std::string_view) { return std::nullopt; }};
}

}  // namespace edensync::mock
