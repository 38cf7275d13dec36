#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/importer/importer.hpp"
#include "edensync/schema/field_description.hpp"
#include "golden/support/deviations.hpp"
#include "golden/support/exchange.hpp"
#include "support/sites.hpp"

// Filters and pages as they were recorded: a site that holds what Eden answered without them answers the same with them.
using namespace edensync;
using namespace edensync::test;

namespace {

constexpr std::string_view domain = "eden-a.example.org";

const schema& recorded_schema() {
  static const schema s = [] {
    const auto folder = recorded("eden-wire/fields").value();
    std::vector<std::string> texts;
    for (const auto& each : std::filesystem::directory_iterator(folder)) texts.push_back(read_file(each.path()));
    std::sort(texts.begin(), texts.end());
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return read_schema<expat::event_source>(views, read_file(folder.parent_path() / "tables.json")).value();
  }();
  return s;
}

// The live records of a document, as `table uuid`, those at its top and all. Deletions say nothing of what the record
// was, so that a site that was told of them only cannot know whether a filter holds for them.
struct document_records {
  std::vector<std::string> top;
  std::set<std::string> all;

  void element(incoming_element& e) {
    for (std::size_t i = 0; i < e.size(); ++i) {
      const auto& r = e[i].content;
      if (r.version.deleted) continue;
      const auto line = std::string(recorded_schema()[r.resource].name()) + " " + r.uuid.text();
      if (i == 0) top.push_back(line);
      all.insert(line);
    }
  }
  void unknown_resource(std::string_view, const uid&) {}
};

document_records records_of(std::string_view text) {
  document_records out;
  s3xml::reader<document_records> reader(recorded_schema(), {}, out);
  expat::event_source source(reader, xml_limits{});
  source.feed(text).value();
  source.finish().value();
  return out;
}

struct recorded_pull {
  std::string name;
  std::filesystem::path folder;
  std::string target;
  sync_query query;
  std::size_t changes = 0;

  bool narrowed() const {
    return target.find("[") != std::string::npos || target.find("%5B") != std::string::npos ||
           target.find("~.") != std::string::npos || target.find("limit=") != std::string::npos;
  }
  std::string answer() const { return golden::read_http(folder / "response.http").body; }
};

// All pulls of tables that are described, in the order in which they were sent; how many requests before each may have
// changed something.
std::vector<recorded_pull> pulls_of(const char* folder) {
  std::vector<recorded_pull> out;
  std::size_t changes = 0;
  for (const auto& each : golden::recorded_cases(folder)) {
    const auto asked = golden::read_http(each / "request.http");
    if (asked.method() != "GET") ++changes;
    const auto query = parse_sync_query(asked.target());
    if (asked.method() != "GET" || !query || recorded_schema().find(query->resource) == no_resource) continue;
    const auto told = golden::read_http(each / "response.http");
    if (told.status() != 200 || told.body.find("<s3xml") == std::string::npos) continue;
    out.push_back({std::string(folder) + "/" + each.filename().string(), each, asked.target(), *query, changes});
  }
  return out;
}

// The nearest answer about the whole table with nothing between that changed it.
const recorded_pull* whole_table(const std::vector<recorded_pull>& pulls, const recorded_pull& p) {
  for (const auto& each : pulls)
    if (each.query.resource == p.query.resource && each.changes == p.changes && !each.query.msince && !each.narrowed())
      return &each;
  return nullptr;
}

// A site that holds what a document says.
struct loaded_site {
  memory::manual_clock clock{second(0)};
  memory::store store{recorded_schema()};
  memory::counting_uid_source uids{1};
  test_site self{store, recorded_schema(), clock, uids, {.domain = std::string(domain)}};
  passive_site<parts> role{self, {.authenticate = {}}};

  loaded_site(resource_id master, std::string_view document) {
    import_options o;
    o.origin = 7;
    o.task = 3;
    o.master = master;
    o.domain = domain;
    o.now = [c = clock] { return c.now(); };
    o.make_uid = [this] { return uids.make(); };
    importer<memory::store, expat::event_source> i(store, recorded_schema(), o);
    i.start().value();
    i.feed(document).value();
    (void)i.finish().value();
  }

  std::string ask(std::string target) {
    request_head head;
    head.method = "GET";
    head.target = target.substr(target.starts_with("/eden") ? 5 : 0);
    const auto answer = role.handle(head);
    answer->on_end();
    std::string out, buffer(4096, '\0');
    for (;;) {
      const auto n = answer->read_body(buffer).value();
      if (n == 0) return out;
      out.append(buffer, 0, n);
    }
  }
};

std::set<std::string> masters_of(const recorded_pull& p, const document_records& from) {
  std::set<std::string> out;
  for (const auto& line : from.top)
    if (line.starts_with(p.query.resource + " ")) out.insert(line);
  return out;
}

template <class Lines>
std::string missing(const Lines& wanted, const Lines& from) {
  std::string out;
  for (const auto& line : wanted)
    if (std::find(from.begin(), from.end(), line) == from.end()) out += line + "; ";
  return out;
}

std::string root_tag(std::string_view text) {
  const auto from = text.find("<s3xml");
  return std::string(text.substr(from, text.find('>', from) - from));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_filters)

BOOST_AUTO_TEST_CASE(answers_hold_the_records_that_were_recorded) {
  if (!recorded("eden-wire/fields")) return;
  golden::deviations list("filters");
  for (const char* folder : {"exports", "passive"}) {
    const auto pulls = pulls_of(folder);
    for (const auto& p : pulls) {
      const auto* whole = p.narrowed() ? whole_table(pulls, p) : nullptr;
      if (whole == nullptr) continue;
      loaded_site site(recorded_schema().find(p.query.resource), whole->answer());
      // Some of what was recorded cannot be here: a component with a key that no described table has.
      const auto there = records_of(site.ask("/sync/sync.xml?resource=" + p.query.resource));
      const auto ours = site.ask(p.target);
      const auto theirs = p.answer();
      auto wanted = records_of(theirs), got = records_of(ours);
      std::erase_if(wanted.all, [&](const auto& line) { return !there.all.contains(line); });
      bool same = wanted.all == got.all;
      std::string difference = "missing " + missing(wanted.all, got.all) + " too many " + missing(got.all, wanted.all);
      // Which components come with `msince` is another matter.
      if (p.query.msince) same = masters_of(p, wanted) == masters_of(p, got);
      if (p.query.limit) {
        // A page is another one if the order is another one; its size and what the root tells of it are the same.
        same = masters_of(p, wanted).size() == masters_of(p, got).size();
        const auto tag = root_tag(theirs);
        BOOST_TEST(root_tag(ours).starts_with(tag.substr(0, tag.find(" domain"))), root_tag(ours));
      }
      BOOST_TEST_MESSAGE(p.name << ": " << got.all.size() << " of " << there.all.size() << " records, from "
                                << whole->name);
      list.settle(p.name, same, difference);
    }
  }
  list.report("filters");
}

BOOST_AUTO_TEST_SUITE_END()
