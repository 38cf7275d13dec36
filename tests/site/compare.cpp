// Two sites compared: all that differs is named, nothing else, and what is equal does not travel.

#include "edensync/site/compare.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct compared {
  std::vector<std::string> told;
  std::vector<compare_report> reports;
  std::uint64_t bytes = 0, exchanges = 0;
  std::optional<failure> error;
};

std::string moment(const std::optional<version_stamp>& v) {
  if (!v) return "none";
  return (v->modified_on ? std::to_string(*v->modified_on - second(0)) : "?") + (v->deleted ? "!" : "");
}

std::string text_of(const record_difference& d) {
  return d.resource + " " + std::string(d.uuid.starts_with("urn:uuid:") ? d.uuid.substr(9) : d.uuid) + " " +
         moment(d.here) + " " + moment(d.there);
}

compared compare_all(one_site& here, memory::loopback& line, std::vector<sync_task> tasks, std::uint64_t& targets) {
  compared out;
  const auto up = line.bytes_up(), down = line.bytes_down(), before = line.exchanges(), asked = targets;
  compare<parts> op(here.self, std::move(tasks), [&](const record_difference& d) { out.told.push_back(text_of(d)); });
  line.run(op);
  std::sort(out.told.begin(), out.told.end());
  out.reports = op.reports();
  out.error = op.error();
  out.bytes = line.bytes_up() - up + line.bytes_down() - down + targets - asked;
  out.exchanges = line.exchanges() - before;
  return out;
}

// Two sites, a line that counts the addresses as well, and a peer that may be made an Eden.
struct pair_of_sites {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock};
  one_site base{"base", 2, clock};
  passive_site<parts> answering{base.self, {}};
  bool eden = false;
  std::string unknown{};  // the table that it does not have
  std::uint64_t targets = 0;
  memory::loopback line{[this](const request_head& asked) -> std::unique_ptr<responder> {
    auto head = asked;
    targets += head.target.size();
    if (!unknown.empty() && head.target.find("resource=" + unknown) != std::string::npos &&
        (!eden || !head.target.starts_with("/edensync")))
      return std::make_unique<plain_answer>(plain_answer::failed(400, "undefined table: " + unknown));
    if (!eden) return answering.handle(head);
    two_sites::strip(head.headers);
    if (head.target.starts_with("/edensync")) return std::make_unique<plain_answer>(404, "text/html", "invalid");
    return answering.handle(head);
  }};

  compared run(std::vector<sync_task> tasks = {{.resource = "org_office"}}) {
    return compare_all(field, line, std::move(tasks), targets);
  }
};

