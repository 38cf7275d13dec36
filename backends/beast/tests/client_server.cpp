#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"

#include <boost/test/unit_test.hpp>
#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::client;
using beast::client_options;
using beast::server;
using beast::server_options;

namespace {

constexpr std::size_t large = 5 * 1024 * 1024 + 17;

/// A server that runs, and its URL.
struct running {
  explicit running(server::handler h, server_options o = {}) : it(std::move(h), std::move(o)) {
    BOOST_REQUIRE(it.start().has_value());
    BOOST_REQUIRE(it.port() != 0);
  }
  std::string url() const { return url_of(it.port()); }
  server it;
};

void check_answer(const test_answer& a, unsigned status, const std::string& body) {
  BOOST_TEST(!a.why, (a.why ? a.why->text() : std::string()));
  BOOST_TEST(a.ended);
  BOOST_TEST(a.status == status);
  BOOST_TEST(a.body.size() == body.size());
  BOOST_TEST((a.body == body));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_client_server)

BOOST_AUTO_TEST_CASE(a_large_answer_comes_compressed) {
  const std::string body = records(large);
  running s(answer_with({.body = body}));
  client c(s.url());
  test_operation op(get("/sync/sync.xml?resource=org_office"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, body);
  BOOST_TEST(op.last().headers.get("content-encoding") == "gzip");
  BOOST_TEST(op.last().headers.get("Server") == "edensync");
  BOOST_TEST(op.last().headers.get("Date").ends_with(" GMT"));
  BOOST_TEST(op.last().pieces > 10U);
  BOOST_TEST(c.traffic().received < large / 4);
  BOOST_TEST(c.traffic().received > 0U);
  BOOST_TEST(c.traffic().requests == 1U);
  BOOST_TEST(s.it.served().sent == c.traffic().received);
}

BOOST_AUTO_TEST_CASE(a_large_answer_comes_plain_if_gzip_is_off) {
  const std::string body = records(large);
  running s(answer_with({.body = body}));
  client c(s.url(), "", "", {.accept_gzip = false});
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, body);
  BOOST_TEST(op.last().headers.get("Content-Encoding") == "");
  BOOST_TEST(op.last().headers.get("Transfer-Encoding") == "chunked");
  BOOST_TEST(c.traffic().received == large);
}

BOOST_AUTO_TEST_CASE(a_short_answer_has_its_length) {
  running s(answer_with({.body = "<s3xml/>"}));
  client c(s.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, "<s3xml/>");
  BOOST_TEST(op.last().headers.get("Content-Length") == "8");
}

BOOST_AUTO_TEST_CASE(images_are_not_compressed) {
  const std::string body = records(100000);
  running s(answer_with({.type = "image/png", .body = body}));
  client c(s.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, body);
  BOOST_TEST(c.traffic().received == body.size());
}

BOOST_AUTO_TEST_CASE(a_large_request_goes_out_with_its_length_and_chunked) {
  const std::string body = records(large);
  for (const bool chunked : {false, true}) {
    std::mutex m;
    request_head seen;
    std::string got;
    running s([&](const request_head& h) {
      const std::lock_guard lock(m);
      seen = h;
      return std::make_unique<test_responder>(plan{.type = "application/json",
                                                   .body = "{\"status\":\"success\"}",
                                                   .on_body = [&](std::string_view p) { got += p; }});
    });
    client c(s.url());
    test_operation op(post("/sync/sync.xml?resource=org_office", body, chunked));
    BOOST_TEST(c.run(op).has_value());
    check_answer(op.last(), 200, "{\"status\":\"success\"}");
    BOOST_TEST((got == body));
    BOOST_TEST(seen.method == "POST");
    BOOST_TEST(seen.target == "/sync/sync.xml?resource=org_office");
    BOOST_TEST(seen.has_body);
    BOOST_TEST(seen.body_length == (chunked ? -1 : static_cast<long long>(large)));
    BOOST_TEST(seen.headers.get("Accept-Encoding") == "identity");
    BOOST_TEST(seen.headers.get("Content-Type") == "text/xml");
    BOOST_TEST(c.traffic().sent == large);
    BOOST_TEST(s.it.served().received == large);
  }
}

BOOST_AUTO_TEST_CASE(empty_bodies_are_bodies) {
  running s(answer_with({.echo = true}));
  client c(s.url());
  for (const bool chunked : {false, true}) {
    test_operation op(post("/x", "", chunked));
    BOOST_TEST(c.run(op).has_value());
    check_answer(op.last(), 200, "");
  }
}

BOOST_AUTO_TEST_CASE(credentials_are_sent_unasked_and_kept_out_of_the_headers) {
  std::mutex m;
  std::vector<request_head> seen;
  running s([&](const request_head& h) {
    const std::lock_guard lock(m);
    seen.push_back(h);
    return std::make_unique<test_responder>(plan{});
  });
  const std::string user = "somebody.with.a.rather.long.address@relief.example.org";
  const std::string password = "pass:word with a colon, spaces and \xc3\xa9";
  client with(s.url(), user, password);
  client without(s.url());
  client half(s.url(), user, "");
  for (client* c : {&with, &without, &half}) {
    test_operation op(get("/x"));
    BOOST_TEST(c->run(op).has_value());
    // What the peer knows now, it may repeat, in this form or another.
    const auto& secrets = op.last().secrets;
    BOOST_TEST(secrets.empty() == (c != &with));
    if (c != &with) continue;
    auto sent = beast::to_authorization({user, password}).substr(6);
    sent.resize(sent.find_last_not_of('=') + 1);
    for (const auto& form : {password, sent, std::string("cGFzczp3b3JkIHdpdGggYSBjb2xvbiwgc3BhY2VzIGFuZCDDqQ"),
                             std::string("pass%3Aword%20with%20a%20colon%2C%20spaces%20and%20%C3%A9"),
                             std::string("pass:word with a colon, spaces and \\u00e9")})
      BOOST_TEST((std::find(secrets.begin(), secrets.end(), form) != secrets.end()), form);
  }
  BOOST_REQUIRE(seen.size() == 3U);
  BOOST_TEST(seen[0].user == user);
  BOOST_TEST(seen[0].password == password);
  BOOST_TEST(seen[0].headers.get("Authorization") == "");
  BOOST_TEST(seen[1].user == "");
  BOOST_TEST(seen[2].user == "");
}

BOOST_AUTO_TEST_CASE(a_repository_is_enough_to_begin) {
  running s(answer_with({.body = "fine"}));
  repository peer;
  peer.url = s.url() + "/";
  client c(peer);
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, "fine");
}

