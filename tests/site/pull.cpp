#include "edensync/site/pull.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;
using lines = std::vector<std::string>;

namespace {

// What an Eden holds: records with their times, of which a pull gets those that are not older than it asks for.
struct eden_peer {
  memory::manual_clock clock;
  std::vector<element> records;
  std::vector<std::int64_t> times;

  void put(const std::string& name, std::int64_t at, const std::string& phone = "1") {
    records.push_back(an_office(name, at).data("phone1", phone));
    times.push_back(at);
  }
  scripted_answer operator()(const heard& h) const {
    std::vector<element> found;
    for (std::size_t i = 0; i < records.size(); ++i)
      if (times[i] >= msince_of(h)) found.push_back(records[i]);
    return {200, document(found), "text/xml", {{"Date", to_http_date(clock.now())}}};
  }
};

std::string offices_of(std::size_t n, std::size_t from = 0) {
  std::vector<element> all;
  for (std::size_t i = from; i < n; ++i)
    all.push_back(an_office("a" + std::to_string(i), static_cast<std::int64_t>(i)));
  return document(all);
}

// A pull of org_office from a peer that always says this.
struct one_pull : site_and_script {
  task_id task;
  explicit one_pull(scripted_answer a) : site_and_script(std::move(a)), task(add_task(sync_mode::pull)) {}
  explicit one_pull(scripted_peer::script s) : site_and_script(std::move(s)), task(add_task(sync_mode::pull)) {}

