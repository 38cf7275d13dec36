#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

#include "edensync/core/result.hpp"

namespace edensync::beast {

namespace detail {

/// The content of a file that TLS needs. Errors: not_configured with the system's words.
inline result<std::string> read_tls_file(const std::string& path, const std::string& what) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (text.view().empty())
    return make_failure(error::not_configured,
                        "the file of " + what + " " + path + " cannot be read: " +
                            (errno != 0 ? std::generic_category().message(errno) : std::string("it is empty")));
  return std::move(text).str();
}

}  // namespace detail

/// The certificates in a file, in PEM, such as `tls_options::ca_file` names one, and nothing else that stands in it: no key.
///
/// Errors: not_configured with the file's name if it cannot be read, holds none, or holds one that is damaged.
inline result<std::string> read_certificates(const std::string& path) {
  const auto text = detail::read_tls_file(path, "certificates");
  if (!text) return text.error();
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> in(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())),
                                                         BIO_free_all);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), BIO_free_all);
  if (!in || !out) return make_failure(error::not_configured, path + " cannot be read: there is no memory");
  const auto ask_no_password = [](char*, int, int, void*) { return -1; };
  for (;;) {
    const std::unique_ptr<X509, decltype(&X509_free)> each(
        PEM_read_bio_X509(in.get(), nullptr, ask_no_password, nullptr), X509_free);
    if (!each) break;
    PEM_write_bio_X509(out.get(), each.get());
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return make_failure(error::not_configured, path + " holds a certificate that is damaged");
  std::string all(BIO_ctrl_pending(out.get()), '\0');
  if (all.empty()) return make_failure(error::not_configured, path + " holds no certificate in PEM");
  BIO_read(out.get(), all.data(), static_cast<int>(all.size()));
  return all;
}

}  // namespace edensync::beast