BOOST_AUTO_TEST_CASE(many_requests_of_one_operation) {
  running s(answer_with({.echo = true}));
  client c(s.url());
  std::vector<test_request> requests;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(get("/a"));
    requests.push_back(post("/b", std::to_string(i), i % 2 == 0));
  }
  test_operation op(requests);
  BOOST_TEST(c.run(op).has_value());
  BOOST_REQUIRE(op.answers.size() == 40U);
  for (int i = 0; i < 20; ++i) {
    const auto at = static_cast<std::size_t>(i) * 2;
    check_answer(op.answers[at], 200, "");
    check_answer(op.answers[at + 1], 200, std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_during_a_large_upload_is_read) {
  for (const std::size_t wants : {std::size_t{0}, std::size_t{1}}) {
    for (const bool chunked : {false, true}) {
      running s(answer_with({.status = 401, .type = "text/html", .body = "Authentication Required", .wants = wants}),
                {.drain_bytes = 1024 * 1024});
      client c(s.url());
      test_operation op({post("/x", records(large * 4), chunked), get("/y")});
      BOOST_TEST(c.run(op).has_value());
      check_answer(op.answers[0], 401, "Authentication Required");
      check_answer(op.answers[1], 401, "Authentication Required");
      BOOST_TEST(c.traffic().sent < large * 4);
    }
  }
}

BOOST_AUTO_TEST_CASE(clients_at_once) {
  const std::string body = records(300000);
  constexpr int n = 8;
  std::latch all(n);
  // None of them is answered before all of them are there.
  running s(answer_with({.echo = true, .on_end = [&] { all.arrive_and_wait(); }}), {.threads = n});
  client c(s.url());
  std::atomic<int> fine = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      test_operation op(post("/x", body + std::to_string(i), i % 2 == 0));
      if (c.run(op).has_value() && op.last().body == body + std::to_string(i)) ++fine;
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(fine == n);
  BOOST_TEST(s.it.served().requests == static_cast<std::uint64_t>(n));
}

BOOST_AUTO_TEST_CASE(an_idle_or_slow_client_occupies_no_thread) {
  running s(answer_with({.echo = true}), {.threads = 1});
  auto idle = raw_socket::connect(s.it.port());
  auto slow = raw_socket::connect(s.it.port());
  slow.send("POST /eden/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
  auto lazy = raw_socket::connect(s.it.port());  // does not take its answer
  lazy.send("GET /eden/x HTTP/1.1\r\nHost: x\r\n\r\n");
  client c(s.url());
  test_operation op(post("/x", "hello"));
  BOOST_TEST(c.run(op).has_value());
  check_answer(op.last(), 200, "hello");
  slow.send("67890");
  BOOST_TEST(slow.receive_until("1234567890").ends_with("1234567890"));
}

BOOST_AUTO_TEST_CASE(the_network_is_the_pace_of_the_responder) {
  // Nobody takes the answer, so most of it is never asked for.
  std::atomic<std::size_t> asked = 0;
  std::promise<failure> failed;
  running s(answer_with({.body = std::string(64 << 20, 'x'),
                         .on_read = [&] { ++asked; },
                         .on_failure = [&](const failure& why) { failed.set_value(why); }}),
            {.write_timeout = std::chrono::milliseconds(50)});
  auto lazy = raw_socket::connect(s.it.port());
  lazy.send("GET /eden/x HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST((failed.get_future().get().code == error::timed_out));
  BOOST_TEST(asked < 64U * 16);
}

BOOST_AUTO_TEST_CASE(stop_lets_a_running_request_end) {
  std::promise<void> begun;
  std::promise<void> go_on;
  auto s = std::make_unique<running>(answer_with({.echo = true, .on_end = [&] {
                                                    begun.set_value();
                                                    go_on.get_future().wait();
                                                  }}));
  client c(s->url());
  test_operation op(post("/x", "hello"));
  auto calling = std::async(std::launch::async, [&] { return c.run(op).has_value(); });
  begun.get_future().wait();
  const auto port = s->it.port();
  std::thread stopping([&] { s->it.stop(std::chrono::minutes(1)); });
  while (raw_socket::try_connect(port)) std::this_thread::yield();
  go_on.set_value();
  stopping.join();
  BOOST_TEST(calling.get());
  check_answer(op.last(), 200, "hello");
  BOOST_TEST(op.last().headers.get("Connection") == "close");
  BOOST_TEST(s->it.port() == 0U);
  BOOST_REQUIRE(s->it.start().has_value());  // and once more
  BOOST_TEST(s->it.port() != 0U);
}

BOOST_AUTO_TEST_CASE(stop_breaks_what_does_not_end) {
  std::promise<void> begun;
  std::promise<failure> failed;
  running s(answer_with({.on_body = [&](std::string_view) { begun.set_value(); },
                         .on_failure = [&](const failure& why) { failed.set_value(why); }}));
  auto idle = raw_socket::connect(s.it.port());
  auto stuck = raw_socket::connect(s.it.port());
  stuck.send("POST /eden/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
  begun.get_future().wait();
  s.it.stop(std::chrono::milliseconds(0));
  BOOST_TEST((failed.get_future().get().code == error::cancelled));
  BOOST_TEST(idle.receive_all() == "");
  BOOST_TEST(stuck.receive_all() == "");
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_said_so) {
  running s(answer_with({}));
  server other(answer_with({}), {.port = s.it.port()});
  const auto r = other.start();
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::not_configured));
  BOOST_TEST(r.error().text().find("in use") != std::string::npos);
  server nowhere(answer_with({}), {.address = "nonsense"});
  BOOST_TEST(nowhere.start().has_error());
}

BOOST_AUTO_TEST_SUITE_END()
