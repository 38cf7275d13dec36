#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edensync {

/// One HTTP header field.
struct header_field {
  std::string name;
  std::string value{};
};

/// HTTP header fields in the order written; names compare without case.
class header_fields {
 public:
  void set(std::string name, std::string content) {
    for (auto& f : fields_)
      if (same_name(f.name, name)) {
        f.value = std::move(content);
        return;
      }
    fields_.push_back({std::move(name), std::move(content)});
  }

  /// The value of a field, empty if it is absent. Lifetime: until the next change.
  std::string_view get(std::string_view name) const {
    for (const auto& f : fields_)
      if (same_name(f.name, name)) return f.value;
    return {};
  }

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  static bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
  }
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

  std::vector<header_field> fields_;
};

/// The head of a request. A transport adds Host, framing and credentials.
struct request_head {
  std::string method = "GET";
  /// The path below the peer's base URL, beginning with `/`, and the query: `/sync/sync.xml?resource=…`.
  std::string target;
  header_fields headers;
  /// Whether a body follows.
  bool has_body = false;
  /// The length of the body in bytes, or -1 if it is not known beforehand.
  long long body_length = -1;
  /// The account that the transport authenticated, or the one that the caller claims: user name and password of
  /// HTTP Basic. Empty if none. Servers fill them in; clients take them from the repository.
  std::string user;
  std::string password;
};

/// The head of an answer.
struct response_head {
  unsigned status = 200;
  header_fields headers;
  /// What the transport sent along by which this site is believed, such as the password and what HTTP Basic makes of it:
  /// the peer may repeat it in what it says. Clients fill it in; nobody keeps or shows it.
  std::vector<std::string> secrets{};
};

}  // namespace edensync
