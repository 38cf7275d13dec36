#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "golden/support/active_peer.hpp"
#include "golden/support/deviations.hpp"

// Odd answers that a stand-in gave to a real Eden's active side, given again to an edensync site: what it asks then, what
// it logs, and where its watermark stands. Each case has a site of its own with the records that its users made.
// tests/golden/own/standin holds a few in the same shape, so that there are always some.

using namespace edensync;
using namespace edensync::test;
using namespace edensync::test::golden;

namespace {

struct odd_case {
  std::string name;
  fs::path folder;
  json::value told;
};

std::vector<std::pair<std::string, odd_case>> cases_below(const std::optional<fs::path>& root) {
  std::vector<std::pair<std::string, odd_case>> all;
  if (!root) return all;
  const auto index = read_json(*root / "index.json");
  for (const auto& each : fs::directory_iterator(*root)) {
    if (!each.is_directory()) continue;
    const auto name = each.path().filename().string();
    for (const auto& told : index.get_array())
      if (text_at(told, "case") == name.substr(name.find('_') + 1))
        all.emplace_back(name, odd_case{name, each.path(), told});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!all.empty()) all.emplace_back("figures", odd_case{});
  return all;
}

class suite_of_answers {
 public:
  suite_of_answers(std::optional<fs::path> root, std::optional<fs::path> eden_wire, const std::string& deviations_of)
      : root_(std::move(root)), eden_wire_(std::move(eden_wire)), list_(deviations_of) {}

  std::vector<std::pair<std::string, odd_case>> cases() const { return cases_below(root_); }

  void run(const odd_case& c, const std::string& what) {
    if (c.name.empty()) {
      list_.report(what);
      if (settled_ + 1 == cases().size()) list_.expect_all_used();
      return;
    }
    compare(c);
    ++settled_;
  }

 private:
  static constexpr const char* known_before = "before";

  // A rule by which the case differs stands before its name, so that a line of the list covers all of them.
  void settle(const odd_case& c, const std::string& what, const std::string& difference, const std::string& rule) {
    list_.settle(rule + (rule.empty() ? "" : "/") + c.name + "/" + what, difference.empty(), difference);
  }
  void settle(const odd_case& c, const std::string& what, const std::string& difference) {
    settle(c, what, difference, rule_);
  }

  static bool is_failure_or_no_message(const std::string& body) {
    const auto m = parse_status_message(body);
    return !m || !m->success();
  }

