#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"

namespace edensync::beast::test {

/// Text that compresses like S3XML.
inline std::string records(std::size_t bytes) {
  std::string text = "<?xml version='1.0' encoding='utf-8'?>\n<s3xml>";
  std::uint64_t seed = 1;
  while (text.size() < bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    text += "<resource name=\"org_office\" uuid=\"urn:uuid:" + std::to_string(seed) +
            "\"><data field=\"name\">Relief office</data></resource>";
  }
  text.resize(bytes);
  return text;
}

struct test_request {
  request_head head;
  std::string body;
};

inline test_request get(std::string target) {
  test_request r;
  r.head.target = std::move(target);
  return r;
}

/// With its length, or chunked.
inline test_request post(std::string target, std::string body, bool chunked = false) {
  test_request r;
  r.head.method = "POST";
  r.head.target = std::move(target);
  r.head.headers.set("Content-Type", "text/xml");
  r.head.has_body = true;
  r.head.body_length = chunked ? -1 : static_cast<long long>(body.size());
  r.body = std::move(body);
  return r;
}

/// What became of one request.
struct test_answer {
  unsigned status = 0;
  header_fields headers;
  std::vector<std::string> secrets{};
  std::string body;
  std::size_t pieces = 0;
  bool ended = false;
  std::optional<failure> why;
};

/// Sends the requests given and keeps what came of them; checks that it is driven as the contract says.
class test_operation final : public operation {
 public:
  explicit test_operation(std::vector<test_request> requests) : requests_(std::move(requests)) {}
  explicit test_operation(test_request one) { requests_.push_back(std::move(one)); }

  const request_head* next() override {
    if (!answers.empty()) require(last().ended != last().why.has_value(), "next before the exchange is over");
    if (answers.size() == requests_.size()) return nullptr;
    answers.emplace_back();
    taken_ = 0;
    return &requests_[answers.size() - 1].head;
  }
  result<std::size_t> read_body(std::span<char> into) override {
    require(!last().ended && !last().why, "read_body after the end");
    if (fail_reading_at && taken_ >= *fail_reading_at) return make_failure(error::store_failed, "the disk is gone");
    const std::size_t n = requests_[answers.size() - 1].body.copy(into.data(), into.size(), taken_);
    taken_ += n;
    return n;
  }
  result<void> on_head(const response_head& head) override {
    require(last().status == 0 && !last().why, "a second head");
    last().status = head.status;
    last().headers = head.headers;
    last().secrets = head.secrets;
    if (fail_on_head) return make_failure(error::refused, "I have seen enough");
    return {};
  }
  result<void> on_body(std::string_view piece) override {
    require(last().status != 0 && !last().ended && !last().why, "a body out of order");
    ++last().pieces;
    last().body += piece;
    if (on_piece) on_piece();
    if (fail_on_body) return make_failure(error::malformed_document, "this is no XML");
    return {};
  }
  result<void> on_end() override {
    require(last().status != 0 && !last().ended && !last().why, "an end out of order");
    last().ended = true;
    return {};
  }
  void on_failure(const failure& why) override {
    require(!last().ended && !last().why, "a failure after the end");
    last().why = why;
  }

  test_answer& last() { return answers.back(); }
  std::size_t taken() const { return taken_; }

  std::vector<test_answer> answers;
  std::optional<std::size_t> fail_reading_at;
  bool fail_on_head = false;
  bool fail_on_body = false;
  std::function<void()> on_piece;

 private:
  static void require(bool fine, const char* what) {
    if (!fine) throw std::logic_error(what);
  }

