#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace edensync::test {

/// A real HTTP proxy (tinyproxy) on a free port of the loopback address, which lets in "pilot" with "p4ss.word-1" only.
class password_proxy {
 public:
  static constexpr const char* program = "/usr/bin/tinyproxy";
  static bool installed() { return ::access(program, X_OK) == 0; }

  password_proxy() : port_(free_port()) {
    const auto configuration =
        folder_.file("tinyproxy.conf", "Port " + std::to_string(port_) +
                                           "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\n"
                                           "BasicAuth pilot p4ss.word-1\nLogLevel Critical\n");
    std::string words[] = {program, "-d", "-c", configuration};
    char* const pointers[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    char* const no_environment[] = {nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int out : {1, 2}) posix_spawn_file_actions_addopen(&actions, out, "/dev/null", O_WRONLY, 0);
    const int wrong = ::posix_spawn(&id_, program, &actions, nullptr, pointers, no_environment);
    posix_spawn_file_actions_destroy(&actions);
    if (wrong != 0) throw std::runtime_error("the proxy cannot be started");
    while (!answers()) {
      if (::waitpid(id_, nullptr, WNOHANG) != 0) {
        id_ = 0;
        throw std::runtime_error("the proxy does not start");
      }
      std::this_thread::yield();
    }
  }
  password_proxy(const password_proxy&) = delete;
  password_proxy& operator=(const password_proxy&) = delete;
  ~password_proxy() {
    if (id_ <= 0) return;
    ::kill(id_, SIGTERM);
    ::waitpid(id_, nullptr, 0);
  }

  std::string address(const std::string& who = "pilot:p4ss%2Eword-1@") const {
    return "http://" + who + "127.0.0.1:" + std::to_string(port_);
  }

 private:
  static sockaddr generic(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr a{};
    static_assert(sizeof a == sizeof at);
    std::memcpy(&a, &at, sizeof at);
    return a;
  }

  static std::uint16_t free_port() {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto at = generic(0);
    socklen_t size = sizeof at;
    const bool fine = ::bind(s, &at, size) == 0 && ::getsockname(s, &at, &size) == 0;
    ::close(s);
    if (!fine) throw std::runtime_error("no free port");
    sockaddr_in in{};
    std::memcpy(&in, &at, sizeof in);
    return ntohs(in.sin_port);
  }

  bool answers() const {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto to = generic(port_);
    const bool there = ::connect(s, &to, sizeof to) == 0;
    ::close(s);
    return there;
  }

  temporary_folder folder_;
  std::uint16_t port_;
  pid_t id_ = 0;
};

}  // namespace edensync::test
