#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/importer/importer.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/policy/mirror.hpp"
#include "edensync/protocol/multipart.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/left_undone.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/refused_element.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_import.hpp"
#include "edensync/site/unlogged_push.hpp"

namespace edensync {

/// Answers a push: takes the document as it comes, then says what became of it.
///
/// The policies are those of a task of this site for the peer and the resource; without one, those that the peer sent,
/// seen from this side (THIS and OTHER exchanged); without those, NEWER (manual, "Policy Transfer").
template <class Parts>
class answer_push final : public plain_answer {
 public:
  /// `account`: who sends it.
  answer_push(site<Parts>& s, const sync_query& q, bool native, repository peer, std::string account,
              std::string_view content_type = {})
      : site_(s), peer_(std::move(peer)), resource_(q.resource), account_(std::move(account)), native_(native) {
    if (const auto boundary = multipart_boundary(content_type); !boundary.empty()) parts_.emplace(boundary);
    auto ready = detail::guarded(
        [&] { importer_ = std::make_unique<importer_type>(site_.store(), site_.resources(), options(q, native)); });
    if (ready) ready = importer_->start();
    if (!ready) refuse(ready.error());
  }

  bool wants_body() const override { return importer_ != nullptr; }

  void on_body(std::string_view piece) override {
    if (!importer_) return;
    const auto is_document = [](std::string_view root) { return !is_html(root, {}, {}); };
    const auto take = [&](std::string_view text) {
      return feed_document(*importer_, text, is_document, error::bad_request);
    };
    auto fed = parts_ ? parts_->feed(piece, take) : take(piece);
    if (!fed) refuse(fed.error());
  }

  void on_end() override {
    if (!importer_) return;
    auto imported = importer_->finish();
    if (!imported) {
      refuse(imported.error());
      return;
    }
    const auto report = std::move(*imported);
    importer_.reset();
    const auto left = left_of(report);
    log(log_lines::answered_push(resource_, report.total, refused_words(report, site_.resources()), left),
        report.total);
    say(200, "text/html", to_json(message_of(report, left)));
  }

  void on_failure(const failure& why) override {
    if (!importer_) return;
    // Records that came whole before the line broke need not come again.
    if (why.code == condition::retry_later) (void)importer_->keep();
    const auto counts = importer_->report().total;
    importer_.reset();
    log(log_lines::answered_push_failed(resource_, why), counts);
  }

 private:
  using importer_type = importer<typename Parts::store, typename Parts::event_source>;

  import_options options(const sync_query& q, bool native) {
    auto o = import_at(site_);  // uids are synchronised by the active side only (spec/import.md §4)
    o.origin = peer_.id;
    o.master = site_.resources().find(q.resource);
    o.native = native;
    o.handle_limit = 10000;
    o.payload_limit = std::size_t{1} << 20;
    // Files are fetched by a run with the peer: from one that is never called they would never come.
    o.uploads = site_.files() != nullptr && !peer_.url.empty();
    o.account = account_;
    o.keep = [p = unlogged_push{name_, peer_.id, 0, {resource_, {}, decisions_after_}}](
                 batch_ledger& ledger, const record_counts& now) mutable {
      p.import.counts = now;
      p.decisions_until = ledger.last_decision;
      keep_unlogged(ledger, p);
    };
    auto s = site_.store().snapshot();
    for (const auto& t : s.tasks(peer_.id)) {
      if (t.resource != q.resource) continue;
      o.task = task_ = t.id;
      o.allowed = t.allowed;
      o.update = t.update;
      o.conflict = t.conflict;
      o.last_sync = s.get_watermark(t.id, direction::pull).time;
      if (!o.last_sync) o.last_sync = q.msince;
      // An Eden looks for conflicts only where it would ask for changes alone (spec/protocol.md §4.2).
      const bool everything = t.update == policy_name::keep_local || t.update == policy_name::take_remote;
      if (o.as_eden && everything) o.last_sync.reset();
      return o;
    }
    o.allowed = q.allowed.value_or(strategy{});
    o.update = mirror(q.update.value_or(policy_name::take_newer));
    if (q.conflict) o.conflict = mirror(*q.conflict);
    o.last_sync = q.msince;
    return o;
  }

  left_undone left_of(const import_report& report) {
    left_undone left{.waiting = report.total.quarantined, .unknown = unknown_tables(report, site_.resources())};
    const auto counted = detail::guarded([&] {
      auto s = site_.store().snapshot();
      return count_waiting(s, peer_.id, task_, refused_by::this_site);
    });
    if (counted) left.waiting = *counted;
    return left;
  }

