#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <utility>

#include "edensync/core/fingerprint.hpp"
#include "edensync/core/result.hpp"
#include "edensync/beast/certificates.hpp"
#include "edensync/beast/options.hpp"

namespace edensync::beast::detail {

using tls_context = std::shared_ptr<boost::asio::ssl::context>;

inline tls_context make_tls_context(boost::asio::ssl::context::method side) {
  auto context = std::make_shared<boost::asio::ssl::context>(side);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

/// Errors: not_configured if the file or the fingerprint cannot be used.
inline result<tls_context> client_tls(const tls_options& options) {
  if (!options.pin.empty() && !parse_fingerprint(options.pin))
    return make_failure(error::not_configured, "the pinned certificate is not a SHA-256 of 64 hexadecimal digits");
  auto context = make_tls_context(boost::asio::ssl::context::tls_client);
  boost::system::error_code ec;
  if (options.ca_file.empty()) {
    if (options.pin.empty()) context->set_default_verify_paths(ec);
    if (ec) return make_failure(error::not_configured, "the system's certificates cannot be read: " + ec.message());
    return context;
  }
  const auto text = read_certificates(options.ca_file);
  if (!text) return text.error();
  context->add_certificate_authority(boost::asio::buffer(*text), ec);
  if (ec) return make_failure(error::not_configured, options.ca_file + " holds no certificate in PEM");
  // Whoever names the peer's own certificate, or that of an authority below another one, means it.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context->native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
  return context;
}

/// None if the server speaks http. Errors: not_configured if the files cannot be used.
inline result<tls_context> server_tls(const tls_identity& identity) {
  const auto wrong = [](const std::string& why) { return make_failure(error::not_configured, why); };
  if (identity.certificate_file.empty() && identity.key_file.empty()) return tls_context();
  if (identity.certificate_file.empty() || identity.key_file.empty())
    return wrong("https needs both a certificate and its key");
  const auto chain = read_tls_file(identity.certificate_file, "the certificate");
  if (!chain) return chain.error();
  const auto key = read_tls_file(identity.key_file, "the certificate's key");
  if (!key) return key.error();
  auto context = make_tls_context(boost::asio::ssl::context::tls_server);
  boost::system::error_code ec;
  // Else OpenSSL asks on the terminal.
  context->set_password_callback([](std::size_t, auto) { return std::string(); }, ec);
  context->use_private_key(boost::asio::buffer(*key), boost::asio::ssl::context::pem, ec);
  if (ec) return wrong(identity.key_file + " holds no key in PEM, or one that has a password");
  context->use_certificate_chain(boost::asio::buffer(*chain), ec);
  if (ec) return wrong(identity.certificate_file + " holds no certificate in PEM");
  // OpenSSL drops a key to which the certificate does not belong.
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return wrong("the key in " + identity.key_file + " is not that of the certificate in " + identity.certificate_file);
  return context;
}

/// Sets whom one connection to `host` expects there.
inline void expect_host(SSL* tls, const std::string& host, const tls_options& options) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, std::string(host).data());
  if (!options.pin.empty() && options.ca_file.empty()) return;
  if (not_an_address) {
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(tls, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
  }
  SSL_set_verify(tls, SSL_VERIFY_PEER, nullptr);
}

/// The SHA-256 of the certificate that the peer has shown, in small hexadecimal digits; empty if it has shown none.
inline std::string fingerprint_of_peer(const SSL* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls), X509_free);
  unsigned char sum[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), sum, &size) != 1) return {};
  std::string digits;
  for (unsigned i = 0; i < size; ++i) (digits += "0123456789abcdef"[sum[i] >> 4]) += "0123456789abcdef"[sum[i] & 15];
  return digits;
}

inline const char* words_for_certificate(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "its certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "its certificate is not valid yet, or the clock here is wrong";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "its certificate is for another name";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return "its certificate is signed by nobody known here";
    default: return "its certificate is not accepted";
  }
}

/// Whether a handshake ended because of what the other side said, and not because of the line.
inline bool is_tls_error(const boost::system::error_code& ec) {
  return ec.category() == boost::asio::error::get_ssl_category();
}

/// Whether it ended because the other side speaks HTTP in the open.
inline bool is_plain_http(const boost::system::error_code& ec) {
  return is_tls_error(ec) && ERR_GET_REASON(static_cast<unsigned>(ec.value())) == SSL_R_HTTP_REQUEST;
}

/// Why a client's handshake with `whom` failed: not_secure if somebody has to do something about it, else unreachable.
inline failure handshake_failure(const SSL* tls, const boost::system::error_code& ec, const std::string& whom) {
  if (!is_tls_error(ec))
    return make_failure(error::unreachable,
                        "the connection to " + whom + " broke while agreeing on TLS: " + ec.message());
  const int reason = ERR_GET_REASON(static_cast<unsigned>(ec.value()));
  if (const long why = SSL_get_verify_result(tls); why != X509_V_OK && reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    return make_failure(error::not_secure,
                        whom + ": " + words_for_certificate(why) + " (" + X509_verify_cert_error_string(why) + ")");
  return make_failure(error::not_secure, whom + " does not speak TLS as it should: " + ec.message());
}

}  // namespace edensync::beast::detail
