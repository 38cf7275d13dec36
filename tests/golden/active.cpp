#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden/support/active_peer.hpp"
#include "golden/support/deviations.hpp"

// Runs of a real Eden's active side, made again by an edensync site: what it asks, sends and logs, where its watermarks
// stand, and what its records are afterwards. tests/golden/own/active holds a few in the same shape, so that there are always
// some; the others were recorded.
//
// A run's tasks, filters and watermarks are set as the recording had them before it. What users changed at the site
// before a run follows from what the run pushed: an Eden pushes everything it has.

using namespace edensync;
using namespace edensync::test;
using namespace edensync::test::golden;

namespace {

// Data sets and their archives.
constexpr bool with_data_sets = false;

struct recorded_exchange {
  std::string number;
  http_message request;
  http_message response;
  // The recording left it out: request and status are known, not what was said.
  bool left_out = false;
  bool done = false;

  std::string table() const { return parameter(request.target(), "resource"); }
  std::string way() const { return request.method() == "GET" ? "pull" : "push"; }
};

struct recorded_run {
  std::string name;
  fs::path folder;
  json::value state;
  json::array log;
  std::vector<recorded_exchange> exchanges;

  std::string repository() const { return log.empty() ? "1" : text_at(log[0], "repository_id"); }
  bool registers() const {
    return !exchanges.empty() && exchanges[0].request.target().find("register.json") != std::string::npos;
  }
  bool of_data_sets() const {
    return log.empty() || std::any_of(exchanges.begin(), exchanges.end(), [](const recorded_exchange& e) {
             return e.request.target().find("/sync/sync.xml") == std::string::npos &&
                    e.request.target().find("register.json") == std::string::npos;
           });
  }
};

recorded_run read_run(const fs::path& folder, const json::array& index) {
  recorded_run r{folder.filename().string(), folder, read_json(folder / "state_after.json"), {}, {}};
  r.log = read_json(folder / "sync_log_active_B.json").as_array();
  for (const auto& each : index) {
    if (text_at(each, "run") != r.name) continue;
    recorded_exchange e;
    e.number = text_at(each, "exchange");
    const auto file = [&](const char* kind) { return folder / (e.number + "." + kind + ".http"); };
    e.left_out = !fs::exists(file("request"));
    if (e.left_out) {
      e.request.first_line = text_at(each, "request");
      if (e.request.method() == "POST") e.request.headers.set("Content-Type", "application/x-www-form-urlencoded");
      e.response = mock::parse_http("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n");
      e.response.body = e.request.method() == "GET" ? "<s3xml success=\"false\" results=\"0\"/>"
                                                    : R"({"status": "success", "statuscode": "200"})";
    } else {
      e.request = read_http(file("request"));
      e.response = read_http(file("response"));
    }
    r.exchanges.push_back(std::move(e));
  }
  return r;
}

std::optional<timestamp> time_at(const json::value& v, std::string_view name) {
  auto text = text_at(v, name);
  if (text.size() > 10) text[10] = 'T';
  return parse_timestamp(text);
}

policy_name policy_at(const json::value& v, std::string_view name) { return parse_policy(text_at(v, name)).value(); }

strategy strategy_at(const json::value& v) {
  std::string words = text_at(v, "strategy");
  std::replace(words.begin(), words.end(), '|', ',');
  return parse_strategy(words).value();
}

// One site through all the runs of a folder.
class story {
 public:
  story(const fs::path& runs, const fs::path& eden_wire) : schema_(schema_of(eden_wire)) {
    const auto index = read_json(runs / "index.json").as_array();
    std::set<std::string> names;
    for (const auto& each : fs::directory_iterator(runs))
      if (fs::exists(each.path() / "state_after.json")) names.insert(each.path().filename().string());
    for (const auto& name : names) all_.push_back(read_run(runs / name, index));
    std::string uuid = "urn:uuid:nobody", domain = "localhost", url;
    for (const auto& r : all_)
      for (const auto& e : r.exchanges) {
        if (const auto said = parameter(e.request.target(), "repository"); !said.empty()) uuid = said;
        if (e.request.method() != "POST" || !e.request.body.starts_with("<")) continue;
        const auto root = read_tree(e.request.body);
        domain = root["domain"];
        url = root["url"];
      }
    site_ = std::make_unique<asking_site>(schema_, uuid, domain, url, at(to_date({2026, 11, 22}), {19 * 3600}));
    for (auto& r : all_) {
      now_ = &compared_[r.name];
      try {
        replay(r);
      } catch (const std::exception& e) {
        tell("replay", e.what());
      }
    }
  }

