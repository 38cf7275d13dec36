#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace edensync::test {

/// A certificate and its key, in PEM.
struct test_certificate {
  std::string certificate;
  std::string key;
  std::string fingerprint;  ///< as openssl shows it: capitals and colons
};

/// An authority that signs what a test needs; it is made anew each time.
class test_authority {
  template <class T, void (*Free)(T*)>
  struct freed {
    void operator()(T* p) const { Free(p); }
  };
  using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY, EVP_PKEY_free>>;
  using certificate_ptr = std::unique_ptr<X509, freed<X509, X509_free>>;

 public:
  explicit test_authority(const std::string& name = "Test Authority") : key_(make_key()) {
    certificate_ = make(name, key_.get(), nullptr, key_.get(), {}, -1, 10, true);
  }

  /// An authority below another one.
  test_authority(const std::string& name, const test_authority& above) : key_(make_key()) {
    certificate_ = make(name, key_.get(), above.certificate_.get(), above.key_.get(), {}, -1, 10, true);
  }

  std::string certificate() const { return pem(certificate_.get()); }

  /// `names`: "DNS:localhost,IP:127.0.0.1". It holds from and until so many days from now.
  test_certificate issue(const std::string& names = "DNS:localhost,IP:127.0.0.1", int from = -1, int until = 10) const {
    const auto key = make_key();
    const auto made = make("A Peer", key.get(), certificate_.get(), key_.get(), names, from, until, false);
    return {pem(made.get()), pem(key.get()), fingerprint(made.get())};
  }

  /// A key in PEM that asks for a password.
  static std::string locked_key() {
    const auto key = make_key();
    return in_memory([&](BIO* out) {
      std::string password = "secret";
      return PEM_write_bio_PrivateKey(out, key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr, password.data());
    });
  }

 private:
  static void require(bool fine) {
    if (!fine) throw std::runtime_error("no certificate can be made");
  }

  static key_ptr make_key() {
    key_ptr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    require(key != nullptr);
    return key;
  }

  static void extend(X509* to, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* const e = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    require(e != nullptr && X509_add_ext(to, e, -1) == 1);
    X509_EXTENSION_free(e);
  }

  static certificate_ptr make(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* signer,
                              const std::string& names, int from, int until, bool authority) {
    certificate_ptr c(X509_new());
    unsigned char serial[8];
    require(c && RAND_bytes(serial, sizeof serial) == 1);
    std::uint64_t number = 0;
    for (const auto byte : serial) number = number << 8 | byte;
    X509_set_version(c.get(), 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(c.get()), number >> 1);
    X509_gmtime_adj(X509_getm_notBefore(c.get()), from * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(c.get()), until * 86400L);
    X509_set_pubkey(c.get(), key);
    const std::string bytes = name;
    std::unique_ptr<unsigned char[]> cn(new unsigned char[bytes.size()]);
    bytes.copy(reinterpret_cast<char*>(cn.get()), bytes.size());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c.get()), "CN", MBSTRING_UTF8, cn.get(),
                               static_cast<int>(bytes.size()), -1, 0);
    X509* const by = issuer != nullptr ? issuer : c.get();
    X509_set_issuer_name(c.get(), X509_get_subject_name(by));
    if (authority) {
      extend(c.get(), by, NID_basic_constraints, "critical,CA:TRUE");
      extend(c.get(), by, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    if (!names.empty()) extend(c.get(), by, NID_subject_alt_name, names);
    require(X509_sign(c.get(), signer, EVP_sha256()) > 0);
    return c;
  }

  template <class F>
  static std::string in_memory(F write) {
    const std::unique_ptr<BIO, freed<BIO, BIO_free_all>> out(BIO_new(BIO_s_mem()));
    require(out && write(out.get()) == 1);
    std::string text(static_cast<std::size_t>(BIO_pending(out.get())), '\0');
    require(BIO_read(out.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()));
    return text;
  }
  static std::string pem(X509* c) {
    return in_memory([&](BIO* out) { return PEM_write_bio_X509(out, c); });
  }
  static std::string pem(EVP_PKEY* key) {
    return in_memory(
        [&](BIO* out) { return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
  }

  static std::string fingerprint(X509* c) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    require(X509_digest(c, EVP_sha256(), sum, &size) == 1);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      if (i != 0) text += ':';
      (text += "0123456789ABCDEF"[sum[i] >> 4]) += "0123456789ABCDEF"[sum[i] & 15];
    }
    return text;
  }

  key_ptr key_;
  certificate_ptr certificate_;
};

}  // namespace edensync::test
