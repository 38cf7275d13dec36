// Many peers at one server at once, some of them slow. benchmarks/load.sh calls it; by hand:
//
//   load PORT PEERS SECONDS PID [--rss-limit MIB]
//
// The server must know accounts peers-0, peers-1 … of the password "secret", one for each hundred peers, accept pushes and have
// the table dvr_centre. Of ten peers six pull everything, two push twenty new records each time, one takes its answer a byte in
// a second, and one sends so, in turn the head and the body. Prints one line of JSON; fails if any answer was none that is
// documented, or if the process PID has held more memory than allowed.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/beast/basic_credentials.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clock_type = std::chrono::steady_clock;
template <class T>
using task = asio::awaitable<T>;

struct plan {
  std::uint16_t port = 0;
  int peers = 0;
  clock_type::time_point end;
};

struct seen {
  std::uint64_t pulls = 0, pushes = 0, pushed_records = 0, pulled_bytes = 0, too_many = 0, slow = 0, slow_ended = 0;
  std::map<std::string, std::uint64_t> errors;
};

const auto no_throw = [](error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); };

// One of the peers, which asks until the time is over.
class peer {
 public:
  peer(asio::io_context& io, const plan& p, seen& s, int number) : io_(io), plan_(p), seen_(s), number_(number) {}

  task<void> run() {
    uuid_ = "urn:uuid:load-" + std::to_string(number_);
    const auto registered =
        co_await ask(request("POST", "/eden/sync/repository/register.json",
                             "{\"uuid\": \"" + uuid_ + "\", \"name\": \"Peer " + std::to_string(number_) + "\"}"));
    if (!registered.starts_with("HTTP/1.1 200 ")) co_return wrong("registration", registered);
    const std::string at = "/eden/sync/sync.xml?resource=dvr_centre&repository=" + uuid_;
    for (std::uint64_t round = 0; clock_type::now() < plan_.end; ++round) switch (number_ % 10) {
        case 0:
        case 1: co_await push(at, round); break;
        case 2: co_await read_slowly(request("GET", at)); break;
        case 3: co_await write_slowly(at, round); break;
        default: co_await pull(at);
      }
  }

 private:
  std::string request(std::string_view method, std::string_view target, std::string_view body = {}) const {
    edensync::beast::basic_credentials who{"peers-" + std::to_string(number_ / 100), "secret"};
    std::string r(method);
    r.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: ");
    r.append(edensync::beast::to_authorization(who)).append("\r\n");
    if (method != "GET") r += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return r.append("\r\n").append(body);
  }

  std::string records(std::uint64_t round, int n) const {
    std::string all = "<s3xml>";
    for (int i = 0; i < n; ++i) {
      const auto name = std::to_string(number_) + "-" + std::to_string(round) + "-" + std::to_string(i);
      all += "<resource name=\"dvr_centre\" uuid=\"urn:uuid:load-record-" + name +
             "\" modified_on=\"2026-03-02T09:30:00\"><data field=\"name\">Centre " + name + "</data></resource>";
    }
    return all + "</s3xml>";
  }