  const std::vector<recorded_run>& runs() const { return all_; }
  const std::vector<compared_thing>& of(const std::string& run) { return compared_[run]; }

 private:
  void replay(recorded_run& r) {
    if (r.of_data_sets() && !r.exchanges.empty() && !with_data_sets) return;
    const auto before = site_->self.log(1).value();
    const auto last_line = before.empty() ? 0 : before[0].id;
    asked_.clear();
    if (r.registers())
      replay_registration(r);
    else
      replay_sync(r);
    for (const auto& e : r.exchanges)
      if (!e.done && e.way() == "pull") tell("request/pull-" + e.table(), "not asked");
    auto lines = site_->self.log(1000).value();
    std::erase_if(lines, [&](const log_entry& l) {
      return l.id <= last_line || (l.action == "request registration" && !r.registers());
    });
    std::reverse(lines.begin(), lines.end());
    compare_log(r, lines);
  }

  void tell(std::string what, std::string difference) { now_->push_back({std::move(what), std::move(difference), {}}); }

  // A difference that is what a rule of ours makes of the recording; the rule has been checked.
  void tell_by_rule(std::string rule, std::string what, std::string difference) {
    now_->push_back({std::move(what), std::move(difference), std::move(rule)});
  }

  // What the peer says to a request: the same as then, if it was asked the same.
  scripted_answer answer(recorded_run& r, const heard& asked) {
    const auto table = parameter(asked.head.target, "resource");
    const auto found = std::find_if(r.exchanges.begin(), r.exchanges.end(), [&](const recorded_exchange& e) {
      return !e.done && e.request.method() == asked.head.method && e.table() == table;
    });
    if (found == r.exchanges.end()) {
      if (r.exchanges.empty()) return mock::no_answer(error::unreachable, "Connection refused");
      // Whoever is not known registers once more; this peer is deaf to it.
      if (asked.head.target.ends_with("register.json") && r.exchanges.back().response.status() == 403) {
        tell_by_rule("M7-registers-again", "request/register", "after 403");
        return mock::no_answer(error::unreachable, "not recorded");
      }
      tell("request/more-" + table, "asked beyond the recording: " + asked.head.target);
      return mock::no_answer(error::unreachable, "no such exchange");
    }
    // The same order: what stands before is over.
    for (auto e = r.exchanges.begin(); e != found; ++e)
      if (!e->done && e->way() == "pull") tell("order/" + e->table(), "asked too late");
    found->done = true;
    asked_.emplace(found->number, asked);
    auto same = asked;
    // A push says since when, if there was one before; an Eden has forgotten it (P4).
    if (const auto since = parameter(asked.head.target, "msince");
        found->way() == "push" && parameter(found->request.target(), "msince").empty() && !since.empty()) {
      tell_by_rule("P4-since", "msince/" + table, since);
      same.head.target = asked.head.target.substr(0, asked.head.target.rfind("&msince="));
    }
    tell("request/" + found->way() + "-" + table, head_difference(found->request, same));
    if (const auto date = parse_http_date(found->response.headers.get("Date"))) site_->clock.set(*date);
    return mock::answer_of(found->response);
  }

  void replay_registration(recorded_run& r) {
    active_site<parts> calling(site_->self);
    const auto op = calling.register_at(repository_of(r, {}));
    drive(*op, [&](const heard& asked) { return answer(r, asked); });
    const auto& asked = asked_.begin()->second;
    tell("request/body",
         asked.body == r.exchanges[0].request.body ? "" : r.exchanges[0].request.body + " / " + asked.body);
    peer_ = op->peer();
    tell("register/uuid", peer_.uuid.text() == stated_repository(r, "uuid") ? "" : peer_.uuid.text());
  }

  std::string stated_repository(const recorded_run& r, std::string_view member) const {
    for (const auto& each : r.state.at("repositories_B").get_array())
      if (text_at(each, "id") == r.repository()) return text_at(each, member);
    return {};
  }

  repository repository_of(const recorded_run& r, repository known) const {
    known.name = stated_repository(r, "name");
    known.url = stated_repository(r, "url");
    known.username = stated_repository(r, "username");
    known.synchronise_uuids = stated_repository(r, "synchronise_uuids") == "T";
    return known;
  }

