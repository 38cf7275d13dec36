// eden_pair: two sites of relief workers, a base and a field office, each a process with a database of its own.
//
// Shows: a whole application over edensync: SQLite stores, HTTP on the loopback address, records written by people at both
// ends, runs, conflicts, the log. Needs: edensync, expat, sqlite, beast. run.sh tells the whole story.

#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include "node.hpp"

namespace {

constexpr const char* help = R"(usage: eden_pair COMMAND --db FILE --site base|field [OPTION VALUE]...

Commands:
  load FILE...   take exports of an Eden (S3XML) into the database
  fill           enter the field office's own records, as people there would
  edit STEP      edit, delete, undelete and merge records; STEP is base-first, field or base-last
  passive        answer registrations, pulls and pushes, until standard input ends or SIGTERM comes
  register       tell the field office where the base is, and register there
  active         one run: pull and push each resource
  decisions      how the conflicts of this site were decided, in words
  log            the last lines of the synchronisation log

Options:
  --db FILE          the site's SQLite database; it is created if it is not there
  --site base|field  which of the two sites it is
  --port-file FILE   passive: where the port is written to once it listens (on 127.0.0.1, a free port)
  --for SECONDS      passive: the longest time to stay; 900 unless told
  --url URL          register: where the base is, for instance http://127.0.0.1:8000/eden
  --user NAME        passive and register: the account of the field office; its password is in the environment
                     variable EDEN_PAIR_PASSWORD, because command lines can be read by others
  --expect nothing   active: fail if a record was changed
  --since TIME       decisions: from when on, as 2026-07-01T08:00:00 (UTC)
  --last N           log: how many lines; 12 unless told
  --ahead SECONDS    how far the site's clock is put forward; 0 unless told
  --help             this text

Exit code: 0 done, 1 failed, 2 wrong usage.
)";

const std::map<std::string, std::function<void(const eden_pair::arguments&)>> commands{
    {"load", eden_pair::load},       {"fill", eden_pair::fill},          {"edit", eden_pair::edit},
    {"passive", eden_pair::passive}, {"active", eden_pair::active},      {"register", eden_pair::register_site},
    {"log", eden_pair::print_log},   {"decisions", eden_pair::decisions}};

}  // namespace

int main(int count, char** words) {
  try {
    const eden_pair::arguments given(count, words);
    if (given.has("help")) {
      std::cout << help;
      return 0;
    }
    if (given.others.empty()) throw eden_pair::usage_error("which command?");
    const auto command = commands.find(given.others.front());
    if (command == commands.end()) throw eden_pair::usage_error("there is no command " + given.others.front());
    if (const auto site = given.text("site"); site != "base" && site != "field")
      throw eden_pair::usage_error("--site is base or field");
    command->second(given);
    // Output that nobody could read must not count as done.
    std::cout.flush();
    return std::cout ? 0 : 1;
  } catch (const eden_pair::usage_error& e) {
    std::cerr << "eden_pair: " << e.what() << "; see eden_pair --help\n";
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "eden_pair: " << e.what() << '\n';
    return 1;
  }
}
