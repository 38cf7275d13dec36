// A test of one's own server, without a peer: a script says what is asked, and what is answered.
// Shows: a scripted peer, a late answer in manual time, asking a server. Needs: edensync, expat, mock.

#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/mock/ask.hpp>
#include <edensync/mock/eden_answers.hpp>
#include <edensync/mock/expectations.hpp>
#include <edensync/mock/scripted_peer.hpp>
#include <iostream>

struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, phone1));
};

template <>
struct edensync::resource<office> {
  static constexpr std::string_view name = "org_office";
};

struct parts : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
};

int main() {
  namespace mock = edensync::mock;
  // [reporter]
  int failures = 0;
  const auto report = [&](const std::string& said) {
    std::cerr << said << '\n';
    ++failures;
  };
  // [reporter]

  // [server]
  const auto schema = edensync::describe<office>().value();
  edensync::memory::manual_clock clock(edensync::parse_timestamp("2026-03-01T08:00:00").value());
  edensync::memory::counting_uid_source uids(1);
  edensync::memory::store store(schema, "field");
  edensync::site<parts> field(store, schema, clock, uids);
  field.put(office{{}, "North Office", "+1 555 0100"}).value();
  const auto peer = field.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  field.put(edensync::sync_task{.repository = peer, .resource = "org_office"}).value();
  // [server]

  // [script]
  const auto headquarters =
      mock::document(R"(<resource name="org_office" uuid="urn:uuid:hq" mci="1" modified_on="2026-02-28T17:00:00">)"
                     R"(<data field="name">Headquarters</data></resource>)");
  mock::expectations base(report);
  base.expect(mock::registration()).answer(mock::registered("urn:uuid:base"));
  base.expect(mock::pull_of("org_office").no_query("msince")).answer(headquarters).after(40);
  base.expect(mock::push_of("org_office").body(mock::contains("North Office"))).answer(mock::taken());
  // [script]

  // [run]
  mock::scripted_peer scripted(std::ref(base));
  scripted.set_clock(clock);
  edensync::memory::loopback line(std::ref(scripted));
  const auto run = edensync::active_site(field).synchronize_with(peer);
  line.run(*run);
  base.verify();
  // [run]

  // [ask]
  edensync::passive_site answering(field, {.authenticate = {}, .accept_pushes = true});
  const auto answer = mock::ask([&](const auto& request) { return answering.handle(request); },
                                mock::request("GET", "/sync/sync.xml?resource=org_office"));
  mock::check(report, answer, mock::status(200).body(mock::contains("Headquarters")));
  // [ask]

  std::cout << "40 seconds later: " << to_text(clock.now()) << '\n';
  return run->report().ok() && failures == 0 ? 0 : 1;
}