  void replay_sync(recorded_run& r) {
    peer_ = repository_of(r, peer_);
    peer_.uuid = uid(stated_repository(r, "uuid"));
    peer_.id = site_->self.put(peer_).value();
    set_tasks(r);
    make_own_changes(r);
    remember_pulled(r);
    active_site<parts> calling(site_->self);
    const auto op = calling.synchronize_with(peer_.id);
    drive(*op, [&](const heard& asked) { return answer(r, asked); });
    compare_pushes(r);
    compare_watermarks(r);
    compare_records(r);
  }

  // Tasks as they are after the run, with the watermarks of before.
  void set_tasks(const recorded_run& r) {
    std::map<std::string, task_id> now;
    site_->self
        .ledger([&](auto& t) {
          for (const auto& each : r.state.at("tasks_B").get_array()) {
            if (text_at(each, "repository_id") != r.repository() || text_at(each, "deleted") == "T") continue;
            const auto uuid = text_at(each, "uuid");
            sync_task task;
            const auto known = tasks_.find(uuid);
            if (known != tasks_.end()) task.id = known->second;
            task.repository = peer_.id;
            task.resource = text_at(each, "resource_name");
            task.mode = static_cast<sync_mode>(std::stoi(text_at(each, "mode")));
            task.allowed = strategy_at(each);
            task.update = policy_at(each, "update_policy");
            task.conflict = policy_at(each, "conflict_policy");
            task.components = text_at(each, "components") != "F";
            for (const auto& f : r.state.at("filters_B").get_array())
              if (text_at(f, "task_id") == text_at(each, "id"))
                task.filters.push_back({text_at(f, "tablename"), text_at(f, "filter_string")});
            const auto id = t.put_task(task);
            now[uuid] = id;
            auto mark = t.get_watermark(id, direction::pull);
            mark.time = last_pull_[uuid];
            for (const auto& e : r.exchanges)
              if (e.request.method() == "GET" && e.table() == task.resource)
                if (const auto said = parse_timestamp(parameter(e.request.target(), "msince"))) mark.time = said;
            t.set_watermark(id, direction::pull, mark);
            if (known == tasks_.end())
              if (const auto pushed = time_at(each, "last_push")) t.set_watermark(id, direction::push, {pushed, {}});
          }
          for (const auto& [uuid, id] : tasks_)
            if (!now.contains(uuid)) t.erase_task(id);
        })
        .value();
    tasks_ = std::move(now);
    for (const auto& each : r.state.at("tasks_B").get_array())
      last_pull_[text_at(each, "uuid")] = time_at(each, "last_pull");
  }

  static std::string version_of(const told_record& r) {
    const auto deleted = r.content.contains("deleted");
    const auto at = r.content.find("modified_on");
    return (deleted ? "deleted " : "") + (at == r.content.end() ? "" : at->second);
  }
  static std::string fields_of(const told_record& r) {
    std::string all;
    for (const auto& [name, value] : r.content)
      if (name.starts_with('.') || name.starts_with("->")) all.append(name).append("=").append(value).append("\n");
    return all;
  }

  // What users of this site did since the last run is what it pushes and neither had pushed before nor pulls now.
  void make_own_changes(const recorded_run& r) {
    told_at pulled;
    for (const auto& e : r.exchanges)
      if (e.request.method() == "GET" && e.response.status() == 200) remember(pulled, e.table(), e.response.body);
    std::vector<node> pushed;
    std::optional<timestamp> latest;
    taken_.clear();
    for (const auto& e : r.exchanges) {
      if (e.request.method() != "POST" || e.left_out) continue;
      auto& root = pushed.emplace_back(read_tree(e.request.body));
      std::erase_if(root.children, [&](node& n) { return !keep_own(n, e.table(), pulled, latest); });
    }
    if (latest && site_->clock.now() < *latest) site_->clock.set(*latest);
    for (auto& root : pushed) {
      for (auto& n : root.children) make_younger(n, latest);
      std::string document;
      write_tree(document, root);
      site_->take_as_own(document);
    }
    for (const auto& e : r.exchanges)
      if (e.request.method() == "POST") remember(seen_, e.table(), e.request.body);
  }

