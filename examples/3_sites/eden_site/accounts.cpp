#include "accounts.hpp"

#include <edensync/site/site.hpp>
#include <edensync/crypt/password_hash.hpp>
#include <edensync/system/uid_source.hpp>
#include <exception>
#include <iostream>

namespace eden_site {

namespace {

using edensync::access_level;
using edensync::error;
using edensync::make_failure;
using edensync::result;
using edensync::detail::guarded;
using edensync::sqlite::account_table;

}  // namespace

result<std::vector<edensync::account>> list_accounts(const data_folder& folder) {
  return guarded([&] { return account_table(folder.store_options()).all(); });
}

result<void> add_account(const data_folder& folder, const edensync::account& who, const std::string& password) {
  if (!edensync::is_account_name(who.name))
    return make_failure(error::bad_setting, "this cannot be an account's name: " + who.name);
  const auto hash = edensync::crypt::hash_password(password);
  if (!hash) return hash.error();
  return guarded([&] {
    if (!account_table(folder.store_options()).add({who, *hash}))
      edensync::throw_failure(error::bad_setting, "there is an account called " + who.name + " already");
  });
}

result<void> change_account(const data_folder& folder, const std::string& name, std::optional<access_level> level,
                            const std::optional<std::string>& password) {
  std::optional<std::string> hash;
  if (password) {
    auto made = edensync::crypt::hash_password(*password);
    if (!made) return made.error();
    hash = std::move(*made);
  }
  return guarded([&] {
    if (!account_table(folder.store_options()).change(name, level, hash))
      edensync::throw_failure(error::no_such_entry, "no account is called " + name);
  });
}

result<void> remove_account(const data_folder& folder, const std::string& name) {
  return guarded([&] {
    if (!account_table(folder.store_options()).erase(name))
      edensync::throw_failure(error::no_such_entry, "no account is called " + name);
  });
}

authenticator::authenticator(const data_folder& folder)
    : accounts_(folder.store_options()),
      nobodys_(edensync::crypt::hash_password(edensync::random_uid_source().make().text()).value()) {}

access_level authenticator::operator()(std::string_view name, std::string_view password) {
  try {
    std::optional<account_table::entry> found;
    {
      const std::lock_guard guard(lock_);
      found = accounts_.find(name);
    }
    // Whoever brings no credentials at all guesses nothing, and every first request may be one of those.
    if (!found && name.empty() && password.empty()) return access_level::unknown;
    const bool matches = edensync::crypt::password_matches(password, found ? found->hash : nobodys_);
    return found && matches ? found->who.level : access_level::unknown;
  } catch (const std::exception& e) {
    std::cerr << "eden-site: accounts cannot be read: " << e.what() << std::endl;
    throw;
  }
}

bool authenticator::is_well() {
  return guarded([&] {
           const std::lock_guard guard(lock_);
           (void)accounts_.find({});
         })
      .has_value();
}

}  // namespace eden_site