  // What is true after every pull that failed.
  void expect_no_trace(const run_report& r) {
    BOOST_TEST(!r.ok());
    BOOST_TEST(field.contents().empty());
    BOOST_TEST(field.quarantine().empty());
    BOOST_TEST((field.mark(task, direction::pull) == watermark{}));
    const auto log = field.log();
    BOOST_TEST_REQUIRE(log.size() == 1u);
    BOOST_TEST(log[0].mode == "pull/outgoing");
    BOOST_TEST(log[0].resource == "org_office");
    BOOST_TEST((log[0].result == log_result::error || log[0].result == log_result::fatal));
    BOOST_TEST(!log[0].message.empty());
    // The site still serves: its own writes work, and the lease is free.
    BOOST_TEST(field.self.put(an("own")).has_value());
    BOOST_TEST(two_sites::first_error(run()) != make_error_code(error::busy));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_pull)

BOOST_AUTO_TEST_CASE(asks_in_edens_words) {
  one_pull p({200, document({})});
  p.run();
  BOOST_TEST_REQUIRE(p.other.requests.size() == 1u);
  const auto& head = p.other.requests[0].head;
  BOOST_TEST(head.method == "GET");
  BOOST_TEST(head.target == "/sync/sync.xml?resource=org_office&repository=" + p.field.self.uuid().value().text() +
                                "&include_deleted=True");
  BOOST_TEST(head.headers.get(headers::version) == "1");
  BOOST_TEST(head.headers.get(headers::cursor) == "0");
  BOOST_TEST(!head.has_body);
}

BOOST_AUTO_TEST_CASE(logs_what_came_in_edens_words) {
  {
    one_pull p({200, document({an_office("a", 1), an_office("b", 2)})});
    BOOST_TEST(p.run().ok());
    BOOST_TEST(last_line(p.field) == "pull/outgoing import success: Data imported successfully (2 records)");
    BOOST_TEST(p.field.log(1)[0].repository_name == "Other");
    BOOST_TEST(p.field.log(1)[0].counts.created == 2u);
    BOOST_TEST((p.field.log(1)[0].at == second(1000)));
  }
  {
    one_pull p({200, document({})});
    BOOST_TEST(p.run().ok());
    BOOST_TEST(last_line(p.field) == "pull/outgoing import success: No data to import (already up-to-date)");
  }
  {
    one_pull p({200, document({an_office("a", 1), an_office("b", 2).data("floors", "x")})});
    BOOST_TEST(p.run().ok());
    const auto line = last_line(p.field);
    BOOST_TEST(line.starts_with("pull/outgoing import warning: Data imported successfully (1 records)"));
    BOOST_TEST(line.find("(UID: urn:uuid:b) org_office") != std::string::npos);
    BOOST_TEST(line.find("floors") != std::string::npos);
    BOOST_TEST(p.field.quarantine().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_refused_record_is_offered_again_by_the_next_run) {
  bool with_office = false;
  site_and_script p([&](const heard&) -> scripted_answer {
    return {200, with_office ? document({}) : document({a_post("p", "a", 5)})};
  });
  p.add_task(sync_mode::pull, "hrm_post");
  p.run();
  BOOST_TEST(p.field.quarantine().size() == 1u);
  p.field.put(an("a"));
  with_office = true;
  const auto again = p.run();
  BOOST_TEST(again.ok());
  BOOST_TEST(p.field.quarantine().empty());
  BOOST_TEST(again.transfers[0].imported.released == 1u);
  BOOST_TEST(line_of(p.field.store.snapshot(), posts, "p") == "hrm_post p @5 name=p office_id=->a");
}

BOOST_AUTO_TEST_CASE(a_run_that_leaves_records_in_quarantine_is_never_a_plain_success) {
  int round = 0;
  one_pull p(scripted_peer::script([&](const heard&) -> scripted_answer {
    if (round++ != 0) return {200, document({})};
    return {200, document({an_office("b", 2).data("floors", "x"), an_office("c", 2).data("floors", "y")})};
  }));
  const auto other = p.add_task(sync_mode::pull, "org_organisation");
  p.run();
  for (int again = 0; again < 2; ++again) {
    const auto r = p.run();
    BOOST_TEST(r.ok());
    BOOST_TEST(r.transfers[0].waiting == 2u);
    // The other task has nothing to do with them.
    BOOST_TEST(r.transfers[1].waiting == 0u);
    const auto log = p.field.log(2);
    BOOST_TEST(log[0].resource == "org_organisation");
    BOOST_TEST((log[0].result == log_result::success));
    BOOST_TEST((log[1].result == log_result::warning));
    BOOST_TEST(log[1].message == "No data to import (already up-to-date)\n2 records wait in quarantine");
  }
  BOOST_TEST(other != p.task);
}

BOOST_AUTO_TEST_CASE(records_of_unknown_tables_are_told) {
  const auto of = [](std::string_view table, std::string_view name) { return element(table, name).at(3); };
  one_pull p({200,
              document({an_office("a", 1).with(of("org_nobody", "x")), of("no_such", "y"), of("no_such", "z"),
                        of("auth_user", "u")}),
              "text/xml",
              {{"Date", to_http_date(second(5000))}}});
  BOOST_TEST(p.run().ok());
  BOOST_TEST(
      last_line(p.field) ==
      "pull/outgoing import warning: Data imported successfully (1 records)\n3 records left out, of tables that are "
      "not known here: no_such (2), org_nobody (1)");
  // An Eden leaves them out, too, and they are no reason to ask again.
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(2)));
}

BOOST_AUTO_TEST_CASE(tables_that_never_travel_are_left_out_without_a_word) {
  one_pull p({200, document({an_office("a", 1), element("auth_user", "u").at(1), element("sync_task", "t").at(1)})});
  BOOST_TEST(p.run().ok());
  BOOST_TEST(last_line(p.field) == "pull/outgoing import success: Data imported successfully (1 records)");
}

BOOST_AUTO_TEST_CASE(bad_answers_leave_no_trace) {
  std::string bomb = "<!DOCTYPE s3xml [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
  bomb += "<s3xml><resource name=\"org_office\"><data field=\"name\">&b;</data></resource></s3xml>";
  std::string deep = "<s3xml>";
  for (int i = 0; i < 100; ++i) deep += "<resource name=\"org_office\">";
  std::string broad = "<s3xml><resource name=\"org_office\"";
  for (int i = 0; i < 100; ++i) broad += " a" + std::to_string(i) + "=\"x\"";
  broad += "/></s3xml>";
  const std::string one = document({an_office("a", 1)});
  struct bad {
    std::string_view what;
    scripted_answer answer;
    error code;
    std::string words;
  };
  const std::vector<bad> all{
      {"nothing", {200, ""}, error::malformed_document, ""},
      {"blanks", {200, " \n "}, error::malformed_document, ""},
      {"cut off", {200, one.substr(0, one.size() - 9)}, error::malformed_document, "line"},
      {"not well-formed", {200, "<s3xml><resource></s3xml>"}, error::malformed_document, "line 1"},
      {"text", {200, "Internal error"}, error::malformed_document, "line 1"},
      {"wrong encoding",
       {200, "<?xml version='1.0' encoding='utf-8'?><s3xml>\xff\xfe</s3xml>"},
       error::malformed_document,
       "line 1"},
      {"unknown encoding", {200, "<?xml version='1.0' encoding='ebcdic-9'?><s3xml/>"}, error::malformed_document, ""},
      {"a document type",
       {200, "<!DOCTYPE s3xml SYSTEM \"file:///etc/passwd\"><s3xml/>"},
       error::document_type_refused,
       ""},
      {"an entity bomb", {200, bomb}, error::document_type_refused, ""},
      {"too deep", {200, deep}, error::limit_exceeded, "nested too deeply"},
      {"too many attributes", {200, broad}, error::limit_exceeded, "attributes"},
      {"html", {200, "<html><body><p>Please log in</p></body></html>", "text/html"}, error::unexpected_answer, "HTML"},
      {"html that is no xml",
       {200, "<html><body><br>Please log in</body></html>", "text/html"},
       error::unexpected_answer,
       "HTML"},
      {"html in capitals", {200, "<HTML><BODY>Log in</BODY></HTML>"}, error::unexpected_answer, "HTML"},
      {"html in both", {200, "<Html><body/></Html>"}, error::unexpected_answer, "HTML"},
      {"html with a prefix",
       {200, "<x:html xmlns:x='http://www.w3.org/1999/xhtml'/>"},
       error::unexpected_answer,
       "HTML"},
      {"html 5",
       {200, "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><br></body></html>"},
       error::unexpected_answer,
       "HTML"},
      {"xhtml",
       {200, "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\"><html/>"},
       error::unexpected_answer,
       "HTML"},
      {"html behind a byte order mark", {200, "\xEF\xBB\xBF<!doctype HTML><html/>"}, error::unexpected_answer, "HTML"},
      {"text that says it is html",
       {200, "Please log in", "text/html; charset=UTF-8"},
       error::unexpected_answer,
       "HTML"},
      {"xml that says it is html", {200, "<head/>", "text/html"}, error::unexpected_answer, "HTML"},
      {"nothing that says it is html", {200, "", "text/html"}, error::malformed_document, ""},
      {"a document cut off that says it is html",
       {200, one.substr(0, one.size() - 9), "text/html"},
       error::malformed_document,
       "line"},
      {"a feed", {200, "<rss><channel/></rss>"}, error::unexpected_answer, "rss"},
      {"a fault", {200, "<soap:Envelope><soap:Body/></soap:Envelope>"}, error::unexpected_answer, "soap:Envelope"},
      {"another root around records",
       {200, "<data>" + an_office("a", 1).text() + "</data>"},
       error::unexpected_answer,
       "data"},
      {"more behind the end", {200, one + "<html/>"}, error::malformed_document, "line"},
      {"a failure under 200 behind a byte order mark",
       {200,
        "\xEF\xBB\xBF"
        R"({"status": "failed", "statuscode": "400", "message": "Mixed not supported"})"},
       error::refused,
       "Mixed not supported"},
      {"a failure under 200",
       {200, R"({"status": "failed", "statuscode": "400", "message": "Mixed not supported"})"},
       error::refused,
       "Mixed not supported"},
      {"a success under 200",
       {200, R"({"status": "success", "statuscode": "200"})"},
       error::unexpected_answer,
       "status message"},
      {"json of its own", {200, R"({"hello": 1})"}, error::refused, ""},
      {"wrong credentials", {401, "Authentication Required"}, error::not_authorised, "401"},
      {"forbidden", {403, "Insufficient Privileges"}, error::not_authorised, "403"},
      {"unknown table",
       {400, R"({"status": "failed", "statuscode": "400", "message": "undefined table: org_office"})"},
       error::refused,
       "undefined table"},
      {"not there", {404, "<html>Not found</html>"}, error::refused, "404"},
      {"elsewhere",
       {302, "", "text/html", {{"Location", "http://evil.example.org/"}}},
       error::unexpected_answer,
       "302"},
      {"an exception", {500, "<html><h1>Ticket issued</h1></html>"}, error::peer_failed, "Ticket issued"},
      {"overloaded", {503, ""}, error::peer_failed, "503"},
  };
  for (const auto& b : all) BOOST_TEST_CONTEXT(b.what) {
      one_pull p(b.answer);
      const auto r = p.run();
      BOOST_TEST_REQUIRE(r.transfers.size() == 1u);
      BOOST_TEST_REQUIRE(r.transfers[0].error.has_value());
      BOOST_TEST((r.transfers[0].error->code == b.code), r.transfers[0].error->text());
      BOOST_TEST(r.transfers[0].error->text().find(b.words) != std::string::npos, r.transfers[0].error->text());
      p.expect_no_trace(r);
    }
}

// Batches are committed while a document comes: nothing of it may be taken before it is known to be one.
BOOST_AUTO_TEST_CASE(records_below_another_root_are_not_taken_however_small_the_batches_are) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
    auto text = offices_of(10);
    text.replace(text.find("<s3xml"), 6, "<other");
    text.replace(text.find("</s3xml"), 7, "</other");
    one_pull p({200, text});
    p.line.set_piece(piece);
    test_site self(p.field.store, relief(), p.field.clock, p.field.uids, {.batch_elements = 1});
    const auto op = active_site<parts>(self).synchronize_with(p.peer);
    p.line.run(*op);
    p.expect_no_trace(op->report());
  }
}

