#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/detail/answer_writer.hpp"
#include "edensync/beast/detail/message_parser.hpp"
#include "edensync/beast/detail/refusal.hpp"
#include "edensync/beast/detail/stream.hpp"
#include "edensync/beast/detail/tls.hpp"
#include "edensync/beast/server.hpp"

namespace edensync::beast::detail {

class connection;

inline std::string address_of(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ec;
  const auto peer = socket.remote_endpoint(ec);
  return ec ? std::string() : peer.address().to_string();
}

/// What a connection needs of its server.
struct connection_owner {
  connection_owner(server::handler h, const server_options& o) : handle(std::move(h)), options(o) {}
  virtual ~connection_owner() = default;
  virtual void forget(const std::shared_ptr<connection>& one) = 0;
  virtual void in_pool(std::function<void()> f) = 0;
  virtual void in_io(std::function<void()> f) = 0;

  /// Says what was refused to whoever wants to know, in the pool: a log may block.
  void tell(refused_request what) {
    if (!options.on_refused) return;
    in_pool([this, what = std::move(what)] {
      try {
        options.on_refused(what);
      } catch (...) {  // the server goes on without that line
      }
    });
  }

  const server::handler handle;
  const server_options options;
  tls_context tls;  ///< none: http
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> received{0};
};

/// One client's connection: its requests, one after the other.
///
/// It is always in one place: waiting for the socket (the functions under "io"), or calling the handler or a responder
/// (those under "pool"). Each step is begun by the one before it, so nothing is locked. Only the timer and the server's
/// stop come in from the side, on the io thread, and all they do is close the socket: the step that waits for it then
/// fails.
class connection final : public std::enable_shared_from_this<connection> {
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using clock = std::chrono::steady_clock;
  using http_error = boost::beast::http::error;
  using parser = message_parser<true>;

 public:
  connection(connection_owner& owner, tcp::socket socket)
      : owner_(owner),
        stream_(std::move(socket)),
        from_(owner.options.on_refused ? address_of(stream_.socket()) : std::string()),
        timer_(stream_.get_executor()),
        in_(owner.options.max_header_bytes + 2 * piece_size) {
    stream_.prepare();
  }

  // ---- io

  void start() {
    agree([this] { read_head(); });
  }

  /// Answers whatever comes with 503.
  void refuse_all() {
    agree([this] {
      close_after_ = true;
      refuse(503, "too many connections");
    });
  }

  /// Between two requests there is nothing to wait for.
  void end_if_idle() {
    if (idle_) break_off();
  }

  void break_off() { stream_.close(); }

 private:
  /// Agrees on TLS, if the server has it, and goes on.
  template <class F>
  void agree(F then) {
    watch();
    if (!owner_.tls) return then();
    idle_ = true;
    allow(owner_.options.read_timeout);
    const SSL* const tls = stream_.begin_tls(*owner_.tls);
    stream_.async_handshake(boost::asio::ssl::stream_base::server,
                            [self = shared_from_this(), then, tls](const error_code& ec) {
                              self->idle_ = BIO_number_read(SSL_get_rbio(tls)) == 0;
                              if (!ec) return then();
                              if (!is_plain_http(ec)) return self->not_agreed(ec);
                              self->stream_.leave_tls();
                              self->close_after_ = true;
                              self->refuse(400, "this is a port for https");
                            });
  }

  void not_agreed(const error_code& ec) {
    if (timed_out_)
      tell(0, "TLS was not agreed on in time");
    else if (!idle_ && !closed_here(ec))
      tell(0, "TLS could not be agreed on: " + ec.message());
    gone();
  }

  void read_head() {
    parser_.emplace(owner_.options.max_header_bytes, [this](std::string_view piece) { return on_piece(piece); });
    body_bytes_ = 0;
    close_after_ = false;
    idle_ = in_.empty();
    if (idle_ && owner_.stopping) return gone();
    allow(owner_.options.read_timeout);  // for the whole head, or one that trickles in would never end
    parse_head();
  }

  void parse_head() {
    error_code ec;
    const auto step = parser_->feed(in_, ec);
    if (ec) {
      close_after_ = true;
      if (ec == http_error::header_limit || ec == http_error::buffer_overflow)
        return refuse(431, "the head of the request is too large");
      return refuse(400, "not a request in HTTP");
    }
    if (step != parser::step::more) return opened();
    receive([this] {
      idle_ = false;
      parse_head();
    });
  }

  void opened() {
    idle_ = false;
    asked_ = true;
    ++owner_.requests;
    const auto& fields = parser_->fields;
    const auto te = fields.get("Transfer-Encoding");
    const auto coding = trimmed(fields.get("Content-Encoding"));
    std::string target = below(parser_->target, owner_.options.base_path);
    if (!te.empty() && (!is_plain_chunked(te) || !parser_->chunked())) return refuse(400, "unknown transfer encoding");
    if (!coding.empty() && !same_name(coding, "identity")) return refuse(400, "compressed requests are not accepted");
    if (target.empty()) return refuse(404, "there is nothing here");
    in_pool([this, target = std::move(target)] { open(target); });
  }

