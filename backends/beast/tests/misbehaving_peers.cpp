#include <boost/test/unit_test.hpp>
#include <atomic>

#include "edensync/beast/client.hpp"
#include "edensync/beast/detail/gzip.hpp"
#include "support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::client;
using beast::client_options;

namespace {

constexpr std::chrono::milliseconds briefly(50);

std::string compressed(const std::string& text) {
  beast::detail::deflater gzip;
  std::string out;
  gzip.feed(text, out, true);
  return out;
}

std::string with_length(const std::string& body, std::size_t length, const std::string& more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + more + "Content-Length: " + std::to_string(length) +
         "\r\n\r\n" + body;
}

/// Sends a request to a peer that does this, and expects a failure of that kind with these words in it.
void expect_failure(const std::function<void(raw_socket&)>& act, error code, const std::string& words,
                    const test_request& request = get("/x"), client_options options = {}) {
  raw_peer peer(act);
  client c(peer.url(), "user", "password", options);
  test_operation op(request);
  const auto r = c.run(op);
  BOOST_REQUIRE(r.has_error());
  BOOST_REQUIRE(op.last().why.has_value());
  BOOST_TEST_CONTEXT(op.last().why->text()) {
    BOOST_TEST((r.error().code == op.last().why->code));
    BOOST_TEST((op.last().why->code == code), "expected: " << make_error_code(code).message());
    BOOST_TEST(op.last().why->text().find(words) != std::string::npos, "expected: " << words);
    BOOST_TEST(op.last().why->text().find("password") == std::string::npos);
  }
}

void expect_success(client& c, test_operation& op) {
  const auto r = c.run(op);
  BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_misbehaving_peers)

BOOST_AUTO_TEST_CASE(html_is_an_answer_like_any_other) {
  raw_peer peer(say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"));
  client c(peer.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().headers.get("Content-Type") == "text/html");
  BOOST_TEST(op.last().body == "<html></html>");
}

BOOST_AUTO_TEST_CASE(redirects_are_not_followed) {
  std::atomic<int> connections = 0;
  raw_peer peer([&](raw_socket& s) {
    ++connections;
    say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")(s);
  });
  client c(peer.url(), "user", "password");
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().status == 302U);
  BOOST_TEST(op.last().headers.get("Location") == "http://127.0.0.1:1/");
  BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_with_the_connection) {
  raw_peer peer(say("HTTP/1.0 200 OK\r\n\r\n<s3xml/>"));
  client c(peer.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().body == "<s3xml/>");
}

BOOST_AUTO_TEST_CASE(interim_answers_are_passed_over) {
  raw_peer peer(
      say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + with_length("fine", 4)));
  client c(peer.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().status == 200U);
  BOOST_TEST(op.last().headers.get("Link") == "");
  BOOST_TEST(op.last().body == "fine");
}

BOOST_AUTO_TEST_CASE(trailers_are_ignored) {
  raw_peer peer(say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\nServer: other\r\n\r\n"));
  client c(peer.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().body == "fine");
}

BOOST_AUTO_TEST_CASE(nobody_is_there) {
  std::uint16_t port = 0;
  {
    raw_peer peer([](raw_socket&) {});
    port = peer.port();
  }
  client c(url_of(port));
  test_operation op({get("/x"), get("/y")});
  const auto r = c.run(op);
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::unreachable));
  BOOST_TEST((r.error().code == condition::retry_later));
  BOOST_TEST(r.error().text().find("refused") != std::string::npos, r.error().text());
  BOOST_TEST(op.answers.size() == 2U);
  BOOST_TEST(op.answers[1].why.has_value());
}

BOOST_AUTO_TEST_CASE(a_name_nobody_knows) {
  client c("http://no-such-host.invalid/eden");
  test_operation op(get("/x"));
  const auto r = c.run(op);
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::unreachable));
  BOOST_TEST(r.error().text().find("no-such-host.invalid") != std::string::npos, r.error().text());
}

