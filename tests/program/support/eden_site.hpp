#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "support/temporary_folder.hpp"

// The program as its users have it: a process that is told something on its command line.
namespace edensync::test {

namespace fs = std::filesystem;

extern "C" char** environ;  // NOLINT: POSIX leaves its declaration to programs

inline fs::path fixture(std::string_view name) { return fs::path(EDENSYNC_SOURCE_DIR) / "tests/program/data" / name; }

/// A process of the program. Lifetime: what still runs at the end is killed.
class program_process {
 public:
  /// `out` and `err`: the files that its output goes to, or a descriptor that it is given.
  program_process(const std::vector<std::string>& words, int out, int err) {
    std::vector<std::string> all{EDEN_SITE_PROGRAM};
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (auto& w : all) pointers.push_back(w.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    const int wrong = posix_spawn(&id_, EDEN_SITE_PROGRAM, &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (wrong != 0) throw std::runtime_error("the program cannot be started: " + std::string(EDEN_SITE_PROGRAM));
  }
  program_process(const program_process&) = delete;
  program_process& operator=(const program_process&) = delete;
  ~program_process() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    (void)wait();
  }

  void signal(int which) const { ::kill(id_, which); }

  /// Its exit status once it has ended; 128 and the signal's number if one ended it.
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_ = 0;
};

/// What a command left behind.
struct done {
  int status = 0;
  std::string out, err;
};

/// A folder for one test, with a site's data folder in it and files beside it; it is removed in the end.
class workplace {
 public:
  std::string file(const std::string& name, std::string_view content) const { return folder_.file(name, content); }

  done run(const std::vector<std::string>& words) const {
    const auto out = root / ".out", err = root / ".err";
    const int o = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const int e = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    program_process p(words, o, e);
    ::close(o);
    ::close(e);
    const int status = p.wait();
    return {status, read_file(out), read_file(err)};
  }

  /// `run` with `--data` of this site behind the command's words, which are given as one text.
  done at(std::string_view command, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < command.size();) {
      const auto end = std::min(command.find(' ', begin), command.size());
      words.emplace_back(command.substr(begin, end - begin));
      begin = end + 1;
    }
    words.insert(words.end(), {"--data", data});
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }

  /// The same, which must succeed; its output.
  std::string good(std::string_view command, const std::vector<std::string>& options = {}) const {
    const auto d = at(command, options);
    BOOST_TEST(d.status == 0, command << ": " << d.err);
    BOOST_TEST(d.err == "");
    return d.out;
  }

  boost::json::value json(std::string_view command, std::vector<std::string> options = {}) const {
    options.emplace_back("--json");
    return boost::json::parse(good(command, options));
  }

  /// The same, which must fail with a status and words.
  void bad(int status, std::string_view words, std::string_view command,
           const std::vector<std::string>& options = {}) const {
    const auto d = at(command, options);
    BOOST_TEST(d.status == status, command << ": " << d.err);
    BOOST_TEST(d.err.find(words) != std::string::npos, command << ": " << d.err);
    BOOST_TEST(d.out == "");
  }

  /// The same for what has told something before it failed.
  void bad_with_output(int status, std::string_view words, std::string_view command,
                       const std::vector<std::string>& options = {}) const {
    const auto d = at(command, options);
    BOOST_TEST(d.status == status, command << ": " << d.err);
    BOOST_TEST(d.err.find(words) != std::string::npos, command << ": " << d.err);
    BOOST_TEST(d.out != "");
  }

  /// A site with the tables of the fixtures.
  void make() const {
    good("init");
    good("schema add",
         {fixture("dvr_centre.xml").string(), fixture("tables.json").string(), fixture("dvr_bed.xml").string()});
  }

