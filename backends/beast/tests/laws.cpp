// The laws of senders, over a socket.
#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"
#include "edensync/laws/request_sender.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace edensync;

// A server for the handler, and a client that asks it.
class over_a_socket {
 public:
  explicit over_a_socket(laws::wire::handler h) : server_(std::move(h)) {
    server_.start().value();
    client_.emplace("http://127.0.0.1:" + std::to_string(server_.port()) + "/eden");
  }
  void run(operation& op) { (void)client_->run(op); }

 private:
  beast::server server_;
  std::optional<beast::client> client_;
};

struct sockets {
  auto make(laws::wire::handler h) { return std::make_unique<over_a_socket>(std::move(h)); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_laws)

BOOST_AUTO_TEST_CASE(a_client_keeps_the_laws_of_senders) {
  sockets f;
  laws::request_sender(f, [](std::string_view law) { BOOST_TEST_MESSAGE("law: " << law); });
}

BOOST_AUTO_TEST_SUITE_END()
