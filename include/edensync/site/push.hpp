#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "edensync/exporter/exporter.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/register_message.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/push_inquiry.hpp"
#include "edensync/site/push_place.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_filters.hpp"
#include "edensync/site/transfer.hpp"

namespace edensync {

/// Sends what is new here for one task to a peer: one POST, or none if there is nothing.
///
/// A document that the peer does not take at all is sent in halves, down to single records, until the ones are found of
/// which it fails; they go to quarantine, and all others arrive (P5). After sixteen such records the rest waits for the next
/// push. A peer that takes none of the first parts has another trouble: then nothing is at fault, and nothing moves.
/// In a dry run what would be sent is counted, and the peer only asked whether it would take it.
///
/// The watermark is this site's own sequence number at the moment that was sent; it moves when the peer has said that it
/// took the document. Records that the peer refused go to quarantine and are sent again by the next push. What came from
/// the peer itself is not sent back.
/// Lifetime: site, lease and hooks outlive it. Thread safety: one thread at a time.
template <class Parts>
class push final : public transfer<Parts> {
 public:
  push(site<Parts>& s, repository r, sync_task t, const run_hooks& hooks, held_lease<Parts>* lease)
      : transfer<Parts>(s, std::move(r), std::move(t), direction::push, hooks, lease) {}

  /// A pull for the same task has gone before in this run: up to when the peer's records were known before that. What came
  /// with it is news to the edits that are sent now.
  void follows_pull(std::optional<timestamp> known_before) { pulled_ = known_before; }

  /// Whether the peer has said that this site must register there first.
  bool wants_registration() const noexcept { return wants_registration_; }

  result<std::size_t> read_body(std::span<char> into) override {
    if (hooks_.dry_run) {
      const auto part = inquiry_.substr(0, into.size());
      inquiry_.erase(0, part.copy(into.data(), part.size()));
      return part.size();
    }
    auto n = exporter_->read(into);
    if (n) show_progress(exporter_->report().records(), exporter_->report().bytes);
    return n;
  }

 protected:
  result<bool> prepare() override {
    if (snapshot_) return prepare_part();
    const auto own = site_.uuid();
    if (!own) return own.error();
    if (auto again = offer_refused(); !again) return again.error();
    return detail::guarded([&] {
      snapshot_.emplace(site_.store().snapshot());
      mark_ = snapshot_->get_watermark(task_.id, direction::push);
      sent_until_ = snapshot_->sequence();
      options_.masters.resource = site_.resources().find(task_.resource);
      if (options_.masters.resource == no_resource) throw_failure(error::unknown_resource, task_.resource);
      if (!everything()) {
        std::tie(options_.masters.after, options_.passed_until) = push_place(mark_);
        options_.echo_of = repository_.id;
        sent_.last = options_.passed_until;
        taken_ = options_.passed_until != 0;
      }
      // Eden's own switch for components does nothing to a push (spec/protocol.md §3.3); without them some would reach
      // nobody.
      options_.components = task_.components || !repository_.native;
      options_.native = repository_.native;
      options_.first_hand = task_.update == policy_name::take_master && !repository_.native;
      options_.domain = site_.settings().domain;
      options_.url = site_.settings().url;
      options_.authors = site_.settings().authors;
      options_.uploads = site_.files() != nullptr;
      options_.cancelled = [this] { return stop(); };
      auto filters = read_filters(filter_terms(task_), options_.masters.resource, site_.resources(),
                                  filter_reading::strict, site_.now());
      if (!filters) throw failure_exception(filters.error());
      options_.filters = bind_filters(std::move(*filters), *snapshot_);
      exporter_.emplace(*snapshot_, site_.resources(), options_);
      const auto nothing = exporter_->empty();
      if (!nothing) throw failure_exception(nothing.error());
      if (*nothing) return false;

      sync_query q;
      q.resource = task_.resource;
      q.repository = *own;
      q.allowed = task_.allowed;
      q.update = task_.update;
      q.conflict = task_.conflict;
      if (!everything()) q.msince = agreed();
      head_.method = "POST";
      head_.target = push_target(q);
      if (hooks_.dry_run) {
        rehearse();
        return true;
      }
      head_.has_body = true;
      if (repository_.native) {
        head_.headers.set("Content-Type", "text/xml; charset=utf-8");
      } else {
        // The only type that an Eden on Python 3 takes, and it takes no chunked body (spec/README.md).
        head_.headers.set("Content-Type", "application/x-www-form-urlencoded");
        head_.body_length = measure();
      }
      return true;
    });
  }

