#pragma once

#include <crypt.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync::crypt {

/// Bytes of the longest password; the library takes no longer ones.
inline constexpr std::size_t longest_password = CRYPT_MAX_PASSPHRASE_SIZE - 1;

/// Whether a password can be hashed at all. For C a NUL would be its end, and what stands behind it would not count.
inline bool is_usable_password(std::string_view password) {
  return !password.empty() && password.size() <= longest_password && password.find('\0') == std::string_view::npos;
}

/// Makes a salted hash that is slow to compute: the library's own choice, yescrypt at present.
///
/// Errors: bad_setting if the password is empty, too long, or holds a NUL. Thread safety: from any thread.
result<std::string> hash_password(std::string_view password);

/// Whether a hash was made of this password. Takes as long for a wrong one, and for one that cannot be hashed.
///
/// Thread safety: from any thread. It takes 16 MiB and some tens of milliseconds each time.
bool password_matches(std::string_view password, const std::string& hash);

namespace detail {

// Empty if the library refuses the setting.
inline std::string hash(const std::string& password, const std::string& setting) {
  const auto room = std::make_unique<crypt_data>();
  const char* const made = crypt_rn(password.c_str(), setting.c_str(), room.get(), sizeof(crypt_data));
  std::string out = made == nullptr || *made == '*' ? std::string() : std::string(made);
  explicit_bzero(room.get(), sizeof(crypt_data));
  return out;
}

// Looks at each byte wherever the first difference is.
inline bool same_bytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char different = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    different =
        static_cast<unsigned char>(different | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  return different == 0;
}

}  // namespace detail

inline result<std::string> hash_password(std::string_view password) {
  if (!is_usable_password(password))
    return make_failure(error::bad_setting,
                        "a password has 1 to " + std::to_string(longest_password) + " bytes, none of which is a NUL");
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  // No prefix, no cost and no bytes: the library's own choice, and the system's entropy.
  if (crypt_gensalt_rn(nullptr, 0, nullptr, 0, setting.data(), static_cast<int>(setting.size())) == nullptr)
    return make_failure(error::bad_setting, "no salt can be made for a password");
  auto made = detail::hash(std::string(password), setting.data());
  if (made.empty()) return make_failure(error::bad_setting, "the password cannot be hashed");
  return made;
}

inline bool password_matches(std::string_view password, const std::string& hash) {
  const bool usable = is_usable_password(password);
  const auto made = detail::hash(usable ? std::string(password) : std::string("none"), hash);
  return !made.empty() && detail::same_bytes(made, hash) && usable;
}

}  // namespace edensync::crypt
