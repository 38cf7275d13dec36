#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>

#include "edensync/core/repository.hpp"
#include "edensync/beast/certificates.hpp"
#include "secure_support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using beast::client;
using beast::client_options;
using beast::server;
using beast::server_options;
using beast::tls_options;

namespace {

constexpr std::chrono::milliseconds briefly(50);

std::string without_colons(std::string fingerprint) {
  std::erase(fingerprint, ':');
  return fingerprint;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_tls)

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways) {
  secure_site s(answer_with({.echo = true}));
  const std::string body = records(3 << 20);
  for (const char* host : {"localhost", "127.0.0.1"}) {
    client c(s.url(host), "user", "secret", s.believing());
    test_operation op({post("/a", body), get("/b"), post("/c", body, true), get("/d")});
    const auto r = c.run(op);
    BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
    BOOST_TEST((op.answers.at(0).body == body));
    BOOST_TEST((op.answers.at(2).body == body));
    BOOST_TEST(op.answers.at(3).status == 200U);
  }
}

BOOST_AUTO_TEST_CASE(clients_at_once) {
  secure_site s(answer_with({.echo = true}));
  client c(s.url(), "", "", s.believing());
  const std::string body = records(300000);
  std::atomic<int> fine = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      test_operation op(post("/x", body + std::to_string(i), i % 2 == 0));
      if (c.run(op).has_value() && op.last().body == body + std::to_string(i)) ++fine;
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(fine == 6);
}

