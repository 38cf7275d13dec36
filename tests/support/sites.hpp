#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/loopback.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/site.hpp"
#include "edensync/mock/scripted_peer.hpp"
#include "support/engine.hpp"
#include "support/relief.hpp"

// Sites in memory, lines between them, and peers that say what a test tells them to say.
namespace edensync::test {

using mock::heard;
using mock::scripted_answer;
using mock::scripted_peer;

using test_site = site<parts>;

/// A site with all that it stands on.
struct one_site {
  memory::manual_clock clock;
  memory::store store;
  memory::counting_uid_source uids;
  test_site self;

  one_site(std::string epoch, std::uint64_t seed, memory::manual_clock c)
      : clock(std::move(c)), store(relief(), std::move(epoch)), uids(seed), self(store, relief(), clock, uids) {}

  uid put(office o) { return self.put(std::move(o)).value(); }
  std::vector<std::string> contents(with_mci m = with_mci::no) { return test::contents(store.snapshot(), m); }
  std::vector<log_entry> log(std::size_t limit = 1000) { return self.log(limit).value(); }
  std::vector<quarantine_entry> quarantine() { return self.quarantine(1000).value(); }
  watermark mark(task_id t, direction d) { return store.snapshot().get_watermark(t, d); }
};

inline office an(std::string name, std::string phone = {}) {
  office o;
  o.uuid = id_of(name);
  o.name = std::move(name);
  if (!phone.empty()) o.phone1 = std::move(phone);
  return o;
}

/// The newest line of a log as `mode action result: message`.
inline std::string last_line(one_site& s) {
  const auto all = s.log(1);
  if (all.empty()) return {};
  return all[0].mode + " " + all[0].action + " " + std::string(to_text(all[0].result)) +
         (all[0].remote ? " (remote)" : "") + ": " + all[0].message;
}

/// An active and a passive site and the line between them.
struct two_sites {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock};
  one_site base{"base", 2, clock};
  passive_site<parts> answering{base.self, {.authenticate = {}, .accept_pushes = true}};
  /// Takes away, in both directions, what tells an edensync site from an Eden.
  bool eden = false;
  memory::loopback line{[this](const request_head& asked) {
    auto head = asked;
    if (eden) strip(head.headers);
    return answering.handle(head);
  }};
  repository_id peer = 0;

  explicit two_sites(bool as_eden = false) : eden(as_eden) {
    line.on_answer([this](response_head& told) {
      if (!eden) return;
      strip(told.headers);
      told.headers.set("Date", to_http_date(clock.now()));
    });
    peer = field.self.put(repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  }

  static void strip(header_fields& h) {
    for (const auto name : {headers::version, headers::cursor, headers::resume}) h.set(std::string(name), "");
  }

  task_id add_task(sync_task t = {.resource = "org_office"}) {
    t.repository = peer;
    return field.self.put(t).value();
  }

  run_report run(run_hooks hooks = {}) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }

  /// The first error of a run, whichever part of it failed; none if all went well.
  static boost::system::error_code first_error(const run_report& r) {
    if (r.error) return r.error->code;
    for (const auto& t : r.transfers)
      if (t.error) return t.error->code;
    return {};
  }

  /// That both sites hold the same, but for what each knows for itself.
  void expect_equal() { BOOST_TEST(field.contents() == base.contents(), boost::test_tools::per_element()); }
};

/// An active site that talks to a scripted peer whose identifier it knows already.
struct site_and_script {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock};
  scripted_peer other;
  memory::loopback line{[this](const request_head& h) { return other(h); }};
  repository_id peer;

  template <class Script>
  explicit site_and_script(Script s, bool native = false) : other(std::move(s)) {
    peer = field.self
               .put(repository{
                   .uuid = id_of("peer"), .name = "Other", .url = "http://other.example.org/eden", .native = native})
               .value();
  }

  task_id add_task(sync_mode mode, std::string resource = "org_office") {
    return field.self.put(sync_task{.repository = peer, .resource = std::move(resource), .mode = mode}).value();
  }

  run_report run(run_hooks hooks = {}) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }
};

/// The `msince` of a request, as seconds of the tests; -1 if there is none.
inline std::int64_t msince_of(const heard& h) {
  const auto q = parse_sync_query(h.head.target);
  return q && q->msince ? *q->msince - second(0) : -1;
}

}  // namespace edensync::test
