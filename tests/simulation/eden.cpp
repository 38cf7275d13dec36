// The Eden among the sites of a simulation: the engine's parts, put together as an Eden is. That it does as an Eden does is
// what the tests below are for; its decisions are compared with a real one's in tests/golden/policy_truth.cpp.

#include "support/eden.hpp"
#include "support/engine_station.hpp"
#include "support/line.hpp"
#include "support/parts.hpp"

#include "edensync/policy/eden_exact.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

namespace simulation {

namespace {

// What is asked for by a time is chosen by `modified_on` alone: what arrived late with an old one is never told (I8), and
// neither is a component whose master did not change.
struct eden_cursor {
  decltype(std::declval<const edensync::memory::snapshot&>().changes({})) inner;
  std::optional<edensync::timestamp> since;

  bool next(edensync::stored_record& into) {
    while (inner.next(into))
      if (!since || into.version.modified_on >= since) return true;
    return false;
  }
};

struct eden_snapshot : edensync::memory::snapshot {
  eden_cursor changes(const edensync::change_query& q) const {
    return {edensync::memory::snapshot::changes(q), q.since};
  }
  edensync::sequence_number arrived(edensync::timestamp) const { return sequence() + 1; }
};

struct eden_store : edensync::memory::store {
  using edensync::memory::store::store;
  eden_snapshot snapshot() const { return {edensync::memory::store::snapshot()}; }
  eden_snapshot serve() const { return snapshot(); }
};

struct eden_parts : parts {
  using store = eden_store;
  using policies = edensync::eden_exact;
};

// A run of an Eden: it asks from its youngest record plus one second, pushes all it has, and does not read the answer.
class eden_run final : public run, private edensync::operation {
 public:
  eden_run(edensync::site<eden_parts>& s, edensync::repository_id peer) : site_(s), id_(peer) {}

  edensync::operation& steps() override { return *this; }
  const edensync::run_report& report() const override { return report_; }

 private:
  const edensync::request_head* next() override {
    const auto ready = edensync::detail::guarded([&] { return prepare(); });
    if (!ready) report_.error = ready.error();
    return ready ? *ready : nullptr;
  }

  const edensync::request_head* prepare() {
    if (!begun_) begin();
    if (register_) {
      if (const auto* head = register_->next()) return head;
      if (register_->why_not()) throw edensync::failure_exception(*register_->why_not());
      register_.reset();
      begin();
    }
    for (; task_ != tasks_.size(); pushing_ = !pushing_, task_ += !pushing_) {
      const auto& t = tasks_[task_];
      if (std::exchange(asked_, false)) continue;
      if (pushing_ ? failed_ || !pushes(t.mode) : !pulls(t.mode)) continue;
      asked_ = true;
      pushing_ ? ask_push(t) : ask_pull(t);
      return &head_;
    }
    return nullptr;
  }

  void begin() {
    begun_ = true;
    const auto s = site_.store().snapshot();
    for (const auto& r : s.repositories())
      if (r.id == id_) peer_ = r;
    tasks_ = s.tasks(id_);
    if (peer_.uuid.empty()) register_.emplace(site_, peer_);
  }

  edensync::sync_query query(const edensync::sync_task& t) {
    edensync::sync_query q;
    q.resource = t.resource;
    q.repository = site_.uuid().value();
    return q;
  }

  void ask_pull(const edensync::sync_task& t) {
    using edensync::policy_name;
    failed_ = false;
    mark_ = site_.store().snapshot().get_watermark(t.id, edensync::direction::pull);
    auto q = query(t);
    if (t.update != policy_name::keep_local && t.update != policy_name::take_remote) q.msince = mark_.time;
    q.include_deleted = true;
    q.filters = filter_terms(t);
    head_ = {.method = "GET", .target = pull_target(q), .headers = {}};
  }

  void ask_push(const edensync::sync_task& t) {
    snapshot_.emplace(site_.store().snapshot());
    edensync::export_options o;
    o.masters.resource = site_.resources().find(t.resource);
    o.domain = site_.settings().domain;
    exporter_.emplace(*snapshot_, site_.resources(), std::move(o));
    auto q = query(t);
    q.allowed = t.allowed;
    q.update = t.update;
    q.conflict = t.conflict;
    head_ = {.method = "POST", .target = push_target(q), .headers = {}, .has_body = true};
    head_.headers.set("Content-Type", "application/x-www-form-urlencoded");
  }

  edensync::result<std::size_t> read_body(std::span<char> into) override {
    return register_ ? register_->read_body(into) : exporter_->read(into);
  }

