#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/beast/detail/answer_reader.hpp"
#include "edensync/beast/detail/client_core.hpp"
#include "edensync/beast/detail/connector.hpp"
#include "edensync/beast/detail/request_writer.hpp"

namespace edensync::beast::detail {

/// One operation being led: its requests one after the other, each sent and answered over a socket.
///
/// Receiving begins together with sending, so that an early refusal is read even if the peer has stopped taking the
/// request. Every handler belongs to an exchange; when that is over, late handlers find another one, or none, in
/// `now_` and do nothing.
/// Thread safety: everything runs on its strand, except `cancel`.
class conversation : public std::enable_shared_from_this<conversation> {
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using clock = std::chrono::steady_clock;

 public:
  using completion = std::function<void(const result<void>&)>;

  conversation(const boost::asio::any_io_executor& executor, std::shared_ptr<client_core> core, operation& op)
      : strand_(boost::asio::make_strand(executor)), core_(std::move(core)), op_(op) {}

  void start(completion done) {
    done_ = std::move(done);
    core_->enter(shared_from_this());
    post([this] { next_request(); });
  }

  /// Thread safety: any thread.
  void cancel() {
    post([this] {
      cancelled_ = true;
      if (now_) fail(was_cancelled());
    });
  }

 private:
  /// One request and its answer.
  struct exchange {
    std::shared_ptr<peer_link> link;
    std::optional<request_writer> writer;
    std::optional<answer_reader> reader;
    bool may_repeat = false;  ///< on a kept connection that proves dead, nothing was done yet and it may be sent again
    bool sending_ended = false;  ///< all is sent, or no more will be
    error_code send_error;
    bool head_waits = false;  ///< the answer began, but what it says counts only once all is sent
    const char* stage = "connecting";
    std::chrono::milliseconds allowed{};
    clock::time_point deadline;
    bool watched = false;
  };
  using exchange_ptr = std::shared_ptr<exchange>;

  template <class F>
  void post(F f) {
    boost::asio::post(strand_, [self = shared_from_this(), f = std::move(f)]() mutable { f(); });
  }

  void next_request() {
    head_ = op_.next();
    if (!head_) return finish();
    now_ = std::make_shared<exchange>();
    if (cancelled_) return fail(was_cancelled());
    if (core_->way.has_error()) return fail(core_->way.error());
    ++core_->requests;
    const bool repeatable = (head_->method == "GET" || head_->method == "HEAD") && !head_->has_body;
    if (repeatable && kept_ && still_open(kept_->io.socket())) {
      now_->may_repeat = true;
      begin(std::move(kept_));
    } else {
      connect();
    }
  }

  /// Behind a proxy it is known only if it is an address.
  std::optional<nearness> nearness_of_peer(const tcp::socket& connected) const {
    const auto& way = core_->way.value();
    if (way.proxy) {
      const auto address = way.peer_address();
      return address ? nearness_of(*address) : nearness::anywhere;
    }
    error_code gone;
    const auto to = connected.remote_endpoint(gone);
    return gone ? std::nullopt : std::optional(nearness_of(to.address()));
  }

  /// Whether the peer has neither closed a connection nor sent what nobody asked for.
  static bool still_open(tcp::socket& socket) {
    error_code ec;
    char byte = 0;
    socket.non_blocking(true, ec);
    socket.receive(boost::asio::buffer(&byte, 1), tcp::socket::message_peek, ec);
    return ec == boost::asio::error::would_block;
  }

  void connect() {
    kept_.reset();
    const auto x = now_;
    x->link = std::make_shared<peer_link>(strand_, core_->options.max_header_bytes + 2 * piece_size);
    const auto step = [this, x](const char* stage) {
      x->stage = stage;
      allow(x, core_->options.connect_timeout);
    };
    const auto done = [this, self = shared_from_this(), x](const result<void>& r) {
      if (r.has_error()) return fail(r.error());
      core_->note_reached(nearness_of_peer(x->link->io.socket()));
      begin(std::move(x->link));
    };
    std::make_shared<connector>(x->link, core_->way.value(), core_->options, step, done)->start();
  }

  void begin(std::shared_ptr<peer_link> link) {
    const auto x = now_;
    x->link = std::move(link);
    x->writer.emplace(op_, *head_, core_->way.value(), core_->who, core_->options);
    x->reader.emplace(op_, head_->method == "HEAD", core_->options);
    x->stage = "sending the request";
    allow(x, core_->options.read_timeout);
    receive(x);
    send_next(x);
  }

  void send_next(const exchange_ptr& x) {
    if (x != now_) return;
    const bool was_complete = x->writer->complete();
    const auto before = x->writer->body_bytes();
    const auto bytes = was_complete ? std::string_view() : x->writer->next();
    if (bytes.has_error()) return fail(bytes.error());
    if (bytes->empty() && x->writer->complete()) return sending_ended(x);
    core_->sent += x->writer->body_bytes() - before;
    send(x, *bytes);
  }

