// backup: all that the site has, in one file.

#include <ostream>

#include "backup.hpp"
#include "commands.hpp"
#include "end_signals.hpp"

namespace eden_site {

namespace {

void backup(const arguments& given, std::ostream& out) {
  if (given.others().size() != 1) throw usage_error("backup takes one file");
  // Whoever interrupts it gets a whole backup; half of one would stay beside it.
  const end_signals ends;
  const auto where = data_folder::find(given.text("data")).value();
  const auto bytes = back_up(where, given.others().front()).value();
  out << given.others().front() << ": " << bytes << " bytes\n";
}

}  // namespace

std::vector<command> backup_commands() {
  return {{"backup",
           "writes all that the site has into a new ZIP archive, while it is served and synchronised",
           "--data DIR FILE\n\n"
           "  To restore it, unpack it into an empty folder. The key of the passwords, credentials.key, is not in it: "
           "keep\n"
           "  it somewhere else, or enter the passwords of repositories anew",
           {{"data"}},
           backup}};
}

}  // namespace eden_site
