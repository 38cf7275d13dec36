#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/beast/detail/gzip.hpp"
#include "edensync/beast/detail/header_text.hpp"
#include "edensync/beast/detail/request_writer.hpp"
#include "edensync/beast/options.hpp"

namespace edensync::beast::detail {

/// The present time as the Date header writes it; not by the C library, whose names of days follow the locale.
inline std::string http_date(std::chrono::system_clock::time_point now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  using namespace std::chrono;
  const auto day = floor<std::chrono::days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(floor<seconds>(now - day));
  const auto two = [](auto n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::string(days[weekday(day).c_encoding()]) + ", " + two(static_cast<unsigned>(date.day())) + " " +
         months[static_cast<unsigned>(date.month()) - 1] + " " + std::to_string(static_cast<int>(date.year())) + " " +
         two(time.hours().count()) + ":" + two(time.minutes().count()) + ":" + two(time.seconds().count()) + " GMT";
}

inline std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return status < 400 ? "OK" : "Error";
  }
}

/// What the framing of an answer depends on.
struct answer_terms {
  bool http11 = true;
  bool to_head_request = false;
  bool accepts_gzip = false;
  bool keep_alive = true;
};

/// Turns what a responder answers into the bytes that go out, piece by piece.
class answer_writer {
 public:
  answer_writer(responder& from, answer_terms terms, const server_options& options)
      : from_(from), terms_(terms), options_(options) {}
  answer_writer(const answer_writer&) = delete;
  answer_writer& operator=(const answer_writer&) = delete;

  /// The next bytes to send, never none; after them `complete` tells whether there are more.
  ///
  /// The first bytes hold the head and up to a piece of the body, so a short answer goes out with its length.
  /// Lifetime: until the next call. Errors: the responder's; `bad_request` if its head cannot be written.
  result<std::string_view> next() {
    out_.clear();
    if (!head_out_) {
      const auto& head = from_.head();
      const bool has_body = !terms_.to_head_request && head.status != 204 && head.status != 304;
      if (has_body)
        if (auto r = fill(); r.has_error()) return r.error();
      if (!has_body) complete_ = true;
      if (!write_head(head, has_body))
        return make_failure(error::bad_request, "the answer's headers cannot be sent over HTTP");
      head_out_ = true;
      append_piece();
      return std::string_view(out_);
    }
    do {
      if (auto r = fill(); r.has_error()) return r.error();
      append_piece();
    } while (out_.empty() && !complete_);
    return std::string_view(out_);
  }

  bool head_out() const { return head_out_; }
  bool complete() const { return complete_; }
  /// Whether another request may follow on the same connection; known once the head is out.
  bool keep_alive() const { return terms_.keep_alive; }
  /// Bytes of the body as they went out.
  std::uint64_t body_bytes() const { return sent_; }

 private:
  /// Fetches a whole piece, or what is left.
  result<void> fill() {
    piece_.resize(piece_size);
    std::size_t n = 0;
    while (n < piece_.size()) {
      const auto got = from_.read_body(std::span<char>(piece_).subspan(n));
      if (got.has_error()) return got.error();
      if (*got == 0) {
        complete_ = true;
        break;
      }
      n += *got;
    }
    piece_.resize(n);
    return {};
  }

  bool write_head(const response_head& head, bool has_body) {
    const auto type = head.headers.get("Content-Type");
    if (has_body && compressible(type) && piece_.size() >= options_.min_gzip_bytes &&
        head.headers.get("Content-Encoding").empty()) {
      varies_ = true;
      if (terms_.accepts_gzip) gzip_.emplace();
    }
    const bool whole = complete_ && !gzip_;
    chunked_ = has_body && !whole && terms_.http11;
    if (has_body && !whole && !terms_.http11) terms_.keep_alive = false;

    out_ = "HTTP/1.1 " + std::to_string(head.status) + " ";
    out_.append(reason_of(head.status)).append("\r\n");
    append_field(out_, "Date", http_date(std::chrono::system_clock::now()));
    append_field(out_, "Server", "edensync");
    const bool fine = append_fields(out_, head.headers,
                                    {"Date", "Server", "Connection", "Content-Length", "Transfer-Encoding", "Vary"});
    if (gzip_) append_field(out_, "Content-Encoding", "gzip");
    if (varies_) append_field(out_, "Vary", "Accept-Encoding");
    if (chunked_)
      append_field(out_, "Transfer-Encoding", "chunked");
    else if (has_body && whole)
      append_field(out_, "Content-Length", std::to_string(piece_.size()));
    append_field(out_, "Connection", terms_.keep_alive ? "keep-alive" : "close");
    out_ += "\r\n";
    return fine;
  }

  void append_piece() {
    std::string_view bytes(piece_.data(), piece_.size());
    if (gzip_) {
      compressed_.clear();
      gzip_->feed(bytes, compressed_, complete_);
      bytes = compressed_;
    }
    sent_ += bytes.size();
    if (!chunked_) {
      out_.append(bytes);
      return;
    }
    if (!bytes.empty()) append_chunk(out_, bytes);
    if (complete_) append_chunk(out_, {});
  }

  static bool compressible(std::string_view type) {
    return starts_without_case(type, "text/xml") || starts_without_case(type, "application/xml") ||
           starts_without_case(type, "application/json");
  }

  responder& from_;
  answer_terms terms_;
  const server_options& options_;
  bool head_out_ = false;
  bool complete_ = false;
  bool chunked_ = false;
  bool varies_ = false;
  std::uint64_t sent_ = 0;
  std::vector<char> piece_;
  std::string compressed_;
  std::string out_;
  std::optional<deflater> gzip_;
};

}  // namespace edensync::beast::detail