// An Eden may call its document what it likes (eden-wire, "03_pull-content-type-json"); the root says what it is.
BOOST_AUTO_TEST_CASE(a_document_is_taken_whatever_its_type_says) {
  for (const auto type : {"application/json", "text/html", "text/plain", ""}) {
    one_pull p({200, document({an_office("a", 1)}), type});
    BOOST_TEST(p.run().ok());
    BOOST_TEST(p.field.contents().size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_text_beyond_the_limit_is_refused) {
  one_pull p({200, document({an_office("a").data("phone1", std::string((std::size_t{16} << 20) + 1, 'x'))})});
  const auto r = p.run();
  BOOST_TEST((two_sites::first_error(r) == error::limit_exceeded));
  p.expect_no_trace(r);
}

// What came whole stays: an office with its room, or nothing of either.
BOOST_AUTO_TEST_CASE(an_answer_that_breaks_off_anywhere_leaves_no_half_and_the_next_run_repairs) {
  const auto whole = document(
      {an_office("a", 1).with(a_room("r", 1)).ref("organisation_id", "org_organisation", "o"), an_organisation("o")});
  std::set<std::size_t> seen;
  for (std::uint64_t n = 0; n < whole.size(); ++n) {
    one_pull p({200, whole});
    p.line.set_piece(7);
    p.line.cut_after(n);
    const auto r = p.run();
    BOOST_TEST_REQUIRE(!r.ok());
    const auto there = p.field.contents().size();
    seen.insert(there);
    BOOST_TEST_REQUIRE((p.field.mark(p.task, direction::pull) == watermark{}));
    BOOST_TEST_REQUIRE(p.field.log().size() == 1u);
    BOOST_TEST_REQUIRE(p.field.log()[0].counts.created == there);
    BOOST_TEST_REQUIRE(p.run().ok());
    BOOST_TEST_REQUIRE(p.field.contents().size() == 3u);
    BOOST_TEST_REQUIRE(p.field.log()[0].counts.created == 3u - there);
  }
  BOOST_TEST(seen == (std::set<std::size_t>{0, 2, 3}));
}

// --- watermarks ---------------------------------------------------------------------------------------------------------

// P1. Eden's own rule, youngest + 1 s, never asks for the second change.
BOOST_AUTO_TEST_CASE(a_change_in_the_same_second_after_the_pull_is_not_lost) {
  for (const bool as_eden_does : {false, true}) {
    memory::manual_clock clock(second(100));
    eden_peer eden{clock, {}, {}};
    eden.put("a", 100);
    one_pull p(scripted_peer::script([&](const heard& h) { return eden(h); }));
    BOOST_TEST(p.run().ok());
    if (as_eden_does) {
      auto t = p.field.store.begin({});
      t.set_watermark(p.task, direction::pull, {second(101), {}});
      t.commit();
    }
    eden.put("b", 100);
    clock.advance(5);
    BOOST_TEST(p.run().ok());
    BOOST_TEST(p.field.contents().size() == (as_eden_does ? 1u : 2u));
  }
}

BOOST_AUTO_TEST_CASE(a_second_that_was_over_is_not_asked_for_again) {
  memory::manual_clock clock(second(150));
  eden_peer eden{clock, {}, {}};
  eden.put("a", 100);
  one_pull p(scripted_peer::script([&](const heard& h) { return eden(h); }));
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(101)));
  const auto quiet = p.field.store.snapshot().sequence();
  BOOST_TEST(p.run().transfers[0].imported.total.received == 0u);
  BOOST_TEST(msince_of(p.other.requests.back()) == 101);
  BOOST_TEST(p.field.store.snapshot().sequence() == quiet);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(101)));
}

