#pragma once

#include <openssl/ssl.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>

#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"
#include "support.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace edensync::beast::test {

using edensync::test::temporary_folder;
using edensync::test::test_authority;
using edensync::test::test_certificate;

/// An authority, and a server on the loopback address with a certificate, by default one of that authority.
struct secure_site {
  explicit secure_site(server::handler h, server_options o = {}) : secure_site(std::move(h), std::move(o), {}) {}
  secure_site(server::handler h, server_options o, test_certificate shown)
      : identity(shown.key.empty() ? authority.issue() : std::move(shown)), it(std::move(h), with_tls(std::move(o))) {
    BOOST_REQUIRE(it.start().has_value());
  }

  std::string url(const std::string& host = "localhost") const {
    return "https://" + host + ":" + std::to_string(it.port()) + "/eden";
  }
  /// What a client needs to believe it.
  client_options believing() const { return {.tls = {.ca_file = ca}}; }

  temporary_folder files;
  test_authority authority;
  std::string ca = files.file("ca.pem", authority.certificate());
  test_certificate identity;
  server it;

 private:
  server_options with_tls(server_options o) const {
    o.tls = {files.file("site.pem", identity.certificate), files.file("site.key", identity.key)};
    return o;
  }
};

/// What one connection without any manners says over TLS.
class tls_talk {
 public:
  tls_talk(raw_socket& s, const temporary_folder& files, const test_certificate& identity)
      : tls_talk(s, SSL_CTX_new(TLS_server_method())) {
    SSL_use_certificate_file(ssl_.get(), files.file("raw.pem", identity.certificate).c_str(), SSL_FILETYPE_PEM);
    SSL_use_PrivateKey_file(ssl_.get(), files.file("raw.key", identity.key).c_str(), SSL_FILETYPE_PEM);
    fine = SSL_accept(ssl_.get()) == 1;
  }
  /// The client's side; it believes everybody.
  explicit tls_talk(raw_socket& s) : tls_talk(s, SSL_CTX_new(TLS_client_method())) {
    fine = SSL_connect(ssl_.get()) == 1;
  }

  std::string host() const {
    const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
  }

  std::string receive_until(const std::string& end) {
    std::string all;
    char piece[16 * 1024];
    while (all.find(end) == std::string::npos) {
      const int n = SSL_read(ssl_.get(), piece, sizeof piece);
      if (n <= 0) {
        farewell = SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN;
        break;
      }
      all.append(piece, static_cast<std::size_t>(n));
    }
    return all;
  }

  void send(const std::string& bytes) { SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  void end() { SSL_shutdown(ssl_.get()); }

  bool fine = false;
  bool farewell = false;  ///< the other side has said that it was all

 private:
  tls_talk(raw_socket& s, SSL_CTX* context) : context_(context, SSL_CTX_free), ssl_(SSL_new(context), SSL_free) {
    SSL_set_fd(ssl_.get(), s.descriptor());
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// Sends one request, which must fail like this.
inline failure expect_refusal(client& c, error code, const std::string& words) {
  test_operation op(get("/x"));
  const auto r = c.run(op);
  BOOST_TEST_REQUIRE(r.has_error());
  BOOST_TEST_CONTEXT(r.error().text()) {
    BOOST_TEST((r.error().code == code), "expected: " << make_error_code(code).message());
    BOOST_TEST(r.error().text().find(words) != std::string::npos, "expected: " << words);
    BOOST_TEST(r.error().text().find("secret") == std::string::npos);
  }
  return r.error();
}

inline void expect_answer(client& c, const test_request& request, const std::string& body) {
  test_operation op(request);
  const auto r = c.run(op);
  BOOST_TEST(r.has_value(), (r.has_error() ? r.error().text() : std::string()));
  BOOST_TEST(op.last().status == 200U);
  BOOST_TEST((op.last().body == body));
}

}  // namespace edensync::beast::test