  edensync::result<void> on_head(const edensync::response_head& h) override {
    if (register_) return register_->on_head(h);
    if (pushing_) return {};
    failed_ = h.status / 100 != 2;
    if (failed_) return {};
    importer_.emplace(site_.store(), site_.resources(), import_for(site_, peer_, tasks_[task_], mark_.time));
    return importer_->start();
  }

  edensync::result<void> on_body(std::string_view piece) override {
    if (register_) return register_->on_body(piece);
    return importer_ ? importer_->feed(piece) : edensync::result<void>();
  }

  edensync::result<void> on_end() override {
    if (register_) return register_->on_end();
    if (!importer_) return {};
    const auto done = importer_->finish();
    importer_.reset();
    if (!done) return done.error();
    if (!done->youngest) return {};
    mark_.time = *done->youngest + 1;
    return site_.ledger([&](auto& t) { t.set_watermark(tasks_[task_].id, edensync::direction::pull, mark_); });
  }

  void on_failure(const edensync::failure& why) override {
    if (register_) return register_->on_failure(why);
    importer_.reset();
    failed_ = true;
    if (!report_.error) report_.error = why;
  }

  edensync::site<eden_parts>& site_;
  edensync::repository_id id_;
  edensync::repository peer_;
  std::vector<edensync::sync_task> tasks_;
  std::size_t task_ = 0;
  bool begun_ = false, asked_ = false, pushing_ = false, failed_ = false;
  edensync::watermark mark_;
  edensync::request_head head_;
  std::optional<edensync::register_with<eden_parts>> register_;
  std::optional<edensync::importer<eden_store, parts::event_source>> importer_;
  std::optional<eden_snapshot> snapshot_;
  std::optional<edensync::exporter<eden_snapshot>> exporter_;
  edensync::run_report report_;
};

class eden_station final : public engine_station<eden_parts> {
 public:
  using engine_station::engine_station;

  std::unique_ptr<run> begin_run(edensync::repository_id peer) override {
    return std::make_unique<eden_run>(site(), peer);
  }
};

}  // namespace

extern template std::unique_ptr<station> make_station<parts>(const station_settings&);

std::unique_ptr<station> make_eden(const station_settings& s) { return std::make_unique<eden_station>(s); }

}  // namespace simulation

namespace {

using namespace simulation;

struct asks_and_answers {
  std::unique_ptr<station> asks, answers;
  edensync::repository_id peer;
  network under_way;
  simulation::random chance{1};
  trace log{false};

  asks_and_answers(station_maker one, station_maker other) {
    asks = one({.name = "one", .start = {1000000}, .seed = 1});
    answers = other({.name = "other", .start = {1000000}, .seed = 2});
    peer = asks->know({.name = "other", .url = "http://other.example.org"});
    static_cast<void>(asks->add_task({.repository = peer, .resource = "sim_tag"}).value());
  }

  /// Gives the number of bytes that went over the line.
  std::uint64_t synchronize() {
    line wire(*asks, *answers, under_way, chance, log, {});
    const auto op = asks->begin_run(peer);
    wire.run(op->steps());
    BOOST_TEST(op->report().ok());
    return wire.bytes();
  }
};

void tag(station& at, std::string name) {
  edensync::record r;
  r.resource = tag_id;
  r.uuid = at.uids.make();
  r.fields.emplace_back(std::move(name));
  at.write([&](pen& p) { p.put(r); }).value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_eden_pushes_all_it_has_every_time) {
  asks_and_answers w(&make_eden, &make_eden);
  for (int i = 0; i < 50; ++i) tag(*w.asks, "a tag");
  w.synchronize();
  const auto again = w.synchronize();
  BOOST_TEST(again > 5000u);
  BOOST_TEST(w.answers->all().size() == 50u);
}

BOOST_AUTO_TEST_CASE(an_eden_loses_what_is_written_later_in_the_second_of_its_watermark) {
  asks_and_answers w(&make_eden, &make_eden);
  tag(*w.answers, "first");
  w.synchronize();
  tag(*w.answers, "second");
  w.synchronize();
  BOOST_TEST(w.asks->all().size() == 1u);
  w.answers->pass(1);
  tag(*w.answers, "third");
  w.synchronize();
  BOOST_TEST(w.asks->all().size() == 2u);
}

// Remedy I8: what arrives at an edensync site after it answered arrives at a later second.
BOOST_AUTO_TEST_CASE(an_eden_that_asks_an_edensync_site_loses_nothing_by_it) {
  asks_and_answers w(&make_eden, &make_station<parts>);
  tag(*w.answers, "first");
  w.synchronize();
  tag(*w.answers, "second");
  w.synchronize();
  BOOST_TEST(w.asks->all().size() == 2u);
}