  std::vector<test_request> requests_;
  std::size_t taken_ = 0;
};

/// What a responder does; the functions may block.
struct plan {
  unsigned status = 200;
  std::string type = "text/xml";
  std::string body;
  bool echo = false;             ///< answer with the request's body instead
  std::size_t wants = SIZE_MAX;  ///< how much of the request it takes before it refuses the rest
  std::optional<std::size_t> fail_after;
  std::function<void(std::string_view)> on_body;
  std::function<void()> on_end;
  std::function<void()> on_read;
  std::function<void(const failure&)> on_failure;
};

class test_responder final : public responder {
 public:
  explicit test_responder(plan p) : plan_(std::move(p)) {
    head_.status = plan_.status;
    head_.headers.set("Content-Type", plan_.type);
  }
  bool wants_body() const override { return taken_ < plan_.wants; }
  void on_body(std::string_view piece) override {
    taken_ += piece.size();
    if (plan_.echo) plan_.body += piece;
    if (plan_.on_body) plan_.on_body(piece);
  }
  void on_end() override {
    if (plan_.on_end) plan_.on_end();
  }
  const response_head& head() const override { return head_; }
  result<std::size_t> read_body(std::span<char> into) override {
    if (plan_.on_read) plan_.on_read();
    if (plan_.fail_after && given_ >= *plan_.fail_after) return make_failure(error::store_failed, "the disk is gone");
    const std::size_t n = plan_.body.copy(into.data(), into.size(), given_);
    given_ += n;
    return n;
  }
  void on_failure(const failure& why) override {
    if (plan_.on_failure) plan_.on_failure(why);
  }

 private:
  plan plan_;
  response_head head_;
  std::size_t taken_ = 0;
  std::size_t given_ = 0;
};

inline auto answer_with(plan p) {
  return [p = std::move(p)](const request_head&) { return std::make_unique<test_responder>(p); };
}

/// A connected socket without any manners.
class raw_socket {
 public:
  explicit raw_socket(int fd) : fd_(fd) {}
  raw_socket(raw_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  raw_socket& operator=(raw_socket&&) = delete;
  ~raw_socket() { close(); }

  static raw_socket connect(std::uint16_t port) {
    auto s = try_connect(port);
    if (!s) throw std::runtime_error("cannot connect");
    return std::move(*s);
  }
  static std::optional<raw_socket> try_connect(std::uint16_t port) {
    raw_socket s(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to = loopback(port);
    if (::connect(s.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return std::nullopt;
    return s;
  }

  /// False once the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Empty at the end.
  std::string receive() {
    std::string bytes(65536, '\0');
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }

  std::string receive_until(std::string_view end) {
    std::string all;
    while (all.find(end) == std::string::npos) {
      const std::string some = receive();
      if (some.empty()) break;
      all += some;
    }
    return all;
  }

  std::string receive_all() {
    std::string all;
    for (std::string some = receive(); !some.empty(); some = receive()) all += some;
    return all;
  }

  /// As `recv`: 0 at an orderly end, -1 if the connection was reset.
  ssize_t receive_or_error(char* byte) {
    const auto n = ::recv(fd_, byte, 1, 0);
    reset_ = reset_ || (n < 0 && errno == ECONNRESET);
    return n;
  }
  bool was_reset() const { return reset_; }

  /// So that the other side is told that something is wrong, rather than that this is the end.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  int descriptor() const { return fd_; }
  void shut_sending() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
  }

 private:
  int fd_;
  bool reset_ = false;
};

/// A peer that does to each connection, one after the other, what the function says.
class raw_peer {
 public:
  explicit raw_peer(std::function<void(raw_socket&)> act) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at = raw_socket::loopback(0);
    socklen_t size = sizeof at;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([fd = listener_, act = std::move(act)] {
      for (;;) {
        const int one = ::accept(fd, nullptr, nullptr);
        if (one < 0) return;
        raw_socket s(one);
        act(s);
      }
    });
  }
  raw_peer(const raw_peer&) = delete;
  raw_peer& operator=(const raw_peer&) = delete;
  ~raw_peer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/eden"; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// A peer that reads the head of a request and answers with these bytes, then closes.
inline auto say(std::string bytes) {
  return [bytes = std::move(bytes)](raw_socket& s) {
    s.receive_until("\r\n\r\n");
    s.send(bytes);
    s.shut_sending();
    s.receive_all();
  };
}

inline std::string url_of(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + "/eden"; }

}  // namespace edensync::beast::test
