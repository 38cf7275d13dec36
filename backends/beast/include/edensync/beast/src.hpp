#pragma once

// The implementation of the beast backend: include it in exactly one .cpp of a program, which then carries the cost of
// Asio and Beast alone.

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <memory>
#include <string>
#include <utility>

#include "edensync/beast/async_client.hpp"
#include "edensync/beast/client.hpp"
#include "edensync/beast/detail/client_core.hpp"
#include "edensync/beast/detail/conversation.hpp"
#include "edensync/beast/detail/server_core.hpp"
#include "edensync/beast/server.hpp"

namespace edensync::beast {

namespace detail {

/// What a repository says of itself comes before what the options say.
client_options options_for(const repository& peer, client_options options) {
  if (!peer.proxy.empty()) options.proxy = peer.proxy;
  if (!peer.ca_file.empty() || !peer.pin.empty()) options.tls = {peer.ca_file, peer.pin};
  return options;
}

}  // namespace detail

client::client(std::string url, std::string user, std::string password, client_options options)
    : core_(std::make_shared<detail::client_core>(url, std::move(user), std::move(password), std::move(options))) {}

client::client(const repository& peer, client_options options)
    : client(peer.url, peer.username, peer.password, detail::options_for(peer, std::move(options))) {}

client::~client() = default;

result<void> client::run(operation& op) {
  boost::asio::io_context io(1);
  result<void> outcome;
  const auto one = std::make_shared<detail::conversation>(io.get_executor(), core_, op);
  one->start([&outcome](const result<void>& r) { outcome = r; });
  io.run();
  return outcome;
}

void client::cancel() {
  core_->for_each([](detail::conversation& c) { c.cancel(); });
}

traffic client::traffic() const { return core_->counted(); }

std::optional<nearness> client::reached() const { return core_->reached(); }

async_client::async_client(executor_type executor, std::string url, std::string user, std::string password,
                           client_options options)
    : executor_(std::move(executor)),
      core_(std::make_shared<detail::client_core>(url, std::move(user), std::move(password), std::move(options))) {}

async_client::async_client(executor_type executor, const repository& peer, client_options options)
    : async_client(std::move(executor), peer.url, peer.username, peer.password,
                   detail::options_for(peer, std::move(options))) {}

async_client::~async_client() { cancel(); }

void async_client::start(operation& op, boost::asio::any_completion_handler<void(boost::system::error_code)> handler) {
  namespace asio = boost::asio;
  using handler_type = decltype(handler);
  const auto one = std::make_shared<detail::conversation>(executor_, core_, op);
  auto slot = asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected())
    slot.assign([weak = std::weak_ptr(one)](asio::cancellation_type) {
      if (const auto running = weak.lock()) running->cancel();
    });
  // The handler's own executor must not run out of work meanwhile.
  auto executor = asio::get_associated_executor(handler, executor_);
  auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  // std::function copies, handlers only move.
  auto kept = std::make_shared<handler_type>(std::move(handler));
  one->start([kept, tracked, slot](const result<void>& r) {
    const boost::system::error_code ec = r.has_error() ? r.error().code : boost::system::error_code();
    asio::dispatch(tracked, [h = std::move(*kept), slot, ec]() mutable {
      slot.clear();  // a signal that comes later finds nobody, and not the next user of the slot
      std::move(h)(ec);
    });
  });
}

void async_client::cancel() {
  core_->for_each([](detail::conversation& c) { c.cancel(); });
}

traffic async_client::traffic() const { return core_->counted(); }

server::server(handler handle, server_options options) : handle_(std::move(handle)), options_(std::move(options)) {}

server::~server() { stop(); }

result<void> server::start() {
  auto core = std::make_unique<detail::server_core>(handle_, options_);
  if (auto r = core->start(); r.has_error()) return r;
  core_ = std::move(core);
  return {};
}

void server::stop(std::chrono::milliseconds grace) {
  if (core_) core_->stop(grace);
}

std::uint16_t server::port() const { return core_ ? core_->port() : std::uint16_t{0}; }

traffic server::served() const { return core_ ? core_->counted() : beast::traffic{}; }

}  // namespace edensync::beast
