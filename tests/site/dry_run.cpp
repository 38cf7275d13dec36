// What a dry run tells before a run does it, and that nothing changes at the peer.
#include <string>

#include "edensync/job/run_words.hpp"
#include "edensync/admin/repositories.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

/// Two sites of which one asks what would be; it would write what it pulls, so that it pulls nothing.
struct rehearsing_sites : two_sites {
  explicit rehearsing_sites(bool as_eden) : two_sites(as_eden) { add_task(); }

  run_report rehearse() {
    const auto sequence = base.store.snapshot().sequence();
    const auto known = base.self.repositories().value().size();
    auto told = run({.dry_run = true});
    BOOST_TEST(base.store.snapshot().sequence() == sequence);
    BOOST_TEST(base.self.repositories().value().size() == known);
    return told;
  }

  void accept(bool pushes) {
    auto r = base.self.repositories().value().at(0);
    r.accept_push = pushes;
    base.self.put(r).value();
  }

  /// Gives how often it was tried.
  std::uint32_t tries_of_what_waits() { return base.quarantine().at(0).attempts; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_dry_run)

BOOST_AUTO_TEST_CASE(that_the_typed_identifier_is_not_the_peers) {
  for (const bool eden : {false, true}) {
    BOOST_TEST_CONTEXT("Eden " << eden) {
      rehearsing_sites p(eden);
      admin::repositories<parts>(p.field.self)
          .change("Base", [](repository& r) { r.uuid = uid("urn:uuid:00000000-0000-4000-8000-00000000000f"); })
          .value();
      const auto told = p.rehearse();
      BOOST_TEST_REQUIRE(told.identity.has_value());
      BOOST_TEST(told.untold.empty());
      const auto before = p.base.self.repositories().value().size();
      BOOST_TEST(before == 0u);
      const auto done = p.run();
      BOOST_TEST_REQUIRE(done.identity.has_value());
      BOOST_TEST(told.identity->text() == done.identity->text());
    }
  }
}

BOOST_AUTO_TEST_CASE(that_the_peer_takes_no_push) {
  rehearsing_sites p(false);
  BOOST_TEST(p.run().ok());
  p.accept(false);
  p.field.put(an("a"));
  const auto told = p.rehearse();
  const auto done = p.run();
  BOOST_TEST_REQUIRE(told.transfers.size() == 2u);
  BOOST_TEST_REQUIRE(told.transfers[1].error.has_value());
  BOOST_TEST_REQUIRE(done.transfers.at(1).error.has_value());
  BOOST_TEST(told.transfers[1].error->text() == done.transfers[1].error->text());
  BOOST_TEST(told.untold.empty());
}

// Nor is what waits there tried once more, as a push does.
BOOST_AUTO_TEST_CASE(what_would_be_pushed_is_counted_and_changes_nothing_there) {
  for (const bool eden : {false, true}) {
    BOOST_TEST_CONTEXT("Eden " << eden) {
      rehearsing_sites p(eden);
      BOOST_TEST(p.run().ok());
      {
        auto t = p.base.store.begin({second(1000), this_site});
        t.add_quarantine({.repository = p.base.self.repositories().value().at(0).id,
                          .resource = "org_office",
                          .uuid = id_of("q"),
                          .reason = refusal_reason::missing_field,
                          .payload = "<s3xml><resource name=\"org_office\" uuid=\"urn:uuid:q\"/></s3xml>",
                          .since = second(1000)});
        t.commit();
      }
      p.field.put(an("a"));
      p.field.put(an("b"));
      const auto told = p.rehearse();
      BOOST_TEST(told.ok());
      BOOST_TEST_REQUIRE(told.transfers.size() == 2u);
      BOOST_TEST(told.transfers[1].exported.records() == 2u);
      // An Eden has nothing that waits; what stands in for it here has.
      if (!eden) BOOST_TEST(p.tries_of_what_waits() == 1u);
      BOOST_TEST(p.base.contents().empty());
      BOOST_TEST(p.run().ok());
      BOOST_TEST(p.base.contents().size() == 2u);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_only_a_registration_can_show_is_named) {
  for (const bool eden : {false, true}) {
    BOOST_TEST_CONTEXT("Eden " << eden) {
      rehearsing_sites p(eden);
      p.field.put(an("a"));
      const auto told = p.rehearse();
      BOOST_TEST(told.ok());
      BOOST_TEST_REQUIRE(told.untold.size() == 2u);
      BOOST_TEST(told.untold[0] == "whether the peer registers this site");
      BOOST_TEST(told.untold[1].starts_with("whether the peer takes pushes of org_office"));
      BOOST_TEST(run_words(told).find("cannot be told beforehand: whether the peer takes") != std::string::npos);
      BOOST_TEST(told.transfers.at(1).exported.records() == 1u);
      BOOST_TEST(p.run().ok());
      BOOST_TEST(p.base.contents().size() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_say_who_it_is_before_somebody_registers) {
  for (const auto* const words : {"{\"status\": \"failed\", \"message\": \"no\"}", "no"}) {
    unsigned asked = 0;
    site_and_script p([&](const heard& h) {
      if (h.head.target.find("register") == std::string::npos) return scripted_answer{.body = "<s3xml/>"};
      ++asked;
      BOOST_TEST(h.body.find("uuid") == std::string::npos, h.body);
      return scripted_answer{.status = words[0] == '{' ? 200U : 400U, .body = words};
    });
    p.add_task(sync_mode::pull);
    p.field.self.ledger([&](auto& t) { keep_typed_uuid(t, p.peer, uid()); }).value();
    const auto told = p.run({.dry_run = true});
    BOOST_TEST(told.ok());
    BOOST_TEST(!told.identity.has_value());
    BOOST_TEST_REQUIRE(told.untold.size() == 1u);
    BOOST_TEST(told.untold[0].starts_with("which UUID the peer has"));
    BOOST_TEST(asked == 1u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
