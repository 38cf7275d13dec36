// eden-site: a site that Edens can synchronise with, and the commands that an administrator gives it. See README.md.
//
// Shows: a server for a site over edensync, with its schema read at run time, accounts, and everything an administrator
// can do as functions of their own. Needs: edensync, expat, sqlite, beast, crypt.

#include <sys/stat.h>

#include <edensync/core/result.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"

namespace {

using eden_site::command;
using eden_site::usage_error;

std::vector<command> all_commands() {
  std::vector<command> all;
  for (const auto part : {&eden_site::site_commands, &eden_site::user_commands, &eden_site::repository_commands,
                          &eden_site::resource_commands, &eden_site::dataset_commands, &eden_site::document_commands,
                          &eden_site::serve_commands, &eden_site::job_commands, &eden_site::sync_commands,
                          &eden_site::quarantine_commands, &eden_site::log_commands, &eden_site::check_commands,
                          &eden_site::backup_commands})
    for (auto& each : part()) all.push_back(std::move(each));
  return all;
}

void print_help(const std::vector<command>& all) {
  std::cout << "usage: eden-site COMMAND --data DIR [OPTION]...\n\nCommands:\n";
  for (const auto& c : all)
    std::cout << "  " << c.name << std::string(25 - std::min<std::size_t>(c.name.size(), 24), ' ') << c.purpose << '\n';
  std::cout << "\neden-site COMMAND --help tells the options of each. Exit status: 0 done, 1 failed, 2 wrong usage.\n";
}

void print_help(const command& c) {
  std::cout << "usage: eden-site " << c.name << ' ' << c.usage << "\n\n"
            << c.purpose << ".\nExit status: 0 done, 1 failed, 2 wrong usage.\n";
}

bool asks_for_help(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--help") != end;
}

int run(std::vector<std::string> words) {
  const auto all = all_commands();
  if (words.empty()) throw usage_error("which command?");
  if (words.front() == "--help" || words.front() == "help") {
    print_help(all);
    return 0;
  }
  // Two words first: `user` alone is none.
  const auto named = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(), [&](const command& c) { return c.name == name; });
  };
  std::ptrdiff_t used = 2;
  auto found = words.size() > 1 ? named(words[0] + ' ' + words[1]) : all.end();
  if (found == all.end()) used = 1, found = named(words[0]);
  if (found == all.end()) {
    std::string some;
    for (const auto& c : all)
      if (c.name.starts_with(words[0] + ' ')) some += (some.empty() ? "" : ", ") + c.name;
    if (some.empty()) throw usage_error("there is no command " + words[0]);
    if (asks_for_help(words)) {
      for (const auto& c : all)
        if (c.name.starts_with(words[0] + ' ')) std::cout << "eden-site " << c.name << ' ' << c.usage << '\n';
      return 0;
    }
    throw usage_error("it is one of " + some);
  }
  words.erase(words.begin(), words.begin() + used);
  if (asks_for_help(words)) {
    print_help(*found);
    return 0;
  }
  found->run(eden_site::arguments(words, found->options), std::cout);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  // Records, accounts and passwords are nobody else's.
  ::umask(077);
  try {
    const int status = run(std::vector<std::string>(words + 1, words + count));
    // Output that nobody could read must not count as done.
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "eden-site: the output cannot be written\n";
    return 1;
  } catch (const usage_error& e) {
    std::cerr << "eden-site: " << e.what() << "; see eden-site --help\n";
    return 2;
  } catch (const edensync::failure_exception& e) {
    // What an administrator did wrong needs no heading.
    const auto& why = e.why();
    const bool own = why.code == edensync::error::bad_setting || why.code == edensync::error::no_such_entry;
    std::cerr << "eden-site: " << (own && !why.info.ours().empty() ? why.info.ours() : why.text()) << '\n';
    return 1;
  } catch (const std::exception& e) {
    std::cerr << "eden-site: " << e.what() << '\n';
    return 1;
  }
}
