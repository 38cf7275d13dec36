#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
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
    release();
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    for (const int s : sockets_) ::shutdown(s, SHUT_RDWR);
    for (auto& t : pumps_) t.join();
    for (const int s : sockets_) ::close(s);
    ::close(listening_);
  }

  int port = 0;
  std::string address_of(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }

  /// On connections that begin from now on so many bytes of answers go through, and what comes behind them waits.
  void hold_after(std::uint64_t bytes) { set(true, bytes); }

  /// From now on no answer waits.
  void release() { set(false, 0); }

  /// Whether an answer waits.
  bool is_holding() {
    const std::lock_guard guard(lock_);
    return waiting_ != 0;
  }

 private:
  void set(bool holds, std::uint64_t allowed) {
    {
      const std::lock_guard guard(lock_);
      holds_ = holds;
      allowed_ = allowed;
      waiting_ = 0;
      ++generation_;
    }
    released_.notify_all();
  }

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
      pumps_.emplace_back([this, from, to] { pump(from, to, {}); });
      const std::lock_guard guard(lock_);
      pumps_.emplace_back([this, from, to, of = generation_] { pump(to, from, of); });
    }
  }

  // `answers`: the generation of its connection; none for requests.
  void pump(int from, int to, std::optional<std::uint64_t> answers) {
    char piece[4096];
    bool broken = false;
    for (ssize_t n; !broken && (n = ::recv(from, piece, sizeof piece, 0)) > 0;)
      for (std::size_t sent = 0, all = static_cast<std::size_t>(n); !broken && sent < all;) {
        const auto part = answers ? let_through(all - sent, *answers) : all - sent;
        broken = ::send(to, piece + sent, part, MSG_NOSIGNAL) != static_cast<ssize_t>(part);
        sent += part;
      }
    ::shutdown(to, SHUT_WR);
  }

  // Waits until some of these bytes may go; how many.
  std::size_t let_through(std::size_t bytes, std::uint64_t generation) {
    std::unique_lock guard(lock_);
    const auto free = [&] { return !holds_ || generation != generation_; };
    if (!free() && allowed_ == 0) {
      ++waiting_;
      released_.wait(guard, free);
    }
    if (free()) return bytes;
    const auto part = std::min<std::uint64_t>(bytes, allowed_);
    allowed_ -= part;
    return static_cast<std::size_t>(part);
  }

  int server_;
  int listening_;
  std::mutex lock_;  // guards the four below
  bool holds_ = false;
  std::uint64_t allowed_ = 0;
  std::uint64_t generation_ = 0;
  int waiting_ = 0;
  std::condition_variable released_;
  std::list<int> sockets_;  // of the accepting thread, until it has ended
  std::list<std::thread> pumps_;
  std::thread accepting_;
};

}  // namespace edensync::test
