#include <poll.h>

#include <boost/test/unit_test.hpp>
#include <mutex>
#include <vector>

#include "edensync/core/repository.hpp"
#include "secure_support.hpp"
#include "support/password_proxy.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::client;
using beast::client_options;
using beast::server;
using edensync::test::password_proxy;

namespace {

namespace utf = boost::unit_test;

constexpr std::chrono::milliseconds briefly(50);

const std::string to_proxy = "Proxy-Authorization: Basic cGlsb3Q6c2VjcmV0\r\n";   // pilot:secret
const std::string to_peer = "Authorization: Basic dXNlcjpoaWRkZW4tc2VjcmV0\r\n";  // user:hidden-secret

/// A proxy on a port of this machine, with a user and password that the client is told.
struct scripted_proxy {
  explicit scripted_proxy(std::function<void(raw_socket&)> act) : peer(std::move(act)) {}
  std::string address(const std::string& who = "pilot:secret@") const {
    return "http://" + who + "127.0.0.1:" + std::to_string(peer.port());
  }
  raw_peer peer;
};

/// Passes bytes between two sockets until one of them ends.
void pass_on(raw_socket& a, raw_socket& b) {
  for (;;) {
    pollfd both[] = {{a.descriptor(), POLLIN, 0}, {b.descriptor(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0) return;
    for (const bool forth : {true, false}) {
      if (both[forth ? 0 : 1].revents == 0) continue;
      const auto bytes = (forth ? a : b).receive();
      if (bytes.empty() || !(forth ? b : a).send(bytes)) return;
    }
  }
}

client_options through(const std::string& proxy, client_options o = {}) {
  o.proxy = proxy;
  return o;
}

/// A site over http and one over https that remember the fields of their requests.
struct peers_that_listen {
  server::handler remember() {
    return [this](const request_head& head) {
      const std::lock_guard lock(mutex);
      heads.push_back(head);
      return std::make_unique<test_responder>(plan{.body = "fine"});
    };
  }
  peers_that_listen() { BOOST_REQUIRE(open.start().has_value()); }

  std::mutex mutex;
  std::vector<request_head> heads;
  server open{remember()};
  secure_site secure{remember()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_proxies)

BOOST_AUTO_TEST_CASE(over_http_the_request_says_where_it_goes) {
  std::vector<std::string> heard;
  scripted_proxy proxy([&](raw_socket& s) {
    heard.push_back(s.receive_until("\r\n\r\n"));
    s.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
    s.receive_all();
  });
  client c("http://eden.example.org:8000/eden", "user", "hidden-secret", through(proxy.address()));
  expect_answer(c, get("/sync/sync.xml?resource=org_office"), "fine");
  client nobody("http://eden.example.org/eden", "", "", through(proxy.address("")));
  expect_answer(nobody, post("/x", "body"), "fine");
  BOOST_TEST_REQUIRE(heard.size() == 2U);
  BOOST_TEST(
      heard[0].starts_with("GET http://eden.example.org:8000/eden/sync/sync.xml?resource=org_office HTTP/1.1\r\nHost: "
                           "eden.example.org:8000\r\n"));
  BOOST_TEST(heard[0].find("\r\n" + to_proxy) != std::string::npos, heard[0]);
  BOOST_TEST(heard[0].find("\r\n" + to_peer) != std::string::npos, heard[0]);
  BOOST_TEST(heard[1].starts_with("POST http://eden.example.org/eden/x HTTP/1.1\r\nHost: eden.example.org\r\n"));
  BOOST_TEST(heard[1].find("uthorization") == std::string::npos, heard[1]);
}

BOOST_AUTO_TEST_CASE(over_https_it_opens_a_tunnel) {
  peers_that_listen site;
  const auto port = site.secure.it.port();
  std::vector<std::string> heard;
  scripted_proxy proxy([&](raw_socket& s) {
    heard.push_back(s.receive_until("\r\n\r\n"));
    auto on = raw_socket::connect(port);
    s.send("HTTP/1.1 200 Connection established\r\nContent-Length: 17\r\nVia: x\r\n\r\n");  // there is no body
    pass_on(s, on);
  });
  client c(site.secure.url(), "user", "hidden-secret", through(proxy.address(), site.secure.believing()));
  test_operation op({get("/a"), get("/b"), post("/c", "body")});
  const auto r = c.run(op);
  BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
  BOOST_TEST(op.last().body == "fine");
  BOOST_TEST_REQUIRE(heard.size() == 2U);  // the two GETs share a connection, the POST has its own
  const auto where = "localhost:" + std::to_string(port);
  for (const auto& asked : heard)
    BOOST_TEST(asked ==
               "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\nUser-Agent: edensync\r\n" + to_proxy + "\r\n");
  BOOST_TEST_REQUIRE(site.heads.size() == 3U);
  for (const auto& head : site.heads) {
    BOOST_TEST(head.user == "user");
    BOOST_TEST(head.password == "hidden-secret");
    BOOST_TEST(head.headers.get("Proxy-Authorization") == "");
  }
}

BOOST_AUTO_TEST_CASE(certificates_count_behind_a_proxy_too) {
  secure_site s(answer_with({}));
  scripted_proxy proxy([&](raw_socket& from) {
    from.receive_until("\r\n\r\n");
    auto on = raw_socket::connect(s.it.port());
    from.send("HTTP/1.0 200 OK\r\n\r\n");
    pass_on(from, on);
  });
  client c(s.url(), "user", "secret", through(proxy.address()));
  expect_refusal(c, error::not_secure, "through the proxy 127.0.0.1:");
  BOOST_TEST(s.it.served().requests == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_proxy_says_instead_of_opening_a_tunnel) {
  const struct {
    std::string answer;
    error code;
    const char* words;
  } cases[] = {
      {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nsecret", error::proxy_refused,
       "does not accept the user name and password"},
      {"HTTP/1.0 401 Unauthorized\r\n\r\n", error::proxy_refused, "does not accept the user name and password"},
      {"HTTP/1.1 403 Forbidden\r\n\r\n", error::proxy_refused, "does not connect to localhost:9: status 403"},
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", error::proxy_refused, "status 302"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n", error::unreachable, "does not connect to localhost:9: status 502"},
      {"HTTP/1.1 504 Gateway Timeout\r\n\r\n", error::unreachable, "status 504"},
      {"SSH-2.0-OpenSSH_9.2\r\n", error::unexpected_answer, "does not answer in HTTP"},
      {"HTTP/1.1 200 OK\r\n\r\nhello", error::unexpected_answer, "what nobody asked for"},
      {"HTTP/1.1 200 OK\r\n", error::unreachable, "broke the connection off"},
      {"", error::unreachable, "broke the connection off"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(200000, 'x'), error::unexpected_answer, "does not answer in HTTP"},
  };
  for (const auto& said : cases) {
    scripted_proxy proxy(say(said.answer));
    client c("https://localhost:9/eden", "user", "hidden-secret", through(proxy.address()));
    const auto why = expect_refusal(c, said.code, said.words);
    BOOST_TEST(why.text().find("the proxy 127.0.0.1:") != std::string::npos, why.text());
    BOOST_TEST((said.code != error::proxy_refused || why.code == condition::needs_person));
  }
}

BOOST_AUTO_TEST_CASE(credentials_that_a_proxy_wants_over_http) {
  scripted_proxy proxy(say("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
  client wrong("http://eden.example.org/eden", "user", "hidden-secret", through(proxy.address()));
  expect_refusal(wrong, error::proxy_refused, "does not accept the user name and password");
  client none("http://eden.example.org/eden", "", "", through(proxy.address("")));
  expect_refusal(none, error::proxy_refused, "wants a user name and password");
  client upload("http://eden.example.org/eden", "", "", through(proxy.address()));
  test_operation op(post("/x", std::string(1 << 20, 'x')));
  BOOST_TEST((upload.run(op).error().code == error::proxy_refused));
  // From a peer it is an answer like any other.
  client direct("http://127.0.0.1:" + std::to_string(proxy.peer.port()));
  test_operation asked(get("/x"));
  BOOST_TEST(direct.run(asked).has_value());
  BOOST_TEST(asked.last().status == 407U);
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer) {
  int connections = 0;
  scripted_proxy proxy([&](raw_socket& s) {
    ++connections;
    say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")(s);
  });
  client c("http://eden.example.org/eden", "user", "hidden-secret", through(proxy.address()));
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().status == 302U);
  BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_is_not_there_or_hangs) {
  std::string gone;
  {
    scripted_proxy proxy([](raw_socket&) {});
    gone = proxy.address();
  }
  for (const char* url : {"http://localhost:9/", "https://localhost:9/"}) {
    client c(url, "user", "hidden-secret", through(gone));
    expect_refusal(c, error::unreachable, "cannot connect to the proxy 127.0.0.1:");
  }
  client unknown("http://localhost:9/", "", "", through("http://pilot:secret@no-such-host.invalid:8080"));
  expect_refusal(unknown, error::unreachable, "cannot look up the proxy no-such-host.invalid:8080");
  scripted_proxy proxy([](raw_socket& s) { s.receive_all(); });
  client silent("https://localhost:9/", "", "", through(proxy.address(), {.connect_timeout = briefly}));
  expect_refusal(silent, error::timed_out, "waiting for the proxy");
  client slow("http://localhost:9/", "", "", through(proxy.address(), {.read_timeout = briefly}));
  expect_refusal(slow, error::timed_out, "waiting for the answer");
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_used) {
  for (const char* proxy : {"https://pilot:secret@proxy:3128", "http://pilot:secret@proxy", "proxy:3128"}) {
    client c("http://127.0.0.1:9/", "", "", through(proxy));
    expect_refusal(c, error::not_configured, "the proxy");
  }
}

BOOST_AUTO_TEST_CASE(a_repository_goes_before_the_options) {
  scripted_proxy proxy(say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"));
  repository peer;
  peer.url = "http://eden.example.org/eden";
  client by_options(peer, through(proxy.address()));
  expect_answer(by_options, get("/x"), "fine");
  peer.proxy = proxy.address();
  client by_its_own(peer, through("http://127.0.0.1:1"));
  expect_answer(by_its_own, get("/x"), "fine");
}

BOOST_AUTO_TEST_CASE(a_real_proxy_with_a_password,
                     *utf::precondition([](utf::test_unit_id) { return password_proxy::installed(); })) {
  peers_that_listen site;
  password_proxy proxy;
  const std::pair<std::string, client_options> sites[] = {{url_of(site.open.port()), {}},
                                                          {site.secure.url(), site.secure.believing()}};
  for (const auto& [url, options] : sites) {
    client c(url, "user", "hidden-secret", through(proxy.address(), options));
    test_operation op({get("/a"), post("/b", records(1 << 20)), get("/c")});
    const auto r = c.run(op);
    BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
    BOOST_TEST(op.last().body == "fine");
    client none(url, "", "", through(proxy.address(""), options));
    expect_refusal(none, error::proxy_refused, "wants a user name and password");
  }
  client wrong(site.secure.url(), "", "", through(proxy.address("pilot:guessed@"), site.secure.believing()));
  expect_refusal(wrong, error::proxy_refused, "does not accept the user name and password");
  BOOST_TEST_REQUIRE(site.heads.size() == 6U);
  for (const auto& head : site.heads) {
    BOOST_TEST(head.user == "user");
    BOOST_TEST(head.password == "hidden-secret");
    BOOST_TEST(head.headers.get("Proxy-Authorization") == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
