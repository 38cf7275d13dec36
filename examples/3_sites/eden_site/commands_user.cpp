// user: who may ask this site for something.

#include <algorithm>
#include <iostream>
#include <ostream>
#include <utility>

#include "accounts.hpp"
#include "commands.hpp"
#include "output.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

using kind = option::kind;

std::optional<edensync::access_level> level_of(const arguments& given) {
  if (!given.has("access")) return std::nullopt;
  const auto level = edensync::parse_access_level(given.text("access"));
  if (!level) throw usage_error("--access is none, read, write or administer");
  return level;
}

void add(const arguments& given, std::ostream&) {
  const auto& name = given.text("name");
  const auto level = level_of(given).value_or(edensync::access_level::write);
  const auto& file = given.text("password-file");
  add_account(folder_of(given), {name, level}, read_password(file).value()).value();
}

bool has_administrator(const data_folder& folder) {
  const auto all = list_accounts(folder).value();
  return std::any_of(all.begin(), all.end(),
                     [](const edensync::account& a) { return a.level == edensync::access_level::administer; });
}

// Changes accounts, and says so if no administrator is left; nobody is locked out, who has this command.
template <class Change>
void change_accounts(const data_folder& folder, Change change) {
  const bool had_one = has_administrator(folder);
  change();
  if (had_one && !has_administrator(folder))
    std::cerr << "eden-site: no account may administer any more; user set --access administer changes that\n";
}

void set(const arguments& given, std::ostream&) {
  const auto& name = given.text("name");
  const auto level = level_of(given);
  std::optional<std::string> password;
  if (given.has("password-file")) password = read_password(given.text("password-file")).value();
  if (!level && !password) throw usage_error("what is to be set?");
  const auto folder = folder_of(given);
  change_accounts(folder, [&] { change_account(folder, name, level, password).value(); });
}

void list(const arguments& given, std::ostream& out) {
  listing all;
  for (const auto& a : list_accounts(folder_of(given)).value())
    all.add({{"name", a.name}, {"access", edensync::to_text(a.level)}});
  all.print(out, given.has("json"));
}

void remove(const arguments& given, std::ostream&) {
  const auto& name = given.text("name");
  const auto folder = folder_of(given);
  change_accounts(folder, [&] { remove_account(folder, name).value(); });
}

constexpr const char* levels =
    "\n\n  --access LEVEL         none: it may log in and nothing else; read: pull and register itself; write: push, "
    "too;\n"
    "                         administer: also push at once where others have to be allowed";

}  // namespace

std::vector<command> user_commands() {
  return {
      {"user add",
       "adds an account that may ask the site for something",
       std::string("--data DIR --name NAME --password-file FILE [--access none|read|write|administer]") + levels +
           "; write\n                         unless told\n"
           "  --password-file FILE   its password: the only line of the file",
       {{"data"}, {"name"}, {"password-file"}, {"access"}},
       add},
      {"user set",
       "changes the password or the rights of an account",
       std::string("--data DIR --name NAME [--password-file FILE] [--access none|read|write|administer]") + levels,
       {{"data"}, {"name"}, {"password-file"}, {"access"}},
       set},
      {"user list", "lists the accounts", "--data DIR [--json]", {{"data"}, {"json", kind::flag}}, list},
      {"user remove",
       "removes an account; if no administrator is left, it says so",
       "--data DIR --name NAME",
       {{"data"}, {"name"}},
       remove},
  };
}

}  // namespace eden_site
