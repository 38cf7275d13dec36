// Each row of the recorded table is one record that a real Eden received. Here a whole site receives it, in the way in
// which the Eden did: at either address of a passive site, under a task of its own, or in the answer to its own pull.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "edensync/memory/loopback.hpp"
#include "edensync/memory/parts.hpp"
#include "edensync/policy/mirror.hpp"
#include "edensync/policy/policy_set.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/active_site.hpp"
#include "edensync/site/passive_site.hpp"
#include "edensync/site/site.hpp"
#include "edensync/expat/event_source.hpp"
#include "golden/support/deviations.hpp"
#include "support/policy_truth.hpp"
#include "support/sites.hpp"

namespace {

using namespace edensync;
using namespace edensync::test::policy_truth;

constexpr timestamp today = at(to_date({2026, 11, 22}), {20 * 3600});
const uid survivor("urn:uuid:survivor"), region("urn:uuid:region");

const schema& resources() {
  static const schema s = [] {
    static constexpr field_descriptor organisation[] = {
        {.name = "name", .mandatory = true},
        {.name = "comments", .type = field_type::text},
        {.name = "region_id", .type = field_type::reference, .target = "org_region"}};
    static constexpr field_descriptor regions[] = {{.name = "name"}};
    const resource_descriptor all[] = {{"org_organisation", organisation}, {"org_region", regions}};
    return schema::make(all).value();
  }();
  return s;
}

template <class Policies>
struct parts_with : memory::parts {
  using event_source = expat::event_source;
  using policies = Policies;
};

// What is left of the record, and what the passive site said, as far as the table tells of it.
struct came_to {
  std::string record;
  std::string answer;

  friend bool operator==(const came_to&, const came_to&) = default;
  friend std::ostream& operator<<(std::ostream& out, const came_to& c) { return out << c.record << ", " << c.answer; }
};

std::string describe(bool exists, const std::string& value, const std::string& deleted, const std::string& replaced,
                     const std::string& mci, const std::string& time) {
  if (!exists) return "none";
  return value + " deleted=" + deleted + " replaced=" + replaced + " mci=" + mci + " " + time;
}

std::string describe_answer(unsigned http, const std::string& status, const std::string& records,
                            const std::string& created, const std::string& updated, const std::string& deleted) {
  return std::to_string(http) + " " + status + " " + records + ": " + created + "/" + updated + "/" + deleted;
}

came_to recorded_in(const row& r) {
  came_to c;
  const auto time = r.at("after_mtime_is") == "now" ? "now" : r.at("after_modified_on");
  c.record = describe(r.at("after_exists") == "1", r.at("after_value"), r.at("after_deleted"), r.at("after_replaced"),
                      r.at("after_mci"), time);
  if (r.at("channel") == "active-pull") return c;
  const auto http = static_cast<unsigned>(std::stoul(r.at("http_status")));
  c.answer = describe_answer(http, r.at("reply_status"), r.at("reply_records"), r.at("reply_created"),
                             r.at("reply_updated"), r.at("reply_deleted"));
  return c;
}

// Neither writes anything; Eden dies of it, and a site that is an Eden in all else still answers.
bool dies(const row& r) { return r.at("http_status") == "500"; }

// The site as the row finds it, and the peer that sends the record.
template <class Policies>
class receiver {
 public:
  explicit receiver(const row& r) : row_(r) {
    auto t = store_.begin({today, this_site});
    put(t, "org_region", region, "", {std::nullopt, 0, false});
    if (r.at("op") == "merge")
      put(t, "org_organisation", survivor, "survivor", {parse_timestamp("2026-01-01T00:00:00"), 0, false});
    if (r.at("orig") != "absent") {
      const version_stamp v{parse_timestamp(r.at("local_mtime")), index_of(r.at("orig_mci")),
                            r.at("orig") == "deleted"};
      put(t, "org_organisation", uid(r.at("uuid")), "local", v);
    }
    t.commit();
  }

  came_to receive() {
    came_to c;
    if (row_.at("channel") == "active-pull")
      pull();
    else
      c.answer = push();
    c.record = left();
    return c;
  }