  // What was told of records, with a task or anywhere. A record looks otherwise as a component than by itself.
  struct told_at {
    std::map<std::string, told_map> with;
    std::map<std::pair<std::string, std::string>, std::string> version;
  };

  static void remember(told_at& into, const std::string& task, const std::string& body) {
    for (auto& [key, each] : told_map_of(body)) {
      into.version[key] = version_of(each);
      into.with[task].insert_or_assign(key, std::move(each));
    }
  }

  static bool same_fields(const told_at& known, const std::string& task, const told_record& r) {
    const auto of = known.with.find(task);
    if (of == known.with.end()) return true;
    const auto found = of->second.find({r.table, r.uuid});
    return found == of->second.end() || fields_of(found->second) == fields_of(r);
  }

  // Whether it was changed here, or holds what was.
  bool keep_own(node& n, const std::string& task, const told_at& pulled, std::optional<timestamp>& latest) {
    std::erase_if(n.children, [&](node& c) { return c.name == "resource" && !keep_own(c, task, pulled, latest); });
    const bool parts =
        std::any_of(n.children.begin(), n.children.end(), [](const node& c) { return c.name == "resource"; });
    if (made_by_hooks(n["name"])) return false;
    const std::pair key{n["name"], n["uuid"]};
    const auto said = told_records(node{{}, {}, {}, {n}})[0];
    const auto before = seen_.version.find(key);
    const bool deleted = n.attributes.contains("deleted");
    const auto here = site_->find(uid(n["uuid"]));
    const bool known = before != seen_.version.end(), comes = pulled.version.contains(key);
    bool own = !known || before->second != version_of(said) || !same_fields(seen_, task, said);
    if (comes && pulled.version.at(key) == version_of(said) && same_fields(pulled, task, said)) own = false;
    // An Eden that keeps its values takes the time of what it refused all the same (I1).
    if (comes && known && same_fields(seen_, task, said)) own = false;
    // Born here: the peer can only have it from here, by an earlier push of the same run.
    if (!known && n["mci"] == "1") own = true;
    // A deletion that came from the peer has a time of its own at an Eden (I13).
    if (deleted && here && here->version.deleted) own = false;
    // Once: it may look otherwise further down, when the run itself has changed it.
    own = own && taken_.insert(key).second;
    if (own && !deleted) latest = std::max(latest, parse_timestamp(n["modified_on"]));
    if (own) n.attributes.emplace("own", "");
    return own || parts;
  }

  // An edit has a time after that of what it replaced, also where Eden has set it back since.
  void make_younger(node& n, std::optional<timestamp> latest) const {
    if (n.attributes.contains("mci")) n.attributes["mci"] = std::to_string(std::stoi(n["mci"]) - 1);
    const auto at = parse_timestamp(n["modified_on"]);
    const auto here = site_->find(uid(n["uuid"]));
    if (n.attributes.contains("own") && seen_.version.contains({n["name"], n["uuid"]}) && here && at && latest &&
        here->version.modified_on && *at <= *here->version.modified_on)
      n.attributes["modified_on"] = to_text(*latest);
    n.attributes.erase("own");
    for (auto& c : n.children)
      if (c.name == "resource") make_younger(c, latest);
  }

  void remember_pulled(const recorded_run& r) {
    for (const auto& e : r.exchanges)
      if (e.request.method() == "GET" && e.response.status() == 200)
        for (const auto& [key, each] : told_map_of(e.response.body)) {
          from_peer_.insert(key);
          if (const auto at = each.content.find("modified_on"); at != each.content.end())
            pulled_times_[key].insert(at->second);
        }
  }

