#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <utility>

#include "edensync/core/operation.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/beast/options.hpp"
#include "edensync/beast/traffic.hpp"

namespace edensync::beast {

namespace detail {
class client_core;
}

/// Leads operations with one peer over HTTP as an Asio object; otherwise like `client`.
///
/// The operation is called on a strand of the executor and may block there in a store, so give it an executor whose
/// threads may be blocked.
///
/// Lifetime: the destructor cancels what is running; the operations must live until their handlers are called.
/// Thread safety: may be shared; different operations may run at once.
class async_client {
 public:
  using executor_type = boost::asio::any_io_executor;

  async_client(executor_type executor, std::string url, std::string user = {}, std::string password = {},
               client_options options = {});
  async_client(executor_type executor, const repository& peer, client_options options = {});
  async_client(const async_client&) = delete;
  async_client& operator=(const async_client&) = delete;
  ~async_client();

  const executor_type& get_executor() const noexcept { return executor_; }

  /// Leads the conversation to its end; signature of the handler: `void(boost::system::error_code)`.
  ///
  /// Any completion token will do. Every kind of cancellation is honoured: as `cancelled`.
  /// Errors: the code of the first failure that was given to the operation, which knows the words too; see
  /// `client::run`.
  template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
  auto async_run(operation& op, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
        [](auto handler, async_client* self, operation* what) { self->start(*what, std::move(handler)); }, token, this,
        &op);
  }

  /// Ends all running operations with `cancelled`.
  void cancel();

  /// What all operations so far have transferred.
  beast::traffic traffic() const;

 private:
  void start(operation& op, boost::asio::any_completion_handler<void(boost::system::error_code)> handler);

  executor_type executor_;
  std::shared_ptr<detail::client_core> core_;
};

}  // namespace edensync::beast