BOOST_AUTO_TEST_CASE(the_name_is_told_when_the_connection_begins) {
  temporary_folder files;
  test_authority authority;
  const auto identity = authority.issue();
  std::string asked;
  raw_peer peer([&](raw_socket& s) {
    tls_talk talk(s, files, identity);
    asked = talk.host();
    talk.receive_until("\r\n\r\n");
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const auto port = std::to_string(peer.port());
  client named("https://localhost:" + port, "", "", {.tls = {.ca_file = files.file("ca", authority.certificate())}});
  expect_answer(named, get("/x"), "");
  BOOST_TEST(asked == "localhost");
  client numbered("https://127.0.0.1:" + port, "", "", {.tls = {.ca_file = files.file("ca", authority.certificate())}});
  expect_answer(numbered, get("/x"), "");
  BOOST_TEST(asked == "");
}

// ---- certificates

BOOST_AUTO_TEST_CASE(a_certificate_of_nobody_known) {
  secure_site s(answer_with({}));
  test_authority other("Another Authority");
  for (const auto& ca : {std::string(), s.files.file("other.pem", other.certificate())}) {
    client c(s.url(), "user", "secret", {.tls = {.ca_file = ca}});
    const auto why = expect_refusal(c, error::not_secure, "signed by nobody known");
    BOOST_TEST((why.code == condition::needs_person));
  }
  BOOST_TEST(s.it.served().requests == 0U);  // nobody was told a password
}

BOOST_AUTO_TEST_CASE(without_options_the_systems_authorities_count) {
  secure_site s(answer_with({.body = "fine"}));
  ::setenv("SSL_CERT_FILE", s.ca.c_str(), 1);  // where OpenSSL looks for them
  client c(s.url());
  ::unsetenv("SSL_CERT_FILE");
  expect_answer(c, get("/x"), "fine");
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name) {
  test_authority authority;
  for (const char* names : {"DNS:eden.example.org", "DNS:localhost.example.org,IP:127.0.0.2", "DNS:*.localhost"}) {
    secure_site s(answer_with({}), {}, authority.issue(names));
    const auto ca = s.files.file("its.pem", authority.certificate());
    for (const char* host : {"localhost", "127.0.0.1"}) {
      client c(s.url(host), "user", "secret", {.tls = {.ca_file = ca}});
      expect_refusal(c, error::not_secure, "for another name");
    }
    BOOST_TEST(s.it.served().requests == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_time) {
  test_authority authority;
  const struct {
    int from, until;
    const char* words;
  } cases[] = {{-3, -1, "has expired"}, {1, 3, "not valid yet"}};
  for (const auto& t : cases) {
    secure_site s(answer_with({}), {}, authority.issue("DNS:localhost", t.from, t.until));
    client c(s.url(), "user", "secret", {.tls = {.ca_file = s.files.file("its.pem", authority.certificate())}});
    expect_refusal(c, error::not_secure, t.words);
  }
}

BOOST_AUTO_TEST_CASE(a_chain_of_authorities) {
  test_authority top("Top");
  test_authority middle("Middle", top);
  auto identity = middle.issue();
  const std::string alone = identity.certificate;
  identity.certificate += middle.certificate();
  secure_site s(answer_with({.body = "fine"}), {}, identity);
  // The one at the top, one on the way, or the peer's own: whichever somebody trusts.
  for (const auto& trusted : {top.certificate(), middle.certificate(), alone, s.authority.certificate() + alone}) {
    client c(s.url(), "", "", {.tls = {.ca_file = s.files.file("trusted.pem", trusted)}});
    expect_answer(c, get("/x"), "fine");
  }
}

BOOST_AUTO_TEST_CASE(a_pin_alone_decides) {
  test_authority authority;
  secure_site s(answer_with({.body = "fine"}), {}, authority.issue("DNS:elsewhere", -3, -1));
  const auto& right = s.identity.fingerprint;
  const auto wrong = authority.issue().fingerprint;
  for (const auto& pin : {right, without_colons(right)}) {
    client c(s.url(), "", "", {.tls = {.pin = pin}});
    expect_answer(c, get("/x"), "fine");
  }
  client c(s.url(), "user", "secret", {.tls = {.pin = wrong}});
  const auto before = s.it.served().requests;
  const auto why = expect_refusal(c, error::not_secure, "not the pinned one");
  std::string shown = without_colons(right);
  for (char& d : shown) d = static_cast<char>(d >= 'A' ? d - 'A' + 'a' : d);
  BOOST_TEST(why.text().find(shown) != std::string::npos, why.text());
  BOOST_TEST(s.it.served().requests == before);
}

BOOST_AUTO_TEST_CASE(with_a_pin_and_an_authority_both_must_be_right) {
  secure_site s(answer_with({.body = "fine"}));
  const auto right = s.identity.fingerprint, wrong = s.authority.issue().fingerprint;
  const auto other = s.files.file("other.pem", test_authority("Other").certificate());
  client both(s.url(), "", "", {.tls = {s.ca, right}});
  expect_answer(both, get("/x"), "fine");
  client differs(s.url(), "", "", {.tls = {s.ca, wrong}});
  expect_refusal(differs, error::not_secure, "not the pinned one");
  client unknown(s.url(), "", "", {.tls = {other, right}});
  expect_refusal(unknown, error::not_secure, "signed by nobody known");
}

BOOST_AUTO_TEST_CASE(a_repository_brings_its_own) {
  secure_site s(answer_with({.body = "fine"}));
  repository peer;
  peer.url = s.url();
  peer.ca_file = s.ca;
  client by_file(peer, {.tls = {.pin = std::string(64, '0')}});
  expect_answer(by_file, get("/x"), "fine");
  peer.ca_file.clear();
  peer.pin = s.identity.fingerprint;
  client by_pin(peer, {.tls = {.ca_file = "/nowhere"}});
  expect_answer(by_pin, get("/x"), "fine");
  peer.pin.clear();
  client by_options(peer, s.believing());
  expect_answer(by_options, get("/x"), "fine");
}

// ---- what cannot be used

BOOST_AUTO_TEST_CASE(files_that_a_client_cannot_use) {
  secure_site s(answer_with({}));
  const std::pair<tls_options, const char*> cases[] = {
      {{.ca_file = "/nowhere/ca.pem"}, "/nowhere/ca.pem cannot be read: No such file"},
      {{.ca_file = "/"}, "cannot be read"},
      {{.ca_file = s.files.file("empty.pem", "")}, "it is empty"},
      {{.ca_file = s.files.file("text.pem", "no certificate")}, "holds no certificate"},
      {{.pin = "abc"}, "64 hexadecimal digits"},
  };
  for (const auto& [tls, words] : cases) {
    client c(s.url(), "user", "secret", {.tls = tls});
    const auto why = expect_refusal(c, error::not_configured, words);
    BOOST_TEST((why.code == condition::needs_person));
  }
}

BOOST_AUTO_TEST_CASE(certificates_are_read_and_nothing_else) {
  temporary_folder files;
  test_authority one, two;
  const auto key = one.issue().key;
  const auto read = [&](const std::string& text) { return beast::read_certificates(files.file("x.pem", text)); };
  BOOST_TEST(read("A comment\n" + one.certificate() + key + two.certificate()).value() ==
             one.certificate() + two.certificate());
  const std::pair<std::string, const char*> cases[] = {
      {"", "it is empty"},
      {"text", "holds no certificate"},
      {key, "holds no certificate"},
      {one.certificate() + two.certificate().substr(0, 200), "damaged"},
      {"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n", "damaged"},
  };
  for (const auto& [text, words] : cases) {
    const auto why = read(text);
    BOOST_TEST_REQUIRE(why.has_error());
    BOOST_TEST(why.error().info.ours().find(words) != std::string::npos, why.error().info.ours());
    BOOST_TEST(why.error().info.ours().find("x.pem") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(files_that_a_server_cannot_use) {
  temporary_folder files;
  test_authority authority;
  const auto mine = authority.issue(), other = authority.issue();
  const auto certificate = files.file("cert.pem", mine.certificate), key = files.file("key.pem", mine.key);
  const auto text = files.file("text.pem", "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
  const struct {
    std::string certificate, key;
    const char* words;
  } cases[] = {
      {certificate, "", "both"},
      {"", key, "both"},
      {"/nowhere/cert", key, "/nowhere/cert cannot be read: No such file"},
      {certificate, "/nowhere/key", "/nowhere/key cannot be read: No such file"},
      {text, key, "holds no certificate"},
      {key, key, "holds no certificate"},
      {certificate, certificate, "holds no key"},
      {certificate, files.file("locked.key", test_authority::locked_key()), "password"},
      {certificate, files.file("other.key", other.key), "is not that of the certificate"},
  };
  for (const auto& f : cases) {
    server s(answer_with({}), {.tls = {f.certificate, f.key}});
    const auto r = s.start();
    BOOST_TEST_REQUIRE(r.has_error());
    BOOST_TEST((r.error().code == error::not_configured));
    BOOST_TEST(r.error().text().find(f.words) != std::string::npos, r.error().text());
    BOOST_TEST(s.port() == 0U);
  }
}

// ---- peers that do not keep to it

BOOST_AUTO_TEST_CASE(http_at_a_port_for_https) {
  secure_site s(answer_with({.body = "fine"}));
  client c(url_of(s.it.port()), "user", "secret");
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().status == 400U);
  BOOST_TEST(op.last().body.find("https") != std::string::npos, op.last().body);
  client right(s.url(), "", "", s.believing());
  expect_answer(right, get("/x"), "fine");
}

BOOST_AUTO_TEST_CASE(https_at_a_port_for_http) {
  server s(answer_with({}));
  BOOST_REQUIRE(s.start().has_value());
  client c("https://127.0.0.1:" + std::to_string(s.port()) + "/eden", "user", "secret");
  expect_refusal(c, error::not_secure, "does not speak TLS");
  raw_peer talker([](raw_socket& peer) {
    peer.receive();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.receive_all();
  });
  client other("https://127.0.0.1:" + std::to_string(talker.port()));
  expect_refusal(other, error::not_secure, "does not speak TLS");
}

BOOST_AUTO_TEST_CASE(a_handshake_that_hangs) {
  raw_peer peer([](raw_socket& s) { s.receive_all(); });
  client c("https://127.0.0.1:" + std::to_string(peer.port()), "", "", {.connect_timeout = briefly});
  expect_refusal(c, error::timed_out, "agreeing on TLS");

  secure_site s(answer_with({}), {.read_timeout = briefly});
  auto silent = raw_socket::connect(s.it.port());
  BOOST_TEST(silent.receive_all() == "");
  auto half = raw_socket::connect(s.it.port());
  half.send(std::string("\x16\x03\x01\x02", 4));
  BOOST_TEST(half.receive_all() == "");
}

BOOST_AUTO_TEST_CASE(a_handshake_that_breaks_is_the_line) {
  raw_peer peer([](raw_socket& s) { s.receive(); });
  client c("https://127.0.0.1:" + std::to_string(peer.port()));
  const auto why = expect_refusal(c, error::unreachable, "while agreeing on TLS");
  BOOST_TEST((why.code == condition::retry_later));
}

BOOST_AUTO_TEST_CASE(a_handshake_is_cancelled) {
  std::promise<void> asked;
  raw_peer peer([&](raw_socket& s) {
    s.receive();
    asked.set_value();
    s.receive_all();
  });
  client c("https://127.0.0.1:" + std::to_string(peer.port()));
  test_operation op(get("/x"));
  auto running = std::async(std::launch::async, [&] { return c.run(op); });
  asked.get_future().wait();
  c.cancel();
  BOOST_TEST((running.get().error().code == error::cancelled));
}

BOOST_AUTO_TEST_CASE(a_server_stops_during_a_handshake) {
  secure_site s(answer_with({}));
  auto silent = raw_socket::connect(s.it.port());
  client c(s.url(), "", "", s.believing());
  expect_answer(c, get("/x"), "");  // the silent one was taken before
  s.it.stop(std::chrono::minutes(5));
  BOOST_TEST(silent.receive_all() == "");
}

BOOST_AUTO_TEST_CASE(too_many_are_refused_in_the_same_way) {
  secure_site s(answer_with({}), {.max_connections = 1});
  auto first = raw_socket::connect(s.it.port());
  client c(s.url(), "", "", s.believing());
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().status == 503U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_off_is_not_whole) {
  temporary_folder files;
  test_authority authority;
  const auto identity = authority.issue();
  const auto ca = files.file("ca.pem", authority.certificate());
  // Whoever sits on the line can end the connection below TLS, but cannot say within TLS that this was all.
  for (const bool says_so : {true, false}) {
    raw_peer peer([&](raw_socket& s) {
      tls_talk talk(s, files, identity);
      talk.receive_until("\r\n\r\n");
      talk.send("HTTP/1.1 200 OK\r\n\r\n<s3xml/>");
      if (says_so) talk.end();
    });
    client c("https://localhost:" + std::to_string(peer.port()), "", "", {.tls = {.ca_file = ca}});
    if (says_so)
      expect_answer(c, get("/x"), "<s3xml/>");
    else
      expect_refusal(c, error::broken_transfer, "broke");
  }
}

BOOST_AUTO_TEST_CASE(a_server_says_that_it_was_all) {
  const std::string body = records(300000);
  secure_site s(answer_with({.body = body}));
  auto socket = raw_socket::connect(s.it.port());
  tls_talk talk(socket);
  BOOST_TEST_REQUIRE(talk.fine);
  talk.send("GET /eden/x HTTP/1.0\r\n\r\n");
  const auto answer = talk.receive_until("never");
  BOOST_TEST(answer.ends_with(body));
  BOOST_TEST(talk.farewell);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_is_gone) {
  temporary_folder files;
  test_authority authority;
  const auto identity = authority.issue();
  std::atomic<int> connections = 0;
  raw_peer peer([&](raw_socket& s) {
    ++connections;
    tls_talk talk(s, files, identity);
    talk.receive_until("\r\n\r\n");
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
  });
  client c("https://localhost:" + std::to_string(peer.port()), "", "",
           {.tls = {.ca_file = files.file("ca", authority.certificate())}});
  test_operation op({get("/x"), get("/y")});
  BOOST_TEST(c.run(op).has_value());
  BOOST_TEST(op.last().body == "fine");
  BOOST_TEST(connections == 2);
}

BOOST_AUTO_TEST_CASE(a_refusal_during_a_large_upload_is_read) {
  secure_site s(answer_with({.status = 401, .body = "Authentication Required", .wants = 1}), {.drain_bytes = 1 << 20});
  client c(s.url(), "", "", s.believing());
  test_operation op(post("/x", records(20 << 20)));
  const auto r = c.run(op);
  BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
  BOOST_TEST(op.last().status == 401U);
  BOOST_TEST(op.last().body == "Authentication Required");
}

BOOST_AUTO_TEST_CASE(a_server_tells_of_handshakes_that_fail) {
  std::mutex lock;
  std::condition_variable more;
  std::vector<std::string> told;
  server_options o;
  o.on_refused = [&](const refused_request& r) {
    const std::lock_guard guard(lock);  // in the server's thread: only what is told is kept, and looked at below
    told.push_back(std::to_string(r.status) + ' ' + r.from + ' ' + r.why);
    more.notify_all();
  };
  secure_site s(answer_with({}), o);
  const auto talk = [&](std::string_view bytes) {
    auto c = raw_socket::connect(s.it.port());
    c.send(bytes);
    c.shut_sending();
    c.receive_all();
  };
  talk("\x16\x03\x01 nonsense in the place of a client's first words");
  talk("GET /eden/x HTTP/1.1\r\n\r\n");
  // Who only looks whether somebody listens has asked for nothing.
  talk("");
  // Believes somebody else.
  client c(s.url(), "", "", {.tls = {.ca_file = s.files.file("other.pem", test_authority().certificate())}});
  test_operation op(get("/x"));
  BOOST_TEST(c.run(op).has_error());
  {
    // A client that has given up knows nothing of what the server still reads.
    std::unique_lock guard(lock);
    more.wait_for(guard, std::chrono::seconds(60), [&] { return told.size() >= 3; });
  }
  s.it.stop();
  std::sort(told.begin(), told.end());
  BOOST_TEST_REQUIRE(told.size() == 3u);
  for (std::size_t i = 0; i < 2; ++i)
    BOOST_TEST(told[i].starts_with("0 127.0.0.1 TLS could not be agreed on: "), told[i]);
  BOOST_TEST(told[2] == "400 127.0.0.1 this is a port for https");
}

BOOST_AUTO_TEST_SUITE_END()
