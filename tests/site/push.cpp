#include "edensync/site/push.hpp"
#include "edensync/mock/fragile_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

const std::string taken = R"({"status": "success", "statuscode": "200", "records": 1, "created": [41]})";

std::string refusing(const std::string& table, const std::string& name) {
  return R"({"status": "success", "statuscode": "200", "message": "invalid items ignored", "records": 0, "tree": {"$_)" +
         table + R"(": [{"@uuid": ")" + id_of(name).text() + R"(", "@error": "Validation error"}]}})";
}

struct one_push : site_and_script {
  task_id task;
  template <class Script>
  explicit one_push(Script s, bool native = false)
      : site_and_script(std::move(s), native), task(add_task(sync_mode::push)) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_push)

BOOST_AUTO_TEST_CASE(an_eden_gets_a_form_with_its_length_and_edens_parameters) {
  one_push p(scripted_answer{200, taken, "text/html"});
  p.field.put(an("a", "+1 & <2>"));
  const auto r = p.run();
  BOOST_TEST(r.ok());
  BOOST_TEST_REQUIRE(p.other.requests.size() == 1u);
  const auto& [head, body] = p.other.requests[0];
  BOOST_TEST(head.method == "POST");
  BOOST_TEST(head.target == "/sync/sync.xml?resource=org_office&repository=" + p.field.self.uuid().value().text() +
                                "&strategy=create,update,delete,merge&update_policy=NEWER&conflict_policy=NEWER");
  BOOST_TEST(head.headers.get("Content-Type") == "application/x-www-form-urlencoded");
  BOOST_TEST(head.has_body);
  BOOST_TEST(head.body_length == static_cast<long long>(body.size()));
  BOOST_TEST(body.starts_with("<?xml"));
  BOOST_TEST(body.find("mci=\"1\"") != std::string::npos);
  BOOST_TEST(last_line(p.field) == "push/outgoing send success: data sent successfully (1 records)");
  BOOST_TEST(r.transfers[0].peer_created == 1u);
  BOOST_TEST(r.transfers[0].bytes == body.size());
}

BOOST_AUTO_TEST_CASE(a_message_is_read_under_any_good_status_and_behind_a_byte_order_mark) {
  for (const auto& a :
       {scripted_answer{201, taken, "application/json"}, scripted_answer{200, "\xEF\xBB\xBF" + taken}}) {
    one_push p(a);
    p.field.put(an("a"));
    BOOST_TEST(p.run().ok());
    BOOST_TEST((p.field.mark(p.task, direction::push).cursor != ""));
  }
}

BOOST_AUTO_TEST_CASE(an_edensync_peer_gets_a_stream) {
  one_push p(scripted_answer{200, taken, "text/html", {{std::string(headers::version), "1"}}}, true);
  p.field.put(an("a"));
  p.run();
  const auto& head = p.other.requests.at(0).head;
  BOOST_TEST(head.headers.get("Content-Type") == "text/xml; charset=utf-8");
  BOOST_TEST(head.body_length == -1);
}

BOOST_AUTO_TEST_CASE(nothing_to_send_is_no_request_but_a_line_in_the_log) {
  one_push p(scripted_answer{200, taken});
  BOOST_TEST(p.run().ok());
  BOOST_TEST(p.other.requests.empty());
  const auto log = p.field.log();
  BOOST_TEST_REQUIRE(log.size() == 1u);
  BOOST_TEST(log[0].mode == "push/outgoing");
  BOOST_TEST(log[0].action == "send");
  BOOST_TEST(log[0].message == "No data to send");
  // The same once everything was sent.
  p.field.put(an("a"));
  p.run();
  p.run();
  BOOST_TEST(p.other.requests.size() == 1u);
  BOOST_TEST(p.field.log(1)[0].message == "No data to send");
}