  void conclude_unsent() override {
    if (!parts_.empty()) {
      if (auto done = settle_part(); !done) conclude(done.error());
      return;
    }
    finish();
    auto done = settle([&](auto& t) {
      move_watermark(t, std::to_string(sent_until_));
      keep_refused(t);
      auto left = what_waits(t, refused_by::peer);
      left.second_hand = report_.exported.second_hand;
      t.add_log(stamped(log_lines::nothing_to_push(task_.resource, left)));
    });
    if (!done) conclude(done.error());
  }

  /// An Eden lists the ids of all records, and refused ones with all their fields: some 10 bytes for each record taken,
  /// some kilobytes for each one refused.
  std::size_t body_limit() const override { return std::size_t{64} << 20; }

  // Nothing but a status message says that the records were taken (docs/design/decisions.md).
  result<void> good_end() override {
    const auto m = parse_status_message(body_);
    if (!m) return failure{make_error_code(error::unexpected_answer), diagnostics("no status message", peer_words())};
    if (!m->success())
      return failure{make_error_code(error::refused), diagnostics("the peer refuses under status 200", peer_words())};
    if (hooks_.dry_run) {
      finish();
      return {};
    }
    report_.peer_created += m->created.size();
    report_.peer_updated += m->updated.size();
    report_.peer_deleted += m->deleted.size();
    if (m->counts) report_.peer_counts = report_.peer_counts.value_or(record_counts()) += *m->counts;
    for (const auto& r : m->refused) refused_.push_back(entry_of(r));
    note_untaken(*m);
    add_words(peer_text(m->message));
    taken_ = true;
    sent_ += exporter_->report();
    return settle_part();
  }

  void conclude(const failure& why) override {
    // With that status and form an Eden says nothing else; its words may be translated.
    wants_registration_ =
        why.code == error::not_registered && (!this->peer_is_native() || said() == words_of_unregistered);
    if (hooks_.dry_run) {
      finish();
      report_.error = this->judged(why);
      return;
    }
    const auto divided = divide(why);
    if (divided && *divided) {
      if (!parts_.empty()) return this->ask_again();
      const auto settled = settle_sent();
      return settled ? void()
                     : settle_failure(settled.error(), log_lines::push_failed(task_.resource, settled.error()));
    }
    finish();
    // What was found out so far need not be found out again.
    if (taken_)
      (void)settle([&](auto& t) {
        if (!everything()) move_watermark(t, std::to_string(options_.masters.after) + ' ' + std::to_string(sent_.last));
        for (const auto& q : refused_) t.add_quarantine(q);
      });
    const auto judged = this->judged(why);
    settle_failure(judged, log_lines::push_failed(task_.resource, judged));
  }

 private:
  using base = transfer<Parts>;
  using base::body_, base::head_, base::mark_, base::report_, base::repository_, base::site_, base::task_;
  using base::hooks_, base::everything, base::peer_words, base::said, base::settle, base::settle_failure,
      base::show_progress, base::stamped, base::stop, base::what_waits;
  using snapshot_type = decltype(std::declval<typename Parts::store&>().snapshot());

  // Counts what would be sent.
  void rehearse() {
    std::string piece(std::size_t{64} << 10, '\0');
    for (bool more = true; more;) {
      const auto n = exporter_->read(piece);
      if (!n) throw failure_exception(n.error());
      show_progress(exporter_->report().records(), exporter_->report().bytes);
      more = *n != 0;
    }
    sent_ += exporter_->report();
    taken_ = true;
    inquiry_ = inquire(head_, repository_.native);
  }

  // Records that the peer refused last time come to the end of the change order, so that this push holds them. Their
  // entries stay until the peer has had its say.
  result<void> offer_refused() {
    return detail::guarded([&] {
      std::vector<quarantine_entry> refused;
      {
        auto s = site_.store().snapshot();
        if (s.count_quarantined(repository_.id) == 0) return;
        std::set<task_id> others;
        for (const auto& each : s.tasks(repository_.id))
          if (each.id != task_.id) others.insert(each.id);
        std::int64_t after = 0;
        for (auto page = s.quarantined(repository_.id, 0, 256); !page.empty();
             page = s.quarantined(repository_.id, after, 256)) {
          after = page.back().id;
          for (auto& q : page)
            if (!others.contains(q.task) && q.reason == refusal_reason::refused_by_peer)
              refused.push_back(std::move(q));
        }
      }
      if (refused.empty()) return;
      auto t = site_.store().begin(site_.context());
      for (const auto& q : refused) {
        const auto r = site_.resources().find(q.resource);
        if (r == no_resource) continue;
        const auto found = t.find(r, q.uuid);
        const bool travels = found && bring_again(t, r, found->handle);
        // What belongs to no task any more is taken care of by the one with which it travels.
        if (q.task == task_.id || travels) known_.emplace(std::pair(q.resource, q.uuid), q.id);
      }
      t.commit();
    });
  }