  void read_body() {
    allow(owner_.options.read_timeout);
    receive([this] { in_pool([this] { take_body(); }); });
  }

  void send_continue() {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    allow(owner_.options.write_timeout);
    boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                             [self = shared_from_this()](const error_code& ec, auto) {
                               ec ? self->broken(ec) : self->in_pool([&c = *self] { c.take_body(); });
                             });
  }

  void refuse(unsigned status, std::string text) {
    tell(status, text);
    responder_ = std::make_unique<refusal>(status, std::move(text));
    in_pool([this] { answer(); });
  }

  void tell(unsigned status, std::string why) {
    refused_request what{.from = from_, .status = status, .why = std::move(why)};
    if (parser_ && parser_->is_header_done()) {
      constexpr std::size_t most = 1000;
      what.method = parser_->method.substr(0, most);
      what.path = parser_->target.substr(0, std::min(parser_->target.find('?'), most));
    }
    owner_.tell(std::move(what));
  }

  void send(std::string_view bytes) {
    allow(owner_.options.write_timeout);
    stream_.async_write_some(boost::asio::buffer(bytes),
                             [self = shared_from_this(), bytes](const error_code& ec, std::size_t n) {
                               if (ec) return self->broken(ec);
                               if (n < bytes.size()) return self->send(bytes.substr(n));
                               self->in_pool([&c = *self] { c.answer_more(); });
                             });
  }

  void answered(bool keep_alive) {
    if (keep_alive && !owner_.stopping) return read_head();
    allow(owner_.options.write_timeout);
    stream_.async_end([self = shared_from_this()] { self->ended(); });
  }

  void ended() {
    if (!close_after_ && parser_ && parser_->is_done()) return gone();
    // Closing with bytes unread would reset the connection, and the answer could be lost on its way.
    drained_ = 0;
    allow(owner_.options.drain_timeout);
    drain();
  }

  void drain() {
    in_.clear();
    const auto room = in_.room();
    // Below TLS: nobody wants to know what it was.
    stream_.socket().async_read_some(boost::asio::buffer(room.data(), room.size()),
                                     [self = shared_from_this()](const error_code& ec, std::size_t n) {
                                       self->drained_ += n;
                                       if (ec || self->drained_ >= self->owner_.options.drain_bytes)
                                         return self->gone();
                                       self->drain();
                                     });
  }

  template <class F>
  void receive(F then) {
    const auto room = in_.room();
    stream_.async_read_some(boost::asio::buffer(room.data(), room.size()),
                            [self = shared_from_this(), then](const error_code& ec, std::size_t n) {
                              if (ec) return self->broken(ec);
                              self->in_.commit(n);
                              then();
                            });
  }

  static bool closed_here(const error_code& ec) {
    return ec == boost::asio::error::operation_aborted || ec == boost::asio::error::bad_descriptor;
  }

  void broken(const error_code& ec) {
    if (!responder_) return broken_before_request(ec);
    failure why = timed_out_ ? make_failure(error::timed_out, "the client was silent for too long")
                  : closed_here(ec)
                      ? make_failure(error::cancelled, "the server stops")
                      : make_failure(error::broken_transfer, "the client's connection broke: " + ec.message());
    in_pool([this, why = std::move(why)] { abandon(why); });
  }

  /// Who goes, or is silent, after an answer has had what it came for; who comes and goes has asked for nothing.
  void broken_before_request(const error_code& ec) {
    if (timed_out_ && !(idle_ && asked_))
      tell(0, "no request came in time");
    else if (!timed_out_ && !idle_ && !closed_here(ec))
      tell(0, "the connection ended before the head of the request did");
    gone();
  }

  /// Closes so that the client cannot take a part of the answer for the whole.
  void reset() {
    error_code ignored;
    stream_.socket().set_option(boost::asio::socket_base::linger(true, 0), ignored);
    gone();
  }

  void gone() {
    timer_.cancel();
    break_off();
    owner_.forget(shared_from_this());
  }

  void allow(std::chrono::milliseconds time) {
    deadline_ = clock::now() + time;
    if (deadline_ < timer_.expiry()) watch();
  }

