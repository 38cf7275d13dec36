#include "edensync/memory/lossy_line.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace edensync;

namespace {

// Asks a number of questions, each with its number as body, and keeps what it hears: the answer, or the failure's code.
struct questions final : operation {
  int left;
  int asked = 0;
  std::size_t sent = 0;
  request_head head;
  std::string text;
  std::vector<std::string> heard;
  std::vector<boost::system::error_code> failures;

  explicit questions(int n) : left(n) { head.has_body = true; }

  const request_head* next() override {
    if (left-- == 0) return nullptr;
    text = "question " + std::to_string(++asked);
    sent = 0;
    heard.emplace_back();
    return &head;
  }
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), text.size() - sent);
    std::memcpy(into.data(), text.data() + sent, n);
    sent += n;
    return n;
  }
  result<void> on_head(const response_head&) override { return {}; }
  result<void> on_body(std::string_view piece) override {
    heard.back() += piece;
    return {};
  }
  result<void> on_end() override { return {}; }
  void on_failure(const failure& f) override {
    failures.push_back(f.code);
    heard.back() = "?";
  }
};

// A server that writes down what it is asked and when, and says the question back.
struct server {
  struct answering final : responder {
    explicit answering(server& s) : there(s) {}
    bool wants_body() const override { return true; }
    void on_body(std::string_view piece) override { body += piece; }
    void on_end() override {
      there.log.push_back(body);
      there.times.push_back(there.clock.now().seconds);
    }
    const response_head& head() const override { return head_; }
    result<std::size_t> read_body(std::span<char> into) override {
      const auto n = std::min(into.size(), body.size() - sent);
      std::memcpy(into.data(), body.data() + sent, n);
      sent += n;
      return n;
    }
    void on_failure(const failure&) override { ++there.broken; }
    server& there;
    std::string body;
    std::size_t sent = 0;
    response_head head_;
  };

  memory::manual_clock clock{timestamp{1000}};
  std::vector<std::string> log;
  std::vector<std::int64_t> times;
  int broken = 0;

  memory::lossy_line line(const memory::weather& w) {
    return {[this](const request_head&) { return std::make_unique<answering>(*this); }, clock, w};
  }
};

std::size_t unheard(const questions& q) {
  return static_cast<std::size_t>(std::count(q.heard.begin(), q.heard.end(), "?"));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_lossy_line, server)

BOOST_AUTO_TEST_CASE(in_good_weather_it_is_a_line) {
  auto good = line({});
  questions q(2);
  good.run(q);
  BOOST_TEST((q.heard == std::vector<std::string>{"question 1", "question 2"}));
  BOOST_TEST((log == q.heard));
  BOOST_TEST(clock.now().seconds == 1000);
}

BOOST_AUTO_TEST_CASE(messages_take_their_time) {
  auto slow = line({.quickest = 3, .slowest = 3});
  questions q(2);
  slow.run(q);
  BOOST_TEST((times == std::vector<std::int64_t>{1003, 1009}));
  BOOST_TEST(clock.now().seconds == 1012);
}

BOOST_AUTO_TEST_CASE(what_is_lost_is_waited_for) {
  auto bad = line({.patience = 10, .lost = 100});
  questions q(1);
  bad.run(q);
  BOOST_TEST(log.empty());
  BOOST_TEST((q.failures.at(0) == error::timed_out));
  BOOST_TEST(clock.now().seconds == 1010);
}

BOOST_AUTO_TEST_CASE(a_lost_answer_is_to_a_request_that_was_carried_out) {
  auto bad = line({.seed = 3, .lost = 50});
  questions q(100);
  bad.run(q);
  BOOST_TEST(unheard(q) > 50u);
  BOOST_TEST(log.size() > 25u);
  BOOST_TEST(log.size() + unheard(q) > 110u);
  BOOST_TEST(bad.so_far().lost == unheard(q));
}

BOOST_AUTO_TEST_CASE(what_comes_twice_is_answered_twice_and_heard_once) {
  auto twice = line({.doubled = 100});
  questions q(3);
  twice.run(q);
  twice.settle();
  BOOST_TEST(log.size() == 6u);
  BOOST_TEST((q.heard == std::vector<std::string>{"question 1", "question 2", "question 3"}));
}

BOOST_AUTO_TEST_CASE(requests_overtake_each_other) {
  auto slow = line({.quickest = 0, .slowest = 100, .patience = 20});
  questions q(40);
  slow.run(q);
  slow.settle();
  BOOST_TEST(log.size() == 40u);
  BOOST_TEST(!std::is_sorted(log.begin(), log.end(), [](const auto& a, const auto& b) {
    return std::stoi(a.substr(9)) < std::stoi(b.substr(9));
  }));
  BOOST_TEST(std::is_sorted(times.begin(), times.end()));
  BOOST_TEST(slow.so_far().late > 5u);
  for (std::size_t i = 0; i < q.heard.size(); ++i)
    if (q.heard[i] != "?") BOOST_TEST(q.heard[i] == "question " + std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(a_cut_leaves_a_part_and_both_sides_hear_of_it) {
  auto bad = line({.seed = 2, .cut = 50});
  questions q(100);
  bad.run(q);
  BOOST_TEST(broken > 30);
  BOOST_TEST(static_cast<std::size_t>(broken) == unheard(q));
  BOOST_TEST(log.size() < 70u);
  for (const auto& f : q.failures) BOOST_TEST((f == error::broken_transfer));
}

BOOST_AUTO_TEST_CASE(the_same_seed_has_the_same_mishaps) {
  const auto course = [](std::uint64_t seed) {
    server s;
    auto bad =
        s.line({.seed = seed, .quickest = 0, .slowest = 90, .patience = 60, .lost = 10, .cut = 10, .doubled = 10});
    questions q(50);
    bad.run(q);
    bad.settle();
    return std::pair(q.heard, s.log);
  };
  BOOST_TEST((course(5) == course(5)));
  BOOST_TEST((course(5) != course(6)));
}

BOOST_AUTO_TEST_CASE(who_throws_is_a_connection_that_fails) {
  memory::lossy_line nobody(
      [](const request_head&) -> std::unique_ptr<responder> { throw_failure(error::unreachable); }, clock, {});
  memory::loopback nobody_either(
      [](const request_head&) -> std::unique_ptr<responder> { throw_failure(error::unreachable); });
  questions q(2);
  nobody.run(q);
  q.left = 1;
  nobody_either.run(q);
  BOOST_TEST(q.failures.size() == 3u);
  for (const auto& f : q.failures) BOOST_TEST((f == error::unreachable));
}

BOOST_AUTO_TEST_SUITE_END()
