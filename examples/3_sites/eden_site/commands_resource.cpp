// resource: what is synchronised with a repository, and how.

#include <edensync/admin/repositories.hpp>
#include <edensync/admin/tasks.hpp>
#include <charconv>
#include <ostream>
#include <system_error>
#include <utility>

#include "commands.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
using kind = option::kind;

edensync::policy_name policy_of(const std::string& word, std::string_view name) {
  const auto p = edensync::parse_policy(word);
  if (!p) throw usage_error("--" + std::string(name) + " is THIS, OTHER, NEWER or MASTER");
  return *p;
}

std::int32_t order_of(const std::string& text) {
  std::int32_t n = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (wrong != std::errc() || end != text.data() + text.size()) throw usage_error("--order is no number");
  return n;
}

// What the command line says of a task, as a change of it.
std::function<void(edensync::sync_task&)> change_of(const arguments& given) {
  edensync::sync_task said;
  if (given.has("mode")) {
    const auto mode = admin::parse_sync_mode(given.text("mode"));
    if (!mode) throw usage_error("--mode is pull, push, both or none");
    said.mode = *mode;
  }
  if (given.has("strategy")) {
    const auto allowed = admin::strict_strategy(given.text("strategy"));
    if (!allowed) throw usage_error(allowed.error().info.ours());
    said.allowed = *allowed;
  }
  if (given.has("update-policy")) said.update = policy_of(given.text("update-policy"), "update-policy");
  if (given.has("conflict-policy")) said.conflict = policy_of(given.text("conflict-policy"), "conflict-policy");
  for (const auto& text : given.all("filter")) {
    auto f = admin::parse_task_filter(text);
    if (!f) throw usage_error("--filter " + text + ": " + f.error().info.ours());
    said.filters.push_back(std::move(*f));
  }
  if (given.has("filter") && given.has("no-filter")) throw usage_error("--filter or --no-filter, not both");
  if (given.has("order")) said.order = order_of(given.text("order"));
  const auto components = given.choice("components");
  return [=, &given](edensync::sync_task& t) {
    if (given.has("mode")) t.mode = said.mode;
    if (given.has("strategy")) t.allowed = said.allowed;
    if (given.has("update-policy")) t.update = said.update;
    if (given.has("conflict-policy")) t.conflict = said.conflict;
    if (given.has("filter") || given.has("no-filter")) t.filters = said.filters;
    if (components) t.components = *components;
    if (given.has("order")) t.order = said.order;
  };
}

void add(const arguments& given, std::ostream&) {
  const auto& name = given.text("repository");
  edensync::sync_task t{.resource = given.text("resource")};
  change_of(given)(t);
  const auto here = site_of(given);
  t.repository = admin::repositories<parts>(here->site).find(name).value().id;
  admin::tasks<parts>(here->site).add(std::move(t)).value();
}

void set(const arguments& given, std::ostream&) {
  const auto &name = given.text("repository"), &resource = given.text("resource");
  const auto change = change_of(given);
  const auto here = site_of(given);
  const auto r = admin::repositories<parts>(here->site).find(name).value();
  admin::tasks<parts>(here->site).change(r.id, resource, change).value();
}

boost::json::value moment(const std::optional<edensync::timestamp>& t) {
  return t ? boost::json::value(edensync::to_text(*t)) : nullptr;
}

void list(const arguments& given, std::ostream& out) {
  const auto& name = given.text("repository");
  const auto here = site_of(given);
  const auto r = admin::repositories<parts>(here->site).find(name).value();
  auto ledger = here->store.snapshot();
  listing all;
  for (const auto& t : ledger.tasks(r.id)) {
    boost::json::array filters;
    for (const auto& f : t.filters) filters.emplace_back(admin::to_text(f));
    all.add({{"resource", t.resource},
             {"mode", admin::to_text(t.mode)},
             {"strategy", edensync::to_text(t.allowed)},
             {"update_policy", edensync::to_text(t.update)},
             {"conflict_policy", edensync::to_text(t.conflict)},
             {"components", t.components},
             {"order", t.order},
             {"last_pull", moment(ledger.get_watermark(t.id, edensync::direction::pull).time)},
             {"last_push", moment(ledger.get_watermark(t.id, edensync::direction::push).time)},
             {"filters", std::move(filters)}});
  }
  all.print(out, given.has("json"));
}

void remove(const arguments& given, std::ostream&) {
  const auto &name = given.text("repository"), &resource = given.text("resource");
  const auto here = site_of(given);
  const auto r = admin::repositories<parts>(here->site).find(name).value();
  admin::tasks<parts>(here->site).remove(r.id, resource).value();
}

const std::vector<option> description{{"data"},
                                      {"repository"},
                                      {"resource"},
                                      {"mode"},
                                      {"strategy"},
                                      {"update-policy"},
                                      {"conflict-policy"},
                                      {"filter", kind::many},
                                      {"components", kind::flag},
                                      {"no-components", kind::flag},
                                      {"order"}};

constexpr const char* described =
    "--data DIR --repository N --resource T [--mode pull|push|both|none]\n"
    "                    [--strategy create,update,delete,merge] [--update-policy P] [--conflict-policy P]\n"
    "                    [--filter '[T]key=value']... [--[no-]components] [--order N]";

constexpr const char* meant =
    "\n\n"
    "  --resource T           the table\n"
    "  --mode M               which way the records go; both unless told\n"
    "  --strategy S           what may be done to records here; all unless told\n"
    "  --update-policy P      when a record here is updated: THIS never, OTHER always, NEWER if theirs is younger,\n"
    "                         MASTER if it was born there; NEWER unless told\n"
    "  --conflict-policy P    the same for records that both sides changed\n"
    "  --filter F             only records that pass, as in an address: [T]~.name__like=Foo*; without the brackets of\n"
    "                         the table itself. May stand several times\n"
    "  --no-components        without the records that belong to a record\n"
    "  --order N              its place in a run; 0 unless told. Those of the same place run in the order in which "
    "they\n"
    "                         were added: first what others refer to";

}  // namespace

std::vector<command> resource_commands() {
  auto with_no_filter = description;
  with_no_filter.push_back({"no-filter", kind::flag});
  return {
      {"resource add", "adds a table to what is synchronised with a repository", std::string(described) + meant,
       description, add},
      {"resource set", "changes how a table is synchronised; what is not said stays",
       std::string(described) + " [--no-filter]" + meant + "\n  --no-filter            all records", with_no_filter,
       set},
      {"resource list",
       "lists what is synchronised with a repository",
       "--data DIR --repository N [--json]",
       {{"data"}, {"repository"}, {"json", kind::flag}},
       list},
      {"resource remove",
       "removes a table from what is synchronised with a repository; its records stay",
       "--data DIR --repository N --resource T",
       {{"data"}, {"repository"}, {"resource"}},
       remove},
  };
}

}  // namespace eden_site