BOOST_AUTO_TEST_CASE(a_url_that_cannot_be_used) {
  for (const std::string url : {"ftp://eden.example.org/eden", "", "eden.example.org", "http://me:secret@host/"}) {
    client c(url);
    test_operation op(get("/x"));
    const auto r = c.run(op);
    BOOST_REQUIRE(r.has_error());
    BOOST_TEST((r.error().code == error::not_configured));
    BOOST_TEST((op.last().why.has_value()));
    BOOST_TEST(r.error().text().find("secret") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(never_answers) {
  expect_failure([](raw_socket& s) { s.receive_all(); }, error::timed_out, "waiting for the answer", get("/x"),
                 {.read_timeout = briefly});
}

BOOST_AUTO_TEST_CASE(stops_in_the_middle) {
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send(with_length("half", 8));
        s.receive_all();
      },
      error::timed_out, "receiving the answer", get("/x"), {.read_timeout = briefly});
}

BOOST_AUTO_TEST_CASE(does_not_take_the_request) {
  expect_failure(
      [](raw_socket& s) {
        s.receive();
        s.reset();
      },
      error::unreachable, "connection", post("/x", std::string(16 << 20, 'x')));
}

BOOST_AUTO_TEST_CASE(takes_no_more_of_the_request) {
  std::promise<void> end;
  raw_peer peer([&, waiting = end.get_future().share()](raw_socket&) { waiting.wait(); });
  client c(peer.url(), "", "", {.read_timeout = briefly});
  test_operation op(post("/x", std::string(64 << 20, 'x')));
  const auto r = c.run(op);
  end.set_value();
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::timed_out));
  BOOST_TEST(r.error().text().find("sending the request") != std::string::npos, r.error().text());
}

BOOST_AUTO_TEST_CASE(closes_without_an_answer) {
  expect_failure(say(""), error::unreachable, "without an answer");
  const auto resets_once_asked = [](raw_socket& s) {
    s.receive_until("\r\n\r\n");  // a reset before that could meet the connecting: another failure
    s.reset();
  };
  expect_failure(resets_once_asked, error::unreachable, "broke");
}

BOOST_AUTO_TEST_CASE(closes_in_the_head) {
  expect_failure(say("HTTP/1.1 200 OK\r\nConte"), error::broken_transfer, "closed");
}

BOOST_AUTO_TEST_CASE(closes_in_the_middle) {
  expect_failure(say(with_length("half", 8)), error::broken_transfer, "after 4 bytes");
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body :
       {"", "8\r\nhalf", "4\r\nhalf\r\n", "4\r\nhalf\r\n0", "0\r\n", "0\r\n\r", "4\r\nhalf\r\n0\r\n"})
    expect_failure(say(chunked + body), error::broken_transfer, "before the answer was complete");
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send(with_length("half", 8));
        s.reset();
      },
      error::broken_transfer, "");
}

BOOST_AUTO_TEST_CASE(announces_less_than_it_sends) {
  expect_failure(say(with_length("more than that", 4)), error::broken_transfer, "more bytes than it announced");
  expect_failure(say(with_length("more", 0)), error::broken_transfer, "more bytes than it announced");
}

BOOST_AUTO_TEST_CASE(breaks_its_own_framing) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body :
       {"zz\r\nhalf\r\n", "4\r\nlonger\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "4;=\r\nhalf\r\n0\r\n\r\n"})
    expect_failure(say(chunked + body), error::broken_transfer, "framing");
}

BOOST_AUTO_TEST_CASE(sends_a_chunk_header_without_end) {
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;");
        while (s.send(std::string(65536, 'x'))) {
        }
      },
      error::broken_transfer, "framing");
}

BOOST_AUTO_TEST_CASE(does_not_speak_http) {
  expect_failure(say("SSH-2.0-OpenSSH_9.2\r\n"), error::unexpected_answer, "SSH-2.0-OpenSSH_9.2");
  expect_failure(say(std::string("\0\1\2\3 garbage\r\n\r\n", 15)), error::unexpected_answer, "HTTP");
  expect_failure(say("HTTP/9.9 200 OK\r\n\r\n"), error::unexpected_answer, "HTTP");
  expect_failure(say("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), error::unexpected_answer, "HTTP");
  expect_failure(say("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), error::unexpected_answer, "HTTP");
  expect_failure(say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
                 error::unexpected_answer, "HTTP");
  expect_failure(say("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"), error::unexpected_answer,
                 "transfer encoding");
  expect_failure(say("HTTP/1.1 000 OK\r\n\r\n"), error::unexpected_answer, "status");
  expect_failure(say("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), error::unexpected_answer, "protocol");
}

BOOST_AUTO_TEST_CASE(sends_headers_without_end) {
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send("HTTP/1.1 200 OK\r\n");
        while (s.send("X-Endless: and so on and so on\r\n")) {
        }
      },
      error::unexpected_answer, "head of the answer");
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send("HTTP/1.1 200 OK\r\nX-Endless: ");
        while (s.send(std::string(10000, 'x'))) {
        }
      },
      error::unexpected_answer, "head of the answer", get("/x"), {.max_header_bytes = 1000});
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        while (s.send("HTTP/1.1 100 Continue\r\n\r\n")) {
        }
      },
      error::unexpected_answer, "interim");
}

