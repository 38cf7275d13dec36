#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edensync/exporter/exporter.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_filters.hpp"
#include "edensync/site/transfer.hpp"

namespace edensync {

/// Sends what is new here for one task to a peer: one POST, or none if there is nothing.
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

  result<std::size_t> read_body(std::span<char> into) override {
    auto n = exporter_->read(into);
    if (n) show_progress(exporter_->report().records(), exporter_->report().bytes);
    return n;
  }

 protected:
  result<bool> prepare() override {
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
        options_.masters.after = sequence_of(mark_);
        options_.echo_of = repository_.id;
      }
      // Eden's own switch for components does nothing to a push (spec/protocol.md §3.3); without them some would reach
      // nobody.
      options_.components = task_.components || !repository_.native;
      options_.native = repository_.native;
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
    finish();
    auto done = settle([&](auto& t) {
      move_watermark(t);
      t.add_log(stamped(log_lines::nothing_to_push(task_.resource, what_waits(t, refused_by::peer))));
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
    report_.peer_created = m->created.size();
    report_.peer_updated = m->updated.size();
    report_.peer_deleted = m->deleted.size();
    report_.peer_refused = m->refused.size();
    report_.peer_counts = m->counts;
    finish();
    return settle([&](auto& t) {
      move_watermark(t);
      for (const auto& r : m->refused) t.add_quarantine(entry_of(r));
      auto left = what_waits(t, refused_by::peer);
      left.too_long = report_.exported.too_long;
      left.words = left_out_words(report_.exported, site_.resources());
      t.add_log(stamped(log_lines::pushed(task_.resource, report_.exported.masters, report_.peer_refused,
                                          diagnostics({}, m->message).peer(), left)));
    });
  }

  void conclude(const failure& why) override {
    finish();
    settle_failure(why, log_lines::push_failed(task_.resource, why));
  }

 private:
  using base = transfer<Parts>;
  using base::body_, base::head_, base::mark_, base::report_, base::repository_, base::site_, base::task_;
  using base::everything, base::peer_words, base::settle, base::settle_failure, base::show_progress, base::stamped,
      base::stop, base::what_waits;
  using snapshot_type = decltype(std::declval<typename Parts::store&>().snapshot());

  // Records that the peer refused last time come to the end of the change order, so that this push holds them.
  result<void> offer_refused() {
    return detail::guarded([&] {
      std::vector<quarantine_entry> refused;
      {
        auto s = site_.store().snapshot();
        if (s.count_quarantined(repository_.id) == 0) return;
        std::int64_t after = 0;
        for (auto page = s.quarantined(repository_.id, 0, 256); !page.empty();
             page = s.quarantined(repository_.id, after, 256)) {
          after = page.back().id;
          for (auto& q : page)
            if (q.task == task_.id && q.reason == refusal_reason::refused_by_peer) refused.push_back(std::move(q));
        }
      }
      if (refused.empty()) return;
      auto t = site_.store().begin(site_.context());
      for (const auto& q : refused) {
        const auto r = site_.resources().find(q.resource);
        if (r == no_resource) continue;
        if (const auto found = t.find(r, q.uuid)) bring_again(t, r, found->handle);
        t.erase_quarantine(q.id);
      }
      t.commit();
    });
  }

  // A record travels if a master of this task changed that it is, is a component of, or is referred to by, over several
  // steps if need be: the nearest ones come to the end of the change order.
  template <class Transaction>
  void bring_again(Transaction& t, resource_id resource, record_handle record) {
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
      if (found) return;
      now = std::move(next);
    }
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

  static sequence_number sequence_of(const watermark& w) {
    sequence_number n = 0;
    std::from_chars(w.cursor.data(), w.cursor.data() + w.cursor.size(), n);
    return n;
  }

  template <class Transaction>
  void move_watermark(Transaction& t) {
    watermark next = mark_;
    next.cursor = std::to_string(sent_until_);
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
    q.message = diagnostics({}, r.message).peer();
    q.since = site_.now();
    return q;
  }

  // Takes what the exporter has to tell and lets the snapshot go.
  void finish() {
    if (!snapshot_) return;
    if (exporter_) report_.exported = exporter_->report();
    report_.bytes = report_.exported.bytes;
    exporter_.reset();
    snapshot_.reset();
  }

  sequence_number sent_until_ = 0;
  std::optional<std::optional<timestamp>> pulled_;
  export_options options_;
  std::optional<snapshot_type> snapshot_;
  std::optional<exporter<snapshot_type>> exporter_;
};

}  // namespace edensync
