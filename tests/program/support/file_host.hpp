#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace edensync::test {

/// A host that has one file, and gives it to whoever asks. What it was asked stands in `heard` once it is gone.
class file_host {
 public:
  file_host(std::string file, std::string& heard)
      : file_(std::move(file)), heard_(heard), listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(listening_, generic(here), size) != 0 || ::listen(listening_, 4) != 0 ||
        ::getsockname(listening_, generic(here), &size) != 0)
      throw std::runtime_error("no host");
    address = "http://127.0.0.1:" + std::to_string(ntohs(here.sin_port));
    serving_ = std::thread([this] { serve(); });
  }
  file_host(const file_host&) = delete;
  file_host& operator=(const file_host&) = delete;
  ~file_host() {
    ::shutdown(listening_, SHUT_RDWR);
    serving_.join();
    ::close(listening_);
  }

  std::string address;

 private:
  static sockaddr* generic(sockaddr_in& a) { return static_cast<sockaddr*>(static_cast<void*>(&a)); }

  void serve() {
    for (int s; (s = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(s)) {
      std::string head;
      char piece[4096];
      while (head.find("\r\n\r\n") == std::string::npos) {
        const auto n = ::recv(s, piece, sizeof piece, 0);
        if (n <= 0) break;
        head.append(piece, static_cast<std::size_t>(n));
      }
      heard_ += head;
      const auto answer =
          "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: " + std::to_string(file_.size()) +
          "\r\nConnection: close\r\n\r\n" + file_;
      for (std::string_view left = answer; !left.empty();) {
        const auto n = ::send(s, left.data(), left.size(), MSG_NOSIGNAL);
        if (n <= 0) break;
        left.remove_prefix(static_cast<std::size_t>(n));
      }
    }
  }

  std::string file_;
  std::string& heard_;
  int listening_;
  std::thread serving_;
};

}  // namespace edensync::test
