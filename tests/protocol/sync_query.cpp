#include "edensync/protocol/sync_query.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

#include "support/recorded.hpp"

namespace edensync {
namespace {

sync_query office_query() {
  sync_query q;
  q.resource = "org_office";
  q.repository = uid("urn:uuid:0f1e2d3c-0000-4000-8000-000000000001");
  return q;
}

// What an Eden's active side sends, below its application's path.
const std::string eden_pull =
    "/sync/sync.xml?resource=org_office&repository=urn:uuid:0f1e2d3c-0000-4000-8000-000000000001"
    "&msince=2024-03-05T17:42:11&mcomponents=None&include_deleted=True&[~]~.name__like=%2Ae%2A&[pr_contact]~.value=a%"
    "20b";
const std::string eden_push =
    "/sync/sync.xml?resource=org_office&repository=urn:uuid:0f1e2d3c-0000-4000-8000-000000000001"
    "&strategy=create,update,delete,merge&update_policy=THIS&conflict_policy=MASTER&msince=2024-03-05T17:42:11";

}  // namespace

BOOST_AUTO_TEST_CASE(writes_a_pull_as_eden_does) {
  auto q = office_query();
  BOOST_TEST(pull_target(q) ==
             "/sync/sync.xml?resource=org_office&repository=urn:uuid:0f1e2d3c-0000-4000-8000-000000000001");
  q.msince = parse_timestamp("2024-03-05T17:42:11");
  q.components = false;
  q.include_deleted = true;
  q.filters = {{"~", "~.name__like", "*e*"}, {"pr_contact", "~.value", "a b"}};
  BOOST_TEST(pull_target(q) == eden_pull);
  BOOST_TEST((parse_sync_query("/eden" + eden_pull) == q));
}

BOOST_AUTO_TEST_CASE(writes_a_push_as_eden_does) {
  auto q = office_query();
  q.allowed = strategy{};
  q.update = policy_name::keep_local;
  q.conflict = policy_name::take_master;
  q.msince = parse_timestamp("2024-03-05T17:42:11");
  BOOST_TEST(push_target(q) == eden_push);
  BOOST_TEST((parse_sync_query("/eden" + eden_push) == q));
}

BOOST_AUTO_TEST_CASE(what_would_break_the_address_is_escaped) {
  auto q = office_query();
  q.repository = uid("a&b=c d#e?f%");
  q.filters = {{"~", "~.a&b", "&=+#"}};
  q.at_table = true;
  q.limit = 5;
  q.start = 10;
  const auto target = pull_target(q);
  BOOST_TEST(target.find_first_of(" #") == std::string::npos);
  BOOST_TEST((parse_sync_query(target) == q));
}

BOOST_AUTO_TEST_CASE(reads_the_address_of_a_table) {
  const auto q = parse_sync_query("/eden/org/office/sync.xml?repository=repo&resource=gis_location&start=2&limit=3");
  BOOST_REQUIRE(q.has_value());
  BOOST_TEST(q->resource == "org_office");
  BOOST_TEST(q->repository.text() == "repo");
  BOOST_TEST((q->start == 2U));
  BOOST_TEST((q->limit == 3U));
  BOOST_TEST(parse_sync_query("/org/office/sync.xml")->resource == "org_office");
  BOOST_TEST(parse_sync_query("/sync/sync.xml")->resource.empty());
  BOOST_TEST(parse_sync_query("/org/office/sync.xml?[org_office]~.name=x")->filters[0].table == "~");
}

BOOST_AUTO_TEST_CASE(other_addresses_are_none) {
  for (const char* target :
       {"", "/", "sync.xml", "/sync.xml", "/office/sync.xml", "/sync/sync.json?resource=org_office",
        "/sync/sync?resource=x", "//sync.xml", "/sync/dataset.xml", "/sync/sync.xml/x", "/_a/b/sync.xml"})
    BOOST_TEST(!parse_sync_query(target).has_value(), target);
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_counts_as_absent) {
  // Recorded: Eden reads msince in exactly one form and ignores all others.
  for (const char* time : {"", "yesterday", "2026-03-20", "2026-03-20T00:00:00Z", "2026-03-20T00:00:00.5",
                           "2026-03-20T00:00:00%2B02:00", "2026-03-20+00:00:00"})
    BOOST_TEST(!parse_sync_query(std::string("/sync/sync.xml?resource=org_office&msince=") + time)->msince);
  const auto q =
      parse_sync_query("/sync/sync.xml?resource=a_b&strategy=foo&update_policy=newer&conflict_policy=&x=y&[&[~]");
  BOOST_REQUIRE(q.has_value());
  BOOST_TEST(!q->allowed);
  BOOST_TEST(!q->update);
  BOOST_TEST(!q->conflict);
  BOOST_TEST(q->filters.empty());
  BOOST_TEST((parse_sync_query("/sync/sync.xml?strategy=delete,foo,create")->allowed ==
              strategy{method::create, method::erase}));
}

BOOST_AUTO_TEST_CASE(include_deleted_is_said_by_being_there) {
  BOOST_TEST(!parse_sync_query("/sync/sync.xml?resource=a_b")->include_deleted);
  BOOST_TEST(parse_sync_query("/sync/sync.xml?resource=a_b&include_deleted=False")->include_deleted);
  BOOST_TEST(parse_sync_query("/sync/sync.xml?resource=a_b&include_deleted")->include_deleted);
}

BOOST_AUTO_TEST_CASE(pages_as_eden_pages) {
  const auto limit_of = [](const char* text) {
    return parse_sync_query(std::string("/a/b/sync.xml?limit=") + text)->limit;
  };
  BOOST_TEST((limit_of("7") == 7U));
  BOOST_TEST((limit_of("0") == 20U));
  BOOST_TEST((limit_of("-3") == 1U));
  BOOST_TEST(!limit_of("x"));
  BOOST_TEST(!limit_of("99999999999999999999"));
  BOOST_TEST(!parse_sync_query("/a/b/sync.xml?start=3")->start);
  // Recorded: only at the table's own address.
  BOOST_TEST(!parse_sync_query("/sync/sync.xml?resource=a_b&start=2&limit=3")->limit);
  auto q = office_query();
  q.limit = 3;
  BOOST_TEST(pull_target(q).find("limit") == std::string::npos);
  q.at_table = true;
  BOOST_TEST(pull_target(q).starts_with("/org/office/sync.xml?repository=urn:uuid:"));
}

BOOST_AUTO_TEST_CASE(plain_filters_are_for_other_addresses) {
  const std::vector<filter_term> wanted = {{"~", "~.code", "DEMO,X"}, {"~", "~.dataset_id$code", "a b"}};
  BOOST_TEST((parse_plain_filters(
                  "/sync/task.xml?~.code=DEMO,X&mcomponents=None&_x.y=1&[~]~.z=1&%7E.dataset_id$code=a+b") == wanted));
  BOOST_TEST(parse_plain_filters("/sync/dataset.xml").empty());
  BOOST_TEST(parse_sync_query("/sync/sync.xml?resource=a_b&~.name=x")->filters.empty());
}

BOOST_AUTO_TEST_CASE(brackets_may_be_escaped) {
  const auto q = parse_sync_query("/sync/sync.xml?resource=a_b&%5B~%5D~.name=Org%20S+Z&[]~.x=1");
  const std::vector<filter_term> wanted = {{"~", "~.name", "Org S Z"}, {"~", "~.x", "1"}};
  BOOST_TEST((q->filters == wanted));
}

BOOST_AUTO_TEST_CASE(a_task_s_filter_becomes_terms) {
  const std::vector<filter_term> wanted = {{"~", "~.name__like", "Foo*"}, {"~", "~.status", "a&b"}, {"~", "~.x", ""}};
  BOOST_TEST((parse_filter("", "~.name__like=Foo*&~.status=a%26b&~.x=") == wanted));
  BOOST_TEST(parse_filter("org_office", "~.a=1")[0].table == "org_office");
}

BOOST_AUTO_TEST_CASE(what_an_eden_drops_of_an_address) {
  const std::string more =
      "?resource=org_office&repository=urn:uuid:a&strategy=create&update_policy=THIS"
      "&conflict_policy=OTHER&msince=2026-01-02T03:04:05&start=3&limit=4&[~]~.a=1";
  for (const std::string path : {"/sync/sync.xml", "/eden/sync/sync.xml", "/org/office/sync.xml"}) {
    const auto sent = parse_sync_query(path + more).value();
    auto q = sent;
    drop_what_eden_drops(q);
    BOOST_TEST(!q.conflict.has_value());
    const bool common = path != "/org/office/sync.xml";
    BOOST_TEST(q.update.has_value() == !common);
    BOOST_TEST(q.allowed.has_value() == !common);
    BOOST_TEST((q.msince == sent.msince && q.repository == sent.repository && q.filters == sent.filters));
  }
}

// Every request that was recorded: those of Eden's active side are written back byte for byte.
BOOST_AUTO_TEST_CASE(reads_all_recorded_addresses) {
  std::size_t read = 0, others = 0, written = 0;
  std::set<std::string> not_ours;
  for (const char* folder : {"eden-wire/passive", "eden-wire/active", "eden-wire/active-vs-standin"}) {
    const auto root = test::recorded(folder);
    if (!root) return;
    for (const auto& file : std::filesystem::recursive_directory_iterator(*root)) {
      if (!file.path().string().ends_with("request.http")) continue;
      const std::string head = test::read_file(file.path()).substr(0, 4096);
      const auto begin = head.find(' ') + 1;
      const std::string target = head.substr(begin, head.find(" HTTP/", begin) - begin);
      const auto q = parse_sync_query(target);
      const auto path = target.substr(0, target.find('?'));
      if (!path.ends_with("/sync.xml") && !path.ends_with("/sync.s3json")) {
        BOOST_TEST(!q, target);
        not_ours.insert(path);
        ++others;
        continue;
      }
      BOOST_TEST(q.has_value(), target);
      ++read;
      if (std::string_view(folder) == "eden-wire/passive") continue;
      const bool push = head.starts_with("POST");
      BOOST_TEST(target.substr(target.find("/sync/")) == (push ? push_target(*q) : pull_target(*q)));
      ++written;
    }
  }
  BOOST_TEST_MESSAGE(read << " addresses read, " << written << " of them written back the same; " << others
                          << " of other kinds:");
  for (const auto& path : not_ours) BOOST_TEST_MESSAGE("  " << path);
  BOOST_TEST(read > 400U);
}

}  // namespace edensync