// P2. One record from the future must not hide what is made until then.
BOOST_AUTO_TEST_CASE(a_time_that_the_peers_clock_has_not_reached_is_never_asked_for) {
  memory::manual_clock clock(second(100));
  eden_peer eden{clock, {}, {}};
  eden.put("future", 100000);
  one_pull p(scripted_peer::script([&](const heard& h) { return eden(h); }));
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == std::nullopt));
  clock.advance(50);
  eden.put("now", 150);
  p.run();
  BOOST_TEST(p.field.contents().size() == 2u);
  // The peer's clock is set back.
  clock.set(second(120));
  p.run();
  eden.put("again", 121);
  clock.set(second(122));
  p.run();
  BOOST_TEST(p.field.contents().size() == 3u);
}

// What it was asked for then lay behind what is changed now.
BOOST_AUTO_TEST_CASE(what_is_changed_after_the_peers_clock_was_put_back_is_not_lost) {
  memory::manual_clock clock(second(4000));
  eden_peer eden{clock, {}, {}};
  eden.put("a", 4000);
  one_pull p(scripted_peer::script([&](const heard& h) { return eden(h); }));
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(4000)));
  clock.set(second(400));
  eden.put("b", 400);
  clock.set(second(410));
  p.run();
  BOOST_TEST(msince_of(p.other.requests.back()) == 4000);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == std::nullopt));
  p.run();
  BOOST_TEST(p.field.contents().size() == 2u);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(401)));
  p.run();
  BOOST_TEST(msince_of(p.other.requests.back()) == 401);
}

