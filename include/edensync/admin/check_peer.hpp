#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/protocol/sync_query.hpp"
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
  explicit probe(request_head ask, std::string body = {}) : ask_(std::move(ask)), request_(std::move(body)) {}

  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), request_.size() - sent_);
    std::memcpy(into.data(), request_.data() + sent_, n);
    sent_ += n;
    return n;
  }

  const std::optional<failure>& error() const noexcept { return error_; }
  const std::optional<timestamp>& date() const noexcept { return date_; }
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
    body_ += piece.substr(0, std::size_t{4096} - std::min<std::size_t>(body_.size(), 4096));
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
  std::size_t sent_ = 0;
  std::optional<timestamp> date_;
  std::optional<failure> error_;
};

}  // namespace detail

/// Tries what a run with a repository needs, one by one, and changes nothing at the peer but its log.
///
/// First its catalogue of data sets is asked for what changed in the far future; then, for each task that pulls, its table in
/// the same way (of an edensync site a page of one record); then, if a task pushes, whether that would be taken (`inquire`).
/// It does not register. Lifetime: the site outlives it. Thread safety: one thread at a time.
/// Source: manual, "Repository Configuration"; spec/protocol.md §3.3, §4.2.
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
        collect();
        current_.reset();
      }
      auto ready = edensync::detail::guarded([&] { advance(); });
      if (!ready) findings_.push_back({"this site", answer::no, ready.error().text(), {}});
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
  enum class step : std::uint8_t { line, tables, push, end };
  static constexpr timestamp far_future = at(to_date({2100, 1, 1}));

  void advance() {
    if (step_ == step::line && peer_.url.empty()) {
      findings_.push_back({"reachable", answer::no, "no URL is set", "set --url, or let the peer call this site"});
      step_ = step::end;
      return;
    }
    if (step_ == step::line) return ask("/sync/dataset.xml?msince=" + to_text(far_future));
    for (; step_ == step::tables && task_ < tasks_.size(); ++task_) {
      const auto& t = tasks_[task_];
      if (!pulls(t.mode)) continue;
      if (site_.resources().find(t.resource) != no_resource) return ask(table_target(t));
      // What the peer says of it is of no use here.
      findings_.push_back({"resource " + t.resource, answer::no, "this site has no table " + t.resource,
                           "describe it (eden-site schema add), or remove the resource"});
    }
    if (step_ == step::tables) step_ = step::push;
    if (step_ != step::push) return;
    for (const auto& t : tasks_)
      if (pushes(t.mode) && site_.resources().find(t.resource) != no_resource) return ask_to_push(t);
    findings_.push_back({"pushes accepted", answer::unknown, "nothing is pushed there", {}});
    step_ = step::end;
  }

  void ask(std::string target) {
    request_head h;
    h.target = std::move(target);
    current_ = std::make_unique<detail::probe>(std::move(h));
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
    if (step_ == step::line) {
      collect_line(why);
    } else if (step_ == step::tables) {
      collect_table(tasks_[task_++].resource, why);
    } else {
      collect_push(why);
      step_ = step::end;
    }
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
    if (!reached) {
      step_ = step::end;
      return;
    }
    const auto status = current_->status();
    const bool may = status / 100 == 2 && !why;
    findings_.push_back({"credentials",
                         status == 401 || status == 403 ? answer::no
                         : may                          ? answer::yes
                                                        : answer::unknown,
                         may ? "the account may read" : why->text(),
                         may ? "" : "see user name and password, and what the account may do there"});
    collect_identity();
    collect_clock();
    // Each further answer would be the same.
    step_ = status == 401 ? step::end : step::tables;
  }

  void collect_identity() {
    const auto typed = edensync::detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return check_uuid(ledger, peer_, "registered");
    });
    if (typed && *typed) return findings_.push_back(**typed);
    const bool known = !peer_.uuid.empty();
    findings_.push_back({"registered", known || peer_.type == "data" ? answer::yes : answer::no,
                         known                  ? "the peer's UUID is known: " + peer_.uuid.text()
                         : peer_.type == "data" ? "not needed for data sets"
                                                : "this site has not registered there yet",
                         known ? "" : "the first run registers"});
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
    const bool unknown_there =
        why && current_->status() == 403 && why->info.text().find("egistration") != std::string::npos;
    if (unknown_there)
      for (auto& f : findings_)
        if (f.subject == "registered" && f.holds != answer::no)
          f = {"registered", answer::no, "the peer does not know this site, or not under this account",
               "save the repository again, which registers; so does the next run that has something to push"};
    findings_.push_back({"pushes accepted", why ? answer::no : answer::yes,
                         why       ? why->text()
                         : native_ ? "the peer says so"
                                   : "a document without records was taken",
                         why ? "let the peer's administrator accept pushes from this site" : ""});
  }

  void collect_table(const std::string& table, const std::optional<failure>& why) {
    const auto status = current_->status();
    // An Eden says no more than the status.
    const bool unknown = why && (status == 400 || status == 404);
    findings_.push_back(
        {"resource " + table, why ? answer::no : answer::yes,
         !why      ? "the peer serves it"
         : unknown ? "the peer has no table " + table + ", or does not know the filter (" + why->info.text() + ")"
                   : why->text(),
         !why                ? ""
         : unknown           ? "ask the peer's administrator, or remove the resource"
         : status / 100 == 4 ? "see what the account may read there"
                             : "see what is wrong at the peer"});
  }

  site<Parts>& site_;
  repository peer_;
  std::vector<sync_task> tasks_;
  std::vector<finding> findings_;
  step step_ = step::line;
  std::size_t task_ = 0;
  bool native_ = false;
  timestamp asked_, answered_;
  std::unique_ptr<detail::probe> current_;
};

}  // namespace edensync::admin
