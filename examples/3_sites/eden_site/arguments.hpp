#pragma once

#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace eden_site {

/// What the user did wrong, to be shown with a hint at --help.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An option that a command knows.
struct option {
  enum class kind { value, flag, many };
  std::string_view name;
  kind what = kind::value;
};

/// The words behind a command, read as the command's options say.
class arguments {
 public:
  /// Errors: `usage_error` for an option that is unknown, stands twice, or lacks its value.
  arguments(std::span<const std::string> words, std::span<const option> known);

  bool has(std::string_view name) const { return given_.contains(name); }

  /// Errors: `usage_error` if it is missing or empty.
  const std::string& text(std::string_view name) const;

  /// Empty if it is given as such; none if it is not given.
  std::optional<std::string> maybe(std::string_view name) const;

  /// All values of an option that may stand several times.
  const std::vector<std::string>& all(std::string_view name) const;

  /// Of `--name` and `--no-name`, which one is given. Errors: `usage_error` if both are.
  std::optional<bool> choice(std::string_view name) const;

  /// Errors: `usage_error` if it is no whole number, or a larger one than `most`.
  std::size_t number(std::string_view name, std::size_t otherwise, std::size_t most = longest_number) const;

  /// What the ledger can number.
  static constexpr std::size_t longest_number = std::size_t{1} << 62;

  /// The words that are no options.
  const std::vector<std::string>& others() const { return others_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::vector<std::string> others_;
};

}  // namespace eden_site
