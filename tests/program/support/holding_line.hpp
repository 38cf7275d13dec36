#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace edensync::test {

/// A line to a server of this machine that can hold its answers back, as a peer does that hangs.
class holding_line {
 public:
  explicit holding_line(int server) : server_(server), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto here = address(0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    if (::bind(listening_, generic(&here), sizeof here) != 0 || ::listen(listening_, 16) != 0 ||
        ::getsockname(listening_, generic(&bound), &size) != 0)
      throw std::runtime_error("no line");
    port = ntohs(bound.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  holding_line(const holding_line&) = delete;
  holding_line& operator=(const holding_line&) = delete;
  ~holding_line() {
    ended_ = true;
    hold(false);
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    for (const int s : sockets_) ::shutdown(s, SHUT_RDWR);
    for (auto& t : pumps_) t.join();
    for (const int s : sockets_) ::close(s);
    ::close(listening_);
  }

  int port = 0;
  std::string address_of(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }

  /// From now on answers wait, or those that wait go on.
  void hold(bool yes) {
    {
      const std::lock_guard guard(lock_);
      holds_ = yes;
    }
    released_.notify_all();
  }

  /// Whether an answer waits.
  bool is_holding() const { return waiting_ != 0; }

 private:
  static sockaddr_in address(int port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(static_cast<std::uint16_t>(port));
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
  }
  static const sockaddr* generic(const sockaddr_in* a) {
    return static_cast<const sockaddr*>(static_cast<const void*>(a));
  }
  static sockaddr* generic(sockaddr_in* a) { return static_cast<sockaddr*>(static_cast<void*>(a)); }

  void accept() {
    for (;;) {
      const int from = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (from < 0) return;
      const int to = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto server = address(server_);
      sockets_.push_back(from);
      sockets_.push_back(to);
      if (::connect(to, generic(&server), sizeof server) != 0) {
        ::shutdown(from, SHUT_RDWR);
        continue;
      }
      pumps_.emplace_back([this, from, to] { pump(from, to, false); });
      pumps_.emplace_back([this, from, to] { pump(to, from, true); });
    }
  }

  void pump(int from, int to, bool answers) {
    char piece[4096];
    for (ssize_t n; (n = ::recv(from, piece, sizeof piece, 0)) > 0;) {
      if (answers) {
        std::unique_lock guard(lock_);
        ++waiting_;
        released_.wait(guard, [this] { return !holds_ || ended_; });
        --waiting_;
      }
      if (::send(to, piece, static_cast<std::size_t>(n), MSG_NOSIGNAL) != n) break;
    }
    ::shutdown(to, SHUT_WR);
  }

  int server_;
  int listening_;
  std::atomic<bool> ended_{false};
  std::atomic<int> waiting_{0};
  std::mutex lock_;
  std::condition_variable released_;
  bool holds_ = false;
  std::list<int> sockets_;  // of the accepting thread, until it has ended
  std::list<std::thread> pumps_;
  std::thread accepting_;
};

}  // namespace edensync::test