  void compare_pushes(const recorded_run& r) {
    for (const auto& e : r.exchanges) {
      if (e.request.method() != "POST") continue;
      const auto asked = asked_.find(e.number);
      const auto table = e.table();
      if (asked == asked_.end()) {
        // Rightly so: `lost` would tell.
        tell_by_rule("P4-nothing-new", "made/" + table, "nothing was sent");
        if (!e.left_out) explain_what_is_missing(e, told_map_of(e.request.body), {});
        continue;
      }
      tell("made/" + table, "");
      if (e.left_out) continue;
      const auto wanted_root = read_tree(e.request.body), our_root = read_tree(asked->second.body);
      std::string root = wanted_root.name == our_root.name ? "" : our_root.name + "; ";
      for (const auto* name : {"domain", "url", "success"})
        if (wanted_root[name] != our_root[name])
          root += std::string(name) + ": " + wanted_root[name] + " / " + our_root[name] + "; ";
      tell("root/" + table, root);
      const auto wanted = told_map_of(e.request.body);
      const auto ours = told_map_of(asked->second.body);
      auto compared = ours;
      for (const auto& [key, mine] : ours)
        if (const auto found = wanted.find(key); found != wanted.end() && is_agreed(key, found->second, mine)) {
          tell_by_rule("agreed", "push/" + key.second, version_of(found->second) + " / " + version_of(mine));
          compared.erase(key);
        }
      for (const auto& [what, difference] : content_differences(wanted, compared)) {
        if (what == "more" && !parameter(e.request.target(), "msince").empty())
          // The recording set the time of the last push by hand; here it is a number of changes.
          tell_by_rule("P4-since", "more/" + table, difference);
        else if (what == "tombstones" || what.starts_with("X3-"))
          tell_by_rule(what, "push/" + table, difference);
        else
          tell(what + "/" + table, difference);
      }
      compare_times(table, wanted, compared);
      explain_what_is_missing(e, wanted, ours);
      if (e.response.status() == 200)
        for (const auto& each : ours) {
          pushed_[each.first] = version_of(each.second);
          ever_pushed_[each.first].insert(version_of(each.second));
        }
    }
  }

  // What an Eden sends and this site does not: the peer has it, because it came from there or was sent before.
  void explain_what_is_missing(const recorded_exchange& e, const told_map& wanted, const told_map& ours) {
    std::size_t missing = 0;
    std::string lost;
    for (const auto& [key, each] : wanted) {
      if (ours.contains(key) || schema_.find(key.first) == no_resource) continue;
      ++missing;
      const auto before = pushed_.find(key);
      if (!from_peer_.contains(key) && (before == pushed_.end() || before->second != version_of(each)))
        lost += key.first + ' ' + key.second + "; ";
    }
    if (missing != 0)
      tell_by_rule("P4-not-again", "complete/" + e.table(), std::to_string(missing) + " records were not sent again");
    tell("lost/" + e.table(), lost);
  }

  // What was pushed is agreed: an edit of the peer on top of it is no conflict, where an Eden, which goes by the time of its
  // last pull, sees one and keeps its own.
  bool is_agreed(const std::pair<std::string, std::string>& key, const std::string& theirs,
                 const std::string& mine) const {
    const auto before = ever_pushed_.find(key);
    return theirs < mine && before != ever_pushed_.end() && before->second.contains(theirs);
  }
  bool is_agreed(const std::pair<std::string, std::string>& key, const told_record& theirs,
                 const told_record& mine) const {
    return fields_of(theirs) != fields_of(mine) && is_agreed(key, version_of(theirs), version_of(mine));
  }

  // A time that differs is one that Eden took from what it refused (I1), that of its own act of deleting (I13), or that
  // of a hook, which changes nothing that travels.
  std::string rule_of_time(const std::pair<std::string, std::string>& key, const std::string& theirs,
                           bool deleted) const {
    if (deleted) return "I13-deletions-keep-their-time";
    if (const auto told = pulled_times_.find(key); told != pulled_times_.end() && told->second.contains(theirs))
      return "I1-times-go-with-content";
    return key.first == "pr_person" || key.first == "inv_req" ? "hooks" : "";
  }

  void compare_times(const std::string& table, const told_map& wanted, const told_map& ours) {
    for (const auto& [key, mine] : ours) {
      const auto found = wanted.find(key);
      if (found == wanted.end()) continue;
      for (const auto* name : {"modified_on", "created_on"}) {
        const auto at = found->second.content.find(name), here = mine.content.find(name);
        const auto theirs = at == found->second.content.end() ? std::string() : at->second;
        const auto own = here == mine.content.end() ? std::string() : here->second;
        if (theirs == own) continue;
        tell_by_rule(rule_of_time(key, theirs, mine.content.contains("deleted")),
                     std::string(name) + "/" + table + "/" + key.first + "/" + key.second, theirs + " / " + own);
      }
    }
    tell("times/" + table, "");
  }