BOOST_AUTO_TEST_CASE(sends_corrupt_gzip) {
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::string good = compressed(records(100000));
  std::string bad = good;
  for (std::size_t i = 100; i < 140; ++i) bad[i] = static_cast<char>(~bad[i]);
  std::string bad_sum = good;
  bad_sum[good.size() - 5] = static_cast<char>(~bad_sum[good.size() - 5]);
  expect_failure(say(with_length(bad, bad.size(), gzip)), error::broken_transfer, "corrupt");
  expect_failure(say(with_length(bad_sum, bad_sum.size(), gzip)), error::broken_transfer, "corrupt");
  expect_failure(say(with_length("plain text", 10, gzip)), error::broken_transfer, "corrupt");
  expect_failure(say(with_length(good.substr(0, 5000), 5000, gzip)), error::broken_transfer, "not complete");
  expect_failure(say(with_length(good + "rest", good.size() + 4, gzip)), error::broken_transfer, "corrupt");
  expect_failure(say(with_length("xx", 2, "Content-Encoding: br\r\n")), error::unexpected_answer, "br");

  raw_peer peer(say(with_length(good + good, good.size() * 2, gzip)));  // which gzip allows
  client c(peer.url());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().body.size() == 200000U);
}

BOOST_AUTO_TEST_CASE(sends_a_bomb) {
  const std::string bomb = compressed(std::string(64 << 20, ' '));
  BOOST_TEST(bomb.size() < 400000U);
  raw_peer peer(say(with_length(bomb, bomb.size(), "Content-Encoding: gzip\r\n")));
  client c(peer.url());
  test_operation op(get("/x"));
  const auto r = c.run(op);
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::broken_transfer));
  BOOST_TEST(r.error().text().find("bomb") != std::string::npos);
  BOOST_TEST(op.last().body.size() < static_cast<std::size_t>(32 << 20));

  // What is small may shrink as it likes.
  const std::string spaces(1 << 20, ' ');
  raw_peer honest(say(with_length(compressed(spaces), compressed(spaces).size(), "Content-Encoding: gzip\r\n")));
  client d(honest.url());
  test_operation fine(get("/x"));
  BOOST_TEST(d.run(fine).has_value());
  BOOST_TEST((fine.last().body == spaces));
}

BOOST_AUTO_TEST_CASE(refuses_early_and_closes) {
  // The rest of the request meets a closed socket; the refusal is what counts.
  raw_peer peer([](raw_socket& s) {
    s.receive_until("\r\n\r\n");
    s.send("HTTP/1.1 403 FORBIDDEN\r\nConnection: close\r\nContent-Length: 23\r\n\r\nInsufficient Privileges");
    s.shut_sending();
    s.receive();
  });
  client c(peer.url());
  test_operation op(post("/x", std::string(32 << 20, 'x')));
  expect_success(c, op);
  BOOST_TEST(op.last().status == 403U);
  BOOST_TEST(op.last().body == "Insufficient Privileges");
  BOOST_TEST(op.taken() < static_cast<std::size_t>(32 << 20));
}

BOOST_AUTO_TEST_CASE(says_yes_before_it_has_read_all) {
  expect_failure(
      [](raw_socket& s) {
        s.receive_until("\r\n\r\n");
        s.send(with_length("fine", 4));
        s.shut_sending();
        s.receive();
      },
      error::broken_transfer, "before it had taken the whole request", post("/x", std::string(32 << 20, 'x')));
}

BOOST_AUTO_TEST_CASE(says_yes_early_but_reads_all) {
  raw_peer peer([](raw_socket& s) {
    s.receive_until("\r\n\r\n");
    s.send(with_length("fine", 4));
    s.receive_until("the end");
  });
  client c(peer.url());
  test_operation op(post("/x", std::string(8 << 20, 'x') + "the end"));
  expect_success(c, op);
  BOOST_TEST(op.last().body == "fine");
}

BOOST_AUTO_TEST_CASE(closes_a_kept_connection) {
  // Says it keeps the connection, and does not: what may be repeated is.
  std::atomic<int> connections = 0;
  raw_peer peer([&](raw_socket& s) {
    ++connections;
    s.receive_until("\r\n\r\n");
    s.send(with_length("fine", 4));
  });
  client c(peer.url());
  test_operation op({get("/1"), get("/2"), get("/3")});
  expect_success(c, op);
  for (const auto& a : op.answers) BOOST_TEST(a.body == "fine");
  BOOST_TEST(connections == 3);
  BOOST_TEST(c.traffic().requests == 3U);
}