// The table was read before the answer got its Date: what was committed in between must be asked for.
BOOST_AUTO_TEST_CASE(a_record_from_the_future_does_not_move_the_mark_to_the_answers_date) {
  memory::manual_clock clock(second(100));
  eden_peer eden{clock, {}, {}};
  eden.put("old", 50);
  eden.put("future", 100000);
  one_pull p(scripted_peer::script([&](const heard& h) {
    const auto read = eden(h).body;
    if (p.other.requests.empty()) eden.put("meanwhile", 105);
    clock.set(second(110));
    auto answer = eden(h);
    answer.body = read;
    return answer;
  }));
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(51)));
  p.run();
  BOOST_TEST(p.field.contents().size() == 3u);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(106)));
}

BOOST_AUTO_TEST_CASE(without_a_date_the_youngest_second_is_always_asked_for_again) {
  one_pull p({200, document({an_office("a", 7)})});
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(7)));
}

BOOST_AUTO_TEST_CASE(an_old_record_does_not_take_the_watermark_back) {
  int round = 0;
  memory::manual_clock clock(second(500));
  one_pull p(scripted_peer::script([&](const heard&) -> scripted_answer {
    const bool first = round++ == 0;
    return {200,
            document({first ? an_office("young", 300) : an_office("old", 5)}),
            "text/xml",
            {{"Date", to_http_date(clock.now())}}};
  }));
  p.run();
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(301)));
  p.run();
  BOOST_TEST(p.field.contents().size() == 2u);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == second(301)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_does_not_move_the_watermark_and_is_not_lost) {
  one_pull p(
      {200, document({an_office("a", 9).data("floors", "x")}), "text/xml", {{"Date", to_http_date(second(50))}}});
  p.run();
  BOOST_TEST(p.field.quarantine().size() == 1u);
  BOOST_TEST((p.field.mark(p.task, direction::pull).time == std::nullopt));
}