  /// One timer runs all the time and looks at the deadline when it rings; in the pool there is none.
  void watch() {
    timer_.expires_at(std::min(deadline_, clock::now() + owner_.options.read_timeout));
    timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
      const auto self = weak.lock();
      if (ec || !self || !self->stream_.socket().is_open()) return;
      if (clock::now() < self->deadline_) return self->watch();
      self->timed_out_ = true;
      self->break_off();
    });
  }

  /// Goes on in the pool; the time there is the responder's own.
  template <class F>
  void in_pool(F f) {
    deadline_ = clock::time_point::max();
    owner_.in_pool([self = shared_from_this(), f = std::move(f)]() mutable {
      try {
        f();
      } catch (...) {
        self->thrown();
      }
    });
  }

  // ---- pool

  template <class F>
  void in_io(F f) {
    owner_.in_io([self = shared_from_this(), f = std::move(f)]() mutable { f(); });
  }

  void open(const std::string& target) {
    request_head head;
    head.method = parser_->method;
    head.target = target;
    for (const auto& f : parser_->fields) {
      if (!same_name(f.name, "Authorization")) {
        head.headers.set(f.name, f.value);
      } else if (auto who = parse_authorization(f.value)) {
        head.user = std::move(who->user);
        head.password = std::move(who->password);
      }
    }
    head.has_body = !parser_->is_done();
    const auto length = parser_->content_length();
    head.body_length = head.has_body ? (length ? static_cast<long long>(*length) : -1) : 0;
    responder_ = owner_.handle(head);
    if (!responder_) return cannot_answer();
    // Whoever would have taken it tells of it, as of one whose length was not told.
    if (length && *length > owner_.options.max_body_bytes && responder_->wants_body()) return refuse_body(true);
    const bool waits = same_name(trimmed(parser_->fields.get("Expect")), "100-continue") && parser_->version >= 11;
    if (waits && head.has_body && in_.empty() && responder_->wants_body()) return in_io([this] { send_continue(); });
    take_body();
  }

  bool on_piece(std::string_view piece) {
    owner_.received += piece.size();
    body_bytes_ += piece.size();
    if (body_bytes_ > owner_.options.max_body_bytes) return false;
    if (responder_->wants_body()) responder_->on_body(piece);
    return true;
  }

  void take_body() {
    if (!parser_->is_done() && responder_->wants_body()) {
      error_code ec;
      const auto step = parser_->feed(in_, ec);
      if (ec) return refuse_body(body_bytes_ > owner_.options.max_body_bytes);
      if (step == parser::step::more && responder_->wants_body()) return in_io([this] { read_body(); });
    }
    responder_->on_end();
    answer();
  }

  void refuse_body(bool too_long) {
    const char* const why = too_long ? "the body is too large" : "the framing of the body is broken";
    responder_->on_failure(make_failure(too_long ? error::limit_exceeded : error::broken_transfer, why));
    close_after_ = true;
    responder_ = std::make_unique<refusal>(too_long ? 413 : 400, why);
    answer();
  }

  void answer() {
    const bool whole = !close_after_ && parser_ && parser_->is_done();
    const bool parsed = parser_ && parser_->is_header_done();
    answer_terms terms;
    terms.http11 = !parsed || parser_->version >= 11;
    terms.to_head_request = parsed && parser_->method == "HEAD";
    terms.accepts_gzip = parsed && accepts_gzip(parser_->fields.get("Accept-Encoding"));
    terms.keep_alive = whole && parser_->keep_alive() && !owner_.stopping;
    writer_.emplace(*responder_, terms, owner_.options);
    answer_more();
  }

  void answer_more() {
    if (writer_->complete()) {
      const bool keep_alive = writer_->keep_alive();
      writer_.reset();
      responder_.reset();
      return in_io([this, keep_alive] { answered(keep_alive); });
    }
    const auto before = writer_->body_bytes();
    const auto bytes = writer_->next();
    if (bytes.has_error()) return cannot_answer();
    owner_.sent += writer_->body_bytes() - before;
    in_io([this, out = *bytes] { send(out); });
  }

  void cannot_answer() {
    const bool head_out = writer_ && writer_->head_out();
    writer_.reset();
    if (head_out) {
      responder_.reset();
      return in_io([this] { reset(); });
    }
    // Else the responder has told, or been told.
    if (!responder_) tell(500, "the request could not be handled");
    responder_ = std::make_unique<refusal>(500, "the request could not be handled");
    answer();
  }

  void thrown() {
    try {
      cannot_answer();
    } catch (...) {
      in_io([this] { reset(); });
    }
  }

  void abandon(const failure& why) {
    writer_.reset();
    responder_->on_failure(why);
    responder_.reset();
    in_io([this] { gone(); });
  }

  connection_owner& owner_;
  stream stream_;
  const std::string from_;
  boost::asio::steady_timer timer_;
  clock::time_point deadline_ = clock::time_point::max();
  read_buffer in_;
  std::optional<parser> parser_;
  std::unique_ptr<responder> responder_;
  std::optional<answer_writer> writer_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t drained_ = 0;
  bool close_after_ = false;
  bool idle_ = false;   // nothing of a request is there yet
  bool asked_ = false;  // there was one
  bool timed_out_ = false;
};

}  // namespace edensync::beast::detail
