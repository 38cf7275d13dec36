#include "edensync/memory/loopback.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

using namespace edensync;

namespace {

// Sends one text and keeps what it hears.
struct caller final : operation {
  std::string send;
  std::string heard;
  std::size_t sent = 0;
  unsigned status = 0;
  int heads = 1;
  bool ended = false;
  bool dislikes_the_answer = false;
  std::optional<failure> why;
  request_head head;

  const request_head* next() override {
    head.has_body = !send.empty();
    return heads-- > 0 ? &head : nullptr;
  }
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), send.size() - sent);
    std::memcpy(into.data(), send.data() + sent, n);
    sent += n;
    return n;
  }
  result<void> on_head(const response_head& h) override {
    status = h.status;
    return {};
  }
  result<void> on_body(std::string_view piece) override {
    if (dislikes_the_answer) return make_failure(error::unexpected_answer);
    heard += piece;
    return {};
  }
  result<void> on_end() override {
    ended = true;
    return {};
  }
  void on_failure(const failure& f) override { why = f; }
};

struct log_of_answer {
  std::string body;
  bool ended = false;
  bool failed = false;
  std::string user;
};

// Says the request back.
struct echo final : responder {
  explicit echo(log_of_answer& l, bool wants = true) : log(l), wants_(wants) {}
  bool wants_body() const override { return wants_; }
  void on_body(std::string_view piece) override { log.body += piece; }
  void on_end() override { log.ended = true; }
  const response_head& head() const override { return head_; }
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), log.body.size() - sent_);
    std::memcpy(into.data(), log.body.data() + sent_, n);
    sent_ += n;
    return n;
  }
  void on_failure(const failure&) override { log.failed = true; }
  log_of_answer& log;
  bool wants_;
  response_head head_;
  std::size_t sent_ = 0;
};

struct fixture {
  log_of_answer log;
  caller op;
  memory::loopback line{[this](const request_head& h) {
                          log.user = h.user + ":" + h.password;
                          return std::make_unique<echo>(log);
                        },
                        "me", "secret"};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_loopback, fixture)

BOOST_AUTO_TEST_CASE(carries_a_request_and_its_answer_in_pieces) {
  op.send = "hello";
  line.set_piece(2);
  line.run(op);
  BOOST_TEST(op.heard == "hello");
  BOOST_TEST(op.ended);
  BOOST_TEST(op.status == 200u);
  BOOST_TEST(!op.why.has_value());
  BOOST_TEST(log.ended);
  BOOST_TEST(log.user == "me:secret");
  BOOST_TEST(line.bytes_up() == 5u);
  BOOST_TEST(line.bytes_down() == 5u);
  BOOST_TEST(line.exchanges() == 1u);
}

BOOST_AUTO_TEST_CASE(can_be_cut_after_any_number_of_bytes_of_both_bodies) {
  for (std::uint64_t n = 0; n < 10; ++n) {
    fixture f;
    f.op.send = "hello";
    f.line.set_piece(3);
    f.line.cut_after(n);
    f.line.run(f.op);
    BOOST_TEST(f.op.why.has_value());
    BOOST_TEST(f.log.failed);
    BOOST_TEST(!f.op.ended);
    BOOST_TEST(f.line.bytes_up() + f.line.bytes_down() == n);
    BOOST_TEST(f.log.body.size() == std::min<std::uint64_t>(n, 5));
    // Whoever has heard everything may have done what it was asked; the caller does not know.
    BOOST_TEST(f.log.ended == (n >= 5));
    BOOST_TEST(f.op.heard.size() == (n > 5 ? n - 5 : 0));
  }
  op.send = "hello";
  line.cut_after(10);
  line.run(op);
  BOOST_TEST(op.ended);
}

BOOST_AUTO_TEST_CASE(a_cut_is_for_one_exchange_only) {
  op.heads = 2;
  line.cut_after(0);
  line.run(op);
  BOOST_TEST(op.ended);
  BOOST_TEST(line.exchanges() == 2u);
}

BOOST_AUTO_TEST_CASE(the_passive_side_hears_when_the_active_one_gives_up) {
  op.send = "hello";
  op.dislikes_the_answer = true;
  line.run(op);
  BOOST_TEST((op.why->code == error::unexpected_answer));
  BOOST_TEST(log.failed);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_wanted_is_not_delivered) {
  memory::loopback deaf([this](const request_head&) { return std::make_unique<echo>(log, false); });
  op.send = "hello";
  deaf.run(op);
  BOOST_TEST(log.body.empty());
  BOOST_TEST(op.ended);
}

BOOST_AUTO_TEST_CASE(a_server_can_add_to_every_answer) {
  line.on_answer([](response_head& h) { h.status = 299; });
  line.run(op);
  BOOST_TEST(op.status == 299u);
}

BOOST_AUTO_TEST_SUITE_END()
