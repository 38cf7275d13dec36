#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "edensync/core/operation.hpp"
#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/detail/gzip.hpp"
#include "edensync/beast/detail/header_text.hpp"
#include "edensync/beast/detail/route.hpp"
#include "edensync/beast/options.hpp"

namespace edensync::beast::detail {

/// Appends bytes as one chunk; the empty chunk ends the body.
inline void append_chunk(std::string& out, std::string_view bytes) {
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  out.append(size, end).append("\r\n").append(bytes).append("\r\n");
}

/// Turns a request into the bytes that go out, piece by piece.
class request_writer {
 public:
  request_writer(operation& op, const request_head& head, const route& way, const basic_credentials& who,
                 const client_options& options)
      : op_(op), announced_(head.has_body ? head.body_length : 0), chunked_(head.has_body && head.body_length < 0) {
    const std::string target = (way.by_requests() ? "http://" + way.peer.authority() : std::string()) + way.peer.path +
                               (head.target.starts_with('/') ? head.target : "/" + head.target);
    writable_ = is_token(head.method) && is_visible(target);
    out_ = head.method + " " + target + " HTTP/1.1\r\n";
    append_field(out_, "Host", way.peer.authority());
    if (!who.user.empty() && !who.password.empty()) append_field(out_, "Authorization", to_authorization(who));
    if (way.by_requests() && !way.proxy->user.empty())
      append_field(out_, "Proxy-Authorization", way.proxy_authorization());
    append_field(out_, "Accept-Encoding", options.accept_gzip && head.method == "GET" ? "gzip" : "identity");
    append_field(out_, "Connection", options.keep_alive ? "keep-alive" : "close");
    if (head.headers.get("User-Agent").empty()) append_field(out_, "User-Agent", "edensync");
    writable_ = append_fields(out_, head.headers,
                              {"Host", "Authorization", "Proxy-Authorization", "Accept-Encoding", "Connection",
                               "Content-Length", "Transfer-Encoding", "Content-Encoding", "Expect"}) &&
                writable_;
    if (chunked_)
      append_field(out_, "Transfer-Encoding", "chunked");
    else if (head.has_body || (head.method != "GET" && head.method != "HEAD"))
      append_field(out_, "Content-Length", std::to_string(announced_));
    out_ += "\r\n";
    body_left_ = head.has_body;
  }
  request_writer(const request_writer&) = delete;
  request_writer& operator=(const request_writer&) = delete;

  /// The next bytes to send; none if the request is complete. Lifetime: until the next call.
  ///
  /// Errors: the operation's; `bad_request` if the head cannot be written as HTTP; `broken_transfer` if the body is not
  /// as long as the head says.
  result<std::string_view> next() {
    if (!head_out_) {
      if (!writable_)
        return make_failure(error::bad_request, "the request's target or headers cannot be sent over HTTP");
      head_out_ = true;
      return std::string_view(out_);
    }
    out_.clear();
    if (!body_left_) return std::string_view();
    piece_.resize(piece_size);
    const auto n = op_.read_body(piece_);
    if (n.has_error()) return n.error();
    const std::string_view piece(piece_.data(), *n);
    sent_ += piece.size();
    body_left_ = !piece.empty();
    if (chunked_) {
      append_chunk(out_, piece);
      return std::string_view(out_);
    }
    const auto length = static_cast<std::uint64_t>(announced_);
    if (sent_ > length || (piece.empty() && sent_ != length))
      return make_failure(error::broken_transfer, "the request's body is " +
                                                      std::string(sent_ > length ? "longer" : "shorter") +
                                                      " than the " + std::to_string(length) + " bytes announced");
    return piece;
  }

  /// Whether everything was handed out.
  bool complete() const { return head_out_ && !body_left_; }
  std::uint64_t body_bytes() const { return sent_; }

 private:
  operation& op_;
  long long announced_;
  bool chunked_;
  bool writable_ = false;
  bool head_out_ = false;
  bool body_left_ = false;
  std::uint64_t sent_ = 0;
  std::string out_;
  std::vector<char> piece_;
};

}  // namespace edensync::beast::detail