BOOST_AUTO_TEST_CASE(this_and_other_exchange_everything) {
  for (const auto policy : {policy_name::keep_local, policy_name::take_remote}) {
    two_sites w;
    const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::pull, .update = policy});
    w.base.put(an("a"));
    w.run();
    BOOST_TEST(w.field.mark(task, direction::pull).time.has_value());
    const auto again = w.run();
    BOOST_TEST(again.transfers[0].imported.total.received == 1u);
  }
}

// --- resume -------------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(after_a_cut_at_60_percent_an_edensync_peer_sends_only_the_rest) {
  two_sites w;
  const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::pull});
  w.base.self.put(organisation{id_of("o"), "o", {}, {}, {}, {}}).value();
  for (int i = 0; i < 100; ++i) {
    auto o = an("a" + std::to_string(i));
    o.organisation_id = edensync::link<organisation>{id_of("o")};
    w.base.put(o);
  }
  // How long the whole is, seen from another site.
  std::uint64_t whole = 0;
  {
    two_sites other;
    other.base.store = w.base.store;
    other.add_task({.resource = "org_office", .mode = sync_mode::pull});
    other.run();
    whole = other.line.bytes_down();
  }
  test_site self(w.field.store, relief(), w.field.clock, w.field.uids, {.batch_elements = 10});
  active_site<parts> calling(self);
  self.uuid().value();
  {
    const auto registering = calling.register_at(self.repositories().value().front());
    w.line.run(*registering);
  }
  const auto before = w.line.bytes_down();
  w.line.cut_after(whole * 6 / 10);
  const auto first = calling.synchronize_with(w.peer);
  w.line.run(*first);
  BOOST_TEST(!first->report().ok());
  const auto committed = w.field.contents().size();
  BOOST_TEST(committed >= 40u);
  BOOST_TEST(committed < 70u);
  BOOST_TEST(first->report().transfers[0].imported.total.created == committed);
  BOOST_TEST((w.field.mark(task, direction::pull) == watermark{}));
  BOOST_TEST(w.field.store.snapshot().get_resume(task).has_value());
  BOOST_TEST(w.field.log(1)[0].counts.created == committed);
  const auto written = w.field.store.snapshot().sequence();
  const auto cut_at = w.line.bytes_down();

  const auto second_run = calling.synchronize_with(w.peer);
  w.line.run(*second_run);
  BOOST_TEST(second_run->report().ok());
  BOOST_TEST(w.field.contents().size() == 101u);
  w.expect_equal();
  // Nothing that was committed was sent or written again: each new record is one write, and so is each reference that
  // waited for the organisation.
  BOOST_TEST(second_run->report().transfers[0].imported.total.received == 101 - committed);
  BOOST_TEST(w.field.store.snapshot().sequence() == written + (101 - committed) + 100);
  BOOST_TEST(w.line.bytes_down() - cut_at < whole * 65 / 100);
  BOOST_TEST(cut_at - before == whole * 6 / 10);
  BOOST_TEST(!w.field.store.snapshot().get_resume(task).has_value());
}

