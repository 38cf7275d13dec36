// A server of somebody's own, tested with the mock: what docs/guides/test_your_server.md quotes.
#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/mock/each_failure.hpp>
#include <edensync/mock/eden_answers.hpp>
#include <edensync/mock/failing_store.hpp>
#include <edensync/mock/json_like.hpp>
#include <edensync/mock/recording.hpp>
#include <edensync/mock/scripted_peer.hpp>
#include <edensync/mock/xml_like.hpp>

#include <boost/test/unit_test.hpp>

struct mock_office {
  BOOST_HANA_DEFINE_STRUCT(mock_office, (edensync::uid, uuid), (std::string, name));
};
template <>
struct edensync::resource<mock_office> {
  static constexpr std::string_view name = "org_office";
};

namespace {

namespace mock = edensync::mock;
namespace memory = edensync::memory;

// [parts]
struct tested_parts : edensync::default_parts, memory::parts {
  using store = mock::failing_store<memory::store>;
  using event_source = edensync::expat::event_source;
};
// [parts]

const edensync::schema& tested_schema() {
  static const auto s = edensync::describe<mock_office>().value();
  return s;
}

// [server]
/// The server that is tested: a field office that knows its base, and answers whoever asks it.
struct field_office {
  memory::manual_clock clock{edensync::parse_timestamp("2026-03-01T08:00:00").value()};
  memory::counting_uid_source uids{1};
  mock::failing_store<memory::store> store{memory::store(tested_schema(), "field")};
  edensync::site<tested_parts> site{store, tested_schema(), clock, uids};
  edensync::passive_site<tested_parts> answering{
      site,
      {.authenticate = [](auto user, auto password) { return user == "field" && password == "secret"; },
       .accept_pushes = true}};
  edensync::repository_id base = 0;

  field_office() {
    base = site.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
    site.put(edensync::sync_task{.repository = base, .resource = "org_office"}).value();
  }

  bool synchronize(mock::scripted_peer& peer) {
    memory::loopback line(std::ref(peer));
    const auto run = edensync::active_site(site).synchronize_with(base);
    line.run(*run);
    return run->report().ok();
  }
  std::size_t offices() {
    return site.query<mock_office>([](const auto&) { return true; }).value().size();
  }
  memory::loopback::handler handler() {
    return [this](const edensync::request_head& asked) { return answering.handle(asked); };
  }
};
// [server]

// [document]
const std::string headquarters =
    R"(<resource name="org_office" uuid="urn:uuid:hq" mci="1" modified_on="2026-02-28T17:00:00">)"
    R"(<data field="name">Headquarters</data></resource>)";
// [document]

}  // namespace

BOOST_AUTO_TEST_SUITE(mock_your_server)

const auto report = [](const std::string& said) { BOOST_ERROR(said); };

BOOST_AUTO_TEST_CASE(it_registers_pulls_and_pushes) {
  // [script]
  field_office field;
  field.site.put(mock_office{{}, "North Office"}).value();

  mock::expectations base(report);
  base.expect(mock::registration()).answer(mock::registered("urn:uuid:base"));
  base.expect(mock::pull_of("org_office").no_query("msince")).answer(mock::document(headquarters));
  base.expect(mock::push_of("org_office").body(mock::contains("North Office"))).answer(mock::taken());

  mock::scripted_peer peer(std::ref(base));
  BOOST_TEST(field.synchronize(peer));
  BOOST_TEST(field.offices() == 2u);
  base.verify();
  // [script]
}

BOOST_AUTO_TEST_CASE(it_bears_a_peer_that_fails) {
  // [failures]
  field_office field;
  mock::expectations base(report);
  base.expect(mock::registration()).answer(mock::registered("urn:uuid:base"));
  base.expect(mock::pull_of("org_office")).answer(mock::document(headquarters)).after(90);
  base.expect(mock::pull_of("org_office")).answer({.body = mock::document(headquarters).body, .cut = 100});
  base.expect(mock::pull_of("org_office")).fail(edensync::error::unreachable);
  base.expect(mock::pull_of("org_office")).answer({.status = 503});
  base.expect(mock::pull_of("org_office")).answer(mock::document(headquarters));

  mock::scripted_peer peer(std::ref(base));
  peer.set_clock(field.clock, 60);  // whoever waits longer than a minute gives up
  for (int run = 1; run <= 4; ++run) BOOST_TEST(!field.synchronize(peer));
  BOOST_TEST(field.synchronize(peer));
  BOOST_TEST(field.offices() == 1u);
  // [failures]
}

