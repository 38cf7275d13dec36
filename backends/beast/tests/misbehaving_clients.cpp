#include <boost/test/unit_test.hpp>
#include <atomic>

#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"
#include "support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::server;
using beast::server_options;

namespace {

/// A server, and the proof at the end that it still serves.
struct tried_server {
  explicit tried_server(server::handler h, server_options o = {})
      : it(
            [this, h = std::move(h)](const request_head& head) -> std::unique_ptr<responder> {
              if (head.target == "/alive") return std::make_unique<test_responder>(plan{.body = "alive"});
              ++handled;
              return h(head);
            },
            std::move(o)) {
    BOOST_REQUIRE(it.start().has_value());
  }
  ~tried_server() {
    beast::client c(url_of(it.port()));
    test_operation op(get("/alive"));
    BOOST_TEST(c.run(op).has_value());
    BOOST_TEST(op.last().body == "alive");
  }
  tried_server(const tried_server&) = delete;
  tried_server& operator=(const tried_server&) = delete;

  /// What the server answers to these bytes until it closes.
  std::string tell(const std::string& bytes) {
    auto s = raw_socket::connect(it.port());
    s.send(bytes);
    s.shut_sending();
    return s.receive_all();
  }

  std::atomic<int> handled = 0;
  server it;
};

std::string head_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n\r\n")); }
std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string closing = "Host: x\r\nConnection: close\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_misbehaving_clients)

BOOST_AUTO_TEST_CASE(garbage) {
  tried_server s(answer_with({}));
  for (const std::string& bytes :
       {std::string("garbage\r\n\r\n"), std::string("\x16\x03\x01\x02", 4) + std::string(500, '\1'),
        std::string("GET /eden/x HTTP/1.1\r\nno colon\r\n\r\n"), std::string("GET  /eden/x HTTP/1.1\r\n\r\n"),
        std::string("POST /eden/x HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string("POST /eden/x HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        std::string("POST /eden/x HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        std::string("POST /eden/x HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n\r\n")})
    BOOST_TEST(s.tell(bytes).starts_with("HTTP/1.1 400 "));
  BOOST_TEST(s.tell("").empty());
  BOOST_TEST(s.tell("GET /eden").empty());
  BOOST_TEST(s.handled == 0);
}

BOOST_AUTO_TEST_CASE(heads_without_end) {
  tried_server s(answer_with({}), {.max_header_bytes = 5000});
  BOOST_TEST(s.tell("GET /eden/x HTTP/1.1\r\nX: " + std::string(200000, 'x')).starts_with("HTTP/1.1 431 "));
  BOOST_TEST(s.tell("GET /eden/" + std::string(200000, 'x')).starts_with("HTTP/1.1 431 "));
  std::string many = "GET /eden/x HTTP/1.1\r\n";
  for (int i = 0; i < 300; ++i) many += "a" + std::to_string(i) + ":\r\n";
  BOOST_TEST(s.tell(many + "\r\n").starts_with("HTTP/1.1 431 "));
  BOOST_TEST(s.handled == 0);
}

BOOST_AUTO_TEST_CASE(paths) {
  tried_server s([](const request_head& h) { return std::make_unique<test_responder>(plan{.body = h.target}); });
  const auto ask = [&](const std::string& target) {
    return s.tell("GET " + target + " HTTP/1.1\r\n" + closing + "\r\n");
  };
  for (const char* target : {"/", "/other/x", "/edenx", "/ede", "*"})
    BOOST_TEST(ask(target).starts_with("HTTP/1.1 404 "));
  BOOST_TEST(s.handled == 0);
  BOOST_TEST(body_of(ask("/eden/sync/sync.xml?a=b")) == "/sync/sync.xml?a=b");
  BOOST_TEST(body_of(ask("/eden?a=b")) == "/?a=b");
  BOOST_TEST(body_of(ask("/eden")) == "/");
  BOOST_TEST(body_of(ask("http://somewhere/eden/x")) == "/x");
}

BOOST_AUTO_TEST_CASE(compressed_and_oversized_requests) {
  tried_server s(answer_with({.echo = true}), {.max_body_bytes = 1000});
  const std::string post = "POST /eden/x HTTP/1.1\r\n" + closing;
  BOOST_TEST(s.tell(post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc").starts_with("HTTP/1.1 400 "));
  BOOST_TEST(s.tell(post + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x')).starts_with("HTTP/1.1 413 "));
  BOOST_TEST(s.handled == 0);
  BOOST_TEST(s.tell(post + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')).starts_with("HTTP/1.1 200 "));
  BOOST_TEST(s.tell(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n")
                 .starts_with("HTTP/1.1 413 "));
}

BOOST_AUTO_TEST_CASE(closes_in_the_middle_of_the_body) {
  std::promise<failure> why;
  std::atomic<bool> taken_for_whole = false;
  tried_server s(answer_with(
      {.on_end = [&] { taken_for_whole = true; }, .on_failure = [&](const failure& f) { why.set_value(f); }}));
  for (const char* head : {"Content-Length: 10\r\n\r\n12345", "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"}) {
    why = {};
    s.tell("POST /eden/x HTTP/1.1\r\n" + closing + head);
    BOOST_TEST((why.get_future().get().code == error::broken_transfer));
  }
  BOOST_TEST(!taken_for_whole);
}

BOOST_AUTO_TEST_CASE(breaks_the_framing_of_the_body) {
  std::promise<failure> why;
  std::atomic<bool> taken_for_whole = false;
  tried_server s(answer_with(
      {.on_end = [&] { taken_for_whole = true; }, .on_failure = [&](const failure& f) { why.set_value(f); }}));
  for (const char* body : {"zz\r\n", "3\r\nlonger\r\n0\r\n\r\n"}) {
    why = {};
    BOOST_TEST(s.tell("POST /eden/x HTTP/1.1\r\n" + closing + "Transfer-Encoding: chunked\r\n\r\n" + body)
                   .starts_with("HTTP/1.1 400 "));
    BOOST_TEST((why.get_future().get().code == error::broken_transfer));
  }
  BOOST_TEST(!taken_for_whole);
}

BOOST_AUTO_TEST_CASE(a_chunked_body_byte_by_byte) {
  tried_server s(answer_with({.echo = true}));
  for (const std::string& body : {std::string("0\r\n\r\n"), std::string("3\r\nabc\r\n00\r\nX: y\r\n\r\n")}) {
    auto c = raw_socket::connect(s.it.port());
    for (const char byte : "POST /eden/x HTTP/1.1\r\n" + closing + "Transfer-Encoding: chunked\r\n\r\n" + body)
      c.send(std::string_view(&byte, 1));
    BOOST_TEST(body_of(c.receive_all()) == (body.size() > 5 ? "abc" : ""));
  }
}

BOOST_AUTO_TEST_CASE(falls_silent) {
  std::promise<failure> why;
  tried_server s(answer_with({.on_failure = [&](const failure& f) { why.set_value(f); }}),
                 {.read_timeout = std::chrono::milliseconds(50)});
  auto in_the_body = raw_socket::connect(s.it.port());
  in_the_body.send("POST /eden/x HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345");
  auto in_the_head = raw_socket::connect(s.it.port());
  in_the_head.send("POST /eden/x HT");
  auto from_the_start = raw_socket::connect(s.it.port());
  BOOST_TEST((why.get_future().get().code == error::timed_out));
  BOOST_TEST(in_the_body.receive_all().empty());
  BOOST_TEST(in_the_head.receive_all().empty());
  BOOST_TEST(from_the_start.receive_all().empty());
}

BOOST_AUTO_TEST_CASE(trickles_a_head) {
  // Each byte is a sign of life, but the head as a whole has its time.
  tried_server s(answer_with({}), {.read_timeout = std::chrono::milliseconds(50)});
  auto c = raw_socket::connect(s.it.port());
  c.send("GET /eden/x HTTP/1.1\r\nX: ");
  while (c.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  BOOST_TEST(s.handled == 0);
}

BOOST_AUTO_TEST_CASE(goes_before_the_answer_is_out) {
  std::promise<failure> why;
  tried_server s(
      answer_with({.body = std::string(64 << 20, 'x'), .on_failure = [&](const failure& f) { why.set_value(f); }}));
  auto c = raw_socket::connect(s.it.port());
  c.send("GET /eden/x HTTP/1.1\r\n\r\n");
  c.receive();
  c.reset();
  BOOST_TEST((why.get_future().get().code == error::broken_transfer));
}

BOOST_AUTO_TEST_CASE(expects_continue) {
  tried_server s(answer_with({.echo = true}));
  auto c = raw_socket::connect(s.it.port());
  c.send("POST /eden/x HTTP/1.1\r\n" + closing + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  BOOST_TEST(c.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("hello");
  BOOST_TEST(body_of(c.receive_all()) == "hello");
}

BOOST_AUTO_TEST_CASE(expects_continue_and_is_refused) {
  tried_server s(answer_with({.status = 401, .body = "no", .wants = 0}));
  auto c = raw_socket::connect(s.it.port());
  c.send("POST /eden/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  const std::string answer = c.receive_all();
  BOOST_TEST(answer.starts_with("HTTP/1.1 401 "));
  BOOST_TEST(has(answer, "Connection: close"));
}

BOOST_AUTO_TEST_CASE(writes_all_before_it_reads) {
  // As Eden's client does: a refusal must not meet it as a broken pipe.
  tried_server s(answer_with({.status = 401, .body = "no", .wants = 0}));
  const std::string body = records(8 << 20);
  auto c = raw_socket::connect(s.it.port());
  BOOST_TEST(
      c.send("POST /eden/x HTTP/1.1\r\n" + closing + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
  BOOST_TEST(c.send(body));
  BOOST_TEST(c.receive_all().starts_with("HTTP/1.1 401 "));
}

BOOST_AUTO_TEST_CASE(http_1_0) {
  const std::string large = records(500000);
  tried_server s(answer_with({.body = large}));
  const std::string answer = s.tell("GET /eden/x HTTP/1.0\r\n\r\n");
  BOOST_TEST(!has(head_of(answer), "Transfer-Encoding"));
  BOOST_TEST(!has(head_of(answer), "Content-Encoding"));
  BOOST_TEST(has(head_of(answer), "Connection: close"));
  BOOST_TEST((body_of(answer) == large));
}

BOOST_AUTO_TEST_CASE(pipelines) {
  tried_server s([](const request_head& h) { return std::make_unique<test_responder>(plan{.body = h.target}); });
  std::string requests;
  for (int i = 0; i < 5; ++i) requests += "GET /eden/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  auto c = raw_socket::connect(s.it.port());
  c.send(requests);
  c.shut_sending();
  const std::string answers = c.receive_all();
  std::size_t at = 0;
  for (int i = 0; i < 5; ++i) {
    at = answers.find("\r\n\r\n/" + std::to_string(i), at);
    BOOST_TEST(at != std::string::npos);
  }
  BOOST_TEST(s.handled == 5);
}

BOOST_AUTO_TEST_CASE(head_requests_have_no_body) {
  tried_server s(answer_with({.status = 405, .body = "a body that HEAD does not get"}));
  const std::string answer = s.tell("HEAD /eden/x HTTP/1.1\r\n" + closing + "\r\n");
  BOOST_TEST(answer.starts_with("HTTP/1.1 405 "));
  BOOST_TEST(body_of(answer).empty());
}

BOOST_AUTO_TEST_CASE(gzip_only_if_asked_for) {
  tried_server s(answer_with({.body = records(100000)}));
  const auto answer = [&](const std::string& accept) {
    return head_of(s.tell("GET /eden/x HTTP/1.1\r\n" + closing + "Accept-Encoding: " + accept + "\r\n\r\n"));
  };
  for (const char* accept : {"gzip", "deflate, gzip;q=0.5", "GZIP", "*", "x-gzip"})
    BOOST_TEST(has(answer(accept), "Content-Encoding: gzip"));
  for (const char* accept : {"", "identity", "gzip;q=0", "gzip; q=0.0, *", "br", "notgzip"})
    BOOST_TEST(!has(answer(accept), "Content-Encoding"));
}

BOOST_AUTO_TEST_CASE(too_many_connections) {
  tried_server s(answer_with({}), {.max_connections = 2});
  {
    auto first = raw_socket::connect(s.it.port());
    auto second = raw_socket::connect(s.it.port());
    // Served, so both are there.
    for (auto* c : {&first, &second}) {
      c->send("GET /eden/x HTTP/1.1\r\n\r\n");
      BOOST_TEST(c->receive_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    }
    const std::string answer = s.tell("GET /eden/x HTTP/1.1\r\n\r\n");
    BOOST_TEST(answer.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(has(answer, "Retry-After"));
  }
  while (!s.tell("GET /eden/x HTTP/1.1\r\n" + closing + "\r\n").starts_with("HTTP/1.1 200 ")) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_responder_that_cannot_go_on_breaks_the_connection) {
  for (const bool gzip : {true, false}) {
    tried_server s(answer_with({.body = records(1 << 20), .fail_after = 1 << 19}));
    beast::client c(url_of(s.it.port()), "", "", {.accept_gzip = gzip});
    test_operation op(get("/x"));
    const auto r = c.run(op);
    BOOST_REQUIRE(r.has_error());
    BOOST_TEST((r.error().code == error::broken_transfer), r.error().text());
    BOOST_TEST(!op.last().ended);
  }
  // Before anything is out it can still be said.
  tried_server s(answer_with({.fail_after = 0}));
  BOOST_TEST(s.tell("GET /eden/x HTTP/1.1\r\n" + closing + "\r\n").starts_with("HTTP/1.1 500 "));
}

BOOST_AUTO_TEST_CASE(a_close_delimited_answer_that_breaks_is_reset) {
  tried_server s(answer_with({.type = "text/plain", .body = records(1 << 20), .fail_after = 1 << 19}));
  auto c = raw_socket::connect(s.it.port());
  c.send("GET /eden/x HTTP/1.0\r\n\r\n");
  char byte = 0;
  while (c.receive_or_error(&byte) > 0) {
  }
  BOOST_TEST(c.receive_or_error(&byte) <= 0);
  BOOST_TEST(c.was_reset());
}

BOOST_AUTO_TEST_CASE(handlers_that_throw) {
  tried_server s([](const request_head& h) -> std::unique_ptr<responder> {
    if (h.target == "/null") return nullptr;
    if (h.target == "/end")
      return std::make_unique<test_responder>(plan{.on_end = [] { throw std::runtime_error("secret details"); }});
    throw std::runtime_error("secret details");
  });
  for (const char* target : {"/null", "/end", "/x"}) {
    const std::string answer = s.tell("GET /eden" + std::string(target) + " HTTP/1.1\r\n" + closing + "\r\n");
    BOOST_TEST(answer.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(!has(answer, "secret"));
  }
}

BOOST_AUTO_TEST_CASE(credentials) {
  tried_server s(
      [](const request_head& h) { return std::make_unique<test_responder>(plan{.body = h.user + "/" + h.password}); });
  const auto who = [&](const std::string& authorization) {
    return body_of(s.tell("GET /eden/x HTTP/1.1\r\n" + closing + "Authorization: " + authorization + "\r\n\r\n"));
  };
  BOOST_TEST(who("Basic dXNlcjpwYXNz") == "user/pass");
  BOOST_TEST(who("bAsIc   dXNlcjpwYXNz") == "user/pass");
  BOOST_TEST(who("Basic dXNlcjpwYXNz=") == "/");
  BOOST_TEST(who("Basic ????") == "/");
  BOOST_TEST(who("Basic dXNlcg==") == "/");
  BOOST_TEST(who("Bearer dXNlcjpwYXNz") == "/");
}

BOOST_AUTO_TEST_SUITE_END()