  // A record travels if a master of this task changed that it is, is a component of, or is referred to by, over several
  // steps if need be: the nearest ones come to the end of the change order.
  template <class Transaction>
  bool bring_again(Transaction& t, resource_id resource, record_handle record) {
    const auto wanted = site_.resources().find(task_.resource);
    std::vector<std::pair<resource_id, record_handle>> now{{resource, record}};
    std::set<std::pair<resource_id, record_handle>> seen{now.front()};
    for (std::uint32_t depth = 0; depth <= options_.depth && !now.empty(); ++depth) {
      std::vector<std::pair<resource_id, record_handle>> next;
      bool found = false;
      for (const auto& [r, h] : now) {
        // A component travels inside its master only if it is a change itself.
        if (r == wanted || depth == 0) t.touch(r, h);
        found = found || r == wanted;
        for (const auto& holder : t.referrers(r, h))
          if (seen.emplace(holder.resource, holder.record).second) next.emplace_back(holder.resource, holder.record);
        stored_record part;
        t.load(r, h, part);
        for (const auto& master : site_.resources()[r].masters()) {
          const auto* key = std::get_if<reference>(&part.fields[master.key_field]);
          if (key != nullptr && key->resource == master.resource && key->handle != record_handle::none &&
              seen.emplace(master.resource, key->handle).second)
            next.emplace_back(master.resource, key->handle);
        }
      }
      if (found) return true;
      now = std::move(next);
    }
    return false;
  }

  long long measure() {
    exporter<snapshot_type> rehearsal(*snapshot_, site_.resources(), options_);
    std::string piece(std::size_t{64} << 10, '\0');
    for (;;) {
      const auto n = rehearsal.read(piece);
      if (!n) throw failure_exception(n.error());
      if (*n == 0) return static_cast<long long>(rehearsal.report().bytes);
    }
  }

  // When the two were last known to agree: Eden sends back what it pulled, so that its time of the last push tells both.
  // An edensync peer knows by itself what came from here; for him it is what was pulled from there.
  std::optional<timestamp> agreed() {
    const auto pulled = pulled_.value_or(snapshot_->get_watermark(task_.id, direction::pull).time);
    return repository_.native && pulled ? pulled : std::max(mark_.time, pulled);
  }

  // The next part of a document that the peer did not take as a whole.
  result<bool> prepare_part() {
    return detail::guarded([&] {
      options_.passed_until = sent_.last;
      options_.page.reset();
      if (parts_.back() != rest) options_.page.emplace(master_page{.start = {}, .limit = parts_.back()});
      exporter_.emplace(*snapshot_, site_.resources(), options_);
      const auto nothing = exporter_->empty();
      if (!nothing) throw failure_exception(nothing.error());
      if (!*nothing && !repository_.native) head_.body_length = measure();
      return !*nothing;
    });
  }

  // After a failure that may be one of a single record: cuts the document, or notes which record it is. False: it is none, or
  // enough were found for once.
  result<bool> divide(const failure& why) {
    return detail::guarded([&] {
      // An Eden that dies, that cannot read the document, and a server before it to which it is too long.
      if (!exporter_ || (this->status() != 500 && this->status() != 400 && this->status() != 413)) return false;
      const auto& held = exporter_->report();
      const auto size = parts_.empty() ? rest : parts_.back();
      if (held.masters > 1) {
        if (!parts_.empty()) parts_.pop_back();
        parts_.push_back(size == rest ? rest : size - held.masters / 2);
        parts_.push_back(held.masters / 2);
        return true;
      }
      auto each = snapshot_->changes({options_.masters.resource, held.last - 1, {}, true});
      stored_record culprit;
      if (held.last == 0 || !each.next(culprit)) return false;
      refused_.push_back(entry_of({task_.resource, culprit.uuid, why.text(), {}}));
      add_words("(UID: " + culprit.uuid.text() + ") " + task_.resource + ": " + why.text());
      sent_.last = held.last;
      doubtful_ += !known_.contains({task_.resource, culprit.uuid});
      ++culprits_;
      if (!parts_.empty()) parts_.pop_back();
      if (!taken_ && doubtful_ != 0) return !parts_.empty() && doubtful_ < 3;
      return parts_.empty() || culprits_ < 16;
    });
  }

