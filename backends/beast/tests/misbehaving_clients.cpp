#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

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
  BOOST_TEST(s.handled == 0);
  BOOST_TEST(s.tell(post + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x')).starts_with("HTTP/1.1 413 "));
  BOOST_TEST(s.tell(post + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')).starts_with("HTTP/1.1 200 "));
  BOOST_TEST(s.tell(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n")
                 .starts_with("HTTP/1.1 413 "));
}

// Whoever would have taken the body has a log; who would not have has said all that there is to say.
BOOST_AUTO_TEST_CASE(an_oversized_body_is_told_to_whom_it_was_for) {
  std::atomic<int> pieces = 0, too_long = 0, other = 0;
  const auto answering = [&](unsigned status, std::size_t wants) {
    return answer_with(
        {.status = status,
         .wants = wants,
         .on_body = [&](std::string_view) { ++pieces; },
         .on_failure = [&](const failure& f) { ++(f.code == error::limit_exceeded ? too_long : other); }});
  };
  const std::string post = "POST /eden/x HTTP/1.1\r\n" + closing;
  const auto body = "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x');
  {
    tried_server s(answering(200, SIZE_MAX), {.max_body_bytes = 1000});
    BOOST_TEST(s.tell(post + body).starts_with("HTTP/1.1 413 "));
    BOOST_TEST(s.tell(post + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n").starts_with("HTTP/1.1 413 "));
  }
  BOOST_TEST(too_long == 2);
  tried_server refusing(answering(401, 0), {.max_body_bytes = 1000});
  BOOST_TEST(refusing.tell(post + body).starts_with("HTTP/1.1 401 "));
  BOOST_TEST(too_long == 2);
  BOOST_TEST(other == 0);
  BOOST_TEST(pieces == 0);
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

namespace {

/// What a server has refused; to be looked at once it is stopped.
struct heard_refusals {
  std::mutex lock;
  std::multimap<std::string, refused_request> all;  // by their words

  server_options listening(server_options o = {}) {
    o.on_refused = [this](const refused_request& r) {
      const std::lock_guard guard(lock);
      all.emplace(r.why, r);
    };
    return o;
  }

  refused_request only(const std::string& why) {
    BOOST_TEST_REQUIRE(all.count(why) == 1u, why);
    return all.find(why)->second;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_no_handler_sees_is_told_once) {
  heard_refusals heard;
  server it(
      [](const request_head& h) -> std::unique_ptr<responder> {
        if (h.target == "/throws") throw std::runtime_error("secret details");
        return std::make_unique<test_responder>(plan{.status = 403});
      },
      heard.listening({.max_header_bytes = 5000, .max_body_bytes = 1000}));
  BOOST_REQUIRE(it.start().has_value());
  const auto tell = [&](const std::string& bytes) {
    auto s = raw_socket::connect(it.port());
    s.send(bytes);
    s.shut_sending();
    return s.receive_all();
  };
  const std::string post = "POST /eden/x?query=hidden HTTP/1.1\r\n" + closing;
  tell("garbage\r\n\r\n");
  tell("GET /eden/x HTTP/1.1\r\nX: " + std::string(20000, 'x'));
  tell("GET /elsewhere HTTP/1.1\r\n" + closing + "\r\n");
  tell(post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
  tell(post + "Transfer-Encoding: gzip, chunked\r\n\r\n");
  tell("GET /eden");
  tell("GET /eden/throws HTTP/1.1\r\n" + closing + "\r\n");
  // Who comes and goes has asked for nothing, and what the handler refuses it knows itself.
  tell("");
  tell("GET /eden/x HTTP/1.1\r\n\r\n");
  it.stop();
  for (const auto& [why, r] : heard.all) BOOST_TEST(r.from == "127.0.0.1", why);
  BOOST_TEST(heard.only("not a request in HTTP").status == 400u);
  BOOST_TEST(heard.only("the head of the request is too large").status == 431u);
  BOOST_TEST(heard.only("there is nothing here").path == "/elsewhere");
  const auto compressed = heard.only("compressed requests are not accepted");
  BOOST_TEST(compressed.method == "POST");
  BOOST_TEST(compressed.path == "/eden/x");
  BOOST_TEST(heard.only("unknown transfer encoding").status == 400u);
  BOOST_TEST(heard.only("the connection ended before the head of the request did").status == 0u);
  BOOST_TEST(heard.only("the request could not be handled").status == 500u);
  BOOST_TEST(heard.all.size() == 7u);
}

BOOST_AUTO_TEST_CASE(who_is_too_slow_or_one_too_many_is_told_of) {
  heard_refusals heard;
  server slow(answer_with({}), heard.listening({.read_timeout = std::chrono::milliseconds(50)}));
  BOOST_REQUIRE(slow.start().has_value());
  auto in_the_head = raw_socket::connect(slow.port());
  in_the_head.send("POST /eden/x HT");
  auto from_the_start = raw_socket::connect(slow.port());
  auto after_an_answer = raw_socket::connect(slow.port());
  after_an_answer.send("GET /eden/x HTTP/1.1\r\n\r\n");
  for (auto* c : {&in_the_head, &from_the_start, &after_an_answer}) c->receive_all();
  slow.stop();
  BOOST_TEST(heard.all.size() == 2u);
  BOOST_TEST(heard.all.count("no request came in time") == 2u);

  heard.all.clear();
  server full(answer_with({}), heard.listening({.max_connections = 1}));
  BOOST_REQUIRE(full.start().has_value());
  auto first = raw_socket::connect(full.port());
  first.send("GET /eden/x HTTP/1.1\r\n\r\n");
  first.receive_until("\r\n\r\n");
  auto second = raw_socket::connect(full.port());
  second.receive_until("\r\n\r\n");
  // Not even refused: that has its limit, too.
  BOOST_TEST(raw_socket::connect(full.port()).receive_all().empty());
  full.stop(std::chrono::milliseconds(0));
  BOOST_TEST(heard.all.count("too many connections") == 2u);
  BOOST_TEST(heard.all.size() == 2u);
  BOOST_TEST(std::count_if(heard.all.begin(), heard.all.end(), [](const auto& r) { return r.second.status == 503; }) ==
             1);
}

BOOST_AUTO_TEST_SUITE_END()
