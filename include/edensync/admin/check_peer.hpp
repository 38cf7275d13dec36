#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/schema/field_description.hpp"
#include "edensync/schema/field_document.hpp"
#include "edensync/site/clock_skew.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/exchange.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/push_inquiry.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"
#include "edensync/admin/check_uuid.hpp"
#include "edensync/admin/finding.hpp"

namespace edensync::admin {

namespace detail {

// One request that changes nothing, and what can be told from its answer.
class probe final : public exchange {
 public:
  // `keep`: so much of a good answer is kept.
  explicit probe(request_head ask, std::string body = {}, std::size_t keep = 4096)
      : ask_(std::move(ask)), request_(std::move(body)), keep_(keep) {}

  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), request_.size() - sent_);
    std::memcpy(into.data(), request_.data() + sent_, n);
    sent_ += n;
    return n;
  }

  const std::optional<failure>& error() const noexcept { return error_; }
  const std::optional<timestamp>& date() const noexcept { return date_; }
  std::string_view body() const noexcept { return body_; }
  void told_at(const response_head& h) {
    if (h.headers.get("Age").empty()) date_ = parse_http_date(h.headers.get("Date"));
  }

 protected:
  result<bool> prepare() override {
    head_ = ask_;
    return true;
  }
  void conclude_unsent() override {}
  bool keeps_body() const override { return false; }
  result<void> good_body(std::string_view piece) override {
    body_ += piece.substr(0, keep_ - std::min(body_.size(), keep_));
    return {};
  }
  result<void> good_end() override {
    // Under status 200 an Eden may say no, and a page may want a login.
    if (const auto m = parse_status_message(body_)) {
      if (m->success()) return {};
      return failure{make_error_code(edensync::error::refused),
                     diagnostics("refused under status 200", without_secrets(m->message))};
    }
    if (is_html({}, body_, answer_headers_.get("Content-Type")))
      return make_failure(edensync::error::unexpected_answer, "a page instead of a document");
    return {};
  }
  void conclude(const failure& why) override { error_ = why; }

 private:
  request_head ask_;
  std::string request_;
  std::size_t keep_;
  std::size_t sent_ = 0;
  std::optional<timestamp> date_;
  std::optional<failure> error_;
};

}  // namespace detail

/// Tries what a run with a repository needs, one by one, and changes nothing at the peer but its log.
///
/// First its catalogue of data sets is asked for what changed in the far future; then, for each task, its table in the same
/// way (of an edensync site a page of one record), and how the peer describes that table and those of its components; then,
/// for each task that pushes, whether that would be taken (`inquire`). It does not register. Of what answers every further
/// question in the same way, no more is asked.
/// Lifetime: the site outlives it. Thread safety: one thread at a time.
/// Source: manual, "Repository Configuration"; spec/protocol.md §3.3, §4.2, §9.2.
template <class Parts>
class check_peer final : public operation {
 public:
  check_peer(site<Parts>& s, repository peer, std::vector<sync_task> tasks)
      : site_(s), peer_(std::move(peer)), tasks_(std::move(tasks)) {}

  const std::vector<finding>& findings() const noexcept { return findings_; }

  const request_head* next() override {
    for (;;) {
      if (current_) {
        if (const auto* head = current_->next()) return head;
        auto taken = edensync::detail::guarded([&] { collect(); });
        if (!taken) give_up(taken.error());
        current_.reset();
      }
      auto ready = edensync::detail::guarded([&] { advance(); });
      if (!ready) give_up(ready.error());
      if (!current_) return nullptr;
      asked_ = site_.now();
    }
  }

  result<std::size_t> read_body(std::span<char> into) override { return current_->read_body(into); }
  result<void> on_head(const response_head& h) override {
    answered_ = site_.now();
    current_->told_at(h);
    return current_->on_head(h);
  }
  result<void> on_body(std::string_view piece) override { return current_->on_body(piece); }
  result<void> on_end() override { return current_->on_end(); }
  void on_failure(const failure& why) override { current_->on_failure(why); }

 private:
  enum class about : std::uint8_t { line, table, columns, push };
  struct question {
    about what;
    // Its place among `tasks_`.
    std::size_t task = 0;
    resource_id table = no_resource;
  };
  static constexpr timestamp far_future = at(to_date({2100, 1, 1}));