  void compare_watermarks(const recorded_run& r) {
    auto s = site_->store.snapshot();
    for (const auto& each : r.state.at("tasks_B").get_array()) {
      const auto task = tasks_.find(text_at(each, "uuid"));
      if (task == tasks_.end()) continue;
      const auto table = text_at(each, "resource_name");
      if (std::any_of(r.exchanges.begin(), r.exchanges.end(), [&](const recorded_exchange& e) {
            return e.left_out && e.way() == "pull" && e.table() == table;
          }))
        continue;
      const auto ours = s.get_watermark(task->second, direction::pull).time;
      const auto wanted = time_at(each, "last_pull");
      const auto difference =
          ours == wanted ? "" : text_at(each, "last_pull") + " / " + (ours ? to_text(*ours) : "none");
      // Eden adds a second also while it lasts at the peer.
      if (ours && wanted && *ours + 1 == *wanted && date_of_pull(r, table) == ours)
        tell_by_rule("P1-second-not-over", "last_pull/" + table, difference);
      else
        tell("last_pull/" + table, difference);
    }
  }

  static std::optional<timestamp> date_of_pull(const recorded_run& r, const std::string& table) {
    for (const auto& e : r.exchanges)
      if (e.way() == "pull" && e.table() == table) return parse_http_date(e.response.headers.get("Date"));
    return std::nullopt;
  }

  void compare_records(const recorded_run& r) {
    if (!fs::exists(r.folder / "records_after.json")) return;
    const auto after = read_json(r.folder / "records_after.json");
    for (const auto& each : after.get_array()) {
      if (text_at(each, "site") != "B") continue;
      const auto uuid = text_at(each, "uuid");
      std::string case_name = text_at(each, "case");
      std::replace(case_name.begin(), case_name.end(), ' ', '-');
      std::replace(case_name.begin(), case_name.end(), '\'', '-');
      const auto found = site_->find(uid(uuid));
      std::string out;
      const auto differs = [&](std::string_view what, const std::string& a, const std::string& b) {
        if (a != b) out.append(what).append(": ").append(a).append(" / ").append(b).append("; ");
      };
      if (!found) {
        out = "is not here";
      } else {
        const auto& table = schema_[found->resource];
        const auto field = table.find_field("comments");
        const auto* comments =
            field && *field < found->fields.size() ? std::get_if<std::string>(&found->fields[*field]) : nullptr;
        differs("deleted", text_at(each, "deleted"), found->version.deleted ? "T" : "F");
        if (!found->version.deleted) differs("comments", text_at(each, "comments"), comments ? *comments : "");
        differs("mci", text_at(each, "mci"), found->version.mci ? std::to_string(*found->version.mci) : "");
        auto at = text_at(each, "modified_on");
        if (at.size() > 10) at[10] = 'T';
        const auto own = found->version.modified_on ? to_text(*found->version.modified_on) : "";
        if (!out.empty() && is_agreed({std::string(table.name()), uuid}, at, own)) {
          tell_by_rule("agreed", "record/" + uuid, out);
          continue;
        }
        if (at != own && out.empty())
          tell_by_rule(rule_of_time({std::string(table.name()), uuid}, at, found->version.deleted),
                       "modified_on/" + case_name + "/" + uuid, at + " / " + own);
      }
      tell("record/" + case_name + "/" + uuid.substr(uuid.rfind(':') + 1).substr(0, 8), out);
    }
  }

  static bool refuses_some(const std::string& answer) {
    const auto m = parse_status_message(answer);
    return m && m->success() && !m->message.empty();
  }