  void send(const exchange_ptr& x, std::string_view bytes) {
    x->link->io.async_write_some(boost::asio::buffer(bytes),
                                 [this, self = shared_from_this(), x, bytes](const error_code& ec, std::size_t n) {
                                   if (x != now_ || x->sending_ended) return;
                                   allow(x, core_->options.read_timeout);
                                   if (ec) {
                                     // The peer may have said why before it closed: what was received decides.
                                     x->send_error = ec;
                                     return sending_ended(x);
                                   }
                                   if (n < bytes.size()) return send(x, bytes.substr(n));
                                   send_next(x);
                                 });
  }

  void sending_ended(const exchange_ptr& x) {
    x->sending_ended = true;
    if (!x->send_error) x->stage = "waiting for the answer";
    if (!x->head_waits) return;
    x->head_waits = false;
    deliver_head(x);
  }

  void receive(const exchange_ptr& x) {
    const auto room = x->link->in.room();
    x->link->io.async_read_some(boost::asio::buffer(room.data(), room.size()),
                                [this, self = shared_from_this(), x](const error_code& ec, std::size_t n) {
                                  if (x != now_) return;
                                  x->link->in.commit(n);
                                  if (!ec) return received(x);
                                  if (may_begin_again(x)) return connect_again(x);
                                  if (ec != boost::asio::error::eof) return broken(x, ec);
                                  const auto step = x->reader->feed_end(x->link->in);
                                  if (step.has_error())
                                    return x->send_error ? broken(x, x->send_error) : fail(step.error());
                                  react(x, *step);
                                });
  }

  void received(const exchange_ptr& x) {
    allow(x, core_->options.read_timeout);
    const auto before = x->reader->received();
    const auto step = x->reader->feed(x->link->in);
    core_->received += x->reader->received() - before;
    if (step.has_error()) return fail(step.error());
    react(x, *step);
  }

  void react(const exchange_ptr& x, answer_reader::step step) {
    switch (step) {
      case answer_reader::step::more: allow(x, core_->options.read_timeout); return receive(x);
      case answer_reader::step::done: return answered(x);
      case answer_reader::step::head: break;
    }
    if (x->reader->status() == 407 && core_->way->by_requests()) return fail(core_->way->wrong_credentials());
    // A success that comes before the request is out counts only if all of it goes out: else a part would pass for the
    // whole.
    if (x->sending_ended) return deliver_head(x);
    if (x->reader->status() < 300) {
      x->head_waits = true;
      return;
    }
    x->sending_ended = true;
    x->send_error = boost::asio::error::operation_aborted;
    deliver_head(x);
  }

  void deliver_head(const exchange_ptr& x) {
    if (x->send_error && x->reader->status() < 300)
      return fail(make_failure(error::broken_transfer, "the peer answered before it had taken the whole request"));
    x->stage = "receiving the answer";
    if (auto r = x->reader->deliver_head(core_->secrets()); r.has_error()) return fail(r.error());
    received(x);
  }

  void answered(const exchange_ptr& x) {
    if (auto r = op_.on_end(); r.has_error()) return fail(r.error());
    const bool keep = core_->options.keep_alive && x->reader->keep_alive() && !x->send_error;
    now_.reset();
    x->link->timer.cancel();
    if (keep)
      kept_ = x->link;
    else
      x->link->close();
    post([this] { next_request(); });
  }

  bool may_begin_again(const exchange_ptr& x) const { return x->may_repeat && !x->reader->started(); }

  void connect_again(const exchange_ptr& x) {
    x->link->close();
    now_ = std::make_shared<exchange>();
    connect();
  }

  void broken(const exchange_ptr& x, const error_code& ec) {
    const auto code = x->reader->started() ? error::broken_transfer : error::unreachable;
    fail(make_failure(code, "the connection to " + where() + " broke while " + x->stage + ": " + ec.message()));
  }

  void fail(const failure& why) {
    const auto x = std::exchange(now_, nullptr);
    if (x->link) x->link->close();
    if (!first_failure_.has_error()) first_failure_ = why;
    op_.on_failure(why);
    post([this] { next_request(); });
  }

  void finish() {
    if (kept_) kept_->close();
    kept_.reset();
    core_->leave(shared_from_this());
    std::exchange(done_, nullptr)(first_failure_);
  }

  /// Gives the peer this long from now on. One timer runs; it looks at the deadline when it rings.
  void allow(const exchange_ptr& x, std::chrono::milliseconds time) {
    x->allowed = time;
    x->deadline = clock::now() + time;
    if (!std::exchange(x->watched, true) || x->deadline < x->link->timer.expiry()) watch(x);
  }

  void watch(const exchange_ptr& x) {
    x->link->timer.expires_at(x->deadline);
    x->link->timer.async_wait([this, self = shared_from_this(), x](const error_code& ec) {
      if (ec || x != now_) return;
      if (clock::now() < x->deadline) return watch(x);
      fail(make_failure(error::timed_out,
                        "nothing happened for " + std::to_string(x->allowed.count()) + " ms while " + x->stage));
    });
  }

  failure was_cancelled() const { return make_failure(error::cancelled); }

  std::string where() const { return core_->way->name(); }

  boost::asio::any_io_executor strand_;
  std::shared_ptr<client_core> core_;
  operation& op_;
  completion done_;
  const request_head* head_ = nullptr;
  exchange_ptr now_;
  std::shared_ptr<peer_link> kept_;
  result<void> first_failure_;
  bool cancelled_ = false;
};

}  // namespace edensync::beast::detail