 private:
  template <class Transaction>
  static void put(Transaction& t, std::string_view table, const uid& id, const std::string& comments,
                  const version_stamp& v) {
    record r;
    r.resource = resources().find(table);
    r.uuid = id;
    r.version = v;
    r.fields = {std::string("Name")};
    if (!comments.empty()) r.fields.emplace_back(comments);
    t.insert(r).value();
  }

  std::string document() const {
    std::string out = "<s3xml success=\"true\"><resource name=\"org_organisation\" uuid=\"" + row_.at("uuid") + "\"";
    const auto attribute = [&](const char* name, const std::string& content) {
      if (!content.empty()) out += " " + std::string(name) + "=\"" + content + "\"";
    };
    attribute("modified_on", row_.at("remote_mtime"));
    attribute("mci", row_.at("item_mci"));
    const auto& op = row_.at("op");
    if (op == "delete" || op == "merge") attribute("deleted", "True");
    if (op == "merge") attribute("replaced_by", survivor.text());
    out += ">";
    if (op == "create" || op == "update") {
      out += "<data field=\"name\">Name</data><data field=\"comments\">remote</data>";
      if (row_.at("item_has_reference") == "1")
        out += "<reference field=\"region_id\" resource=\"org_region\" uuid=\"" + region.text() + "\"/>";
    }
    return out + "</resource></s3xml>";
  }

  repository_id know(const uid& peer) {
    return site_.put(repository{.uuid = peer, .name = "Peer", .url = "http://peer.example.org", .accept_push = true})
        .value();
  }

  task_id configure(repository_id peer) {
    sync_task t{.repository = peer, .resource = "org_organisation"};
    t.allowed = parse_strategy(row_.at("strategy")).value();
    t.update = parse_policy(row_.at("update_policy")).value();
    t.conflict = parse_policy(row_.at("conflict_policy")).value();
    const auto id = site_.put(t).value();
    if (const auto agreed = parse_timestamp(row_.at("last_sync")))
      site_.ledger([&](auto& tx) { tx.set_watermark(id, direction::pull, {agreed, {}}); }).value();
    return id;
  }

  std::string push() {
    const auto& request = row_.at("request");
    request_head head;
    head.method = request.substr(0, request.find(' '));
    head.target = request.substr(request.find(' ') + 1);
    const auto peer = know(parse_sync_query(head.target).value().repository);
    if (row_.at("channel") == "task") configure(peer);
    passive_site<parts_with<Policies>> role(site_);
    const auto answer = role.handle(head);
    if (answer->wants_body()) answer->on_body(document());
    answer->on_end();
    std::string body, buffer(1000, '\0');
    while (const auto n = answer->read_body(buffer).value()) body.append(buffer, 0, n);
    const auto m = parse_status_message(body).value();
    return describe_answer(answer->head().status, m.status, m.records ? std::to_string(*m.records) : "",
                           std::to_string(m.created.size()), std::to_string(m.updated.size()),
                           std::to_string(m.deleted.size()));
  }

  void pull() {
    const auto peer = know(uid("urn:uuid:peer"));
    configure(peer);
    test::scripted_peer other(test::scripted_answer{.body = document()});
    memory::loopback line([&](const request_head& h) { return other(h); });
    active_site<parts_with<Policies>> role(site_);
    const auto op = role.pull_task(site_.repositories().value().front(), site_.tasks(peer).value().front());
    line.run(*op);
    BOOST_TEST(!op->report().error.has_value());
  }

  std::string left() {
    auto s = store_.snapshot();
    const auto resource = resources().find("org_organisation");
    const auto found = s.find(resource, uid(row_.at("uuid")));
    if (!found) return "none";
    stored_record r;
    s.load(resource, found->handle, r);
    const auto& v = r.version;
    const auto* comments = std::get_if<std::string>(&r.fields[1]);
    return describe(true, comments ? *comments : "", v.deleted ? "1" : "0", r.replaced_by == survivor ? "1" : "0",
                    v.mci ? std::to_string(*v.mci) : "",
                    v.modified_on == today ? "now"
                    : v.modified_on        ? to_text(*v.modified_on)
                                           : "");
  }

