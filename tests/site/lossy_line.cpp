// Two sites over a line that loses, delays, doubles and cuts: nothing is lost, nothing comes twice, and they agree.
#include "edensync/memory/lossy_line.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct sites_on_a_lossy_line : two_sites {
  memory::lossy_line bad;
  std::uint64_t ran_well = 0;

  sites_on_a_lossy_line(const memory::weather& w, bool as_eden)
      : two_sites(as_eden),
        bad(
            [this](const request_head& asked) {
              auto head = asked;
              if (eden) strip(head.headers);
              return answering.handle(head);
            },
            clock, w) {
    add_task({.resource = "org_organisation"});
    add_task();
  }

  void run_badly() {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer);
    bad.run(*op);
    ran_well += op->report().ok();
  }
};

// Every site of the world as it should be: who wrote last is right.
void expect_written(sites_on_a_lossy_line& w, const std::map<std::string, std::string>& last) {
  for (auto* s : {&w.field, &w.base}) {
    BOOST_TEST(s->contents().size() == last.size() + 1);
    for (const auto& [name, phone] : last) {
      const auto line = line_of(s->store.snapshot(), offices, name);
      BOOST_TEST(line.find(" phone1=" + phone) != std::string::npos, name << " is '" << line << "', not " << phone);
    }
  }
}

// A site that hears everything and is never heard.
struct unheard_answer final : responder {
  explicit unheard_answer(std::unique_ptr<responder> r) : inner(std::move(r)) {}
  bool wants_body() const override { return inner->wants_body(); }
  void on_body(std::string_view piece) override { inner->on_body(piece); }
  void on_end() override { inner->on_end(); }
  const response_head& head() const override { throw_failure(error::timed_out, "nothing was heard"); }
  result<std::size_t> read_body(std::span<char>) override { return std::size_t{0}; }
  void on_failure(const failure&) override {}
  std::unique_ptr<responder> inner;
};

void live_through(const memory::weather& w, bool as_eden, std::uint64_t& mishaps) {
  sites_on_a_lossy_line s(w, as_eden);
  s.base.self.put(organisation{id_of("o"), "o", {}, {}, {}, {}}).value();
  std::map<std::string, std::string> last;
  for (int i = 0; i < 12; ++i) {
    auto& where = i % 3 == 0 ? s.base : s.field;
    const auto name = "a" + std::to_string(i % 7);
    // Who changes what he has not seen yet makes another record of the same uid: the later one counts.
    s.clock.advance(2);
    auto o = an(name, std::to_string(i));
    o.organisation_id = edensync::link<organisation>{id_of("o")};
    if (&where == &s.field && s.field.store.snapshot().find(organisations, id_of("o")) == std::nullopt)
      o.organisation_id.reset();
    where.put(o);
    last[name] = std::to_string(i);
    s.run_badly();
  }
  // What was sent long ago arrives when everybody has forgotten it.
  s.bad.settle();
  s.bad.set_weather({});
  for (int i = 0; i < 3; ++i) {
    s.clock.advance(2);
    s.run_badly();
  }
  BOOST_TEST(s.ran_well > 2u);
  expect_written(s, last);
  s.expect_equal();
  const auto& had = s.bad.so_far();
  mishaps += had.lost + had.cut + had.doubled + had.late;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(site_lossy_line)

BOOST_AUTO_TEST_CASE(sites_agree_whatever_the_line_does) {
  std::uint64_t mishaps = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    for (const bool as_eden : {false, true}) {
      BOOST_TEST_CONTEXT("seed " << seed << (as_eden ? ", as an Eden" : "")) {
        live_through({.seed = seed,
                      .quickest = 0,
                      .slowest = seed % 3 == 0 ? 100 : 5,
                      .patience = 60,
                      .lost = 10,
                      .cut = 10,
                      .doubled = 15},
                     as_eden, mishaps);
      }
    }
  BOOST_TEST(mishaps > 1000u);
}

// In weather that goes on, agreement takes runs, but not many.
BOOST_AUTO_TEST_CASE(sites_agree_within_a_few_runs_of_bad_weather) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    sites_on_a_lossy_line s({.seed = seed, .slowest = 80, .patience = 60, .lost = 15, .cut = 15, .doubled = 20}, false);
    for (int i = 0; i < 10; ++i) {
      s.field.put(an("f" + std::to_string(i)));
      s.base.put(an("b" + std::to_string(i)));
    }
    s.clock.advance(2);
    int runs = 0;
    while (s.field.contents() != s.base.contents() && ++runs < 40) s.run_badly();
    BOOST_TEST(runs < 40, "seed " << seed);
    BOOST_TEST(s.base.contents().size() == 20u, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_answer_loses_nothing_and_a_doubled_request_doubles_nothing) {
  for (const bool as_eden : {false, true}) {
    sites_on_a_lossy_line s({.doubled = 100}, as_eden);
    s.field.put(an("a", "1"));
    s.base.put(an("b", "2"));
    s.clock.advance(2);
    s.run_badly();
    s.bad.settle();
    s.expect_equal();
    BOOST_TEST(s.base.contents().size() == 2u);
    BOOST_TEST(s.base.self.repositories().value().size() == 1u);
    BOOST_TEST(s.bad.so_far().doubled == s.bad.so_far().exchanges);
    s.field.put(an("c", "3"));
    s.base.put(an("d", "4"));
    s.clock.advance(2);
    memory::lossy_line unheard(
        [&](const request_head& head) { return std::make_unique<unheard_answer>(s.answering.handle(head)); }, s.clock,
        {});
    active_site<parts> calling(s.field.self);
    const auto op = calling.synchronize_with(s.peer);
    unheard.run(*op);
    BOOST_TEST(!op->report().ok());
    s.bad.set_weather({});
    s.run_badly();
    s.expect_equal();
    BOOST_TEST(s.base.contents().size() == 4u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