BOOST_AUTO_TEST_CASE(after_a_cut_at_60_percent_of_an_edens_answer_nothing_is_written_twice) {
  const auto whole = offices_of(100);
  site_and_script p(scripted_answer{200, whole});
  const auto task = p.add_task(sync_mode::pull);
  test_site self(p.field.store, relief(), p.field.clock, p.field.uids, {.batch_elements = 10});
  active_site<parts> calling(self);
  p.line.cut_after(whole.size() * 6 / 10);
  const auto first = calling.synchronize_with(p.peer);
  p.line.run(*first);
  const auto committed = p.field.contents().size();
  BOOST_TEST(committed >= 40u);
  BOOST_TEST((p.field.mark(task, direction::pull) == watermark{}));
  const auto places = [&](std::size_t n) {
    std::vector<sequence_number> out;
    for (std::size_t i = 0; i < n; ++i)
      out.push_back(p.field.store.snapshot().find(offices, id_of("a" + std::to_string(i)))->sequence);
    return out;
  };
  const auto old = places(committed);
  const auto again = calling.synchronize_with(p.peer);
  p.line.run(*again);
  BOOST_TEST(again->report().ok());
  BOOST_TEST(p.field.contents().size() == 100u);
  BOOST_TEST((places(committed) == old));
  BOOST_TEST(again->report().transfers[0].imported.total.unchanged == committed);
  BOOST_TEST(again->report().transfers[0].imported.total.created == 100 - committed);
}

// A store that took the place of a lost one counts from the beginning: its numbers say nothing about what is here.
BOOST_AUTO_TEST_CASE(the_place_in_another_epoch_is_not_resumed_from) {
  int round = 0;
  std::vector<std::string> resumes;
  site_and_script p(
      [&](const heard& h) -> scripted_answer {
        resumes.emplace_back(h.head.headers.get(headers::resume));
        ++round;
        std::vector<element> all;
        const int n = round == 1 ? 100 : 20;
        for (int i = 0; i < n; ++i)
          all.push_back(
              an_office((round == 1 ? "a" : "b") + std::to_string(i), i).number(static_cast<std::uint64_t>(i + 1)));
        return {
            200,
            document(all),
            "text/xml",
            {{std::string(headers::version), "1"}, {std::string(headers::cursor), round == 1 ? "one-100" : "two-20"}}};
      },
      true);
  p.add_task(sync_mode::pull);
  test_site self(p.field.store, relief(), p.field.clock, p.field.uids, {.batch_elements = 5});
  active_site<parts> calling(self);
  const auto run = [&](std::uint64_t cut) {
    if (cut != 0) p.line.cut_after(cut);
    const auto op = calling.synchronize_with(p.peer);
    p.line.run(*op);
  };
  run(5000);
  run(2000);
  run(0);
  BOOST_TEST_REQUIRE(resumes.size() == 3u);
  BOOST_TEST(resumes[0].empty());
  BOOST_TEST(resumes[1].starts_with("one-"));
  BOOST_TEST(resumes[2].starts_with("two-"));
  BOOST_TEST(parse_cursor(resumes[2])->sequence <= 20u);
}

// --- all the rest -------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_document_larger_than_a_batch_keeps_what_was_committed_and_reports_it) {
  auto text = offices_of(25);
  text.resize(text.size() - 20);
  site_and_script p(scripted_answer{200, text});
  const auto task = p.add_task(sync_mode::pull);
  test_site self(p.field.store, relief(), p.field.clock, p.field.uids, {.batch_elements = 10});
  const auto op = active_site<parts>(self).synchronize_with(p.peer);
  p.line.run(*op);
  BOOST_TEST((two_sites::first_error(op->report()) == error::malformed_document));
  BOOST_TEST(op->report().transfers[0].imported.total.created == 20u);
  BOOST_TEST(p.field.contents().size() == 20u);
  BOOST_TEST((p.field.mark(task, direction::pull) == watermark{}));
  BOOST_TEST(p.field.log(1)[0].counts.created == 20u);
}