BOOST_AUTO_TEST_CASE(sends_what_changed_since_and_not_what_came_from_the_peer) {
  two_sites w;
  w.add_task();
  w.field.put(an("mine"));
  w.base.put(an("theirs"));
  w.run();
  w.expect_equal();
  const auto quiet = w.line.bytes_up();
  const auto again = w.run();
  BOOST_TEST(w.line.bytes_up() == quiet);
  BOOST_TEST(again.transfers.at(0).imported.total.received == 0u);
  BOOST_TEST(again.transfers.at(1).exported.records() == 0u);
  // An edit of theirs goes back to them.
  w.field.put(an("theirs", "1"));
  const auto back = w.run();
  BOOST_TEST(back.transfers.at(1).exported.masters == 1u);
  w.expect_equal();
}

BOOST_AUTO_TEST_CASE(records_that_the_peer_refused_are_kept_and_sent_again) {
  bool willing = false;
  one_push p([&](const heard&) -> scripted_answer {
    return {200, willing ? taken : refusing("org_office", "a"), "text/html"};
  });
  p.field.put(an("a"));
  p.field.put(an("b"));
  const auto first = p.run();
  BOOST_TEST(first.ok());
  BOOST_TEST(first.transfers[0].peer_refused == 1u);
  BOOST_TEST(last_line(p.field).starts_with("push/outgoing send warning (remote): data sent successfully (2 records)"));
  BOOST_TEST_REQUIRE(p.field.quarantine().size() == 1u);
  const auto q = p.field.quarantine()[0];
  BOOST_TEST((q.uuid == id_of("a")));
  BOOST_TEST((q.reason == refusal_reason::refused_by_peer));
  BOOST_TEST(q.message == "Validation error");
  BOOST_TEST(q.task == p.task);
  // Sent again, alone, and refused again.
  p.field.clock.advance(60);
  p.run();
  BOOST_TEST_REQUIRE(p.other.requests.size() == 2u);
  BOOST_TEST(p.other.requests[1].body.find("urn:uuid:a") != std::string::npos);
  BOOST_TEST(p.other.requests[1].body.find("urn:uuid:b") == std::string::npos);
  BOOST_TEST_REQUIRE(p.field.quarantine().size() == 1u);
  const auto again = p.field.quarantine()[0];
  BOOST_TEST(again.id == q.id);
  BOOST_TEST(again.attempts == 2u);
  BOOST_TEST((again.since == q.since));
  BOOST_TEST((again.last_tried == q.since + 60));
  willing = true;
  p.run();
  BOOST_TEST(p.field.quarantine().empty());
  p.run();
  BOOST_TEST(p.other.requests.size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_was_refused_to_a_task_that_is_gone_is_sent_again_by_the_one_with_which_it_travels) {
  bool willing = false;
  one_push p([&](const heard&) -> scripted_answer {
    return {200, willing ? taken : refusing("org_office", "a"), "text/html"};
  });
  p.field.put(an("a"));
  p.run();
  BOOST_TEST(p.field.quarantine().size() == 1u);
  p.field.self.ledger([&](auto& t) { t.erase_task(p.task); }).value();
  willing = true;
  p.add_task(sync_mode::push, "org_badge");
  p.run();
  BOOST_TEST(p.field.quarantine().size() == 1u);
  p.add_task(sync_mode::push);
  p.run();
  BOOST_TEST(p.other.requests.back().body.find("urn:uuid:a") != std::string::npos);
  BOOST_TEST(p.field.quarantine().empty());
}

BOOST_AUTO_TEST_CASE(what_the_peer_says_beside_success_is_told) {
  one_push p(scripted_answer{
      200, R"({"status": "success", "statuscode": "200", "message": "1 records left out", "records": 0})"});
  p.field.put(an("a"));
  BOOST_TEST(p.run().ok());
  BOOST_TEST(last_line(p.field) ==
             "push/outgoing send warning (remote): data sent successfully (1 records):\n1 records left out");
}

BOOST_AUTO_TEST_CASE(what_waits_because_of_the_peer_is_told_with_nothing_to_send) {
  one_push p(scripted_answer{200, taken});
  auto t = p.field.store.begin({});
  quarantine_entry q;
  q.repository = p.peer;
  q.task = p.task;
  q.resource = "gone_table";
  q.uuid = id_of("x");
  q.reason = refusal_reason::refused_by_peer;
  t.add_quarantine(q);
  // That is for a pull to tell.
  q.uuid = id_of("y");
  q.reason = refusal_reason::invalid_field;
  t.add_quarantine(q);
  t.commit();
  const auto r = p.run();
  BOOST_TEST(r.ok());
  BOOST_TEST(r.transfers[0].waiting == 1u);
  BOOST_TEST(last_line(p.field) == "push/outgoing send warning: No data to send\n1 records wait in quarantine");
}

BOOST_AUTO_TEST_CASE(refused_components_and_records_referred_to_are_sent_again_too) {
  std::string refused;
  one_push p([&](const heard&) -> scripted_answer { return {200, refused.empty() ? taken : refused, "text/html"}; });
  p.field.self.put(organisation{id_of("top"), "top", {}, {}, {}, {}}).value();
  p.field.self.put(organisation{id_of("o"), "o", {}, edensync::link<organisation>{id_of("top")}, {}, {}}).value();
  auto a = an("a");
  a.organisation_id = edensync::link<organisation>{id_of("o")};
  p.field.put(a);
  p.field.put(an("b"));
  p.field.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("b")}}).value();
  p.run();
  const auto sent_after_refusing = [&](const std::string& table, const std::string& name) {
    refused = refusing(table, name);
    p.field.put(an("touch", std::to_string(p.other.requests.size())));
    p.run();
    refused.clear();
    p.run();
    BOOST_TEST(p.field.quarantine().empty());
    return p.other.requests.back().body;
  };
  BOOST_TEST(sent_after_refusing("org_room", "r").find("urn:uuid:r") != std::string::npos);
  BOOST_TEST(sent_after_refusing("org_organisation", "o").find("uuid=\"urn:uuid:o\" ") != std::string::npos);
  const auto far = sent_after_refusing("org_organisation", "top");
  BOOST_TEST(far.find("<resource name=\"org_organisation\" uuid=\"urn:uuid:top\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(whatever_goes_wrong_moves_nothing_and_is_sent_again) {
  struct bad {
    std::string_view what;
    scripted_answer answer;
    error code;
    std::string words;
  };
  const std::vector<bad> all{
      {"failed under 200",
       {200, R"({"status": "failed", "statuscode": "400", "message": "no"})"},
       error::refused,
       "no"},
      {"html",
       {200, "<html><body>Please log in</body></html>", "text/html"},
       error::unexpected_answer,
       "Please log in"},
      {"a document", {200, document({})}, error::unexpected_answer, ""},
      {"html behind a byte order mark",
       {200, "\xEF\xBB\xBF<!DOCTYPE html><html><body>Please log in</body></html>", "text/html"},
       error::unexpected_answer,
       "Please log in"},
      {"nothing", {200, ""}, error::unexpected_answer, "no status message"},
      {"no content", {204, ""}, error::unexpected_answer, "no status message"},
      {"text", {200, "upstream connect error", "text/plain"}, error::unexpected_answer, "upstream connect error"},
      {"a list", {200, "[]"}, error::unexpected_answer, "no status message"},
      {"an object without a status", {200, R"({"records": 1})"}, error::unexpected_answer, "no status message"},
      {"a message cut off", {200, R"({"status": "success", "statuscode": "20)"}, error::unexpected_answer, "status"},
      {"not registered",
       {403, R"({"status": "failed", "statuscode": "403", "message": "Registration required"})", "application/json"},
       error::not_registered,
       "Registration required"},
      {"forbidden", {403, "Insufficient Privileges"}, error::not_authorised, "Insufficient Privileges"},
      {"wrong credentials", {401, "Authentication Required"}, error::not_authorised, ""},
      {"bad document",
       {400, R"({"status": "failed", "statuscode": "400", "message": "XML Parse error: x"})"},
       error::refused,
       "XML Parse error: x"},
      {"an exception", {500, "<html><body>Ticket</body></html>"}, error::peer_failed, "Ticket"},
      {"elsewhere", {301, ""}, error::unexpected_answer, "301"},
  };
  for (const auto& b : all) BOOST_TEST_CONTEXT(b.what) {
      bool willing = false;
      one_push p([&](const heard&) { return willing ? scripted_answer{200, taken} : b.answer; });
      p.field.put(an("a"));
      const auto r = p.run();
      BOOST_TEST((two_sites::first_error(r) == b.code));
      BOOST_TEST(r.transfers[0].error->text().find(b.words) != std::string::npos, r.transfers[0].error->text());
      BOOST_TEST((p.field.mark(p.task, direction::push) == watermark{}));
      BOOST_TEST(p.field.quarantine().empty());
      // A peer that does not know this site is told once more who this is.
      const auto log = p.field.log();
      BOOST_TEST_REQUIRE(log.size() == (b.code == error::not_registered ? 2u : 1u));
      BOOST_TEST(log.back().mode == "push/outgoing");
      BOOST_TEST(log.back().action == "send");
      BOOST_TEST(log.back().remote);
      willing = true;
      BOOST_TEST(p.run().ok());
      BOOST_TEST(p.other.requests.back().body.find("urn:uuid:a") != std::string::npos);
    }
}

// The ids that an Eden lists for 200,000 records take more than 1 MiB, and what it refused stands behind them.
BOOST_AUTO_TEST_CASE(a_long_answer_is_read_to_its_end) {
  std::string long_one =
      R"({"status": "success", "statuscode": "200", "message": "invalid items ignored", "records": 200000, "created": [1)";
  for (int i = 2; i <= 200000; ++i) long_one += ", " + std::to_string(i);
  long_one +=
      R"(], "tree": {"$_org_office": [{"@uuid": ")" + id_of("a").text() + R"(", "@error": "Validation error"}]}})";
  BOOST_TEST(long_one.size() > std::size_t{1} << 20);
  one_push p(scripted_answer{200, long_one, "text/html"});
  p.field.put(an("a"));
  const auto r = p.run();
  BOOST_TEST(r.ok());
  BOOST_TEST(r.transfers[0].peer_created == 200000u);
  BOOST_TEST(r.transfers[0].peer_refused == 1u);
  BOOST_TEST(p.field.quarantine().size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_beyond_the_limit_is_an_error_and_not_cut) {
  std::string endless = R"({"status": "success", "statuscode": "200", "message": ")";
  endless.append(std::size_t{64} << 20, 'x');
  endless += "\"}";
  one_push p(scripted_answer{200, endless, "text/html"});
  p.line.set_piece(std::size_t{1} << 20);
  p.field.put(an("a"));
  const auto r = p.run();
  BOOST_TEST((two_sites::first_error(r) == error::unexpected_answer));
  BOOST_TEST(last_line(p.field).find("longer than 67108864 bytes") != std::string::npos);
  BOOST_TEST((p.field.mark(p.task, direction::push) == watermark{}));
}

BOOST_AUTO_TEST_CASE(filters_of_the_task_hold_for_what_is_sent) {
  one_push p(scripted_answer{200, taken});
  auto t = p.field.self.tasks(p.peer).value().front();
  t.filters.push_back({.table = "~", .query = "~.name__like=Foo*"});
  p.field.self.put(t).value();
  p.field.put(an("Foo 1"));
  p.field.put(an("Bar"));
  p.run();
  BOOST_TEST(p.other.requests.at(0).body.find("Foo 1") != std::string::npos);
  BOOST_TEST(p.other.requests.at(0).body.find("Bar") == std::string::npos);
  // A filter that cannot be understood is an error, not a push of everything.
  t.filters[0].query = "~.nonsense=1";
  BOOST_TEST((p.field.self.put(t).error().code == error::bad_filter));
  p.field.self.ledger([&](auto& x) { return x.put_task(t); }).value();
  p.field.put(an("Foo 2"));
  BOOST_TEST((two_sites::first_error(p.run()) == error::bad_filter));
  BOOST_TEST(p.other.requests.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cut_at_any_byte_moves_nothing_at_the_sender_and_half_writes_nothing_at_the_receiver) {
  std::uint64_t whole = 0;
  for (std::uint64_t n = 0; whole == 0 || n <= whole; ++n) {
    two_sites w;
    const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::push});
    w.field.put(an("a"));
    w.field.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("a")}}).value();
    {
      active_site<parts> calling(w.field.self);
      const auto registering = calling.register_at(w.field.self.repositories().value().front());
      w.line.run(*registering);
    }
    if (whole == 0) {
      const auto before = w.line.bytes_up() + w.line.bytes_down();
      BOOST_TEST_REQUIRE(w.run().ok());
      whole = w.line.bytes_up() + w.line.bytes_down() - before;
      continue;
    }
    w.line.set_piece(50);
    w.line.cut_after(n);
    const bool ok = w.run().ok();
    BOOST_TEST_REQUIRE((w.field.mark(task, direction::push) == watermark{}) == !ok);
    const auto there = w.base.contents().size();
    BOOST_TEST_REQUIRE((there == 0 || there == 2));
    BOOST_TEST_REQUIRE((!ok || there == 2));
    // The end of the document never came: nothing of it may be there.
    BOOST_TEST_REQUIRE(w.run().ok());
    BOOST_TEST_REQUIRE(w.field.contents() == w.base.contents());
    BOOST_TEST_REQUIRE(w.field.quarantine().empty());
    BOOST_TEST_REQUIRE(w.base.quarantine().empty());
  }
}