BOOST_AUTO_TEST_CASE(closes_a_kept_connection_at_the_second_request) {
  std::atomic<int> heads = 0;
  raw_peer peer([&](raw_socket& s) {
    s.receive_until("\r\n\r\n");
    ++heads;
    s.send(with_length("fine", 4));
    if (!s.receive_until("\r\n\r\n").empty()) ++heads;
  });
  client c(peer.url());
  test_operation op({get("/1"), get("/2")});
  expect_success(c, op);
  BOOST_TEST(op.last().body == "fine");
  BOOST_TEST(heads == 3);
}

BOOST_AUTO_TEST_CASE(a_push_is_never_sent_twice) {
  std::atomic<int> pushes = 0;
  std::atomic<bool> shared_a_connection = false;
  raw_peer peer([&](raw_socket& s) {
    const std::string head = s.receive_until("\r\n\r\n");
    if (head.starts_with("POST")) {
      ++pushes;
      return;
    }
    s.send(with_length("fine", 4));
    if (s.receive().starts_with("POST")) shared_a_connection = true;
  });
  client c(peer.url());
  test_operation op({get("/1"), post("/2", "x")});
  BOOST_TEST(c.run(op).has_error());
  BOOST_TEST(op.last().why.has_value());
  BOOST_TEST(pushes == 1);
  BOOST_TEST(!shared_a_connection);
}

BOOST_AUTO_TEST_CASE(the_operation_itself_may_say_no) {
  const auto answer = say(with_length("fine", 4));
  raw_peer peer(answer);
  client c(peer.url());
  const auto run = [&](auto change, const test_request& request, error code) {
    test_operation op(request);
    change(op);
    const auto r = c.run(op);
    BOOST_REQUIRE(r.has_error());
    BOOST_TEST((r.error().code == code));
    BOOST_TEST((op.last().why && op.last().why->code == code));
    BOOST_TEST(!op.last().ended);
  };
  run([](test_operation& op) { op.fail_on_head = true; }, get("/x"), error::refused);
  run([](test_operation& op) { op.fail_on_body = true; }, get("/x"), error::malformed_document);
  run([](test_operation& op) { op.fail_reading_at = 0; }, post("/x", "abc"), error::store_failed);
  run([](test_operation& op) { op.fail_reading_at = 3; }, post("/x", "abc", true), error::store_failed);

  auto too_long = post("/x", "longer than announced");
  too_long.head.body_length = 4;
  run([](test_operation&) {}, too_long, error::broken_transfer);
  auto too_short = post("/x", "short");
  too_short.head.body_length = 400;
  run([](test_operation&) {}, too_short, error::broken_transfer);
  run([](test_operation&) {}, get("/x y"), error::bad_request);
  auto smuggled = get("/x");
  smuggled.head.headers.set("X-A", "b\r\nAuthorization: Basic xyz");
  run([](test_operation&) {}, smuggled, error::bad_request);
}

BOOST_AUTO_TEST_CASE(what_goes_over_the_wire) {
  std::promise<std::string> head;
  raw_peer peer([&](raw_socket& s) {
    head.set_value(s.receive_until("\r\n\r\nbody"));
    s.send(with_length("fine", 4));
  });
  client c(peer.url(), "admin@example.com", "testing");
  auto request = post("/sync/sync.xml?resource=org_office&repository=urn:x", "body");
  request.head.headers.set("Authorization", "Basic somebodyelse");
  request.head.headers.set("Content-Length", "999");
  test_operation op(request);
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(head.get_future().get() ==
             "POST /eden/sync/sync.xml?resource=org_office&repository=urn:x HTTP/1.1\r\n"
             "Host: 127.0.0.1:" +
                 std::to_string(peer.port()) +
                 "\r\n"
                 "Authorization: Basic YWRtaW5AZXhhbXBsZS5jb206dGVzdGluZw==\r\n"
                 "Accept-Encoding: identity\r\n"
                 "Connection: keep-alive\r\n"
                 "User-Agent: edensync\r\n"
                 "Content-Type: text/xml\r\n"
                 "Content-Length: 4\r\n\r\nbody");
}

BOOST_AUTO_TEST_SUITE_END()
