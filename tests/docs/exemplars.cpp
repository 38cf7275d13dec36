// What the pages of docs/concepts/ show: each exemplar is a model of its concept, and works.

#include <edensync.hpp>
#include <edensync/concepts/log_sink.hpp>
#include <edensync/concepts/record_store.hpp>
#include <edensync/concepts/xml_event_source.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/memory/store.hpp>
#include <edensync/policy/policy_set.hpp>

#include <boost/test/unit_test.hpp>
#include <atomic>
#include <fstream>

#include "../../examples/data/relief.hpp"

namespace {

// [clock]
/// The computer's clock, five minutes ahead.
struct fast_clock {
  edensync::timestamp now() const { return edensync::system_clock().now() + 300; }
};
static_assert(edensync::clock<fast_clock>);
// [clock]

// [uid_source]
/// Identifiers that people can tell apart: the office's letters and a number.
struct lettered_uid_source {
  std::string letters;
  int last = 0;
  edensync::uid make() { return edensync::uid("urn:office:" + letters + ":" + std::to_string(++last)); }
};
static_assert(edensync::uid_source<lettered_uid_source>);
// [uid_source]

// [log_sink]
/// Counts what went wrong, for a lamp that is to light up.
class counting_sink {
 public:
  void write(const edensync::log_event& e) noexcept { errors_ += e.level == edensync::event_level::error; }
  int errors() const { return errors_; }

 private:
  std::atomic<int> errors_ = 0;
};
static_assert(edensync::log_sink<counting_sink>);
// [log_sink]

// [xml_event_source]
/// Gives every document as one empty element: enough for an engine that is not to see any content.
class blind_event_source {
 public:
  blind_event_source(edensync::xml_handler& handler, const edensync::xml_limits&) : handler_(handler) {}
  edensync::result<void> feed(std::string_view) { return {}; }
  edensync::result<void> finish() {
    try {
      handler_.start("s3xml", {});
      handler_.end("s3xml");
      return {};
    } catch (const edensync::failure_exception& e) {
      return e.why();
    }
  }

 private:
  edensync::xml_handler& handler_;
};
static_assert(edensync::xml_event_source<blind_event_source>);
// [xml_event_source]

// [policy_set]
/// As usual, but nothing is ever deleted here because a peer says so.
struct nothing_is_deleted {
  static constexpr edensync::decision decide(const edensync::decide_input& in) {
    if (in.erase) return {.why = edensync::rule::policy_keeps_local};
    return edensync::standard::decide(in);
  }
};
static_assert(edensync::policy_set<nothing_is_deleted>);
static_assert(nothing_is_deleted::decide({.erase = true}).what == edensync::action::none);
// [policy_set]

// [parts]
struct careful_parts : edensync::memory::parts {
  using policies = nothing_is_deleted;
  using event_source = blind_event_source;
};
static_assert(edensync::detail::check_parts<careful_parts>::value);
// [parts]

}  // namespace

BOOST_AUTO_TEST_SUITE(exemplars)

BOOST_AUTO_TEST_CASE(a_clock_and_a_uid_source) {
  BOOST_TEST((fast_clock().now() > edensync::system_clock().now()));
  BOOST_TEST(lettered_uid_source{"N"}.make().text() == "urn:office:N:1");
}

BOOST_AUTO_TEST_CASE(a_sink_of_events) {
  counting_sink lamp;
  lamp.write({.event = "request"});
  lamp.write({.level = edensync::event_level::error, .event = "error"});
  BOOST_TEST(lamp.errors() == 1);
}

BOOST_AUTO_TEST_CASE(parts_of_ones_own_make_a_site) {
  const auto schema = relief::schema().value();
  edensync::memory::store store(schema);
  edensync::memory::manual_clock clock;
  edensync::memory::counting_uid_source uids;
  edensync::site<careful_parts> site(store, schema, clock, uids);
  BOOST_TEST(site.put(relief::organisation{.name = "Hilltop Water Trust"}).has_value());
}

BOOST_AUTO_TEST_CASE(a_store_is_written_and_read) {
  const auto schema = relief::schema().value();
  edensync::memory::store store(schema);
  const edensync::timestamp now{1000};
  // [record_store]
  edensync::record trust;
  trust.resource = schema.find("org_organisation");
  trust.uuid = edensync::uid("urn:uuid:06a00000-0000-4000-8000-000000000001");
  trust.version.modified_on = now;
  trust.fields = {std::string("Hilltop Water Trust")};

  auto transaction = store.begin({.now = now, .origin = edensync::this_site});
  const edensync::write_result written = transaction.insert(trust);
  if (written) transaction.commit();  // otherwise the destructor takes everything back
  // [record_store]
  BOOST_TEST(written.has_value());
  // [record_reader]
  auto reader = store.snapshot();
  const auto found = reader.find(trust.resource, trust.uuid);
  edensync::stored_record whole;
  if (found) reader.load(trust.resource, found->handle, whole);

  auto changes = reader.changes({.resource = trust.resource, .after = 0});
  for (edensync::stored_record each; changes.next(each);) BOOST_TEST(each.uuid.text() == trust.uuid.text());
  // [record_reader]
  BOOST_TEST(whole.uuid.text() == trust.uuid.text());
}

BOOST_AUTO_TEST_CASE(a_ledger_is_part_of_the_transaction) {
  const auto schema = relief::schema().value();
  edensync::memory::store store(schema);
  // [site_ledger]
  auto transaction = store.begin({.now = {1000}});
  const auto base = transaction.put_repository({.name = "Base", .url = "http://base.example.org/eden"});
  const auto task = transaction.put_task({.repository = base, .resource = "org_office"});
  transaction.set_watermark(task, edensync::direction::pull, {.time = edensync::timestamp{900}});
  transaction.commit();  // with the records of the same transaction, or not at all
  // [site_ledger]
  BOOST_TEST(store.snapshot().get_watermark(task, edensync::direction::pull).time->seconds == 900);
}

BOOST_AUTO_TEST_SUITE_END()
