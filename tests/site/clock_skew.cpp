// Clocks that are wrong: what is measured, what is said about it, and that nothing is lost.

#include "edensync/site/clock_skew.hpp"

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

static_assert(clock_skew({100}, {110}, {105}) == 0);
static_assert(clock_skew({100}, {110}, {99}) == -1);
static_assert(clock_skew({100}, {110}, {111}) == 1);
static_assert(!is_too_large(std::nullopt, 5) && !is_too_large(-5, 5) && is_too_large(-6, 5) && is_too_large(6, 5));

// A site, and a peer whose clock is another one.
struct two_clocks {
  memory::manual_clock here{second(100000)};
  memory::manual_clock there;
  one_site field{"field", 1, here};
  one_site base;
  passive_site<parts> answering;
  bool eden;
  std::vector<header_field> also{};
  memory::loopback line;
  repository_id peer = 0;
  task_id task = 0;

  two_clocks(std::int64_t ahead, bool as_eden)
      : there(second(100000 + ahead)),
        base("base", 2, there),
        answering(base.self, {.authenticate = {}, .accept_pushes = true}),
        eden(as_eden),
        line([this](const request_head& asked) {
          auto head = asked;
          if (eden) two_sites::strip(head.headers);
          return answering.handle(head);
        }) {
    line.on_answer([this](response_head& told) {
      if (eden) two_sites::strip(told.headers);
      told.headers.set("Date", to_http_date(there.now()));
      for (const auto& h : also) told.headers.set(h.name, h.value);
    });
    peer = field.self.put(repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
    task = field.self.put(sync_task{.repository = peer, .resource = "org_office"}).value();
  }

  void pass(std::int64_t seconds) {
    here.advance(seconds);
    there.advance(seconds);
  }

  void run() {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer);
    line.run(*op);
    BOOST_TEST(op->report().ok());
  }

  std::optional<std::int64_t> skew() {
    auto s = field.store.snapshot();
    return read_clock_skew(s, peer);
  }

  std::ptrdiff_t warnings() {
    const auto all = field.log();
    return std::count_if(all.begin(), all.end(),
                         [](const log_entry& e) { return e.message.starts_with("The peer's clock is"); });
  }
};

struct wrong_clock {
  std::int64_t ahead;
  bool eden;
  friend std::ostream& operator<<(std::ostream& out, const wrong_clock& c) {
    return out << c.ahead << (c.eden ? " Eden" : " edensync");
  }
};
const wrong_clock cases[] = {{3600, true}, {-3600, true}, {3600, false}, {-3600, false}};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_clock_skew)

// Edits at both sites in every second around a run: all of them come, and no pull asks from a time that is not there yet.
BOOST_DATA_TEST_CASE(a_clock_that_is_an_hour_wrong_loses_nothing, boost::unit_test::data::make(cases), wrong) {
  two_clocks w(wrong.ahead, wrong.eden);
  for (int round = 0; round < 6; ++round) {
    const auto n = std::to_string(round);
    w.base.put(an("base" + n));
    w.field.put(an("field" + n));
    w.run();
    const auto mark = w.field.mark(w.task, direction::pull).time;
    BOOST_TEST_REQUIRE(mark.has_value());
    BOOST_TEST((*mark <= w.there.now()), "the watermark ran ahead of the peer's clock");
    // In the same second as the run, after it.
    w.base.put(an("late" + n));
    w.pass(round % 2);
  }
  w.pass(1);
  w.run();
  w.run();
  BOOST_TEST(w.field.contents() == w.base.contents(), boost::test_tools::per_element());
  BOOST_TEST(w.skew().value_or(0) == wrong.ahead);
  BOOST_TEST(w.warnings() == 1);
}

BOOST_AUTO_TEST_CASE(a_difference_is_told_when_it_begins_and_not_again) {
  two_clocks w(0, true);
  w.run();
  BOOST_TEST(w.skew().value_or(1) == 0);
  w.there.advance(5);
  w.run();
  BOOST_TEST(w.skew().value_or(0) == 5);
  BOOST_TEST(w.warnings() == 0);
  w.there.advance(1);
  w.run();
  w.run();
  BOOST_TEST(w.warnings() == 1);
  w.here.advance(6);
  w.run();
  w.here.advance(60);
  w.run();
  BOOST_TEST(w.skew().value_or(0) == -60);
  BOOST_TEST(w.warnings() == 2);
  const auto all = w.field.log();
  BOOST_TEST(std::any_of(all.begin(), all.end(), [](const log_entry& e) {
    return e.result == log_result::warning && e.message.starts_with("The peer's clock is 60 seconds behind");
  }));
}

BOOST_AUTO_TEST_CASE(what_stood_in_a_cache_does_not_tell_the_time) {
  two_clocks w(-900, true);
  w.also = {{"Age", "900"}};
  w.run();
  BOOST_TEST(!w.skew().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
