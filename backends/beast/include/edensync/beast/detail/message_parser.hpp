#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/message.hpp"
#include "edensync/beast/detail/read_buffer.hpp"

namespace edensync::beast::detail {

/// Reads one HTTP message from bytes: its head as a whole, its body in pieces as they come, without any copy of them.
template <bool IsRequest>
class message_parser final : public boost::beast::http::basic_parser<IsRequest> {
  using base = boost::beast::http::basic_parser<IsRequest>;
  using error_code = boost::system::error_code;
  using view = boost::beast::string_view;

 public:
  enum class step { more, head, done };

  /// Returns false to stop.
  using piece_sink = std::function<bool(std::string_view)>;

  message_parser(std::size_t max_header_bytes, piece_sink sink) : sink_(std::move(sink)) {
    this->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    this->body_limit(boost::none);
  }

  /// Goes on with what is in the buffer. Says `head` once, as soon as the head is complete, and then waits for the next
  /// call; `more` if the buffer is used up.
  step feed(read_buffer& in, error_code& ec) {
    ec = {};
    for (;;) {
      if (this->is_header_done() && !std::exchange(head_told_, true)) return step::head;
      if (this->is_done()) return step::done;
      if (in.empty() || (hungry_ && in.data().size() < least_remainder)) return step::more;
      const auto bytes = in.data();
      in.consume(this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec));
      hungry_ = ec == boost::beast::http::error::need_more;
      if (hungry_) {
        ec = {};
        if (in.room().empty()) ec = boost::beast::http::error::buffer_overflow;
        return step::more;
      }
      if (ec) return step::more;
    }
  }

  std::string method;
  std::string target;
  unsigned status = 0;
  int version = 11;
  header_fields fields;

 private:
  /// Nothing that is still to come is shorter than the end of a chunked body. In Beast an assertion says so, which a
  /// peer that sends `0 CR LF` and then one byte would break.
  static constexpr std::size_t least_remainder = 5;
  /// Looking up and replacing fields is linear: this many bytes of tiny fields must not cost seconds.
  static constexpr std::size_t max_fields = 200;

  static std::string_view std_view(view v) { return {v.data(), v.size()}; }

  std::size_t give(view piece, error_code& ec) {
    if (!sink_(std_view(piece))) ec = boost::beast::http::error::end_of_stream;
    return piece.size();
  }

  void on_request_impl(boost::beast::http::verb, view method_name, view request_target, int v, error_code&) override {
    method = std_view(method_name);
    target = std_view(request_target);
    version = v;
  }

  void on_response_impl(int code, view, int v, error_code&) override {
    status = static_cast<unsigned>(code);
    version = v;
  }

  void on_field_impl(boost::beast::http::field, view name, view value, error_code& ec) override {
    if (head_told_) return;  // a trailer; nothing of it is used
    if (++field_count_ > max_fields) {
      ec = boost::beast::http::error::header_limit;
      return;
    }
    fields.set(std::string(std_view(name)), std::string(std_view(value)));
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(view piece, error_code& ec) override { return give(piece, ec); }
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, view piece, error_code& ec) override { return give(piece, ec); }
  void on_finish_impl(error_code&) override {}

  piece_sink sink_;
  bool head_told_ = false;
  bool hungry_ = false;
  std::size_t field_count_ = 0;
};

}  // namespace edensync::beast::detail