  void compare_log(const recorded_run& r, const std::vector<log_entry>& lines) {
    std::size_t next = 0;
    for (const auto& wanted : r.log) {
      const auto mode = text_at(wanted, "mode"), table = text_at(wanted, "resource_name");
      const auto way = mode.substr(0, mode.find('/'));
      const auto name = "log/" + way + "-" + (table.empty() ? text_at(wanted, "action") : table);
      const auto found =
          std::find_if(lines.begin() + static_cast<std::ptrdiff_t>(std::min(next, lines.size())), lines.end(),
                       [&](const log_entry& l) { return l.mode == mode && l.resource == table; });
      if (found == lines.end()) {
        tell(name, "no line: " + json::serialize(wanted));
        continue;
      }
      next = static_cast<std::size_t>(found - lines.begin()) + 1;
      const auto exchange = std::find_if(r.exchanges.begin(), r.exchanges.end(), [&](const recorded_exchange& e) {
        return e.way() == way && e.table() == table;
      });
      if (exchange != r.exchanges.end() && exchange->left_out && way == "pull" &&
          !text_at(wanted, "message").starts_with("No data"))
        continue;
      std::optional<std::size_t> sent;
      if (way == "push" && exchange != r.exchanges.end()) {
        const auto asked = asked_.find(exchange->number);
        if (asked == asked_.end()) {
          // `made` has told of it.
          const bool quiet = found->message == "No data to send" && found->result == log_result::success;
          tell(name, quiet ? "" : found->message);
          continue;
        }
        sent = masters_in(told_map_of(asked->second.body), table);
      }
      const auto difference = log_difference(wanted, *found, sent);
      const auto message = text_at(wanted, "message");
      // What Eden's hooks could not do is their trouble.
      if (!difference.empty() && message.starts_with("UNIQUE constraint failed: ") &&
          made_by_hooks(message.substr(26, message.find('.') - 26)))
        tell_by_rule("hooks", name, difference);
      else if (!difference.empty() && exchange != r.exchanges.end() && refuses_some(exchange->response.body))
        tell_by_rule("P5-answer-read", name, found->result == log_result::warning && found->remote ? difference : "");
      else
        tell(name, difference);
    }
    tell("log/lines",
         lines.size() == r.log.size() ? "" : std::to_string(r.log.size()) + " / " + std::to_string(lines.size()));
  }

  schema schema_;
  std::vector<recorded_run> all_;
  std::unique_ptr<asking_site> site_;
  repository peer_;
  std::map<std::string, task_id> tasks_;
  std::map<std::string, std::optional<timestamp>> last_pull_;
  told_at seen_;  // what was pushed in a recording, as it was last

  std::map<std::pair<std::string, std::string>, std::string> pushed_;  // versions that this site pushed
  std::set<std::pair<std::string, std::string>> taken_, from_peer_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> pulled_times_, ever_pushed_;
  std::map<std::string, heard> asked_;
  std::map<std::string, std::vector<compared_thing>> compared_;
  std::vector<compared_thing>* now_ = nullptr;
};

// A folder of runs, and what became of them.
struct suite_of_runs {
  std::optional<fs::path> runs, eden_wire;
  deviations list;
  std::unique_ptr<story> told;
  std::size_t settled = 0;

  suite_of_runs(std::optional<fs::path> r, std::optional<fs::path> w, const std::string& deviations_of)
      : runs(std::move(r)), eden_wire(std::move(w)), list(deviations_of) {}

  story& tale() {
    if (!told) told = std::make_unique<story>(*runs, *eden_wire);
    return *told;
  }

  // Cases are named as the folders; the last one gives the figures.
  std::vector<std::pair<std::string, std::string>> cases() const {
    std::vector<std::pair<std::string, std::string>> all;
    if (!runs) return all;
    for (const auto& each : fs::directory_iterator(*runs))
      if (fs::exists(each.path() / "state_after.json"))
        all.emplace_back(each.path().filename().string(), each.path().filename().string());
    std::sort(all.begin(), all.end());
    all.emplace_back("figures", "");
    return all;
  }

  void run(const std::string& name, const std::string& what) {
    auto& t = tale();
    if (!name.empty()) {
      if (t.of(name).empty()) BOOST_TEST_MESSAGE("skipped: data sets and their archives are not compared yet");
      BOOST_TEST(true);
      for (const auto& c : t.of(name))
        list.settle(c.rule + (c.rule.empty() ? "" : "/") + name + "/" + c.what, c.difference.empty(), c.difference);
      ++settled;
      return;
    }
    list.report(what);
    if (settled == t.runs().size()) list.expect_all_used();
  }
};

suite_of_runs& recorded_ones() {
  static suite_of_runs s(recorded("eden-wire/active"), recorded("eden-wire"), "active");
  return s;
}
suite_of_runs& own_ones() {
  static const fs::path here = fs::path(EDENSYNC_SOURCE_DIR) / "tests/golden/own/active";
  static suite_of_runs s(here, here, "active_by_hand");
  return s;
}

}  // namespace

EDENSYNC_GOLDEN_CASES(
    active, [] { return recorded_ones().cases(); },
    [](const std::string& name) { recorded_ones().run(name, "active side, recorded runs"); });
EDENSYNC_GOLDEN_CASES(
    active_by_hand, [] { return own_ones().cases(); },
    [](const std::string& name) { own_ones().run(name, "active side, runs written by hand"); });