BOOST_AUTO_TEST_CASE(can_be_cancelled_at_every_record_and_goes_on_later) {
  for (int n = 0;; ++n) {
    two_sites w;
    const auto task = w.add_task({.resource = "org_office", .mode = sync_mode::push});
    for (int i = 0; i < 5; ++i) w.field.put(an("a" + std::to_string(i)));
    w.line.set_piece(100);
    int asked = 0;
    const auto r = w.run({.progress = {}, .cancelled = [&] { return asked++ >= n; }});
    if (!r.ok()) {
      BOOST_TEST((two_sites::first_error(r) == error::cancelled));
      const bool complete = !r.transfers.empty() && !r.transfers[0].error;
      BOOST_TEST((w.field.mark(task, direction::push) == watermark{}) == !complete);
      BOOST_TEST(w.run().ok());
    }
    w.expect_equal();
    if (r.ok()) {
      BOOST_TEST(n > 3);
      break;
    }
    BOOST_TEST_REQUIRE(n < 200);
  }
}

namespace {

// Records are known by their short names.
struct fragile_push : one_push {
  mock::fragile_peer eden{"org_office"};

  explicit fragile_push(int records) : one_push([this](const heard& h) { return eden(h); }) {
    for (int i = 0; i < records; ++i) field.put(an(std::to_string(i)));
  }
  void poison(const std::string& name) { eden.poison.insert(id_of(name).text()); }
  bool has(const std::string& name) const { return eden.has.contains(id_of(name).text()); }
  std::set<std::string> waiting() {
    std::set<std::string> out;
    for (const auto& q : field.quarantine()) out.insert(q.uuid.text().substr(9));
    return out;
  }
  bool moved() { return !(field.mark(task, direction::push) == watermark{}); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_record_of_which_the_peer_dies_is_found_and_the_others_arrive) {
  for (const auto& [status, culprit] : {std::pair(500u, "0"), {400u, "37"}, {413u, "99"}}) {
    fragile_push p(100);
    p.eden.dies.status = status;
    p.poison(culprit);
    const auto r = p.run();
    BOOST_TEST(r.ok());
    BOOST_TEST(p.eden.has.size() == 99u);
    BOOST_TEST(p.other.requests.size() <= 15u);
    BOOST_TEST(r.transfers[0].exported.masters == 99u);
    BOOST_TEST((p.waiting() == std::set<std::string>{culprit}));
    BOOST_TEST((p.field.quarantine()[0].reason == refusal_reason::refused_by_peer));
    BOOST_TEST(p.field.log().size() == 1u);
    BOOST_TEST(last_line(p.field).starts_with(
        "push/outgoing send warning (remote): data sent successfully (99 records), 1 refused:\n(UID: "));
    // Alone it is what it was; with others it is found again; in the end it is taken.
    BOOST_TEST(p.run().ok());
    BOOST_TEST(p.waiting().size() == 1u);
    p.field.put(an("new"));
    BOOST_TEST(p.run().ok());
    BOOST_TEST(p.has("new"));
    BOOST_TEST(p.waiting().size() == 1u);
    p.eden.poison.clear();
    BOOST_TEST(p.run().ok());
    BOOST_TEST(p.eden.has.size() == 101u);
    BOOST_TEST(p.waiting().empty());
    const auto quiet = p.other.requests.size();
    p.run();
    BOOST_TEST(p.other.requests.size() == quiet);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_nothing_has_another_trouble_than_a_record) {
  fragile_push p(64);
  for (int i = 0; i < 64; ++i) p.poison(std::to_string(i));
  BOOST_TEST((two_sites::first_error(p.run()) == error::peer_failed));
  BOOST_TEST(p.other.requests.size() <= 10u);
  BOOST_TEST(p.waiting().empty());
  BOOST_TEST(!p.moved());
  BOOST_TEST(p.field.log().size() == 1u);
  p.eden.poison.clear();
  BOOST_TEST(p.run().ok());
  BOOST_TEST(p.eden.has.size() == 64u);
}

BOOST_AUTO_TEST_CASE(after_many_records_at_fault_the_rest_waits_for_the_next_push) {
  fragile_push p(200);
  for (int i = 10; i < 50; ++i) p.poison(std::to_string(i));
  BOOST_TEST((two_sites::first_error(p.run()) == error::peer_failed));
  BOOST_TEST(p.waiting().size() == 16u);
  BOOST_TEST(p.eden.has.size() == 10u);
  BOOST_TEST(p.moved());
  // Those of the last time come to the end, so that the next ones have their turn, and so do all that are behind them.
  for (int run = 0; run < 4; ++run) p.run();
  BOOST_TEST(p.eden.has.size() == 160u);
  p.eden.poison.clear();
  for (int run = 0; run < 2; ++run) BOOST_TEST(p.run().ok());
  BOOST_TEST(p.eden.has.size() == 200u);
  BOOST_TEST(p.waiting().empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_breaks_while_it_is_searched_costs_nothing) {
  fragile_push p(32);
  p.poison("20");
  p.field.self.put(room{id_of("r"), "r", edensync::link<office>{id_of("31")}}).value();
  int left = 3;
  p.other = scripted_peer([&](const heard& h) { return left-- == 0 ? scripted_answer{503, ""} : p.eden(h); });
  BOOST_TEST(!p.run().ok());
  BOOST_TEST(p.eden.has.size() == 16u);
  BOOST_TEST(p.waiting().empty());
  BOOST_TEST(p.run().ok());
  BOOST_TEST(p.eden.has.size() == 31u);
  BOOST_TEST((p.waiting() == std::set<std::string>{"20"}));
  // What was taken before is not sent again, and a component stays in its master however old it is.
  const auto& whole = p.other.requests.at(4).body;
  BOOST_TEST(!p.eden.uuids_in(whole).contains(id_of("0").text()));
  BOOST_TEST(whole.find("urn:uuid:r\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