  void advance() {
    if (!begun_) {
      begun_ = true;
      if (peer_.url.empty())
        findings_.push_back({"reachable", answer::no, "no URL is set", "set --url, or let the peer call this site"});
      else
        questions_.push_back({about::line});
    }
    if (questions_.empty()) return;
    now_ = questions_.front();
    questions_.pop_front();
    switch (now_.what) {
      case about::line: return ask("/sync/dataset.xml?msince=" + to_text(far_future));
      case about::table: return ask(table_target(task()));
      case about::columns: return ask(fields_target(site_.resources()[now_.table].name()), field_limit);
      case about::push: return ask_to_push(task());
    }
  }

  const sync_task& task() const { return tasks_[now_.task]; }

  // What there is to ask once the peer has answered.
  void plan() {
    std::vector<question> pushing;
    std::set<resource_id> described;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const auto& t = tasks_[i];
      const auto table = site_.resources().find(t.resource);
      if (table == no_resource) {
        // What the peer says of it is of no use here.
        findings_.push_back({"resource " + t.resource, answer::no, "this site has no table " + t.resource,
                             "describe it (eden-site schema add), or remove the resource"});
        continue;
      }
      if (t.mode == sync_mode::none) continue;
      questions_.push_back({about::table, i, table});
      const auto describe = [&](resource_id which) {
        if (described.insert(which).second && !fields_target(site_.resources()[which].name()).empty())
          questions_.push_back({about::columns, i, which});
      };
      describe(table);
      if (t.components)
        for (const auto& c : site_.resources()[table].components()) describe(c.resource);
      if (pushes(t.mode)) pushing.push_back({about::push, i, table});
    }
    if (pushing.empty()) {
      findings_.push_back({"pushes accepted", answer::unknown, "nothing is pushed there", {}});
      // An edensync site says to it all the same whether it knows this one.
      for (const auto& q : questions_)
        if (native_ && pushing.empty() && !peer_.uuid.empty()) pushing.push_back({about::push, q.task, q.table});
    }
    questions_.insert(questions_.end(), pushing.begin(), pushing.end());
  }

  void ask(std::string target, std::size_t keep = 4096) {
    request_head h;
    h.target = std::move(target);
    current_ = std::make_unique<detail::probe>(std::move(h), std::string(), keep);
  }

  std::string table_target(const sync_task& t) {
    sync_query q;
    q.resource = t.resource;
    q.repository = site_.uuid().value();
    q.msince = far_future;
    q.components = t.components;
    // An edensync site goes by its cursor and not by times.
    q.at_table = native_;
    if (native_) q.limit = 1;
    q.filters = filter_terms(t);
    return pull_target(q);
  }

  void ask_to_push(const sync_task& t) {
    sync_query q;
    q.resource = t.resource;
    q.repository = site_.uuid().value();
    request_head h;
    h.method = "POST";
    h.target = push_target(q);
    auto body = inquire(h, native_);
    current_ = std::make_unique<detail::probe>(std::move(h), std::move(body));
  }

  void collect() {
    const auto& why = current_->error();
    switch (now_.what) {
      case about::line: return collect_line(why);
      case about::table: return collect_table(why);
      case about::columns: return collect_columns(why);
      case about::push: return collect_push(why);
    }
  }

  void give_up(const failure& why) {
    findings_.push_back({"this site", answer::no, why.text(), {}});
    questions_.clear();
  }

  void collect_line(const std::optional<failure>& why) {
    native_ = current_->peer_is_native();
    const bool reached = current_->answered();
    const bool encrypted = peer_.url.starts_with("https:");
    const bool insecure = why && why->code == make_error_code(edensync::error::not_secure);
    findings_.push_back({"reachable", reached || insecure ? answer::yes : answer::no,
                         reached    ? (native_ ? "an edensync site answers" : "something answers")
                         : insecure ? "something is there"
                                    : why->text(),
                         reached || insecure ? "" : "see whether URL and proxy are right and the peer is up"});
    findings_.push_back({"certificate",
                         insecure               ? answer::no
                         : encrypted && reached ? answer::yes
                                                : answer::unknown,
                         insecure     ? why->text()
                         : !encrypted ? "the line is not encrypted"
                         : reached    ? "it was accepted"
                                      : "there was no answer",
                         insecure     ? "give --ca or --pin if the peer is who it says"
                         : !encrypted ? "use https unless the line is safe"
                                      : ""});
    if (!reached) return;
    const auto status = current_->status();
    const bool may = status / 100 == 2 && !why;
    findings_.push_back({"credentials",
                         status == 401 || status == 403 ? answer::no
                         : may                          ? answer::yes
                                                        : answer::unknown,
                         !may                     ? why->text()
                         : peer_.username.empty() ? "there is no account, and the peer lets anybody read"
                                                  : "the account may read",
                         may ? "" : advice_for(status)});
    collect_identity();
    collect_clock();
    // Each further answer would be the same.
    if (status == 401 || status == 429) return;
    plan();
  }

  static std::string advice_for(unsigned status) {
    switch (status) {
      case 401: return "see user name and password";
      case 403: return "let the peer's administrator give the account more rights";
      case 429: return "too many logins have failed there: see user name and password, and wait a while";
      default:
        return status >= 500 ? "see what is wrong at the peer"
                             : "see user name and password, and what the account may do there";
    }
  }

  // A catalogue may be for everybody: whether the account is believed shows where it is needed. True: it is not.
  bool is_turned_away() {
    const auto status = current_->status();
    if (status != 401 && status != 429) return false;
    if (auto* f = find("credentials"))
      *f = {"credentials", status == 401 ? answer::no : answer::unknown, current_->error()->text(), advice_for(status)};
    // Each further answer would be the same, and wrong logins are counted there.
    questions_.clear();
    return true;
  }

  finding* find(std::string_view subject) {
    const auto at =
        std::find_if(findings_.begin(), findings_.end(), [&](const auto& f) { return f.subject == subject; });
    return at == findings_.end() ? nullptr : &*at;
  }

  void collect_identity() {
    const auto typed = edensync::detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return check_uuid(ledger, peer_, "registered");
    });
    if (typed && *typed) return findings_.push_back(**typed);
    if (peer_.type == "data") return findings_.push_back({"registered", answer::yes, "not needed for data sets", {}});
    if (peer_.uuid.empty())
      return findings_.push_back(
          {"registered", answer::no, "this site has not registered there yet", "the first run registers"});
    // That it knows this site shows in what it says of a push.
    findings_.push_back(
        {"registered",
         answer::unknown,
         "this site knows the peer's UUID, " + peer_.uuid.text() + "; whether it is known there is not told",
         {}});
  }

  void collect_clock() {
    if (!current_->date()) {
      findings_.push_back({"clock", answer::unknown, "the peer does not tell its time", {}});
      return;
    }
    const auto skew = clock_skew(asked_, answered_, *current_->date());
    const bool wrong = is_too_large(skew, site_.settings().clock_skew);
    findings_.push_back(
        {"clock", wrong ? answer::no : answer::yes,
         "the peer's is " + std::to_string(std::abs(skew)) + " seconds " + (skew < 0 ? "behind" : "ahead"),
         wrong ? "set the wrong one by a time server" : ""});
  }

  void collect_push(const std::optional<failure>& why) {
    const auto status = current_->status();
    const bool turned_away = is_turned_away();
    const auto says = [&](std::string_view word) {
      return why && status == 403 && why->info.text().find(word) != std::string::npos;
    };
    const bool unknown_there = says("egistration required") || says("not registered");
    auto* registered = find("registered");
    if (registered != nullptr && unknown_there && registered->holds != answer::no && !is_typed())
      *registered = {
          "registered", answer::no,
          native_ ? "the peer does not know this site, or not under this account"
                  : "the peer does not know this site, or accepts no pushes from it: an Eden says the same to both",
          "save the repository again, which registers; so does the next run that has something to push"};
    // A peer says so to those that it knows.
    const bool known = !why || says("not accepted");
    if (registered != nullptr && known && registered->holds == answer::unknown && !peer_.uuid.empty() && !is_typed())
      *registered = {"registered", answer::yes, "the peer knows this site; its UUID is " + peer_.uuid.text(), {}};
    if (!pushes(task().mode)) return;
    findings_.push_back({"pushes accepted " + task().resource, why ? answer::no : answer::yes,
                         why       ? why->text()
                         : native_ ? "the peer says so"
                                   : "a document without records was taken",
                         !why                ? ""
                         : turned_away       ? advice_for(status)
                         : unknown_there     ? "register first"
                         : says("rivileges") ? "let the peer's administrator give the account the right to write"
                         : status == 403     ? "let the peer's administrator accept pushes from this site"
                         : status == 400 || status == 404
                             ? "ask the peer's administrator for the table, or remove the resource"
                             : advice_for(status)});
  }

  void collect_table(const std::optional<failure>& why) {
    const auto status = current_->status();
    const std::string& table = task().resource;
    // An Eden says no more than the status.
    const bool unknown = why && (status == 400 || status == 404);
    // Whoever only pushes need not be allowed to read.
    const bool need_not = why && status == 403 && !pulls(task().mode);
    const bool turned_away = is_turned_away();
    findings_.push_back(
        {"resource " + table,
         !why       ? answer::yes
         : need_not ? answer::unknown
                    : answer::no,
         !why       ? "the peer serves it"
         : unknown  ? "the peer has no table " + table + ", or does not know the filter (" + why->info.text() + ")"
         : need_not ? "the account may not read it, and need not: " + why->text()
                    : why->text(),
         !why                ? ""
         : need_not          ? ""
         : unknown           ? "ask the peer's administrator, or remove the resource"
         : turned_away       ? advice_for(status)
         : status == 403     ? "let the peer's administrator give the account the right to read it"
         : status / 100 == 4 ? "see what the account may read there"
                             : "see what is wrong at the peer"});
    // Nor are there columns where there is no table.
    if (unknown)
      std::erase_if(questions_, [&](const question& q) { return q.what == about::columns && q.table == now_.table; });
  }

  // A record's content for which there is no column is left out without a word of the peer.
  void collect_columns(const std::optional<failure>& why) {
    const auto& ours = site_.resources()[now_.table];
    const std::string subject = "columns of " + std::string(ours.name());
    std::deque<edensync::detail::described_table> theirs;
    if (!why) {
      edensync::detail::field_description_handler handler(theirs.emplace_back());
      typename Parts::event_source source(handler, xml_limits{});
      auto read = source.feed(current_->body());
      if (read) read = source.finish();
      if (!read || theirs.front().name != ours.name()) theirs.clear();
    }
    if (theirs.empty()) {
      // An edensync site describes all that it has.
      const bool lacks = native_ && current_->status() == 404;
      findings_.push_back({subject, lacks ? answer::no : answer::unknown,
                           lacks ? "the peer has no table " + std::string(ours.name())
                                 : "the peer does not describe its table: they are not compared" +
                                       (why ? " (" + why->text() + ")" : std::string()),
                           lacks ? "describe it there (eden-site schema add): its records are left out" : ""});
      return;
    }
    std::string lacks_there, lacks_here;
    const auto add = [](std::string& to, std::string_view name) { to += (to.empty() ? "" : ", ") + std::string(name); };
    for (const auto& f : ours.fields())
      if (theirs.front().find(f.name) == nullptr) add(lacks_there, f.name);
    for (const auto& f : theirs.front().fields) {
      // Keys of super-entities stand in the description as references; they do not travel.
      const bool travels = f.type != field_type::reference || site_.resources().find(f.target) != no_resource;
      if (travels && !ours.find_field(f.name)) add(lacks_here, f.name);
    }
    const auto mode = task().mode;
    std::string words;
    if (!lacks_there.empty()) words = "the peer does not have " + lacks_there;
    if (!lacks_here.empty() && pulls(mode))
      words += (words.empty() ? "" : "; ") + ("this site does not have " + lacks_here);
    if (words.empty()) return findings_.push_back({subject, answer::yes, "the peer has all of them", {}});
    const bool loses = !lacks_there.empty() && pushes(mode);
    findings_.push_back(
        {subject, loses ? answer::no : answer::unknown, words,
         "what stands in them is left out: describe them where they are missing, if they are wanted there"});
  }

  bool is_typed() {
    const auto typed = edensync::detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return check_uuid(ledger, peer_, "registered").has_value();
    });
    return !typed || *typed;
  }

  // A description of a thousand columns is shorter.
  static constexpr std::size_t field_limit = std::size_t{1} << 20;

  site<Parts>& site_;
  repository peer_;
  std::vector<sync_task> tasks_;
  std::vector<finding> findings_;
  std::deque<question> questions_;
  question now_{};
  bool begun_ = false;
  bool native_ = false;
  timestamp asked_, answered_;
  std::unique_ptr<detail::probe> current_;
};

}  // namespace edensync::admin
