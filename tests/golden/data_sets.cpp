// The catalogue of public data sets, asked for as a real Eden was asked.
#include "edensync/site/data_sets.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "golden/support/document.hpp"
#include "golden/support/exchange.hpp"
#include "support/sites.hpp"

namespace edensync::test::golden {
namespace {

// One line for each record and field, with its place; without what this site has not (authors, addresses, creation).
void flatten(const node& n, const std::string& place, std::vector<std::string>& out) {
  for (const auto& c : n.children) {
    if (c.name == "resource") {
      const auto at = place + '/' + c["name"] + ' ' + c["uuid"];
      out.push_back(at + " mci=" + c["mci"] + " modified_on=" + c["modified_on"] + " deleted=" + c["deleted"]);
      flatten(c, at, out);
    } else {
      const auto value =
          c["value"].empty() ? c.name == "reference" ? c["resource"] + ' ' + c["uuid"] : c.text : c["value"];
      out.push_back(place + " " + c["field"] + " = " + value);
    }
  }
}

std::vector<std::string> flat(std::string_view document) {
  std::vector<std::string> out;
  const auto tree = parse_tree(document);
  BOOST_TEST_REQUIRE(tree.has_value());
  out.push_back("success=" + (*tree)["success"] + " results=" + (*tree)["results"] + " domain=" + (*tree)["domain"]);
  flatten(*tree, "", out);
  std::sort(out.begin(), out.end());
  return out;
}

std::string field(const node& r, const std::string& name) {
  for (const auto& c : r.children)
    if (c["field"] == name) return c.name == "reference" ? c["uuid"] : c["value"].empty() ? c.text : c["value"];
  return {};
}

// As the ledger of the recorded Eden was, by what it says of all its tasks and data sets.
void fill(one_site& s, const node& tasks, const node& sets) {
  (void)s.self.ledger([&](auto& t) {
    for (const auto& d : sets.children) {
      data_set set{.uuid = uid(d["uuid"]), .code = field(d, "code"), .name = field(d, "name")};
      set.archive_url = field(d, "archive_url");
      set.use_archive = field(d, "use_archive") == "true";
      const auto comments = field(d, "comments");
      if (!comments.empty()) set.comments = std::string(boost::json::parse(comments).as_string());
      set.modified_on = parse_timestamp(d["modified_on"]);
      t.put_dataset(set);
    }
    for (const auto& r : tasks.children) {
      if (r["name"] != "sync_task") continue;
      sync_task task{.resource = field(r, "resource_name"), .mode = sync_mode::pull};
      task.uuid = uid(r["uuid"]);
      task.modified_on = parse_timestamp(r["modified_on"]);
      task.components = field(r, "components") == "true";
      for (const auto& d : t.datasets())
        if (d.uuid.text() == field(r, "dataset_id")) task.dataset = d.id;
      for (const auto& f : r.children)
        if (f.name == "resource")
          task.filters.push_back(
              {field(f, "tablename"), field(f, "filter_string"), uid(f["uuid"]), parse_timestamp(f["modified_on"])});
      t.put_task(task);
    }
  });
}

BOOST_AUTO_TEST_CASE(the_catalogue_is_told_as_eden_tells_it) {
  const auto all = recorded("eden-wire/passive/417_dataset-list");
  const auto tasks = recorded("eden-wire/passive/421_dataset-tasks");
  if (!all || !tasks) return;
  one_site s{"host", 1, memory::manual_clock{second(1000)}};
  site<parts> self(s.store, relief(), s.clock, s.uids,
                   {.domain = "eden-a.example.org", .url = "http://127.0.0.1:8101/eden"});
  passive_site<parts> answering(self);
  fill(s, *parse_tree(read_http(*tasks / "response.http").body), *parse_tree(read_http(*all / "response.http").body));
  for (const auto* name : {"417_dataset-list", "418_dataset-by-code", "419_dataset-unknown-code", "421_dataset-tasks",
                           "422_dataset-filters"}) {
    const auto folder = recorded("eden-wire/passive/" + std::string(name));
    if (!folder) continue;
    request_head asked;
    asked.target = read_http(*folder / "request.http").target().substr(std::string_view("/eden").size());
    const auto answer = answering.handle(asked);
    answer->on_end();
    std::string text, buffer(4096, '\0');
    for (std::size_t n = 1; n != 0; text.append(buffer, 0, n)) n = answer->read_body(buffer).value();
    BOOST_TEST(answer->head().status == 200U);
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(flat(text) == flat(read_http(*folder / "response.http").body), boost::test_tools::per_element());
    }
  }
}

}  // namespace
}  // namespace edensync::test::golden