BOOST_AUTO_TEST_CASE(it_answers) {
  // [ask]
  field_office field;
  field.site.put(mock_office{edensync::uid("urn:uuid:north"), "North Office"}).value();

  auto pull = mock::request("GET", "/sync/sync.xml?resource=org_office");
  mock::check(report, mock::ask(field.handler(), pull), mock::status(401).header("WWW-Authenticate"));
  pull.head.user = "field";
  pull.head.password = "secret";
  mock::check(report, mock::ask(field.handler(), pull),
              mock::status(200).header("Content-Type", "text/xml").body(mock::contains("North Office")));

  auto push = pull;
  push.head.target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:nobody";
  push.head.method = "POST";
  push.head.has_body = true;
  push.body = mock::document(headquarters).body;
  mock::check(report, mock::ask(field.handler(), push),
              mock::status(403).body(mock::json(mock::not_registered().body)));
  // [ask]
}

BOOST_AUTO_TEST_CASE(it_bears_a_store_that_fails) {
  // [store]
  for (mock::each_failure failure; failure.again();) {
    field_office field;
    mock::scripted_peer peer([](const mock::heard& asked) {
      return asked.head.target.ends_with("register.json") ? mock::registered("urn:uuid:base")
             : asked.head.method == "GET"                 ? mock::document(headquarters)
                                                          : mock::taken();
    });
    failure.during(field.store.faults(), [&] { return field.synchronize(peer); });
    // Whatever failed: the next run, when the lease of the first is over, makes it good.
    field.clock.advance(3600);
    BOOST_TEST(field.synchronize(peer), "after a failure at operation " << failure.number());
    BOOST_TEST(field.offices() == 1u);
  }
  // [store]
}

BOOST_AUTO_TEST_CASE(it_bears_a_commit_that_fails) {
  // [commit]
  field_office field;
  field.store.faults().fail_with(edensync::error::store_full);
  field.store.faults().fail_at("commit", 1);
  BOOST_TEST((field.site.put(mock_office{{}, "North Office"}).error().code == edensync::error::store_full));
  BOOST_TEST(field.offices() == 0u);
  // [commit]
  // The second is after the commit took effect.
  field.store.faults().fail_at("commit", 2);
  BOOST_TEST(field.site.put(mock_office{{}, "North Office"}).has_error());
  BOOST_TEST(field.offices() == 1u);
  BOOST_TEST(field.store.faults().calls("commit") >= 3u);
}

BOOST_AUTO_TEST_CASE(it_says_what_was_recorded) {
  // [recording]
  const auto recorded = mock::read_recording(EDENSYNC_SOURCE_DIR "/backends/mock/tests/recording");

  // What the base said then, to what the field office asks now.
  field_office field;
  field.site.put(mock_office{{}, "North Office"}).value();
  mock::expectations base(report);
  mock::replay(recorded, base);
  mock::scripted_peer peer(std::ref(base));
  BOOST_TEST(field.synchronize(peer));
  BOOST_TEST(field.offices() == 2u);
  base.verify();
  // [recording]

  // [recording_at]
  // What the field office says now, to what the base was asked then.
  field_office other;
  mock::replay_at(other.handler(), recorded, report);
  BOOST_TEST(other.offices() == 1u);
  // [recording_at]
  BOOST_TEST(recorded.size() == 3u);
  BOOST_TEST(recorded[2].name == "10");
}

BOOST_AUTO_TEST_CASE(it_is_told_what_is_not_as_recorded) {
  auto recorded = mock::read_recording(EDENSYNC_SOURCE_DIR "/backends/mock/tests/recording");
  recorded[1].response.first_line = "HTTP/1.1 404 Not Found";
  const auto as_xml = [](std::string was) { return mock::xml<edensync::expat::event_source>(std::move(was)); };
  std::vector<std::string> reports;
  const auto keep = [&](const std::string& said) { reports.push_back(said); };
  field_office field;
  mock::replay_at(field.handler(), {recorded[0], recorded[1]}, keep);
  BOOST_TEST_REQUIRE(reports.size() == 1u);
  BOOST_TEST(reports[0].starts_with("exchange 2: the answer is not status \"404\""));
  BOOST_TEST(reports[0].find("status: expected \"404\", came \"200\"") != std::string::npos);
  // Another document than then.
  field.site.put(mock_office{{}, "South Office"}).value();
  mock::expectations base(keep);
  mock::replay({recorded[2]}, base, {.body = as_xml});
  mock::scripted_peer peer(std::ref(base));
  mock::ask(std::ref(peer), mock::request("POST", recorded[2].request.target().substr(5), "<s3xml/>"));
  base.verify();
  BOOST_TEST_REQUIRE(reports.size() == 3u);
  BOOST_TEST(reports[1].find("at /s3xml/@success: nothing instead of \"true\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
