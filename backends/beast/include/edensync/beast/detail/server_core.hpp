#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "edensync/beast/detail/connection.hpp"
#include "edensync/beast/server.hpp"

namespace edensync::beast::detail {

/// A listening server: one thread for all sockets, a pool for handlers and responders.
///
/// Thread safety: `connections_` and the acceptor belong to the thread of `io_`; the counters are atomic.
class server_core final : public connection_owner {
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;

 public:
  server_core(server::handler h, const server_options& o)
      : connection_owner{std::move(h), o}, pool_(o.threads == 0 ? 1 : o.threads) {}

  server_core(const server_core&) = delete;
  server_core& operator=(const server_core&) = delete;

  ~server_core() override { stop(std::chrono::milliseconds(0)); }

  result<void> start() {
    auto identity = server_tls(options.tls);
    if (!identity) return identity.error();
    tls = std::move(*identity);
    error_code ec;
    const auto address = boost::asio::ip::make_address(options.address, ec);
    const tcp::endpoint endpoint(address, options.port);
    if (!ec) acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(boost::asio::socket_base::max_listen_connections, ec);
    if (!ec) port_ = acceptor_.local_endpoint(ec).port();
    if (ec)
      return make_failure(error::not_configured, "cannot listen on " + options.address + " port " +
                                                     std::to_string(options.port) + ": " + ec.message());
    accept();
    thread_ = std::thread([this] {
      for (;;) try {
          io_.run();
          return;
        } catch (...) {  // no memory for one connection: the others go on
        }
    });
    return {};
  }

  void stop(std::chrono::milliseconds grace) {
    if (!thread_.joinable()) return;
    stopping = true;
    boost::asio::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      accept_again_.cancel();
      for (const auto& c : connections_) c->end_if_idle();
    });
    {
      std::unique_lock lock(mutex_);
      const auto none = [this] { return alive_ == 0; };
      if (!none_left_.wait_for(lock, grace, none)) {
        boost::asio::post(io_, [this] {
          for (const auto& c : connections_) c->break_off();
        });
        none_left_.wait(lock, none);
      }
    }
    work_.reset();
    thread_.join();
    pool_.join();
    port_ = 0;
  }

  std::uint16_t port() const { return port_; }
  traffic counted() const { return {requests, sent, received}; }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& ec, tcp::socket socket) {
      if (stopping) return;
      if (!ec) {
        accepted(std::move(socket));
        return accept();
      }
      // Most likely there are no more file descriptors: they come back when connections end.
      tell({.why = "no connection can be taken: " + ec.message()});
      accept_again_.expires_after(std::chrono::milliseconds(100));
      accept_again_.async_wait([this](const error_code& cancelled) {
        if (!cancelled && !stopping) accept();
      });
    });
  }

  void accepted(tcp::socket socket) {
    const std::size_t limit = options.max_connections;
    // Closed without a word: even refusing has its limit.
    if (connections_.size() >= limit + limit / 4 + 1)
      return tell({.from = address_of(socket), .why = "too many connections"});
    const bool too_many = connections_.size() >= limit;
    const auto one = std::make_shared<connection>(*this, std::move(socket));
    {
      const std::lock_guard lock(mutex_);
      ++alive_;
    }
    connections_.insert(one);
    too_many ? one->refuse_all() : one->start();
  }

  void forget(const std::shared_ptr<connection>& one) override {
    if (connections_.erase(one) == 0) return;
    const std::lock_guard lock(mutex_);
    if (--alive_ == 0) none_left_.notify_all();
  }

  void in_pool(std::function<void()> f) override { boost::asio::post(pool_, std::move(f)); }
  void in_io(std::function<void()> f) override { boost::asio::post(io_, std::move(f)); }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer accept_again_{io_};
  boost::asio::thread_pool pool_;
  std::thread thread_;
  std::unordered_set<std::shared_ptr<connection>> connections_;
  std::atomic<std::uint16_t> port_{0};

  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t alive_ = 0;
};

}  // namespace edensync::beast::detail
