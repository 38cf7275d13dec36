#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/importer/importer.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/known_until.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/push_place.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_filters.hpp"
#include "edensync/site/task_import.hpp"
#include "edensync/site/transfer.hpp"

namespace edensync {

/// Fetches what is new at a peer for one task and takes it into the site: one GET.
///
/// The watermark moves when the whole answer is here and committed, together with the log entry. After a failure it stays;
/// what was committed stays too, and from an edensync peer the next pull goes on behind it.
/// Lifetime: site, lease and hooks outlive it. Thread safety: one thread at a time.
template <class Parts>
class pull final : public transfer<Parts> {
 public:
  pull(site<Parts>& s, repository r, sync_task t, const run_hooks& hooks, held_lease<Parts>* lease)
      : transfer<Parts>(s, std::move(r), std::move(t), direction::pull, hooks, lease) {}

  /// Up to when this site knew the peer's records before this pull.
  std::optional<timestamp> known_before() const noexcept { return mark_.time; }

 protected:
  result<bool> prepare() override {
    const auto own = site_.uuid();
    if (!own) return own.error();
    return detail::guarded([&] {
      if (site_.resources().find(task_.resource) == no_resource) throw_failure(error::unknown_resource, task_.resource);
      auto s = site_.store().snapshot();
      mark_ = s.get_watermark(task_.id, direction::pull);
      // What was pushed was agreed on, too: the peer's next edit is made on top of it.
      const auto pushed = s.get_watermark(task_.id, direction::push);
      agreed_ = std::max(mark_.time, pushed.time);
      if (pushes(task_.mode)) told_ = push_place(pushed).first;
      const auto interrupted = s.get_resume(task_.id);
      sync_query q;
      q.resource = task_.resource;
      q.repository = *own;
      if (!everything()) q.msince = asked_for_ = mark_.time;
      q.components = task_.components;
      q.include_deleted = true;
      q.filters = filter_terms(task_);
      asked_ = site_.now();
      head_.method = "GET";
      head_.target = pull_target(q);
      if (!everything() && !mark_.cursor.empty()) from_ = mark_.cursor;
      head_.headers.set(std::string(headers::cursor), from_.empty() ? "0" : from_);
      if (interrupted && interrupted->from == from_ && interrupted->done != 0) {
        resume_ = *interrupted;
        if (const auto until = parse_cursor(interrupted->until))
          head_.headers.set(std::string(headers::resume), make_cursor(until->epoch, interrupted->done));
      }
      return true;
    });
  }

  void conclude_unsent() override {}

  result<void> good_head(const response_head& h) override {
    date_ = parse_http_date(h.headers.get("Date"));
    type_ = std::string(h.headers.get("Content-Type"));
    until_ = std::string(h.headers.get(headers::cursor));
    auto o = import_for(site_, repository_, task_, agreed_);
    o.told = told_;
    o.native = this->peer_is_native();
    // One record from the future says nothing about what the table held when it was read (P2).
    if (until_.empty()) o.youngest_until = reached();
    o.uploads = site_.files() != nullptr;
    o.cancelled = [this] { return stop(); };
    if (!until_.empty()) {
      resume_state r = resume_.value_or(resume_state{from_, until_, 0, std::nullopt});
      // The numbers of another epoch mean nothing in this one.
      const auto before = parse_cursor(r.until), now = parse_cursor(until_);
      if (!before || !now || before->epoch != now->epoch) r.done = 0;
      r.until = until_;
      o.resume = std::move(r);
    }
    importer_ = std::make_unique<importer_type>(site_.store(), site_.resources(), std::move(o));
    return importer_->start();
  }

  bool keeps_body() const override { return json_; }

