// The laws of clocks, sinks and policies: each model in the library keeps them, and each law can be broken.
#include "edensync/laws/clock.hpp"
#include "edensync/laws/log_sink.hpp"
#include "edensync/laws/policies.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

#include "edensync/log/stream_sink.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/policy/eden_exact.hpp"
#include "edensync/policy/standard.hpp"
#include "edensync/system/clock.hpp"

using namespace edensync;

namespace {

// The names of the laws that a model breaks, one a line.
template <class Model, std::size_t N>
std::string broken_by(Model m, const std::array<laws::law<Model>, N>& all) {
  std::string names;
  for (const auto& l : all) try {
      if (l.not_tried.empty()) laws::check(l, m);
    } catch (const laws::violation& v) {
      BOOST_TEST_MESSAGE(v.what());
      names += std::string(l.name) + '\n';
    }
  return names;
}

void say_law(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

// --- clocks -------------------------------------------------------------------------------------------------------------

struct system_clocks {
  static constexpr bool tells_real_time = true;
  system_clock make() { return {}; }
};

template <class Clock>
struct manual_clocks {
  Clock make() { return Clock(at(to_date({2026, 1, 1}))); }
  void advance(Clock& c, std::int64_t seconds) { c.advance(seconds); }
};

struct tells_milliseconds {
  timestamp now() const { return {system_clock().now().seconds * 1000}; }
};
struct tells_milliseconds_factory {
  static constexpr bool tells_real_time = true;
  tells_milliseconds make() { return {}; }
};

struct stands_still : memory::manual_clock {
  using memory::manual_clock::manual_clock;
  void advance(std::int64_t) {}
};

struct ends_in_2038 : memory::manual_clock {
  using memory::manual_clock::manual_clock;
  timestamp now() const { return {static_cast<std::int32_t>(memory::manual_clock::now().seconds)}; }
};

// --- sinks --------------------------------------------------------------------------------------------------------------

// A stream, and a sink that writes to it.
template <class Sink>
struct with_stream {
  std::ostringstream out;
  Sink sink;
  template <class... Arguments>
  explicit with_stream(Arguments... how) : sink(out, how...) {}
  void write(const log_event& e) noexcept { sink.write(e); }
};

template <class Sink, event_form form = event_form::text>
struct sinks {
  std::unique_ptr<with_stream<Sink>> make() { return std::make_unique<with_stream<Sink>>(form); }
  std::string written(const with_stream<Sink>& s) { return s.out.str(); }
};

template <event_form form>
struct stream_sinks : sinks<stream_sink, form> {
  auto make_broken() {
    auto s = this->make();
    s->out.setstate(std::ios::badbit);
    s->out.exceptions(std::ios::goodbit);
    return s;
  }
};

// Writes what it is told as it is.
struct believes_peers {
  believes_peers(std::ostream& to, event_form) : to(to) {}
  void write(const log_event& e) noexcept {
    const std::lock_guard guard(lock);
    to << "error " << e.event << ' ' << e.message << '\n';
  }
  std::ostream& to;
  std::mutex lock;
};

// Writes each word by itself.
struct stammers {
  stammers(std::ostream& to, event_form) : to(to) {}
  void write(const log_event& e) noexcept {
    for (const auto& piece : {std::string("error law "), event_text(e).substr(20)}) {
      const std::lock_guard guard(lock);
      to << piece << '\n';
    }
  }
  std::ostream& to;
  std::mutex lock;
};

// Changes an event, and has a stream write it.
template <class Change>
struct changes_events {
  changes_events(std::ostream& to, event_form form) : to(to, form) {}
  void write(log_event e) noexcept {
    const std::lock_guard guard(lock);
    if (change(e)) to.write(e);
  }
  stream_sink to;
  Change change{};
  std::mutex lock;
};
struct shortens {
  bool operator()(log_event& e) {
    if (e.message.size() > 64) e.message.resize(64);
    return true;
  }
};
struct forgets_where {
  bool operator()(log_event& e) {
    e.resource.clear();
    return true;
  }
};
struct says_it_once {
  bool operator()(log_event& e) { return std::exchange(last, e.message) != e.message; }
  std::string last;
};

// --- policies -----------------------------------------------------------------------------------------------------------

struct changes_its_mind {
  static constexpr policy_name name = policy_name::take_newer;
  static verdict create(const version_stamp&) { return {true, rule::no_twin}; }
  static verdict update(const version_stamp&, const version_stamp&) {
    static int asked = 0;
    return ++asked % 5 == 0 ? verdict{true, rule::local_newer} : verdict{false, rule::local_newer};
  }
  static bool resolve(const version_stamp&, const version_stamp&) {
    static int asked = 0;
    return ++asked % 4 < 2;
  }
};

struct alternates {
  static constexpr policy_name name = policy_name::take_newer;
  static bool resolve(const version_stamp&, const version_stamp&) {
    static bool last = false;
    return last = !last;
  }
};

struct calls_all_new {
  static constexpr decision decide(const decide_input& in) {
    decision d = standard::decide(in);
    d.why = rule::no_twin;
    return d;
  }
};
struct knows_no_strategy {
  static constexpr decision decide(decide_input in) {
    in.allowed = strategy{};
    return standard::decide(in);
  }
};
// Equal times: each takes the other's version.
struct exchanges_versions {
  static constexpr decision decide(decide_input in) {
    in.tie = content_order::unknown;
    return standard::decide(in);
  }
};
struct updates_what_is_new {
  static constexpr decision decide(const decide_input& in) {
    decision d = standard::decide(in);
    if (d.what == action::create) d.what = action::update;
    return d;
  }
};
struct stamps_what_it_keeps {
  static constexpr decision decide(const decide_input& in) {
    decision d = standard::decide(in);
    d.modified_on = stamp_source::incoming;
    return d;
  }
};
struct quarrels_alone {
  static constexpr decision decide(const decide_input& in) {
    decision d = standard::decide(in);
    if (d.what != action::none) d.conflict = conflict_state::refused;
    return d;
  }
};
struct counts_decisions {
  static decision decide(const decide_input& in) {
    static int asked = 0;
    return ++asked % 5 == 0 ? decision{} : standard::decide(in);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_of_small_parts)

BOOST_AUTO_TEST_CASE(clocks_keep_theirs) {
  // [clock]
  system_clocks real;
  edensync::laws::clock(real, say_law);
  // [clock]
  manual_clocks<memory::manual_clock> manual;
  laws::clock(manual, say_law);
}

BOOST_AUTO_TEST_CASE(clocks_can_break_theirs) {
  BOOST_TEST(broken_by(tells_milliseconds_factory(), laws::clock_laws<tells_milliseconds_factory>) ==
             "a time can be written\nit tells UTC\n");
  BOOST_TEST(broken_by(manual_clocks<stands_still>(), laws::clock_laws<manual_clocks<stands_still>>)
                 .starts_with("it goes as time goes\n"));
  BOOST_TEST(broken_by(manual_clocks<ends_in_2038>(), laws::clock_laws<manual_clocks<ends_in_2038>>) ==
             "it may be read while it goes\n");
}

BOOST_AUTO_TEST_CASE(sinks_keep_theirs) {
  stream_sinks<event_form::text> text;
  laws::log_sink(text, say_law);
  stream_sinks<event_form::json> json;
  laws::log_sink(json, say_law);
}

BOOST_AUTO_TEST_CASE(sinks_can_break_theirs) {
  BOOST_TEST(broken_by(sinks<believes_peers>(), laws::log_sink_laws<sinks<believes_peers>>) ==
             "what is known of it is written\nnobody else writes its lines\n");
  BOOST_TEST(broken_by(sinks<changes_events<shortens>>(), laws::log_sink_laws<sinks<changes_events<shortens>>>) ==
             "what is known of it is written\n");
  BOOST_TEST(
      broken_by(sinks<changes_events<forgets_where>>(), laws::log_sink_laws<sinks<changes_events<forgets_where>>>) ==
      "what is known of it is written\n");
  BOOST_TEST(
      broken_by(sinks<changes_events<says_it_once>>(), laws::log_sink_laws<sinks<changes_events<says_it_once>>>) ==
      "what happens again is written again\n");
  BOOST_TEST(broken_by(sinks<stammers>(), laws::log_sink_laws<sinks<stammers>>).starts_with("an event is written\n"));
}

BOOST_AUTO_TEST_CASE(policies_keep_theirs) {
  // [policies]
  edensync::laws::policy<edensync::take_newer>(say_law);
  edensync::laws::policy_set<edensync::standard>(say_law);
  // [policies]
  laws::policy<keep_local>(say_law);
  laws::policy<take_remote>(say_law);
  laws::policy<take_master>(say_law);
  laws::policy_set<eden_exact>(say_law);
}

BOOST_AUTO_TEST_CASE(policies_can_break_theirs) {
  BOOST_TEST(broken_by(changes_its_mind(), laws::update_policy_laws<changes_its_mind>) ==
             "a policy says the same again\na verdict names its rule\n");
  BOOST_TEST(broken_by(changes_its_mind(), laws::conflict_policy_laws<changes_its_mind>) ==
             "a conflict is judged the same again\n");
  BOOST_TEST(broken_by(knows_no_strategy(), laws::policy_set_laws<knows_no_strategy>) == "the strategy is kept\n");
  BOOST_TEST(broken_by(exchanges_versions(), laws::policy_set_laws<exchanges_versions>) ==
             "two sites come to the same end\n");
  BOOST_TEST(broken_by(updates_what_is_new(), laws::policy_set_laws<updates_what_is_new>) ==
             "an action fits what is here\n");
  BOOST_TEST(broken_by(alternates(), laws::conflict_policy_laws<alternates>) ==
             "a conflict is judged the same again\n");
  BOOST_TEST(broken_by(calls_all_new(), laws::policy_set_laws<calls_all_new>) == "a decision names its rule\n");
  BOOST_TEST(broken_by(stamps_what_it_keeps(), laws::policy_set_laws<stamps_what_it_keeps>) ==
             "nothing is written by the way\n");
  BOOST_TEST(broken_by(quarrels_alone(), laws::policy_set_laws<quarrels_alone>) == "a conflict needs two\n");
  BOOST_TEST(broken_by(counts_decisions(), laws::policy_set_laws<counts_decisions>)
                 .starts_with("a decision can be taken again\n"));
}

BOOST_AUTO_TEST_SUITE_END()