  /// Waits until what `status` says of a repository is as wanted; whether that came within a minute.
  template <class Wanted>
  bool until(const std::string& repository, Wanted wanted) const {
    const auto last = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    do {
      const auto now = json("status", {"--repository", repository});
      if (wanted(now)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    } while (std::chrono::steady_clock::now() < last);
    BOOST_TEST_MESSAGE(good("status", {"--repository", repository}));
    return false;
  }

  void add_user(const std::string& name, const std::string& password, const std::string& access) const {
    good("user add", {"--name", name, "--password-file", file("password", password + "\n"), "--access", access});
  }

  temporary_folder folder_;

 public:
  const fs::path root = folder_.path();
  const std::string data = folder_.file("site");
};

/// A command that goes on while the test does. What it prints goes to the file `.background` of the workplace.
class background {
 public:
  background(const workplace& w, std::vector<std::string> words)
      : out_(::open((w.root / ".background").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)),
        process_(with_data(w, std::move(words)), out_, out_) {}
  ~background() { ::close(out_); }

  void signal(int which) const { process_.signal(which); }
  int wait() { return process_.wait(); }
  int stop(int which = SIGTERM) {
    signal(which);
    return wait();
  }

 private:
  static std::vector<std::string> with_data(const workplace& w, std::vector<std::string> words) {
    words.insert(words.end(), {"--data", w.data});
    return words;
  }

  int out_;
  program_process process_;
};

/// A site that is being served. What it says on standard error goes to the file `.served` of the workplace.
class served {
 public:
  explicit served(const workplace& w, const std::vector<std::string>& more = {}) : served(w, pipe_ends(), more) {}
  ~served() { ::close(out_); }

  int port = 0;
  std::string address;

  int stop(int signal = SIGTERM) {
    process_.signal(signal);
    return process_.wait();
  }

  /// Sends bytes as they are, and no end. Whoever asked closes what is given back.
  int begin(std::string_view bytes) const {
    const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // No test should wait for ever for an answer that does not come.
    const timeval patience{60, 0};
    ::setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr generic{};
    static_assert(sizeof generic == sizeof to);
    std::memcpy(&generic, &to, sizeof to);
    if (::connect(s, &generic, sizeof to) != 0) return s;
    while (!bytes.empty()) {
      const auto n = ::send(s, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return s;
  }

  /// Sends bytes as they are and reads until the server closes.
  std::string exchange(std::string_view request) const {
    std::string answer;
    const int s = begin(request);
    ::shutdown(s, SHUT_WR);  // or the server would wait for the rest of what it refuses
    char piece[16 * 1024];
    for (ssize_t n; (n = ::recv(s, piece, sizeof piece, 0)) > 0;) answer.append(piece, static_cast<std::size_t>(n));
    ::close(s);
    return answer;
  }

 private:
  struct ends {
    int out, in;
  };
  static ends pipe_ends() {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    return {both[0], both[1]};
  }

  served(const workplace& w, ends e, const std::vector<std::string>& more)
      : out_(e.out),
        err_(::open((w.root / ".served").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)),
        process_(words(w, more), e.in, err_) {
    ::close(e.in);
    ::close(err_);
    std::string line;
    for (char c = 0; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    constexpr std::string_view begin = "listening on ";
    BOOST_TEST_REQUIRE(line.starts_with(begin), "the server says: " << line);
    address = line.substr(begin.size());
    port = std::atoi(address.c_str() + address.find(':', 6) + 1);
  }

  static std::vector<std::string> words(const workplace& w, const std::vector<std::string>& more) {
    std::vector<std::string> all{"serve", "--data", w.data, "--listen", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  int out_, err_;
  program_process process_;
};

/// A whole request. `who`: Basic credentials, encoded; `more`: lines of the head.
inline std::string request(std::string_view method, std::string_view target, std::string_view who,
                           std::string_view body = {}, std::string_view more = {}) {
  std::string r(method);
  r.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n").append(more);
  if (!who.empty()) r.append("Authorization: Basic ").append(who).append("\r\n");
  if (method != "GET") r += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return r.append("\r\n").append(body);
}

/// The status of an answer; 0 if there was none.
inline int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

}  // namespace edensync::test
