#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/beast/detail/header_text.hpp"
#include "edensync/beast/detail/message_parser.hpp"
#include "edensync/beast/detail/read_buffer.hpp"
#include "edensync/beast/detail/route.hpp"
#include "edensync/beast/detail/stream.hpp"

namespace edensync::beast::detail {

/// A client's connection, being made or made.
struct peer_link {
  peer_link(const boost::asio::any_io_executor& strand, std::size_t capacity)
      : io(strand), resolver(strand), timer(strand), in(capacity) {}

  void close() {
    closed = true;
    timer.cancel();
    resolver.cancel();
    io.close();
  }

  stream io;
  boost::asio::ip::tcp::resolver resolver;
  boost::asio::steady_timer timer;
  read_buffer in;
  bool closed = false;
};

/// Makes a connection: looks the name up, connects, has the proxy open a tunnel, agrees on TLS.
///
/// It is done once, or never if the link was closed meanwhile.
/// Lifetime: it keeps itself; the route and options must outlive it. Thread safety: runs on the link's strand.
class connector : public std::enable_shared_from_this<connector> {
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using parser = message_parser<false>;

 public:
  using completion = std::function<void(const result<void>&)>;

  /// Hears of each step before it begins, to limit its time.
  using step_told = std::function<void(const char*)>;

  connector(std::shared_ptr<peer_link> link, const route& way, const client_options& options, step_told step,
            completion done)
      : link_(std::move(link)),
        way_(way),
        options_(options),
        step_(std::move(step)),
        done_(std::move(done)),
        answer_(options.max_header_bytes, [](std::string_view) { return true; }) {
    answer_.skip(true);
  }

  void start() {
    step_(way_.proxy ? "connecting to the proxy" : "connecting");
    if (const auto peer = way_.peer_address(); peer && is_too_near(*peer)) return too_near(*peer);
    const auto to = way_.first();
    error_code not_an_address;
    const auto address = boost::asio::ip::make_address(to.host, not_an_address);
    if (!not_an_address) {
      const tcp::endpoint endpoint(address, to.port);
      return link_->io.socket().async_connect(
          endpoint, [self = shared_from_this()](const error_code& ec) { self->connected(ec); });
    }
    link_->resolver.async_resolve(
        to.host, std::to_string(to.port),
        [self = shared_from_this()](const error_code& ec, const tcp::resolver::results_type& found) {
          auto& link = *self->link_;
          if (link.closed) return;
          if (ec) return self->unreachable("cannot look up " + self->way_.first_name() + ": " + ec.message());
          self->connect_to(found);
        });
  }

 private:
  // Where a name leads is known only now.
  void connect_to(const tcp::resolver::results_type& found) {
    std::vector<tcp::endpoint> open;
    for (const auto& each : found)
      if (way_.proxy || !is_too_near(each.endpoint().address())) open.push_back(each.endpoint());
    if (open.empty()) return too_near(found.begin()->endpoint().address());
    boost::asio::async_connect(
        link_->io.socket(), open,
        [self = shared_from_this()](const error_code& ec, const tcp::endpoint&) { self->connected(ec); });
  }

  bool is_too_near(const boost::asio::ip::address& a) const { return nearness_of(a) > options_.nearest; }

  void too_near(const boost::asio::ip::address& a) {
    done_(make_failure(error::not_secure, way_.peer.authority() + " lies at " + a.to_string() +
                                              ", which is nearer than whoever named it"));
  }

  void connected(const error_code& ec) {
    if (link_->closed) return;
    if (ec) return unreachable("cannot connect to " + way_.first_name() + ": " + ec.message());
    link_->io.prepare();
    way_.tunnelled() ? ask_proxy() : secure();
  }

  // ---- the proxy (RFC 9110 §9.3.6)

  void ask_proxy() {
    step_("waiting for the proxy");
    const auto to = host_port{way_.peer.host, way_.peer.port}.text();
    request_ = "CONNECT " + to + " HTTP/1.1\r\n";
    append_field(request_, "Host", to);
    append_field(request_, "User-Agent", "edensync");
    if (const auto who = way_.proxy_authorization(); !who.empty()) append_field(request_, "Proxy-Authorization", who);
    request_ += "\r\n";
    boost::asio::async_write(link_->io, boost::asio::buffer(request_),
                             [self = shared_from_this()](const error_code& ec, std::size_t) {
                               if (self->link_->closed) return;
                               // It may have said why before it closed: what was received decides.
                               (void)ec;
                               self->hear_proxy();
                             });
  }

  void hear_proxy() {
    const auto room = link_->in.room();
    link_->io.async_read_some(boost::asio::buffer(room.data(), room.size()), [self = shared_from_this()](
                                                                                 const error_code& ec, std::size_t n) {
      if (self->link_->closed) return;
      self->link_->in.commit(n);
      if (ec) return self->unreachable(self->way_.proxy_name() + " broke the connection off: " + ec.message());
      self->heard_proxy();
    });
  }

  void heard_proxy() {
    const std::string start(link_->in.data().substr(0, 80));
    error_code ec;
    const auto step = answer_.feed(link_->in, ec);
    if (ec)
      return done_(failure{make_error_code(error::unexpected_answer),
                           diagnostics(way_.proxy_name() + " does not answer in HTTP", start)});
    if (step == parser::step::more) return hear_proxy();
    const unsigned status = answer_.status;
    const auto refusal =
        way_.proxy_name() + " does not connect to " + way_.peer.authority() + ": status " + std::to_string(status);
    // Some say 401, and mean themselves: the peer is not connected yet.
    if (status == 407 || status == 401) return done_(way_.wrong_credentials());
    if (status >= 500) return unreachable(refusal);
    if (status / 100 != 2) return done_(make_failure(error::proxy_refused, refusal));
    // Behind a tunnel the client is the first to speak.
    if (!link_->in.empty())
      return done_(make_failure(error::unexpected_answer, way_.proxy_name() + " sends what nobody asked for"));
    secure();
  }

  // ---- TLS

  void secure() {
    if (!way_.tls) return done_({});
    step_("agreeing on TLS");
    SSL* const tls = link_->io.begin_tls(*way_.tls);
    expect_host(tls, way_.peer.host, options_.tls);
    link_->io.async_handshake(boost::asio::ssl::stream_base::client,
                              [self = shared_from_this(), tls](const error_code& ec) {
                                if (self->link_->closed) return;
                                if (ec) return self->done_(handshake_failure(tls, ec, self->way_.name()));
                                self->check_pin(tls);
                              });
  }

  void check_pin(const SSL* tls) {
    const auto& pin = options_.tls.pin;
    if (pin.empty()) return done_({});
    const auto shown = fingerprint_of_peer(tls);
    if (parse_fingerprint(pin) == shown) return done_({});
    done_(make_failure(
        error::not_secure,
        way_.name() + ": its certificate is not the pinned one; the SHA-256 of the one shown is " + shown));
  }

  void unreachable(std::string why) { done_(make_failure(error::unreachable, std::move(why))); }

  std::shared_ptr<peer_link> link_;
  const route& way_;
  const client_options& options_;
  step_told step_;
  completion done_;
  std::string request_;
  parser answer_;
};

}  // namespace edensync::beast::detail
