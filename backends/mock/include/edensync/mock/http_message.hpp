#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/message.hpp"
#include "edensync/mock/heard.hpp"
#include "edensync/mock/scripted_answer.hpp"

namespace edensync::mock {

/// A request or an answer as it goes over the wire: its first line, its fields and its body without any framing.
struct http_message {
  std::string first_line;
  header_fields headers;
  std::string body;

  /// A word of the first line: method and target of a request, status of an answer.
  std::string word(std::size_t i) const {
    std::size_t from = 0;
    for (; i != 0 && from != std::string::npos; --i) from = first_line.find(' ', from) + 1;
    return first_line.substr(from, first_line.find(' ', from) - from);
  }
  std::string method() const { return word(0); }
  std::string target() const { return word(1); }
  unsigned status() const { return static_cast<unsigned>(std::stoul(word(1))); }
};

namespace detail {

inline std::string unchunked(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto n = std::stoul(std::string(text.substr(0, text.find("\r\n"))), nullptr, 16);
    text.remove_prefix(text.find("\r\n") + 2);
    if (n == 0) break;
    out += text.substr(0, n);
    text.remove_prefix(n + 2);
  }
  return out;
}

inline std::string decode_base64(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    const auto at = letters.find(c);
    if (at == std::string_view::npos) break;
    bits = bits << 6 | static_cast<unsigned>(at);
    if ((held += 6) < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return out;
}

}  // namespace detail

/// Reads a message. Chunked bodies are joined; compressed ones stay as they are. A text that is empty is a message that
/// never came: its first line is empty.
inline http_message parse_http(std::string_view text) {
  http_message m;
  const auto head_end = text.find("\r\n\r\n");
  auto head = text.substr(0, head_end);
  m.first_line = head.substr(0, head.find("\r\n"));
  for (auto at = head.find("\r\n"); at != std::string_view::npos;) {
    head.remove_prefix(at + 2);
    at = head.find("\r\n");
    const auto line = head.substr(0, at);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto value = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    m.headers.set(std::string(line.substr(0, colon)), std::string(value));
  }
  if (head_end == std::string_view::npos) return m;
  m.body = text.substr(head_end + 4);
  std::string coding(m.headers.get("Transfer-Encoding"));
  std::transform(coding.begin(), coding.end(), coding.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (coding == "chunked") m.body = detail::unchunked(m.body);
  return m;
}

/// Reads a file that holds one message; one that is not there is empty.
inline http_message read_http(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return parse_http(all.str());
}

/// A recorded request as the engine sees it: below the application's path `base`, with the account of HTTP Basic.
inline heard request_of(const http_message& m, std::string_view base = {}) {
  heard h;
  h.head.method = m.method();
  h.head.target = m.target();
  if (h.head.target.starts_with(base)) h.head.target.erase(0, base.size());
  h.head.headers = m.headers;
  h.head.has_body = !m.body.empty();
  h.head.body_length = static_cast<long long>(m.body.size());
  h.body = m.body;
  const std::string given(m.headers.get("Authorization"));
  if (given.size() > 6 && (given.starts_with("Basic ") || given.starts_with("basic "))) {
    const auto pair = detail::decode_base64(std::string_view(given).substr(6));
    h.head.user = pair.substr(0, pair.find(':'));
    h.head.password = pair.substr(std::min(pair.find(':') + 1, pair.size()));
  }
  return h;
}

/// A recorded answer, to be given again. One that never came is a connection that was closed without a word.
inline scripted_answer answer_of(const http_message& m) {
  if (m.first_line.empty()) return no_answer(error::broken_transfer, "closed without an answer");
  return {.status = m.status(), .body = m.body, .type = {}, .headers = {m.headers.begin(), m.headers.end()}};
}

}  // namespace edensync::mock