  status_message message_of(const import_report& report, const left_undone& left) const {
    status_message m;
    m.records = report.records;
    if (native_) {
      m.counts = report.total;
      tell_untaken(m);
    }
    const auto ids = [](const std::vector<record_handle>& from) {
      std::vector<std::int64_t> out;
      for (const auto h : from) out.push_back(static_cast<std::int64_t>(h));
      return out;
    };
    m.created = ids(report.created);
    m.updated = ids(report.updated);
    m.deleted = ids(report.deleted);
    auto refused = report.refused;
    // An edensync site would keep them in its quarantine and offer them again.
    if (!native_) refused.insert(refused.end(), report.forbidden.begin(), report.forbidden.end());
    for (const auto& r : refused) {
      const auto& resource = site_.resources()[r.resource];
      refused_by_peer told{
          std::string(resource.name()),
          r.uuid,
          r.reason == refusal_reason::not_permitted ? r.message : std::string(to_text(r.reason)) + ": " + r.message,
          {}};
      told.content = refused_element<typename Parts::event_source>(r.payload);
      // A uid that was made here says nothing to the sender.
      if (told.content.contains("@made")) {
        told.content.erase("@made");
        told.content.erase("@uuid");
        told.uuid = uid();
      }
      for (const auto& e : r.errors) {
        if (e.field < resource.fields().size() && !resource.field(e.field).target.empty())
          told.content.erase(resource.field(e.field).name);
        if (e.field < resource.fields().size())
          told.fields.push_back(
              {std::string(resource.field(e.field).name), e.raw, e.message, !resource.field(e.field).target.empty()});
        else
          told.content[e.field == field_error::mci           ? "@mci"
                       : e.field == field_error::modified_on ? "@modified_on"
                                                             : "@created_on"] = e.raw;
      }
      m.refused.push_back(std::move(told));
    }
    if (!m.refused.empty()) m.message = m.refused.front().message + " - invalid items ignored";
    // An Eden leaves them out and says nothing.
    if (native_ && !left.unknown.empty())
      m.message += (m.message.empty() ? "" : "; ") + log_lines::detail::unknown_words(left.unknown);
    return m;
  }

  // What this site's strategy and policies kept out is a matter of its configuration, of which the sender knows nothing.
  void tell_untaken(status_message& m) const {
    (void)detail::guarded([&] {
      auto s = site_.store().snapshot();
      const auto until = s.last_decision();
      auto after = decisions_after_;
      for (auto page = s.decisions_between(peer_.id, after, until, 256); !page.empty();
           page = s.decisions_between(peer_.id, after, until, 256)) {
        after = page.back().id;
        for (const auto& d : page) {
          if (d.outcome.what != action::none || !is_configured(d.outcome.why)) continue;
          if (++m.not_taken > most_untaken) continue;
          auto why = std::string(to_text(d.outcome.why));
          if (d.outcome.why == rule::strategy_forbids) why += ", only " + to_text(d.input.allowed);
          m.untaken.push_back({d.resource, d.uuid, std::move(why)});
        }
      }
    });
  }

  // That there is a younger version is nobody's configuration.
  static bool is_configured(rule why) {
    return why == rule::strategy_forbids || why == rule::conflict_refused || why == rule::policy_keeps_local ||
           why == rule::not_from_master || why == rule::custom || why == rule::match_only;
  }

  static constexpr std::uint64_t most_untaken = 50;

  void refuse(const failure& why) {
    const auto counts = importer_ ? importer_->report().total : record_counts{};
    importer_.reset();
    log(log_lines::answered_push_failed(resource_, why), counts);
    if (why.code == condition::bad_document)
      say_failed(400, "XML Parse error: " + why.text());
    else if (why.code == error::bad_request)
      say_failed(400, why.text());
    else if (why.code == condition::retry_later)
      say_failed(503, why.code.message());
    else
      say_failed(500, why.code.message());
  }

  void log(log_entry e, const record_counts& counts) {
    e.at = site_.now();
    e.repository = peer_.id;
    e.repository_name = peer_.name;
    e.counts = counts;
    e.decisions_after = decisions_after_;
    e.decisions_until = last_decision(site_);
    site_.note(std::move(e), true, name_);
  }

  site<Parts>& site_;
  repository peer_;
  std::string resource_;
  std::string account_;
  // Of its `unlogged_push`.
  std::string name_ = site_.make_uid().text();
  task_id task_ = 0;
  std::int64_t decisions_after_ = last_decision(site_);
  bool native_;
  std::optional<multipart_reader> parts_;
  std::unique_ptr<importer_type> importer_;
};

}  // namespace edensync
