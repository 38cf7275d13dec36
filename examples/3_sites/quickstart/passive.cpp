// The base: answers whoever comes with the right password, until it is told to stop.

#include <poll.h>
#include <unistd.h>

#include <edensync/site/passive_site.hpp>
#include <edensync/beast/server.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "node.hpp"

namespace eden_pair {

namespace {

volatile std::sig_atomic_t told_to_stop = 0;
void stop(int) { told_to_stop = 1; }

// Nobody should be left with a server that he does not know of: it ends with whoever holds its standard input.
void wait_for_the_end(std::int64_t seconds) {
  std::signal(SIGTERM, stop);
  std::signal(SIGINT, stop);
  pollfd input{STDIN_FILENO, POLLIN, 0};
  for (std::int64_t left = seconds * 5; left > 0 && told_to_stop == 0; --left) {
    char ignored[256];
    if (::poll(&input, 1, 200) > 0 && ::read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return;
  }
}

}  // namespace

void passive(const arguments& given) {
  node here(given);
  const char* const password = std::getenv("EDEN_PAIR_PASSWORD");
  if (password == nullptr || *password == '\0') throw usage_error("EDEN_PAIR_PASSWORD is not set");

  edensync::passive_site answering(
      here.site, {.authenticate = [user = given.text("user"), password = std::string(password)](
                                      std::string_view name,
                                      std::string_view secret) { return name == user && secret == password; },
                  .accept_pushes = true});
  edensync::beast::server server([&](const auto& request) { return answering.handle(request); });
  server.start().value();

  // Renamed when it is complete: whoever waits for the file never reads half a number.
  const std::filesystem::path file = given.text("port-file");
  const auto draft = file.string() + ".draft";
  std::ofstream(draft) << server.port() << '\n';
  std::filesystem::rename(draft, file);

  wait_for_the_end(given.number("for", 900));
  server.stop();
  const auto traffic = server.served();
  std::cout << "  the base answered " << traffic.requests << " requests: " << traffic.received << " bytes came, "
            << traffic.sent << " bytes went\n";
}

}  // namespace eden_pair
