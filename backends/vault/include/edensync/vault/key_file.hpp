#pragma once

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "edensync/core/result.hpp"

namespace edensync::vault {

namespace detail {

inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t nonce_size = 12;
inline constexpr std::size_t tag_size = 16;

// Overwritten at its end.
struct key {
  std::array<unsigned char, key_size> bytes{};
  key() = default;
  key(const key&) = default;
  key& operator=(const key&) = default;
  ~key() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

inline const unsigned char* raw(const std::string& s) { return reinterpret_cast<const unsigned char*>(s.data()); }
inline unsigned char* raw(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

inline constexpr std::string_view hex_digits = "0123456789abcdef";

inline std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += hex_digits[static_cast<unsigned char>(c) >> 4];
    out += hex_digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// Empty if it is none.
inline std::string from_hex(std::string_view text) {
  std::string out;
  if (text.size() % 2 != 0) return out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digits.find(text[i]), low = hex_digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

struct cipher_free {
  void operator()(EVP_CIPHER_CTX* c) const noexcept { EVP_CIPHER_CTX_free(c); }
};
using cipher = std::unique_ptr<EVP_CIPHER_CTX, cipher_free>;

}  // namespace detail

/// A vault whose key lies in a file: AES-256-GCM; models `secret_vault`.
///
/// The key is made when something is sealed first, with access for its owner alone, and read at each use: a copy of
/// the database is worth nothing without that file, and passwords must be typed in anew where it is lost.
/// Errors: bad_setting if the key is missing, is none, is not the one that was used, or may be read by others.
/// Thread safety: may be shared; two processes that make the key at once agree on one.
class key_file {
 public:
  explicit key_file(std::filesystem::path file) : file_(std::move(file)) {}

  const std::filesystem::path& path() const noexcept { return file_; }

  /// Whether a text is sealed.
  static bool is_sealed(std::string_view text) { return text.starts_with(mark); }

  /// An empty text stays empty.
  result<std::string> seal(std::string_view text) const {
    if (text.empty()) return std::string();
    auto k = read_key();
    if (!k) return k.error();
    if (!*k && !(k = make_key())) return k.error();
    std::string out(detail::nonce_size + text.size() + detail::tag_size, '\0');
    auto* const nonce = detail::raw(out);
    auto* const body = nonce + detail::nonce_size;
    const std::string plain(text);
    int n = 0, last = 0;
    const detail::cipher c(EVP_CIPHER_CTX_new());
    const bool done =
        c && RAND_bytes(nonce, static_cast<int>(detail::nonce_size)) == 1 &&
        EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, (*k)->bytes.data(), nonce) == 1 &&
        EVP_EncryptUpdate(c.get(), body, &n, detail::raw(plain), static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(c.get(), body + n, &last) == 1 &&
        EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(detail::tag_size), body + text.size()) == 1;
    if (!done) return make_failure(error::bad_setting, "the credentials cannot be sealed");
    return std::string(mark) + detail::to_hex(out);
  }

  /// What is not sealed is given back as it is.
  result<std::string> open(std::string_view text) const {
    if (!is_sealed(text)) return std::string(text);
    const auto k = read_key();
    if (!k) return k.error();
    if (!*k)
      return make_failure(error::bad_setting,
                          "the key of the credentials is missing: " + file_.string() + "; enter them anew");
    std::string sealed = detail::from_hex(text.substr(mark.size()));
    constexpr auto beside = detail::nonce_size + detail::tag_size;
    if (sealed.size() <= beside) return not_opened();
    const std::size_t size = sealed.size() - beside;
    auto* const nonce = detail::raw(sealed);
    auto* const body = nonce + detail::nonce_size;
    std::string out(size, '\0');
    int n = 0, last = 0;
    const detail::cipher c(EVP_CIPHER_CTX_new());
    const bool done =
        c && EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, (*k)->bytes.data(), nonce) == 1 &&
        EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(detail::tag_size), body + size) == 1 &&
        EVP_DecryptUpdate(c.get(), detail::raw(out), &n, body, static_cast<int>(size)) == 1 &&
        EVP_DecryptFinal_ex(c.get(), detail::raw(out) + n, &last) == 1;
    return done ? result<std::string>(std::move(out)) : not_opened();
  }

 private:
  static constexpr std::string_view mark = "sealed-1-";

  failure not_opened() const {
    return make_failure(error::bad_setting,
                        "the credentials were not sealed with the key in " + file_.string() + "; enter them anew");
  }

  failure failed() const {
    return make_failure(error::bad_setting, file_.string() + ": " + std::generic_category().message(errno));
  }

  // None if there is no file.
  result<std::optional<detail::key>> read_key() const {
    const int file = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
      if (errno == ENOENT) return std::optional<detail::key>();
      return failed();
    }
    struct stat is {};
    detail::key k;
    unsigned char beyond = 0;
    const bool known = ::fstat(file, &is) == 0 && S_ISREG(is.st_mode);
    const bool whole =
        known && ::read(file, k.bytes.data(), k.bytes.size()) == detail::key_size && ::read(file, &beyond, 1) == 0;
    ::close(file);
    if (!whole) return make_failure(error::bad_setting, file_.string() + " holds no key");
    if ((is.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      return make_failure(error::bad_setting, file_.string() + " may be read by others than its owner");
    return std::optional(k);
  }

  // Written beside and linked: there is never half a key, and whoever comes second takes the first one's.
  result<std::optional<detail::key>> make_key() const {
    detail::key k;
    std::array<unsigned char, 8> tail{};
    if (RAND_bytes(k.bytes.data(), static_cast<int>(k.bytes.size())) != 1 ||
        RAND_bytes(tail.data(), static_cast<int>(tail.size())) != 1)
      return make_failure(error::bad_setting, "no key can be made for the credentials");
    const std::string beside =
        file_.string() + "." + detail::to_hex({reinterpret_cast<const char*>(tail.data()), tail.size()});
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return failed();
    const bool written = ::write(file, k.bytes.data(), k.bytes.size()) == detail::key_size && ::fsync(file) == 0;
    const bool linked = written && (::link(beside.c_str(), file_.c_str()) == 0 || errno == EEXIST);
    const auto why = failed();
    ::close(file);
    ::unlink(beside.c_str());
    if (!linked) return why;
    return read_key();
  }

  std::filesystem::path file_;
};

}  // namespace edensync::vault
