// What is looked at when somebody asks whether a site, and its line to a peer, are well.

#include <algorithm>
#include <string>
#include <vector>

#include "edensync/job/run_words.hpp"
#include "edensync/admin/check_peer.hpp"
#include "edensync/admin/check_site.hpp"
#include "edensync/admin/repositories.hpp"
#include "edensync/admin/runs.hpp"
#include "support/sites.hpp"

namespace edensync::test {
namespace {
using admin::answer;
using admin::finding;

std::string line_of(const std::vector<finding>& all, std::string_view subject) {
  for (const auto& f : all)
    if (f.subject == subject) return std::string(to_text(f.holds)) + ": " + f.words;
  return "-";
}

struct checked_sites : two_sites {
  explicit checked_sites(bool as_eden) : two_sites(as_eden) {
    line.on_answer([this, as_eden](response_head& told) {
      if (as_eden) strip(told.headers);
      told.headers.set("Date", to_http_date(there.now()));
    });
  }

  memory::manual_clock there{second(1000)};

  repository peer_now() { return field.self.repositories().value().at(0); }

  std::vector<finding> check() {
    admin::check_peer<parts> op(field.self, peer_now(), field.self.tasks(peer).value());
    line.run(op);
    return op.findings();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_check)

BOOST_AUTO_TEST_CASE(the_prerequisites_of_a_run_are_tried_one_by_one) {
  for (const bool eden : {false, true}) {
    BOOST_TEST_CONTEXT("Eden " << eden) {
      checked_sites p(eden);
      p.add_task();
      auto seen = p.check();
      BOOST_TEST(line_of(seen, "reachable") == (eden ? "yes: something answers" : "yes: an edensync site answers"));
      BOOST_TEST(line_of(seen, "certificate") == "unknown: the line is not encrypted");
      BOOST_TEST(line_of(seen, "credentials") == "yes: there is no account, and the peer lets anybody read");
      BOOST_TEST(line_of(seen, "clock") == "yes: the peer's is 0 seconds ahead");
      BOOST_TEST(line_of(seen, "resource org_office") == "yes: the peer serves it");
      BOOST_TEST(line_of(seen, "registered").starts_with("no: "));
      BOOST_TEST(line_of(seen, "pushes accepted org_office").starts_with("no: "));
      // It did not register by the way.
      BOOST_TEST(p.base.self.repositories().value().empty());
      BOOST_TEST(p.peer_now().uuid.empty());

      BOOST_TEST(p.run().ok());
      p.base.put(an("a"));
      const auto before = p.base.contents();
      const auto sequence = p.base.store.snapshot().sequence();
      seen = p.check();
      BOOST_TEST(admin::all_hold(seen));
      BOOST_TEST(line_of(seen, "registered").starts_with("yes: "));
      BOOST_TEST(line_of(seen, "pushes accepted org_office") ==
                 (eden ? "yes: a document without records was taken" : "yes: the peer says so"));
      BOOST_TEST(p.base.contents() == before, boost::test_tools::per_element());
      BOOST_TEST(p.base.store.snapshot().sequence() == sequence);
      BOOST_TEST(p.field.contents().empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_as_it_should_be_is_named) {
  checked_sites p(false);
  p.add_task();
  BOOST_TEST(p.run().ok());
  auto there = p.base.self.repositories().value().at(0);
  there.accept_push = false;
  p.base.self.put(there).value();
  p.there.advance(3600);
  auto seen = p.check();
  BOOST_TEST(line_of(seen, "clock") == "no: the peer's is 3600 seconds ahead");
  BOOST_TEST(line_of(seen, "registered").starts_with("yes: "));
  BOOST_TEST(line_of(seen, "pushes accepted org_office").starts_with("no: "));

  // The peer has forgotten this site.
  p.base.self.ledger([&](auto& t) { t.erase_repository(there.id); }).value();
  seen = p.check();
  BOOST_TEST(line_of(seen, "registered").starts_with("no: the peer does not know this site"));

  p.line.cut_after(0);
  seen = p.check();
  BOOST_TEST(line_of(seen, "reachable").starts_with("no: "));
  BOOST_TEST(line_of(seen, "pushes accepted org_office") == "-");
}

BOOST_AUTO_TEST_CASE(a_typed_identifier_that_is_not_the_peers_is_named) {
  checked_sites p(false);
  p.add_task({.resource = "org_office", .mode = sync_mode::pull});
  admin::repositories<parts> all(p.field.self);
  const uid typed("urn:uuid:00000000-0000-4000-8000-00000000000f");
  const auto theirs = p.base.self.uuid().value();
  const auto type = [&](const uid& id) { all.change("Base", [&](repository& r) { r.uuid = id; }).value(); };
  type(typed);
  BOOST_TEST(line_of(p.check(), "registered").starts_with("unknown: the peer was not asked yet"));
  // Of a run that came before, or none, nothing of it stands there.
  const auto message = [&] {
    auto ledger = p.field.store.snapshot();
    return admin::run_message(ledger, p.peer_now(), {.repository = p.peer, .runs = 1});
  };
  BOOST_TEST(message().starts_with("the peer was not asked yet"));
  const auto lines = [&] {
    const auto log = p.field.log();
    return std::count_if(log.begin(), log.end(), [](const log_entry& e) {
      return e.mode == "push/outgoing" && e.action == "request registration" && e.result == log_result::fatal &&
             e.message.find("differs from the one entered") != std::string::npos;
    });
  };
  p.base.put(an("a"));
  for (int n = 1; n < 4; ++n) {
    const auto r = p.run();
    BOOST_TEST(r.ok());
    BOOST_TEST_REQUIRE(r.identity.has_value());
    BOOST_TEST(why_not(r).find(theirs.text()) != std::string::npos);
    BOOST_TEST(run_words(r).find("registration: failed") != std::string::npos);
    BOOST_TEST(lines() == n);
    BOOST_TEST((p.peer_now().uuid == typed));
  }
  BOOST_TEST(p.field.contents().size() == 1u);
  const auto words = "no: the peer says that its UUID is " + theirs.text() + ", and " + typed.text() + " was typed in";
  BOOST_TEST(line_of(p.check(), "registered") == words);
  BOOST_TEST(line_of(admin::check_site(p.field.self).value(), "UUID Base") == words);
  BOOST_TEST(message().starts_with("the peer says that its UUID is"));
  // The right one is asked for once more, and then believed.
  type(theirs);
  BOOST_TEST(!p.run().identity.has_value());
  BOOST_TEST(lines() == 3);
  BOOST_TEST(message().empty());
  BOOST_TEST(line_of(p.check(), "registered").starts_with("yes: "));
  const auto exchanges = p.line.exchanges();
  p.run();
  BOOST_TEST(p.line.exchanges() == exchanges + 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_and_a_page_are_told_apart_from_a_good_answer) {
  scripted_answer said{.status = 401};
  site_and_script p([&](const heard&) { return said; });
  p.add_task(sync_mode::pull);
  const auto check = [&] {
    admin::check_peer<parts> op(p.field.self, p.field.self.repositories().value().at(0),
                                p.field.self.tasks(p.peer).value());
    p.line.run(op);
    return op.findings();
  };
  BOOST_TEST(line_of(check(), "credentials").starts_with("no: "));
  said = {.body = "<html><body>Please log in</body></html>", .type = "text/html"};
  const auto seen = check();
  BOOST_TEST(line_of(seen, "credentials").starts_with("unknown: "));
  BOOST_TEST(line_of(seen, "resource org_office").starts_with("no: "));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_believed_is_told_apart_from_a_peer_that_is_not_there) {
  checked_sites p(false);
  auto peer = p.peer_now();
  peer.url = "https://base.example.org/eden";
  const auto check = [&](error code) {
    admin::check_peer<parts> op(p.field.self, peer, {});
    BOOST_TEST_REQUIRE(op.next() != nullptr);
    op.on_failure(make_failure(code, "its certificate has expired"));
    BOOST_TEST(op.next() == nullptr);
    return op.findings();
  };
  const auto refused = check(error::not_secure);
  BOOST_TEST(line_of(refused, "reachable").starts_with("yes: "));
  BOOST_TEST(line_of(refused, "certificate").starts_with("no: "));
  BOOST_TEST(line_of(refused, "certificate").ends_with("its certificate has expired"));
  const auto gone = check(error::unreachable);
  BOOST_TEST(line_of(gone, "reachable").starts_with("no: "));
  BOOST_TEST(line_of(gone, "certificate") == "unknown: there was no answer");
}

BOOST_AUTO_TEST_CASE(a_ledger_that_makes_no_sense_is_noticed) {
  two_sites p;
  const auto task = p.add_task();
  BOOST_TEST(p.run().ok());
  BOOST_TEST(admin::all_hold(admin::check_site(p.field.self).value()));
  const auto set = [&](watermark w, direction d) {
    p.field.self.ledger([&](auto& t) { t.set_watermark(task, d, w); }).value();
  };
  set({.time = p.clock.now() + 3600}, direction::pull);
  BOOST_TEST(line_of(admin::check_site(p.field.self).value(), "watermarks Base org_office") ==
             "no: one lies in the future");
  // That far is the peer's clock ahead.
  p.field.self.ledger([&](auto& t) { keep_clock_skew(t, p.peer, 3600); }).value();
  BOOST_TEST(admin::all_hold(admin::check_site(p.field.self).value()));
  set({.cursor = "999999"}, direction::push);
  BOOST_TEST(
      line_of(admin::check_site(p.field.self).value(), "watermarks Base org_office").starts_with("no: more was"));
  const auto told = [&] { return line_of(admin::check_site(p.field.self).value(), "lease Base"); };
  {
    held_lease<parts> lease(p.field.self, p.peer);
    lease.take().value();
    BOOST_TEST(told().starts_with("yes: a run is under way"));
    // Its holder has died.
    p.field.clock.advance(held_lease<parts>::term + 1);
    BOOST_TEST(told().starts_with("unknown: a run ended badly"), told());
  }
  BOOST_TEST(told() == "-");
}

BOOST_AUTO_TEST_CASE(each_task_is_tried_and_each_that_pushes_is_asked_about) {
  for (const auto mode : {sync_mode::pull, sync_mode::push, sync_mode::both, sync_mode::none}) {
    BOOST_TEST_CONTEXT("mode " << static_cast<int>(mode)) {
      checked_sites p(false);
      p.add_task({.resource = "org_office", .mode = mode});
      p.add_task({.resource = "org_organisation", .mode = mode});
      BOOST_TEST(p.run().ok());
      const auto seen = p.check();
      BOOST_TEST(admin::all_hold(seen));
      for (const std::string table : {"org_office", "org_organisation"}) {
        const bool any = mode != sync_mode::none;
        BOOST_TEST(line_of(seen, "resource " + table) == (any ? "yes: the peer serves it" : "-"));
        BOOST_TEST(line_of(seen, "columns of " + table) == (any ? "yes: the peer has all of them" : "-"));
        BOOST_TEST(line_of(seen, "pushes accepted " + table) == (pushes(mode) ? "yes: the peer says so" : "-"));
      }
      BOOST_TEST(line_of(seen, "pushes accepted") == (pushes(mode) ? "-" : "unknown: nothing is pushed there"));
      // Nothing is pushed, and still the peer says that it knows this site.
      if (mode == sync_mode::pull) BOOST_TEST(line_of(seen, "registered").starts_with("yes: the peer knows this site"));
    }
  }
}

BOOST_AUTO_TEST_CASE(who_is_not_told_that_the_peer_knows_this_site_does_not_say_so) {
  checked_sites eden(true);
  eden.add_task({.resource = "org_office", .mode = sync_mode::pull});
  BOOST_TEST(eden.run().ok());
  eden.field.self
      .ledger([&](auto& t) {
        update_repository(t, eden.peer, [&](repository& r) { r.uuid = eden.base.self.uuid().value(); });
      })
      .value();
  BOOST_TEST(line_of(eden.check(), "registered").starts_with("unknown: this site knows the peer's UUID"));

  checked_sites p(false);
  p.add_task({.resource = "org_office", .mode = sync_mode::pull});
  BOOST_TEST(p.run().ok());
  const auto there = p.base.self.repositories().value().at(0);
  p.base.self.ledger([&](auto& t) { t.erase_repository(there.id); }).value();
  const auto seen = p.check();
  BOOST_TEST(line_of(seen, "registered").starts_with("no: the peer does not know this site"));
  BOOST_TEST(line_of(seen, "pushes accepted") == "unknown: nothing is pushed there");
}

BOOST_AUTO_TEST_CASE(a_catalogue_for_everybody_says_nothing_of_the_account) {
  unsigned status = 401;
  const auto check = [&](sync_mode mode, std::string words = "Authentication Required") {
    site_and_script p([&, words](const heard& h) {
      if (h.head.target.starts_with("/sync/dataset.xml")) return scripted_answer{.body = "<s3xml/>"};
      return scripted_answer{.status = status, .body = words};
    });
    p.add_task(mode);
    auto peer = p.field.self.repositories().value().at(0);
    peer.username = "ann";
    admin::check_peer<parts> op(p.field.self, peer, p.field.self.tasks(p.peer).value());
    p.line.run(op);
    return op.findings();
  };
  auto seen = check(sync_mode::both);
  BOOST_TEST(line_of(seen, "credentials").starts_with("no: "));
  BOOST_TEST(line_of(seen, "resource org_office").starts_with("no: "));
  BOOST_TEST(line_of(seen, "pushes accepted org_office") == "-");
  status = 429;
  seen = check(sync_mode::both);
  BOOST_TEST(line_of(seen, "credentials").starts_with("unknown: "));
  const auto advice = [&](std::string_view subject) {
    for (const auto& f : seen)
      if (f.subject == subject) return f.advice;
    return std::string();
  };
  BOOST_TEST(advice("credentials").starts_with("too many logins have failed there"));
  status = 403;
  seen = check(sync_mode::both, "Insufficient Privileges");
  BOOST_TEST(line_of(seen, "credentials") == "yes: the account may read");
  BOOST_TEST(line_of(seen, "resource org_office").starts_with("no: "));
  BOOST_TEST(advice("resource org_office").ends_with("the right to read it"));
  BOOST_TEST(advice("pushes accepted org_office").ends_with("the right to write"));
  // Whoever only pushes need not be allowed to read.
  seen = check(sync_mode::push, "Insufficient Privileges");
  BOOST_TEST(line_of(seen, "resource org_office").starts_with("unknown: "));
  BOOST_TEST(line_of(seen, "columns of org_office").starts_with("unknown: the peer does not describe its table"));
}

BOOST_AUTO_TEST_CASE(columns_that_one_of_the_two_does_not_have_are_named) {
  std::string described;
  const auto check = [&](sync_mode mode, unsigned status = 200) {
    site_and_script p([&](const heard& h) {
      if (h.head.target == "/org/office/fields.xml") return scripted_answer{.status = status, .body = described};
      if (h.head.target.ends_with("/fields.xml")) return scripted_answer{.status = 404};
      return scripted_answer{.body = "<s3xml/>"};
    });
    p.add_task(mode);
    admin::check_peer<parts> op(p.field.self, p.field.self.repositories().value().at(0),
                                p.field.self.tasks(p.peer).value());
    p.line.run(op);
    return line_of(op.findings(), "columns of org_office");
  };
  one_site s("field", 1, memory::manual_clock(second(1000)));
  const auto& ours = s.self.resources()[s.self.resources().find("org_office")];
  const auto whole = to_field_document(ours);
  described = whole;
  BOOST_TEST(check(sync_mode::both) == "yes: the peer has all of them");
  const auto name = "<field name=\"name\"";
  const auto at = whole.find(name);
  BOOST_TEST_REQUIRE(at != std::string::npos);
  described = whole.substr(0, at) +
              "<field name=\"extra\" type=\"string\"/><field name=\"pe_id\" type=\"reference pr_pentity\"/>" +
              whole.substr(whole.find('\n', at));
  BOOST_TEST(check(sync_mode::push) == "no: the peer does not have name");
  BOOST_TEST(check(sync_mode::pull) == "unknown: the peer does not have name; this site does not have extra");
  BOOST_TEST(check(sync_mode::both) == "no: the peer does not have name; this site does not have extra");
  for (const std::string other :
       {"<html/>", "", "<fields resource=\"org_organisation\"/>", "<fields resource=\"org_office\">"}) {
    described = other;
    BOOST_TEST(check(sync_mode::both).starts_with("unknown: the peer does not describe its table"), other);
  }
  described = whole;
  BOOST_TEST(check(sync_mode::both, 403).starts_with("unknown: the peer does not describe its table"));
}

BOOST_AUTO_TEST_CASE(imports_by_hand_that_wait_are_told) {
  one_site s("field", 1, memory::manual_clock(second(1000)));
  s.self
      .ledger([](auto& t) {
        t.add_quarantine({.resource = "org_office", .uuid = id_of("a")});
        const auto base = t.put_repository({.uuid = id_of("base"), .name = "Base"});
        t.add_quarantine({.repository = base, .resource = "org_office", .uuid = id_of("b")});
      })
      .value();
  const auto seen = admin::check_site(s.self).value();
  BOOST_TEST(line_of(seen, "quarantine of imports") == "unknown: 1 records wait");
  BOOST_TEST(line_of(seen, "quarantine Base") == "unknown: 1 records wait");
}

BOOST_AUTO_TEST_CASE(a_table_that_one_of_the_two_does_not_have_is_said_so) {
  checked_sites p(false);
  // It was there when the resource was added.
  p.field.self.ledger([&](auto& t) { t.put_task({.repository = p.peer, .resource = "no_table"}); }).value();
  const auto told = p.check();
  BOOST_TEST(line_of(told, "resource no_table") == "no: this site has no table no_table");
  BOOST_TEST(line_of(told, "pushes accepted") == "unknown: nothing is pushed there");
  BOOST_TEST(line_of(admin::check_site(p.field.self).value(), "resource Base no_table") ==
             "no: this site has no table no_table");

  site_and_script other([](const heard& h) {
    const bool asked = h.head.target.find("resource=org_office") != std::string::npos;
    return asked ? scripted_answer{.status = 400, .body = "Invalid request"} : scripted_answer{.body = "<s3xml/>"};
  });
  other.add_task(sync_mode::pull);
  admin::check_peer<parts> op(other.field.self, other.field.self.repositories().value().at(0),
                              other.field.self.tasks(other.peer).value());
  other.line.run(op);
  const auto said = line_of(op.findings(), "resource org_office");
  BOOST_TEST(said.starts_with("no: the peer has no table org_office"), said);
  BOOST_TEST(said.find("not configured") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