  result<void> good_body(std::string_view piece) override {
    const bool at_the_front = report_.bytes == 0;
    report_.bytes += piece.size();
    if (beginning_.empty()) {
      auto text = piece;
      if (at_the_front && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
      const auto first = text.find_first_not_of(" \t\r\n");
      if (first == std::string_view::npos) return {};
      // A failure under status 200 comes as a JSON object (spec/protocol.md §3.3).
      if (text[first] == '{') {
        json_ = true;
        body_.assign(text);
        return {};
      }
    }
    beginning_ += piece.substr(0, beginning_limit - std::min(beginning_.size(), beginning_limit));
    auto fed = feed_document(*importer_, piece, is_answered_root, error::unexpected_answer);
    if (!fed) return not_a_document(fed.error());
    show_progress(importer_->report().total.received, report_.bytes);
    return {};
  }

  result<void> good_end() override {
    if (json_) {
      const auto m = parse_status_message(body_);
      if (m && m->success()) return make_failure(error::unexpected_answer, "a status message instead of a document");
      return failure{make_error_code(error::refused), diagnostics("the peer refuses under status 200", peer_words())};
    }
    auto imported = importer_->finish();
    if (!imported) return not_a_document(imported.error());
    report_.imported = std::move(*imported);
    importer_.reset();
    watermark next = mark_;
    // Of a pull that was resumed, what came before the cut counts as well.
    auto youngest = report_.imported.youngest;
    if (resume_ && !until_.empty()) youngest = std::max(youngest, resume_->youngest);
    if (youngest) next.time = next_time(*youngest);
    // It does not go back because of an old record, but where the peer's clock has not reached it.
    if (mark_.time && next.time < mark_.time) next.time = mark_.time;
    if (until_.empty() && next.time > reached()) next.time = reached();
    // Its clock was put back: what was changed since then is older than what was asked for. Next time all of it is.
    if (until_.empty() && asked_for_ && *asked_for_ > reached()) next.time.reset();
    // From an edensync peer the time only serves to see conflicts: one record of the future must not hide them all.
    if (!until_.empty() && next.time > date_.value_or(site_.now())) next.time = date_.value_or(site_.now());
    if (!until_.empty()) next.cursor = until_;
    return settle([&](auto& t) {
      if (!(next == mark_)) t.set_watermark(task_.id, direction::pull, next);
      t.set_resume(task_.id, std::nullopt);
      keep_known_until(t, task_.id, asked_);
      auto left = what_waits(t, refused_by::this_site);
      left.unknown = unknown_tables(report_.imported, site_.resources());
      left.future = report_.imported.future;
      t.add_log(stamped(log_lines::pulled(task_.resource, report_.imported.records, report_.imported.total,
                                          refused_words(report_.imported, site_.resources()), left)));
    });
  }

  void conclude(const failure& why) override {
    // What came whole before the line broke need not come again. Whoever has lost the lease hears of it there.
    if (importer_ && why.code == condition::retry_later) (void)importer_->keep();
    if (importer_) report_.imported = importer_->report();
    importer_.reset();
    const auto judged = this->judged(why);
    settle_failure(judged, log_lines::pull_failed(task_.resource, judged, this->answered_well()));
  }

 private:
  using base = transfer<Parts>;
  using base::body_, base::head_, base::mark_, base::report_, base::repository_, base::site_, base::task_;
  using base::everything, base::peer_words, base::settle, base::settle_failure, base::what_waits;
  using base::show_progress, base::stamped, base::stop;
  using importer_type = importer<typename Parts::store, typename Parts::event_source>;

  // Eden's own is the youngest record + 1 s, which loses what is changed in that second afterwards. That second is asked
  // for again unless it was over, by the peer's own clock, when the peer answered (P1); and never is a time asked for
  // that the peer's clock has not reached (P2): `good_end` caps it. From an edensync peer it serves only to judge conflicts.
  timestamp next_time(timestamp youngest) const { return date_ || !until_.empty() ? youngest + 1 : youngest; }

  // Up to when the peer's clock has come, as far as is known: it tells, or this site's own clock stands for it.
  timestamp reached() const { return date_.value_or(asked_); }

  // An answer that is empty, or is a document that has something wrong with it, is no page whatever its type says.
  failure not_a_document(const failure& why) const {
    const auto root = importer_ ? importer_->root_name() : std::string_view{};
    const bool about_content = why.code == condition::bad_document;
    if (!about_content || beginning_.empty() || is_answered_root(root) || !is_html(root, beginning_, type_)) return why;
    return {make_error_code(error::unexpected_answer), diagnostics("an HTML page instead of a document")};
  }

  std::optional<timestamp> asked_for_;
  std::optional<timestamp> agreed_;
  std::optional<sequence_number> told_;
  std::optional<resume_state> resume_;
  std::string from_;
  std::string until_;
  std::optional<timestamp> date_;
  timestamp asked_;
  static constexpr std::size_t beginning_limit = 1024;

  std::unique_ptr<importer_type> importer_;
  std::string type_;
  /// Of the answer, as far as it takes to tell a page.
  std::string beginning_;
  bool json_ = false;
};

}  // namespace edensync