// In one batch, as all that a slow line brings in an hour may be.
BOOST_AUTO_TEST_CASE(what_came_whole_before_the_line_broke_need_not_come_again) {
  two_sites w;
  const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::pull});
  BOOST_TEST(w.run().ok());  // registers
  for (int i = 0; i < 50; ++i) w.base.put(an("a" + std::to_string(i)));
  const auto before = w.field.mark(task, direction::pull);
  w.line.cut_after(5000);
  BOOST_TEST((two_sites::first_error(w.run()) == error::broken_transfer));
  const auto there = w.field.contents().size();
  BOOST_TEST(there > 5u);
  BOOST_TEST(there < 45u);
  BOOST_TEST(w.field.log(1)[0].counts.created == there);
  BOOST_TEST((w.field.mark(task, direction::pull) == before));
  const auto rest = w.run();
  BOOST_TEST(rest.ok());
  BOOST_TEST(rest.transfers[0].imported.total.received == 50u - there);
  w.expect_equal();
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_told_is_not_told_by_the_next_run) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::pull});
  BOOST_TEST(w.run().ok());  // registers
  for (int i = 0; i < 50; ++i) w.base.put(an("a" + std::to_string(i)));
  for (const std::uint64_t bytes : {3000U, 2000U}) {
    w.line.cut_after(bytes);
    const auto before = w.field.log().size();
    BOOST_TEST(!w.run().ok());
    BOOST_TEST(!find_unlogged(w.field.store.snapshot(), w.peer));
    BOOST_TEST(w.field.log().size() == before + 1);
  }
  BOOST_TEST(w.run().ok());
  for (const auto& e : w.field.log())
    BOOST_TEST(e.message.find("ended without a word") == std::string::npos, e.message);
}

BOOST_AUTO_TEST_CASE(can_be_cancelled_before_every_batch_and_goes_on_later) {
  for (int n = 0;; ++n) {
    two_sites w;
    const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::pull});
    for (int i = 0; i < 7; ++i) w.base.put(an("a" + std::to_string(i)));
    test_site self(w.field.store, relief(), w.field.clock, w.field.uids, {.batch_elements = 2});
    int asked = 0;
    const auto op =
        active_site<parts>(self).synchronize_with(w.peer, {.progress = {}, .cancelled = [&] { return asked++ >= n; }});
    w.line.run(*op);
    const bool done = op->report().ok();
    if (!done) {
      BOOST_TEST((two_sites::first_error(op->report()) == error::cancelled));
      // Cancelled after the pull, before the end of the run, or within the pull.
      const bool complete = !op->report().transfers.empty() && !op->report().transfers[0].error;
      BOOST_TEST((w.field.mark(task, direction::pull) == watermark{}) == !complete);
      BOOST_TEST(w.run().ok());
    }
    w.expect_equal();
    if (done) {
      BOOST_TEST(n > 3);
      break;
    }
    BOOST_TEST_REQUIRE(n < 100);
  }
}

BOOST_AUTO_TEST_CASE(tells_its_progress) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::pull});
  w.add_task({.resource = "org_organisation", .mode = sync_mode::pull});
  for (int i = 0; i < 50; ++i) w.base.put(an("a" + std::to_string(i)));
  w.line.set_piece(512);
  std::vector<run_progress> told;
  std::string last;
  const auto tell = [&](const run_progress& p) {
    told.push_back(p);
    last = p.resource;
  };
  w.run({.progress = tell, .cancelled = {}});
  BOOST_TEST_REQUIRE(told.size() > 5u);
  BOOST_TEST((told.front().way == direction::pull));
  BOOST_TEST(told.front().task == 1u);
  BOOST_TEST(told.front().tasks == 2u);
  BOOST_TEST(told.back().task == 2u);
  BOOST_TEST(last == "org_organisation");
  BOOST_TEST(std::ranges::is_sorted(told, {}, [](const auto& p) { return std::pair(p.task, p.bytes); }));
}

BOOST_AUTO_TEST_CASE(a_table_that_is_not_here_is_not_asked_for) {
  one_pull p({200, document({})});
  auto t = p.field.store.begin({});
  auto task = t.tasks(p.peer).front();
  task.resource = "gone_table";
  t.put_task(task);
  t.commit();
  const auto r = p.run();
  BOOST_TEST((two_sites::first_error(r) == error::unknown_resource));
  BOOST_TEST(p.other.requests.empty());
  BOOST_TEST(last_line(p.field).starts_with("pull/outgoing import fatal"));
}

BOOST_AUTO_TEST_SUITE_END()
