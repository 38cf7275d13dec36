#pragma once

#include <edensync/core/account.hpp>
#include <edensync/core/result.hpp>
#include <edensync/sqlite/account_table.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data_folder.hpp"

namespace eden_site {

/// The accounts of a site, as an administrator sees and changes them. A running server sees the changes at once.
///
/// Errors: bad_setting for a name or password that cannot be one, no_such_entry, and those of the store.
edensync::result<std::vector<edensync::account>> list_accounts(const data_folder& folder);
edensync::result<void> add_account(const data_folder& folder, const edensync::account& who,
                                   const std::string& password);
edensync::result<void> change_account(const data_folder& folder, const std::string& name,
                                      std::optional<edensync::access_level> level,
                                      const std::optional<std::string>& password);
edensync::result<void> remove_account(const data_folder& folder, const std::string& name);

/// Says what an account may do, by its name and password.
///
/// Whether it was the name that is unknown or the password that is wrong cannot be told from the time it takes.
/// Thread safety: from any thread; each call holds a core for some tens of milliseconds.
class authenticator {
 public:
  /// Errors: those of the store, thrown.
  explicit authenticator(const data_folder& folder);

  /// Errors: those of the store, thrown, and told on standard error.
  edensync::access_level operator()(std::string_view name, std::string_view password);

  /// Whether the accounts can be read.
  bool is_well();

 private:
  std::mutex lock_;
  edensync::sqlite::account_table accounts_;
  std::string nobodys_;  // the hash of a password that nobody knows
};

}  // namespace eden_site
