#pragma once

#include <optional>
#include <string>
#include <utility>

#include "edensync/exporter/exporter.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/protocol/headers.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

/// Answers a pull: streams what changed.
///
/// An edensync peer says with its cursor what it has; an Eden says it with `msince`, and whatever is committed after this
/// answer arrives at a later second than all that is in it.
template <class Parts>
class answer_pull final : public plain_answer {
 public:
  /// `peer`: the repository that asks, if it is known.
  answer_pull(site<Parts>& s, const sync_query& q, const request_head& head, std::optional<repository> peer)
      : site_(s), resource_(q.resource), peer_(std::move(peer)) {
    auto ready = detail::guarded([&] { prepare(q, head); });
    if (ready) return;
    log(log_lines::answered_pull_failed(resource_, ready.error()));
    if (ready.error().code == error::bad_request)
      say_failed(400, ready.error().info.ours());
    else
      say_failed(503, ready.error().code.message());
    exporter_.reset();
  }

  void on_end() override {}

  result<std::size_t> read_body(std::span<char> into) override {
    if (!exporter_) return plain_answer::read_body(into);
    auto n = exporter_->read(into);
    if (!n) {
      log(log_lines::answered_pull_failed(resource_, n.error()));
    } else if (*n == 0 && !told_) {
      const auto& held = exporter_->report();
      log(log_lines::answered_pull(resource_, held.masters,
                                   {.too_long = held.too_long, .words = left_out_words(held, site_.resources())}));
    }
    return n;
  }

  void on_failure(const failure& why) override { log(log_lines::answered_pull_failed(resource_, why)); }

 private:
  using snapshot_type = decltype(std::declval<typename Parts::store&>().serve());

  void prepare(const sync_query& q, const request_head& head) {
    export_options o;
    o.masters.resource = site_.resources().find(q.resource);
    o.native = !head.headers.get(headers::version).empty();
    // An Eden asks for no components unless told otherwise, and gets them all the same (spec/protocol.md §3.3).
    o.components = q.components || !o.native;
    o.domain = site_.settings().domain;
    o.url = site_.settings().url;
    o.authors = site_.settings().authors;
    o.uploads = site_.files() != nullptr;
    if (o.native)
      snapshot_.emplace(site_.store().snapshot());
    else
      snapshot_.emplace(site_.store().serve());
    const std::string epoch = snapshot_->epoch();
    if (o.native) {
      o.masters.after = known(head.headers.get(headers::cursor), epoch);
      o.written_before = known(head.headers.get(headers::resume), epoch);
      // To begin with everything is sent, so that a site that lost its records gets its own back, too.
      if (peer_ && o.masters.after != 0) o.echo_of = peer_->id;
      this->head_.headers.set(std::string(headers::cursor), make_cursor(epoch, snapshot_->sequence()));
    } else {
      o.masters.since = q.msince;
    }
    // At a table's own address an Eden has to ask for them (recorded).
    o.masters.include_deleted = o.native || !q.at_table || q.include_deleted;
    if (q.limit) o.page = master_page{q.start, *q.limit};
    auto filters = read_filters(q.filters, o.masters.resource, site_.resources(), filter_reading::as_eden, site_.now());
    if (!filters) throw failure_exception(filters.error());
    // Whoever is not told who made a record must not find out by asking either (X15).
    for (const auto& [resource, each] : *filters)
      if (each.names_authors() && (o.native || !o.authors))
        throw_failure(error::bad_request, "who made or owns a record is not told here");
    o.filters = bind_filters(std::move(*filters), *snapshot_);
    exporter_.emplace(*snapshot_, site_.resources(), std::move(o));
    const auto begun = exporter_->empty();
    if (!begun) throw failure_exception(begun.error());
    say(200, "text/xml", {});
  }

  // A cursor of another epoch, or from a time that this store has forgotten, means that the peer knows nothing.
  sequence_number known(std::string_view cursor, const std::string& epoch) {
    const auto c = parse_cursor(cursor);
    return c && c->epoch == epoch && c->sequence <= snapshot_->sequence() ? c->sequence : 0;
  }

  void log(log_entry e) {
    if (std::exchange(told_, true)) return;
    e.at = site_.now();
    if (peer_) {
      e.repository = peer_->id;
      e.repository_name = peer_->name;
    }
    // A pull only reads: it does not wait for those who write to say that it was here.
    site_.note(std::move(e), peer_.has_value());
  }

  site<Parts>& site_;
  std::string resource_;
  std::optional<repository> peer_;
  std::optional<snapshot_type> snapshot_;
  std::optional<exporter<snapshot_type>> exporter_;
  bool told_ = false;
};

}  // namespace edensync
