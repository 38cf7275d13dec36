// Records that two sites made apart from each other: the active site may take over the peer's uids, the passive one never.
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// Offices are known by their phone here, whatever they are called.
void know_by_phone(test_site& s) {
  s.identify_by<office>([](const office& theirs, record_search& here) {
    const auto found = theirs.phone1 ? here.find_match({offices, {{1, *theirs.phone1}}}) : std::nullopt;
    return found ? found->handle : record_handle::none;
  });
}

using lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(site_duplicates)

BOOST_AUTO_TEST_CASE(a_repository_says_whether_uids_are_synchronised) {
  for (const bool eden : {false, true})
    for (const bool synchronise : {false, true}) BOOST_TEST_CONTEXT("eden " << eden << ", uids " << synchronise) {
        two_sites s(eden);
        know_by_phone(s.field.self);
        know_by_phone(s.base.self);
        auto peer = s.field.self.repositories().value().front();
        peer.synchronise_uuids = synchronise;
        s.field.self.put(peer).value();
        s.add_task();
        s.field.put(an("ours", "555"));
        s.clock.advance(10);
        s.base.put(an("theirs", "555"));
        s.clock.advance(10);
        BOOST_TEST(s.run().ok());
        const lines one{"org_office theirs @1010 name=theirs phone1=555"};
        const lines two{"org_office ours @1000 name=ours phone1=555", one[0]};
        BOOST_TEST(s.field.contents() == (synchronise ? one : two), boost::test_tools::per_element());
        BOOST_TEST(s.base.contents() == (synchronise ? one : two), boost::test_tools::per_element());
      }
}

// Even if the peer's repository here says so, because the flag is for runs of this site.
BOOST_AUTO_TEST_CASE(a_passive_site_takes_over_no_uid) {
  two_sites s(true);
  know_by_phone(s.base.self);
  s.add_task({.resource = "org_office", .mode = sync_mode::push});
  s.base.put(an("theirs", "555"));
  BOOST_TEST(s.run().ok());
  auto known = s.base.self.repositories().value();
  BOOST_TEST_REQUIRE(known.size() == 1u);
  known[0].synchronise_uuids = true;
  s.base.self.put(known[0]).value();
  s.clock.advance(10);
  s.field.put(an("ours", "555"));
  BOOST_TEST(s.run().ok());
  BOOST_TEST(s.base.contents() == (lines{"org_office ours @1010 name=ours phone1=555",
                                         "org_office theirs @1000 name=theirs phone1=555"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_push_without_uids_finds_its_records) {
  two_sites s;
  know_by_phone(s.base.self);
  s.base.put(an("theirs", "555"));
  s.base.self.put(repository{.uuid = id_of("script"), .name = "Script", .accept_push = true}).value();
  request_head head;
  head.method = "POST";
  head.target = "/sync/sync.xml?resource=org_office&repository=urn:uuid:script";
  const auto answer = s.answering.handle(head);
  answer->on_body(
      "<s3xml><resource name=\"org_office\" modified_on=\"2026-04-01T00:00:00\"><data field=\"name\">new"
      "</data><data field=\"phone1\">555</data></resource></s3xml>");
  answer->on_end();
  std::string words(1000, ' ');
  words.resize(answer->read_body(words).value());
  BOOST_TEST(parse_status_message(words)->updated.size() == 1u);
  BOOST_TEST(s.base.self.get<office>(id_of("theirs")).value()->name == "new");
}

BOOST_AUTO_TEST_SUITE_END()