  task<tcp::socket> connect(error_code& ec) {
    tcp::socket s(io_);
    co_await s.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), plan_.port), no_throw(ec));
    co_return s;
  }

  task<void> sleep_a_second() {
    asio::steady_timer t(io_, std::chrono::seconds(1));
    error_code ignored;
    co_await t.async_wait(no_throw(ignored));
  }

  // The answer, whole; empty if there was none.
  task<std::string> ask(std::string bytes) {
    error_code ec;
    auto s = co_await connect(ec);
    if (!ec) co_await asio::async_write(s, asio::buffer(bytes), no_throw(ec));
    std::string answer;
    std::array<char, 16384> piece;
    while (!ec) {
      const auto n = co_await s.async_read_some(asio::buffer(piece), no_throw(ec));
      answer.append(piece.data(), n);
    }
    if (ec != asio::error::eof) answer = "(" + ec.message() + ") " + answer;
    co_return answer;
  }

  task<void> pull(const std::string& at) {
    const auto answer = co_await ask(request("GET", at));
    if (refused(answer)) co_return;
    if (!answer.starts_with("HTTP/1.1 200 ") || answer.find("</s3xml>") == std::string::npos ||
        !answer.ends_with("\r\n0\r\n\r\n"))
      co_return wrong("pull", answer);
    ++seen_.pulls;
    seen_.pulled_bytes += answer.size();
  }

  task<void> push(const std::string& at, std::uint64_t round) {
    constexpr int n = 20;
    const auto answer = co_await ask(request("POST", at, records(round, n)));
    if (refused(answer)) co_return;
    if (!answer.starts_with("HTTP/1.1 200 ") || answer.find("\"status\": \"success\"") == std::string::npos)
      co_return wrong("push", answer);
    ++seen_.pushes;
    seen_.pushed_records += n;
  }

  task<void> read_slowly(std::string bytes) {
    error_code ec;
    auto s = co_await connect(ec);
    // So that the server has to wait, and not the system.
    s.set_option(tcp::socket::receive_buffer_size(4096), ec);
    ++seen_.slow;
    co_await asio::async_write(s, asio::buffer(bytes), no_throw(ec));
    for (char c; !ec && clock_type::now() < plan_.end; co_await sleep_a_second())
      co_await s.async_read_some(asio::buffer(&c, 1), no_throw(ec));
    if (ec) ++seen_.slow_ended;
  }

  task<void> write_slowly(const std::string& at, std::uint64_t round) {
    const auto bytes = request("POST", at, records(round, 1));
    error_code ec;
    auto s = co_await connect(ec);
    ++seen_.slow;
    std::size_t sent = round % 2 == 0 ? 0 : bytes.find("\r\n\r\n") + 4;
    if (!ec) co_await asio::async_write(s, asio::buffer(bytes.data(), sent), no_throw(ec));
    for (; !ec && sent < bytes.size() && clock_type::now() < plan_.end; ++sent) {
      co_await asio::async_write(s, asio::buffer(bytes.data() + sent, 1), no_throw(ec));
      co_await sleep_a_second();
    }
    if (ec) ++seen_.slow_ended;
  }

  // What is documented: too many connections at once.
  bool refused(const std::string& answer) {
    const bool is = answer.starts_with("HTTP/1.1 503 ");
    if (is) ++seen_.too_many;
    return is;
  }

  void wrong(const std::string& what, const std::string& answer) {
    ++seen_.errors[what + ": " + answer.substr(0, std::min<std::size_t>(answer.find("\r\n"), 80))];
  }

  asio::io_context& io_;
  const plan& plan_;
  seen& seen_;
  const int number_;
  std::string uuid_;
};

double peak_rss_mib(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return -1;
}

}  // namespace

int main(int count, char** words) {
  if (count < 5) {
    std::cerr << "see the head of load.cpp\n";
    return 2;
  }
  const int seconds = std::atoi(words[3]);
  plan p{static_cast<std::uint16_t>(std::atoi(words[1])), std::atoi(words[2]),
         clock_type::now() + std::chrono::seconds(seconds)};
  const double limit = count == 7 && std::string_view(words[5]) == "--rss-limit" ? std::atof(words[6]) : 0;
  asio::io_context io;
  seen s;
  std::vector<peer> peers;
  for (int i = 0; i < p.peers; ++i) peers.emplace_back(io, p, s, i);
  for (auto& each : peers) asio::co_spawn(io, each.run(), asio::detached);
  io.run();
  const double rss = peak_rss_mib(words[4]);
  std::uint64_t errors = 0;
  for (const auto& [what, n] : s.errors) {
    errors += n;
    std::cerr << n << " times " << what << '\n';
  }
  std::printf(
      "{\"case\": \"load\", \"peers\": %d, \"seconds\": %d, \"pulls\": %llu, \"pulled_bytes\": %llu, \"pushes\": %llu, "
      "\"pushed_records\": %llu, \"too_many_connections\": %llu, \"slow\": %llu, \"slow_ended_by_server\": %llu, "
      "\"errors\": %llu, \"server_peak_rss_mib\": %.1f}\n",
      p.peers, seconds, static_cast<unsigned long long>(s.pulls), static_cast<unsigned long long>(s.pulled_bytes),
      static_cast<unsigned long long>(s.pushes), static_cast<unsigned long long>(s.pushed_records),
      static_cast<unsigned long long>(s.too_many), static_cast<unsigned long long>(s.slow),
      static_cast<unsigned long long>(s.slow_ended), static_cast<unsigned long long>(errors), rss);
  if (rss < 0 || (limit > 0 && rss > limit)) {
    std::cerr << "the server held " << rss << " MiB\n";
    return 1;
  }
  return errors == 0 && s.pulls > 0 && s.pushes > 0 ? 0 : 1;
}