  void note_untaken(const status_message& m) {
    untaken_.not_taken += m.not_taken;
    if (m.counts) untaken_.forbidden += m.counts->refused;
    for (const auto& r : m.untaken) {
      if (untaken_.words_of_peer.size() > std::size_t{64} << 10) break;
      if (!untaken_.words_of_peer.empty()) untaken_.words_of_peer += '\n';
      untaken_.words_of_peer +=
          "(UID: " + peer_text(r.uuid.text()) + ") " + peer_text(r.resource) + ": " + peer_text(r.why);
    }
  }

  std::string peer_text(std::string_view theirs) const { return diagnostics({}, this->without_secrets(theirs)).peer(); }

  void add_words(const std::string& more) {
    if (!words_.empty() && !more.empty()) words_ += '\n';
    words_ += more;
  }

  // A part is done.
  result<void> settle_part() {
    if (!parts_.empty()) parts_.pop_back();
    if (parts_.empty()) return settle_sent();
    this->ask_again();
    return {};
  }

  // Everything is done, but for what waits.
  result<void> settle_sent() {
    finish();
    return settle([&](auto& t) {
      move_watermark(t, std::to_string(sent_until_));
      keep_refused(t);
      auto left = what_waits(t, refused_by::peer);
      left.too_long = report_.exported.too_long;
      left.second_hand = report_.exported.second_hand;
      left.words = left_out_words(report_.exported, site_.resources());
      left.not_taken = untaken_.not_taken;
      left.forbidden = untaken_.forbidden;
      left.words_of_peer = untaken_.words_of_peer;
      t.add_log(
          stamped(log_lines::pushed(task_.resource, report_.exported.masters, report_.peer_refused, words_, left)));
    });
  }

  // What was refused before and is not any more has arrived, or is nothing that is sent there now.
  template <class Transaction>
  void keep_refused(Transaction& t) {
    for (const auto& q : refused_) known_.erase({q.resource, q.uuid});
    for (const auto& [which, id] : known_) t.erase_quarantine(id);
    for (const auto& q : refused_) t.add_quarantine(q);
  }

  template <class Transaction>
  void move_watermark(Transaction& t, std::string cursor) {
    watermark next = mark_;
    next.cursor = std::move(cursor);
    // One record of the future must not hide every conflict until then.
    if (report_.exported.youngest)
      next.time = std::max(mark_.time, std::optional(std::min(*report_.exported.youngest + 1, site_.now())));
    if (!(next == mark_)) t.set_watermark(task_.id, direction::push, next);
  }

  quarantine_entry entry_of(const refused_by_peer& r) const {
    quarantine_entry q;
    q.repository = repository_.id;
    q.task = task_.id;
    q.resource = r.resource.empty() ? task_.resource : r.resource;
    q.uuid = r.uuid;
    q.reason = refusal_reason::refused_by_peer;
    q.message = peer_text(r.message);
    q.since = site_.now();
    return q;
  }

  // Takes what the exporter has to tell and lets the snapshot go.
  void finish() {
    if (!snapshot_) return;
    if (taken_ || culprits_ != 0)
      report_.exported = sent_;
    else if (exporter_)
      report_.exported = exporter_->report();
    report_.bytes = report_.exported.bytes;
    report_.peer_refused = refused_.size();
    exporter_.reset();
    snapshot_.reset();
  }

  // A part without an end: what is left of the masters.
  static constexpr std::uint64_t rest = 0;

  std::string inquiry_;  // what is left of it
  bool wants_registration_ = false;
  sequence_number sent_until_ = 0;
  std::optional<std::optional<timestamp>> pulled_;
  std::vector<std::uint64_t> parts_;  // numbers of masters that are still to be sent, the next ones last
  export_report sent_;
  bool taken_ = false;  // something was, now or by the push that this one goes on from
  std::vector<quarantine_entry> refused_;
  std::string words_;
  left_undone untaken_;                                        // what the peer let be
  std::map<std::pair<std::string, uid>, std::int64_t> known_;  // what the peer refused before, with its entries
  std::size_t culprits_ = 0, doubtful_ = 0;  // single records of which it failed; those not known before
  export_options options_;
  std::optional<snapshot_type> snapshot_;
  std::optional<exporter<snapshot_type>> exporter_;
};

}  // namespace edensync