  const row& row_;
  memory::manual_clock clock_{today};
  memory::store store_{resources()};
  memory::counting_uid_source uids_{1};
  site<parts_with<Policies>> site_{store_, resources(), clock_, uids_};
};

// The circumstances as they are at an edensync site, and why they are not those at the Eden; empty if they are.
std::pair<decide_input, std::string> circumstances_here(const row& r) {
  decide_input in = input_of(r);
  const decide_input eden = in;
  std::string why;
  const auto& channel = r.at("channel");
  if (channel == "task" && r.at("last_sync") != r.at("last_sync_applied")) {
    in.last_sync = parse_timestamp(r.at("last_sync"));
    why = "agreement-not-looked-at";
  }
  if (channel == "direct-url" || channel == "sync-url") {
    const auto conflict = parse_policy(r.at("conflict_policy"));
    if (conflict) in.conflict = mirror(*conflict);
    why = "conflict-policy-not-looked-at";
  }
  if (channel == "sync-url") {
    in.update = mirror(parse_policy(r.at("update_policy")).value());
    in.allowed = parse_strategy(r.at("strategy")).value_or(strategy{});
    if (in.update != eden.update || !(in.allowed == eden.allowed)) why = "policies-dropped-from-the-url";
  }
  return {in, same_effect(eden_exact::decide(in), eden_exact::decide(eden)) ? std::string() : why};
}

// What the table would say if the rules had been the standard ones.
came_to expected_of_standard(const row& r, const decide_input& in) {
  const decision d = standard::decide(in);
  came_to c;
  if (d.what == action::bury) {
    c.record = describe(true, "", "1", r.at("op") == "merge" ? "1" : "0", r.at("item_mci"), r.at("remote_mtime"));
  } else {
    after a = effect(d, in);
    // A deletion that is here takes over from a merge what the record became part of.
    if (in.merge && d.what == action::erase) a.replaced = "1";
    const auto mci = d.what == action::create ? (in.incoming.mci ? r.at("item_mci") : "2") : r.at("orig_mci");
    c.record = describe(a.outcome != "not created", a.value, a.deleted, a.replaced, mci, a.modified_on);
  }
  if (r.at("channel") == "active-pull") return c;
  const bool refused = d.why == rule::strategy_forbids;
  const bool listed = !refused && (in.local || d.what == action::create);
  const bool removes = in.erase || in.merge;
  const auto in_list = [&](bool this_one) { return std::string(listed && this_one ? "1" : "0"); };
  c.answer = describe_answer(200, "success", refused ? "0" : "1", in_list(!in.local), in_list(in.local && !removes),
                             in_list(removes));
  return c;
}

// How many rows come out as recorded with Eden's own rules; the others are errors of the test.
std::size_t compare_with_edens_rules(const std::vector<row>& rows) {
  std::size_t same = 0;
  for (const auto& r : rows) {
    auto wanted = recorded_in(r);
    if (dies(r)) wanted.answer = describe_answer(200, "success", "1", "0", "0", "0");
    const auto got = receiver<eden_exact>(r).receive();
    same += got == wanted;
    BOOST_TEST(got == wanted, "row " << r.at("id") << ": recorded " << wanted << "; here " << got);
  }
  return same;
}

struct comparison {
  bool same = false;
  std::string reason;
  std::string words;
};

// With the standard rules. Not only that there is a reason to differ: what comes of it is told beforehand.
comparison compare_with_standard_rules(const row& r) {
  const auto recorded = recorded_in(r);
  const auto got = receiver<standard>(r).receive();
  const auto [in, why] = circumstances_here(r);
  const auto wanted = expected_of_standard(r, in);
  BOOST_TEST(got == wanted, "row " << r.at("id") << ": expected " << wanted << "; here " << got);
  std::ostringstream words;
  words << "row " << r.at("id") << ": recorded " << recorded << "; here " << got;
  const auto reason = dies(r)        ? std::string("master-create-dies")
                      : !why.empty() ? why
                                     : weakness(eden_exact::decide(in), standard::decide(in), in);
  return {got == recorded, reason, words.str()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_policy_truth)

// Rows of the same shape, by hand: one for each way to receive a record and for most rules.
BOOST_AUTO_TEST_CASE(rows_written_by_hand) {
  const auto rows = read_table(std::string(
      "id,channel,op,orig,item_has_reference,strategy,update_policy,conflict_policy,update_policy_applied,"
      "conflict_policy_applied,last_sync_applied,local_mtime,remote_mtime,last_sync,orig_mci,item_mci,outcome,"
      "after_exists,after_value,after_deleted,after_replaced,after_mci,after_modified_on,after_mtime_is,http_status,"
      "reply_status,reply_records,reply_created,reply_updated,reply_deleted,request,uuid\n"
      "older-with-reference,direct-url,update,live,1,all,NEWER,,NEWER,none,,2026-03-02T00:00:00,2026-03-01T00:00:00,,1,"
      "1,only modified_on changed,1,local,0,0,1,2026-03-01T00:00:00,remote,200,success,1,0,1,0,"
      "PUT /org/organisation/sync.xml?repository=p&update_policy=NEWER,urn:uuid:h1\n"
      "deleted-here,direct-url,update,deleted,0,all,OTHER,,THIS,none,,2026-03-02T00:00:00,2026-03-03T00:00:00,,1,1,"
      "undeleted with local values,1,local,0,0,1,2026-03-03T00:00:00,remote,200,success,1,0,1,0,"
      "PUT /org/organisation/sync.xml?repository=p&update_policy=OTHER,urn:uuid:h2\n"
      "policies-dropped,sync-url,update,live,0,all,OTHER,,NEWER,none,,2026-03-02T00:00:00,2026-03-03T00:00:00,,1,1,"
      "updated,1,remote,0,0,1,2026-03-03T00:00:00,remote,200,success,1,0,1,0,"
      "PUT /sync/sync.xml?resource=org_organisation&repository=p&update_policy=OTHER,urn:uuid:h3\n"
      "deleted-there,task,delete,live,0,\"create,update,delete,merge\",NEWER,OTHER,NEWER,OTHER,2026-03-01T00:00:00,"
      "2026-03-02T00:00:00,2026-03-03T00:00:00,2026-03-01T00:00:00,0,2,deleted,1,local,1,0,0,2026-11-22T20:00:00,now,"
      "200,success,1,0,0,1,PUT /sync/sync.xml?resource=org_organisation&repository=p,urn:uuid:h4\n"
      "conflict,active-pull,update,live,0,\"create,update,delete,merge\",OTHER,THIS,OTHER,THIS,2026-03-01T00:00:00,"
      "2026-03-02T00:00:00,2026-03-03T00:00:00,2026-03-01T00:00:00,0,1,unchanged,1,local,0,0,0,2026-03-02T00:00:00,"
      "local,,,,,,,active pull,urn:uuid:h5\n"
      "never-here,active-pull,delete,absent,0,\"create,update,delete,merge\",NEWER,THIS,NEWER,THIS,,,"
      "2026-03-03T00:00:00,,,2,not created,0,,,,,,,,,,,,,active pull,urn:uuid:h6\n"));
  BOOST_TEST(rows.size() == 6U);
  compare_with_edens_rules(rows);
  std::map<std::string, std::size_t> reasons;
  for (const auto& r : rows) {
    const auto c = compare_with_standard_rules(r);
    if (!c.same) ++reasons[c.reason];
  }
  const std::map<std::string, std::size_t> wanted{{"deletion-stamped-now", 1},
                                                  {"policies-dropped-from-the-url", 1},
                                                  {"time-without-data", 1},
                                                  {"undeleted-under-this", 1},
                                                  {"unknown-deletion-forgotten", 1}};
  BOOST_TEST((reasons == wanted));
}

BOOST_AUTO_TEST_CASE(a_site_with_edens_rules_gives_every_row) {
  const auto file = test::recorded("eden-wire/policy_truth.csv");
  if (!file) return;
  const auto rows = read_table(*file);
  const auto same = compare_with_edens_rules(rows);
  BOOST_TEST_MESSAGE("eden_exact: " << same << " of " << rows.size() << " rows the same, "
                                    << std::count_if(rows.begin(), rows.end(), dies)
                                    << " of them but for the status of 500");
  BOOST_TEST(same == rows.size());
}

BOOST_AUTO_TEST_CASE(a_site_with_the_standard_rules_differs_where_the_list_says_so) {
  const auto file = test::recorded("eden-wire/policy_truth.csv");
  if (!file) return;
  test::golden::deviations list("policy_truth");
  for (const auto& r : read_table(*file)) {
    const auto c = compare_with_standard_rules(r);
    list.settle(c.reason, c.same, c.words);
  }
  list.report("policy_truth under the standard rules");
  list.expect_all_used();
}

BOOST_AUTO_TEST_SUITE_END()