// Puts the same record at both, or at one, without going through a synchronisation.
void plant(one_site& at, const std::string& name, std::int64_t when, const std::string& phone = {},
           bool deleted = false) {
  auto t = at.store.begin({second(when), this_site});
  record r;
  r.resource = offices;
  r.uuid = id_of(name);
  r.version = {second(when), 0, deleted};
  r.fields.resize(relief()[offices].fields().size());
  r.fields[*relief()[offices].find_field("name")] = name;
  if (!phone.empty()) r.fields[*relief()[offices].find_field("phone1")] = phone;
  if (const auto there = t.find(offices, r.uuid))
    t.update(there->handle, r).value();
  else
    t.insert(r).value();
  t.commit();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(site_compare)

BOOST_AUTO_TEST_CASE(a_hash_is_the_same_everywhere_and_can_be_read_back) {
  BOOST_TEST(to_text(hash_of("abc")) == to_text(*parse_hash(to_text(hash_of("abc")))));
  // The UUID of version 5 of this name in the nil namespace.
  BOOST_TEST(to_text(hash_of("www.example.com")) == "399fc331be2b5b56b676d6f38dae5aaa");
  BOOST_TEST(!parse_hash("").has_value());
  BOOST_TEST(!parse_hash(std::string(32, 'x')).has_value());
  for (const record_range r : {record_range{}, record_range{0, 1}, record_range{0xab, 1}, record_range{0x0102, 2}})
    BOOST_TEST((parse_range(to_text(r)) == r));
  BOOST_TEST(to_text(record_range{0x0102, 2}) == "0102");
  for (const auto* wrong : {"", "1", "0g", "0102030405"}) BOOST_TEST(!parse_range(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(equal_sites_of_many_records_exchange_next_to_nothing) {
  pair_of_sites p;
  for (auto* at : {&p.field, &p.base}) {
    auto t = at->store.begin({second(5), this_site});
    record r;
    r.resource = offices;
    r.fields.resize(relief()[offices].fields().size());
    for (int i = 0; i < 100000; ++i) {
      // Neither the order nor the own numbers of a site count.
      const auto n = std::to_string(at == &p.field ? i : 99999 - i);
      r.uuid = id_of(n);
      r.version = {second(5), at == &p.field ? 0 : 1, false};
      r.fields[*relief()[offices].find_field("name")] = n;
      t.insert(r).value();
    }
    t.commit();
  }
  auto seen = p.run();
  BOOST_TEST(!seen.error.has_value());
  BOOST_TEST(seen.told.empty());
  BOOST_TEST(seen.reports.at(0).here == 100000u);
  BOOST_TEST(seen.reports.at(0).there == 100000u);
  BOOST_TEST(seen.bytes <= 65536u);
  BOOST_TEST(seen.bytes <= 2000u);
  // A single difference costs the way down to it.
  plant(p.base, "777", 6);
  seen = p.run();
  BOOST_TEST(seen.told == (std::vector<std::string>{"org_office 777 5 6"}), boost::test_tools::per_element());
  BOOST_TEST(seen.bytes <= 65536u);
}

BOOST_AUTO_TEST_CASE(differences_are_named_and_nothing_else) {
  for (const bool eden : {false, true}) {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
      std::mt19937 dice(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp)
      pair_of_sites p;
      p.eden = eden;
      std::set<std::string> expected;
      const int all = seed % 3 == 0 ? 30 : 1500;
      // From a few to all.
      const unsigned every = seed == 4 ? 1 : seed == 5 ? 3 : 100;
      for (int i = 0; i < all; ++i) {
        const auto n = std::to_string(i);
        const auto what = dice() % every == 0 ? dice() % 5 : 9;
        if (what != 0) plant(p.field, n, 10);
        if (what != 1) plant(p.base, n, 10);
        if (what == 0) expected.insert("org_office " + n + " none 10");
        if (what == 1) expected.insert("org_office " + n + " 10 none");
        if (what == 2) plant(p.base, n, 11, "1"), expected.insert("org_office " + n + " 10 11");
        if (what == 3) plant(p.field, n, 10, "2"), expected.insert("org_office " + n + " 10 10");
        if (what == 4) plant(p.base, n, 12, {}, true), expected.insert("org_office " + n + " 10 12!");
      }
      const auto seen = p.run();
      BOOST_TEST_CONTEXT("seed " << seed << " Eden " << eden) {
        BOOST_TEST(!seen.error.has_value());
        BOOST_TEST(std::set(seen.told.begin(), seen.told.end()) == expected, boost::test_tools::per_element());
        BOOST_TEST(seen.told.size() == expected.size());
        BOOST_TEST(seen.reports.at(0).pulled == eden);
        BOOST_TEST(seen.reports.at(0).differences == expected.size());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(after_a_synchronisation_sites_are_equal_components_and_references_included) {
  for (const bool eden : {false, true}) {
    pair_of_sites p;
    p.eden = eden;
    const auto peer = p.field.self.put(repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
    const sync_task task{.repository = peer, .resource = "org_office", .mode = sync_mode::pull};
    p.field.self.put(task).value();
    const auto bring = [&](const std::vector<element>& all) {
      import_options o;
      o.master = offices;
      o.decide = &standard::decide;
      o.now = [&] { return p.clock.now(); };
      o.make_uid = [&] { return p.base.self.make_uid(); };
      importer<memory::store, expat::event_source> into(p.base.store, relief(), std::move(o));
      BOOST_TEST(into.start().has_value());
      BOOST_TEST(into.feed(document(all)).has_value());
      BOOST_TEST(into.finish().has_value());
    };
    bring({an_office("a", 5).with(a_room("r1", 5)).with(a_room("r2", 5)), an_office("b", 5).data("phone1", "1")});
    active_site<parts> calling(p.field.self);
    const auto op = calling.synchronize_with(peer);
    p.line.run(*op);
    BOOST_TEST(op->report().ok());
    auto seen = p.run({task});
    BOOST_TEST(!seen.error.has_value());
    BOOST_TEST(seen.told.empty(), boost::test_tools::per_element());
    BOOST_TEST(seen.reports.size() >= 2u);
    bring({an_office("a", 5).with(a_room("r1", 7)).with(a_room("r3", 7))});
    seen = p.run({task});
    BOOST_TEST(seen.told == (std::vector<std::string>{"org_room r1 5 7", "org_room r3 none 7"}),
               boost::test_tools::per_element());
    auto filtered = task;
    filtered.filters = {{"~", "~.name=b"}};
    BOOST_TEST(p.run({filtered}).told.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_a_peer_says_wrongly_is_an_error) {
  const std::string hash(32, '0'), one = " 1 " + hash + "\n", end = "end e-1\n";
  const std::pair<std::string, const char*> cases[] = {
      {"", "not all of one"},
      {"equal\n", "not all of one"},
      {"nonsense\n" + end, "cannot be understood"},
      {"00 1 x\n" + end, "cannot be understood"},
      {"00 -1 " + hash + "\n" + end, "cannot be understood"},
      {end + "equal\n", "behind the end"},
      {"equal\n00" + one + end, "cannot be understood"},
      {"00" + one + "equal\n" + end, "cannot be understood"},
      {"00" + one + "00" + one + end, "parts twice"},
      {"01" + one + "00" + one + end, "in no order"},
      {"*" + one + end, "not asked for"},
      {"0000" + one + end, "not asked for"},
      {"00000000" + one + end, "not asked for"},
      {"00 9000000000000000000 " + hash + "\n" + end, "cannot be understood"},
      {std::string(70000, '0'), "does not end"},
  };
  for (const auto& [body, words] : cases) {
    site_and_script p(scripted_answer{.body = body, .type = "text/plain"}, true);
    compare<parts> op(p.field.self, {{.resource = "org_office"}}, [](const record_difference&) {});
    p.line.run(op);
    BOOST_TEST_CONTEXT(body.substr(0, 100)) {
      BOOST_TEST_REQUIRE(op.error().has_value());
      BOOST_TEST(op.error()->text().find(words) != std::string::npos, op.error()->text());
    }
  }
  site_and_script p(scripted_answer{.status = 401});
  compare<parts> op(p.field.self, {{.resource = "org_office"}}, [](const record_difference&) {});
  p.line.run(op);
  BOOST_TEST((op.error()->code == make_error_code(error::not_authorised)));
}

// One that says it has a few records in one part, and then lists something else.
BOOST_AUTO_TEST_CASE(lists_that_a_hostile_peer_sends_come_to_an_end) {
  const std::string hash(32, '0'), end = "end e-1\n";
  const auto line = [&](const std::string& uuid) { return "2026-01-01T00:00:00 " + hash + ' ' + uuid + '\n'; };
  // Of names that all lie in the part 00, and of one that does not.
  std::vector<std::string> inside;
  std::string outside = "x";
  for (int i = 0; inside.size() < 3; ++i)
    if (record_range::of("n" + std::to_string(i), 1).prefix == 0) inside.push_back("n" + std::to_string(i));
  while (record_range::of(outside, 1).prefix == 0) outside += 'x';
  std::string many;
  // In the same part, where it has told of three.
  for (int i = 0, found = 0; found < 1100; ++i) {
    const auto name = "m" + std::to_string(i);
    if (record_range::of(name, 1).prefix == 0) many += line(name), ++found;
  }
  const auto run = [&](const std::string& list, std::uint64_t most = std::uint64_t{1} << 30) {
    site_and_script p(
        [&](const heard& h) {
          const bool records = h.head.target.find("records=True") != std::string::npos;
          return scripted_answer{.body = records ? list : "00 3 " + hash + "\n" + end, .type = "text/plain"};
        },
        true);
    std::vector<std::string> told;
    compare<parts> op(
        p.field.self, {{.resource = "org_office", .components = false}},
        [&](const record_difference& d) { told.push_back(d.uuid); }, most);
    p.line.run(op);
    return std::pair(op.error() ? op.error()->text() : std::string(), told);
  };
  BOOST_TEST(run(line(inside[0]) + line(inside[1]) + end).first == "");
  BOOST_TEST(run(line(inside[0]) + line(inside[1]) + end).second.size() == 2U);
  const std::pair<std::string, const char*> cases[] = {
      {line(inside[0]) + line(inside[0]) + end, "a record twice"},
      {line(inside[0]) + line(outside) + end, "not asked for"},
      {line("") + end, "cannot be understood"},
      {line("%FF%FE") + end, "cannot be understood"},
      {line(inside[0]), "not all of one"},
      {many + end, "more records than it has"},
  };
  for (const auto& [list, words] : cases)
    BOOST_TEST(run(list).first.find(words) != std::string::npos, run(list).first << " is not: " << words);
  BOOST_TEST(run(line(inside[0]) + line(inside[1]) + end, 100).first.find("too long") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_table_that_one_of_them_does_not_know_does_not_keep_the_others_back) {
  for (const bool eden : {false, true}) {
    pair_of_sites p;
    p.eden = eden;
    p.unknown = "org_office";
    plant(p.base, "a", 5);
    const std::vector<sync_task> tasks{
        {.resource = "no_table"}, {.resource = "org_office"}, {.resource = "org_organisation"}};
    const auto seen = p.run(tasks);
    BOOST_TEST_CONTEXT("Eden " << eden) {
      BOOST_TEST(!seen.error.has_value());
      BOOST_TEST(seen.told.empty());
      const auto of = [&](std::string_view table) {
        for (const auto& r : seen.reports)
          if (r.resource == table) return r;
        return compare_report{};
      };
      BOOST_TEST_REQUIRE(of("no_table").error.has_value());
      BOOST_TEST(of("no_table").error->text().find("this site has no such table") != std::string::npos);
      BOOST_TEST_REQUIRE(of("org_office").error.has_value());
      BOOST_TEST((of("org_office").error->code == make_error_code(error::refused)));
      BOOST_TEST(of("org_organisation").resource == "org_organisation");
      BOOST_TEST(!of("org_organisation").error.has_value());
      BOOST_TEST(of("org_organisation").pulled == eden);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_a_comparison_did_not_come_to_is_named) {
  pair_of_sites p;
  p.line.cut_after(0);
  const auto seen = p.run({{.resource = "org_office", .components = false}, {.resource = "org_organisation"}});
  BOOST_TEST_REQUIRE(seen.error.has_value());
  BOOST_TEST_REQUIRE(seen.reports.size() == 2u);
  BOOST_TEST(seen.reports[1].resource == "org_organisation");
  for (const auto& r : seen.reports) BOOST_TEST((r.error && r.error->text() == seen.error->text()), r.resource);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_answered_is_refused) {
  pair_of_sites p;
  const auto status = [&](std::string target) {
    request_head head;
    head.target = std::move(target);
    const auto answer = p.answering.handle(head);
    answer->on_end();
    return answer->head().status;
  };
  BOOST_TEST(status("/edensync/compare?resource=org_office&ranges=*") == 200u);
  for (const auto* wrong :
       {"/edensync/compare", "/edensync/compare?resource=org_office", "/edensync/compare?resource=nothing&ranges=*",
        "/edensync/compare?resource=org_office&ranges=00,0000", "/edensync/compare?resource=org_office&ranges=00000000",
        "/edensync/compare?resource=org_office&of=nothing&ranges=*",
        "/edensync/compare?resource=org_office&ranges=*&[~]~.nothing=1"})
    BOOST_TEST_CONTEXT(wrong) BOOST_TEST(status(wrong) == 400u);
}

BOOST_AUTO_TEST_SUITE_END()
