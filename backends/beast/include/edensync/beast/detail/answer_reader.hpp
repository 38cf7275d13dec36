#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/beast/detail/gzip.hpp"
#include "edensync/beast/detail/header_text.hpp"
#include "edensync/beast/detail/message_parser.hpp"
#include "edensync/beast/options.hpp"

namespace edensync::beast::detail {

/// Turns the bytes of an answer into calls of an operation: decompressed, and complete or a failure.
class answer_reader {
 public:
  /// `head`: the head is complete and `deliver_head` is to be called before going on.
  enum class step { more, head, done };

  answer_reader(operation& op, bool to_head_request, const client_options& options)
      : op_(op), options_(options), to_head_request_(to_head_request) {
    begin();
  }
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  /// Goes on with what was received.
  ///
  /// Errors: the operation's; `unexpected_answer` if it is not HTTP or in an encoding nobody asked for;
  /// `broken_transfer` if the body is broken, or longer than announced.
  result<step> feed(read_buffer& in) {
    for (;;) {
      started_ = started_ || !in.empty();
      boost::system::error_code ec;
      const std::string start(head_done_ ? std::string_view() : in.data().substr(0, 80));
      const auto s = parser_->feed(in, ec);
      if (stopped_) return *stopped_;
      if (ec) return malformed(ec, start);
      if (s == parser::step::more) return step::more;
      if (s == parser::step::head) {
        if (parser_->status / 100 == 1 && parser_->status != 101) {
          if (++interim_ > max_interim)
            return make_failure(error::unexpected_answer, "the peer sends nothing but interim answers");
          begin();
          continue;
        }
        if (auto r = check_head(); r.has_error()) return r.error();
        head_done_ = true;
        return step::head;
      }
      if (inflater_)
        if (auto r = inflater_->finish(); r.has_error()) return r.error();
      if (!in.empty()) return make_failure(error::broken_transfer, "the peer sent more bytes than it announced");
      done_ = true;
      return step::done;
    }
  }

  /// The peer closed its side. Errors: as above, and `unreachable` if it sent nothing at all.
  result<step> feed_end(read_buffer& in) {
    if (!started_) return make_failure(error::unreachable, "the peer closed the connection without an answer");
    boost::system::error_code ec = boost::beast::http::error::partial_message;
    if (parser_->got_some()) parser_->put_eof(ec);
    if (ec)
      return make_failure(error::broken_transfer,
                          "the peer closed the connection before the answer was complete, after " +
                              std::to_string(received_) + " bytes of the body");
    return feed(in);
  }

  /// `secrets`: what the request held that the answer may repeat.
  result<void> deliver_head(std::vector<std::string> secrets = {}) {
    return op_.on_head({parser_->status, parser_->fields, std::move(secrets)});
  }

  bool started() const { return started_; }
  bool head_done() const { return head_done_; }
  bool done() const { return done_; }
  bool keep_alive() const { return parser_->keep_alive(); }
  unsigned status() const { return parser_->status; }
  std::uint64_t received() const { return received_; }

 private:
  using parser = message_parser<false>;
  static constexpr int max_interim = 16;

  void begin() {
    parser_.emplace(options_.max_header_bytes, [this](std::string_view piece) { return on_piece(piece); });
    if (to_head_request_) parser_->skip(true);
  }

  bool on_piece(std::string_view piece) {
    received_ += piece.size();
    const auto r =
        inflater_ ? inflater_->feed(piece, [this](std::string_view p) { return op_.on_body(p); }) : op_.on_body(piece);
    if (r.has_error()) stopped_ = r.error();
    return !stopped_;
  }

  result<void> check_head() {
    const auto& fields = parser_->fields;
    if (parser_->status < 100)
      return make_failure(error::unexpected_answer, "the peer answers with a status that does not exist");
    if (parser_->status == 101)
      return make_failure(error::unexpected_answer, "the peer changes the protocol, which nobody asked for");
    if (const auto te = fields.get("Transfer-Encoding"); !te.empty() && !is_plain_chunked(te))
      return failure{make_error_code(error::unexpected_answer), diagnostics("unknown transfer encoding", te)};
    const auto coding = trimmed(fields.get("Content-Encoding"));
    if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) {
      if (!to_head_request_ && !parser_->is_done()) inflater_.emplace(options_.max_inflate_ratio);
    } else if (!coding.empty() && !same_name(coding, "identity")) {
      return failure{make_error_code(error::unexpected_answer),
                     diagnostics("the answer is in an encoding that was not asked for", coding)};
    }
    return {};
  }

  failure malformed(const boost::system::error_code& ec, std::string_view start) const {
    using http_error = boost::beast::http::error;
    if (head_done_) return make_failure(error::broken_transfer, "the framing of the answer is broken: " + ec.message());
    if (ec == http_error::header_limit || ec == http_error::buffer_overflow)
      return make_failure(error::unexpected_answer, "the head of the answer has too many fields or is longer than " +
                                                        std::to_string(options_.max_header_bytes) + " bytes");
    return {make_error_code(error::unexpected_answer),
            diagnostics("the peer does not answer in HTTP (" + ec.message() + ")", start)};
  }

  operation& op_;
  const client_options& options_;
  bool to_head_request_;
  std::optional<parser> parser_;
  std::optional<inflater> inflater_;
  std::optional<failure> stopped_;
  bool started_ = false;
  bool head_done_ = false;
  bool done_ = false;
  int interim_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace edensync::beast::detail