  // The rule of ours by which this answer means something else than at an Eden; none for most.
  static std::string rule_of(const std::vector<http_message>& wanted, const std::vector<http_message>& answers) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto& a = answers[i];
      if (a.first_line.empty()) return "P9-line-broke";
      if (a.status() / 100 == 3) return "P10-redirect";
      if (a.status() / 100 != 2) continue;
      const auto& asked = wanted.at(i);
      if (asked.target().find("register.json") != std::string::npos) {
        if (is_failure_or_no_message(a.body)) return "P12-failure-under-200";
        if (const auto sender = parse_status_message(a.body)->sender; !sender.empty() && sender.text() != known_before)
          return "typed-uuid";
      } else if (asked.method() == "POST") {
        if (is_failure_or_no_message(a.body))
          return a.body.find("status") == a.body.npos ? "P5-no-word" : "P12-failure-under-200";
      } else if (a.body.find("<!DOCTYPE") != std::string::npos) {
        return "X8-document-type";
      } else if (a.body.starts_with('<') && a.body.find("<s3xml") == std::string::npos) {
        return "P12-other-root";
      }
    }
    return {};
  }

  // A push that fails as a whole is made again in parts.
  static bool is_cut(const http_message& asked, const http_message& answer) {
    return asked.method() == "POST" && asked.target().find("register.json") == std::string::npos &&
           !answer.first_line.empty() && (answer.status() == 400 || answer.status() == 413 || answer.status() == 500);
  }

  // Whoever is not known at the peer says once more who it is.
  static bool registers_again(const http_message& answer, const heard& asked) {
    return !answer.first_line.empty() && answer.status() == 403 && asked.head.target.ends_with("register.json");
  }

  // What edensync does where a rule of its own holds.
  void expect_the_rule(const std::string& rule, const std::vector<log_entry>& lines, std::size_t asked) {
    if (rule.empty()) return;
    BOOST_TEST_REQUIRE(!lines.empty());
    const auto& last = lines.back();
    BOOST_TEST((last.result == log_result::error || last.result == log_result::fatal));
    BOOST_TEST((rule == "P9-line-broke") == (last.result == log_result::error && asked != 0 && is_line_word(last)));
    if (rule == "P10-redirect") BOOST_TEST(last.message.find("status 3") != std::string::npos);
    if (rule == "P10-redirect" || rule == "X8-document-type" || rule == "P12-other-root")
      BOOST_TEST(asked == (last.mode == "pull/outgoing" ? 1U : 2U));
  }
  static bool is_line_word(const log_entry& e) {
    return e.message.find("closed without an answer") != std::string::npos;
  }

  void prepare() {
    if (schema_) return;
    schema_ = std::make_unique<schema>(schema_of(*eden_wire_));
    for (const auto& [name, c] : cases()) {
      if (c.name.empty()) continue;
      const auto exchanges = mock::read_recording(c.folder);
      for (const auto& [number, m, ignored_answer] : exchanges) {
        if (const auto said = parameter(m.target(), "repository"); !said.empty()) uuid_ = said;
        if (!m.body.starts_with("<?xml") || !own_.empty()) continue;
        // What the site itself had before the first case: what it pushed and had not pulled.
        auto root = read_tree(m.body);
        domain_ = root["domain"];
        url_ = root["url"];
        const auto pulled = told_map_of(exchanges.at(0).response.body);
        std::erase_if(root.children, [&](const node& n) { return pulled.contains({n["name"], n["uuid"]}); });
        for (auto& n : root.children) {
          n.attributes["mci"] = std::to_string(std::stoi(n["mci"]) - 1);
          own_uids_.insert(n["uuid"]);
        }
        write_tree(own_, root);
      }
    }
  }

  void compare(const odd_case& c) {
    prepare();
    asking_site s(*schema_, uuid_, domain_, url_, at(to_date({2026, 11, 22}), {19 * 3600 + 40 * 60}));
    s.take_as_own(own_);
    std::vector<http_message> wanted, answers;
    for (auto& e : mock::read_recording(c.folder)) {
      wanted.push_back(std::move(e.request));
      answers.push_back(std::move(e.response));
    }
    BOOST_TEST_REQUIRE(!wanted.empty());
    rule_ = rule_of(wanted, answers);
    std::vector<heard> asked;
    again_ = false;
    const auto peer = [&](const heard& h) {
      asked.push_back(h);
      const bool halves = is_cut(wanted.back(), answers.back()) && asked.size() < answers.size() + 16;
      again_ = again_ || (asked.size() == answers.size() + 1 && registers_again(answers.back(), h));
      if (asked.size() > answers.size() && !halves && !again_)
        return mock::no_answer(error::unreachable, "asked too often");
      return mock::answer_of(answers[std::min(asked.size(), answers.size()) - 1]);
    };
    active_site<parts> calling(s.self);
    task_id task = 0;
    repository r{.name = "Stand-in", .url = "http://127.0.0.1:8105/eden", .synchronise_uuids = true};
    const bool registers = wanted.at(0).target().find("register.json") != std::string::npos;
    if (registers) {
      r.uuid = uid(known_before);
      const auto op = calling.register_at(r);
      drive(*op, peer);
      const auto uuid = op->peer().uuid.text();
      const auto theirs = text_at(c.told.at("task_after"), "repository_uuid_after");
      settle(c, "uuid", uuid == theirs ? "" : theirs + " / " + uuid);
      settle(c, "returned",
             text_at(c.told.at("task_after"), "register_returned") == (op->why_not() ? "False" : "True")
                 ? ""
                 : "the other way round");
    } else {
      r.uuid = id_of("standin");
      r.id = s.self.put(r).value();
      task = s.self
                 .put(sync_task{
                     .repository = r.id, .resource = parameter(wanted[0].target(), "resource"), .components = false})
                 .value();
      const auto op = calling.synchronize_with(r.id);
      drive(*op, peer);
      const auto mark = s.store.snapshot().get_watermark(task, direction::pull).time;
      auto theirs = text_at(c.told.at("task_after"), "last_pull");
      if (theirs.size() > 10) theirs[10] = 'T';
      const auto ours = mark ? to_text(*mark) : "";
      const auto date = parse_http_date(answers.at(0).headers.get("Date"));
      const auto reached = date.value_or(s.clock.now());
      // Without a Date nothing says that the second is over; a record without a time is as old as the answer.
      const bool second =
          !date && mark && parse_timestamp(theirs) && (*mark + 1 == *parse_timestamp(theirs) || *mark == s.clock.now());
      const bool ahead = parse_timestamp(theirs) && *parse_timestamp(theirs) > reached + 86400;
      settle(c, "last_pull", ours == theirs ? "" : theirs + " / " + ours,
             second  ? "P1-second-not-over"
             : ahead ? "P2-future"
                     : rule_);
    }
    // Requests, in their order.
    std::string difference = asked.size() == wanted.size()
                                 ? ""
                                 : std::to_string(wanted.size()) + " requests / " + std::to_string(asked.size());
    for (std::size_t i = 0; i < std::min(asked.size(), wanted.size()); ++i)
      difference += head_difference(wanted[i], asked[i]);
    bool halves = asked.size() > wanted.size() && is_cut(wanted.back(), answers.back());
    for (std::size_t i = wanted.size(); i < asked.size() && halves; ++i)
      halves = asked[i].head.target == asked[wanted.size() - 1].head.target &&
               asked[i].body.size() < asked[wanted.size() - 1].body.size();
    const bool once = again_ && asked.size() == wanted.size() + 1;
    settle(c, "requests", difference, halves ? "P5-halves" : once ? "M7-registers-again" : rule_);
    compare_bodies(c, wanted, asked);
    compare_log(c, s, asked);
  }

  void compare_bodies(const odd_case& c, const std::vector<http_message>& wanted, const std::vector<heard>& asked) {
    for (std::size_t i = 0; i < std::min(asked.size(), wanted.size()); ++i) {
      if (!wanted[i].body.starts_with('<')) {
        settle(c, "body", wanted[i].body == asked[i].body ? "" : wanted[i].body + " / " + asked[i].body);
        continue;
      }
      const auto theirs = told_map_of(wanted[i].body), ours = told_map_of(asked[i].body);
      for (const auto& [what, difference] : content_differences(theirs, ours)) {
        if (what == "tombstones" || what.starts_with("X3-"))
          settle(c, "push", difference, what);
        else
          settle(c, what, difference);
      }
      // Our own are there; what came from the peer, in this case or an earlier one, is not sent back.
      std::size_t missing = 0;
      for (const auto& [key, ignored] : theirs) {
        if (ours.contains(key)) continue;
        ++missing;
        settle(c, "lost", own_uids_.contains(key.second) ? key.second : "");
      }
      settle(c, "complete", missing == 0 ? "" : std::to_string(missing) + " records were not sent back", "P4-not-back");
    }
  }

  void compare_log(const odd_case& c, asking_site& s, const std::vector<heard>& asked) {
    auto lines = s.self.log(100).value();
    std::reverse(lines.begin(), lines.end());
    if (again_) std::erase_if(lines, [](const log_entry& l) { return l.action == "request registration"; });
    const auto& theirs = c.told.at("active_side_log").get_array();
    std::string count =
        lines.size() == theirs.size() ? "" : std::to_string(theirs.size()) + " lines / " + std::to_string(lines.size());
    settle(c, "lines", count);
    for (std::size_t i = 0; i < std::min(lines.size(), theirs.size()); ++i) {
      std::optional<std::size_t> sent;
      if (asked.size() > 1) sent = masters_in(told_map_of(asked[1].body), lines[i].resource);
      // What went before the odd answer has to be the same.
      const bool last = i + 1 == lines.size();
      const bool future = lines[i].message.find("the peer's clock has not reached") != std::string::npos;
      settle(c, "log/" + text_at(theirs[i], "mode").substr(0, 4), log_difference(theirs[i], lines[i], sent),
             future ? "P2-future"
             : last ? rule_
                    : "");
    }
    expect_the_rule(rule_, lines, asked.size());
  }

  std::optional<fs::path> root_, eden_wire_;
  deviations list_;
  std::unique_ptr<schema> schema_;
  std::string uuid_ = "urn:uuid:nobody", domain_ = "localhost", url_, own_;
  std::string rule_;
  bool again_ = false;  // it registered after a push was refused for want of that
  std::set<std::string> own_uids_;
  std::size_t settled_ = 0;
};

suite_of_answers& recorded_answers() {
  static suite_of_answers s(recorded("eden-wire/active-vs-standin"), recorded("eden-wire"), "standin");
  return s;
}

suite_of_answers& own_answers() {
  static const fs::path here = fs::path(EDENSYNC_SOURCE_DIR) / "tests/golden/own";
  static suite_of_answers s(here / "standin", here / "active", "standin_by_hand");
  return s;
}

}  // namespace

EDENSYNC_GOLDEN_CASES(
    standin, [] { return recorded_answers().cases(); },
    [](const odd_case& c) { recorded_answers().run(c, "active side, odd answers"); });
EDENSYNC_GOLDEN_CASES(
    standin_by_hand, [] { return own_answers().cases(); },
    [](const odd_case& c) { own_answers().run(c, "active side, odd answers written by hand"); });
