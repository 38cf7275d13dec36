#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>
#include <optional>
#include <utility>

#if defined(__linux__)
#include <netinet/tcp.h>
#endif

namespace edensync::beast::detail {

/// The bytes of a connection, in the open or over TLS. It begins in the open.
///
/// Lifetime: must outlive what it was asked for. Thread safety: none.
class stream {
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using tls_stream = boost::asio::ssl::stream<tcp::socket&>;

 public:
  using executor_type = tcp::socket::executor_type;

  explicit stream(const boost::asio::any_io_executor& executor) : socket_(executor) {}
  explicit stream(tcp::socket socket) : socket_(std::move(socket)) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }

  /// What lies below; over TLS, not for reading and writing.
  tcp::socket& socket() { return socket_; }

  /// Sets what both sides want of a connection; what the system does not know is left out.
  void prepare() {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
#ifdef TCP_NOTSENT_LOWAT
    // Without it the system takes megabytes at once and then nothing for minutes on a slow line, which looks like a dead
    // one.
    using low_water = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
    socket_.set_option(low_water(256 * 1024), ignored);
#endif
  }

  /// Everything from here on goes over TLS, once `async_handshake` is done. Gives OpenSSL's side of it.
  SSL* begin_tls(boost::asio::ssl::context& context) { return tls_.emplace(socket_, context).native_handle(); }

  /// Back to the open, after a handshake that failed.
  void leave_tls() { tls_.reset(); }

  template <class F>
  void async_handshake(boost::asio::ssl::stream_base::handshake_type side, F f) {
    tls_->async_handshake(side, std::move(f));
  }

  template <class Buffers, class F>
  void async_read_some(const Buffers& into, F&& f) {
    tls_ ? tls_->async_read_some(into, std::forward<F>(f)) : socket_.async_read_some(into, std::forward<F>(f));
  }

  template <class Buffers, class F>
  void async_write_some(const Buffers& bytes, F&& f) {
    tls_ ? tls_->async_write_some(bytes, std::forward<F>(f)) : socket_.async_write_some(bytes, std::forward<F>(f));
  }

  /// Says that nothing more will be sent, then calls `f()`.
  template <class F>
  void async_end(F f) {
    const auto shut = [this] {
      error_code ignored;
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
    };
    if (!tls_) {
      shut();
      return f();
    }
    // Whether the other side says the same is not waited for.
    SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
    tls_->async_shutdown([shut, f = std::move(f)](const error_code&) mutable {
      shut();
      f();
    });
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
  std::optional<tls_stream> tls_;
};

}  // namespace edensync::beast::detail
