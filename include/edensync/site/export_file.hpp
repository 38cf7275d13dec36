#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "edensync/exporter/exporter.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/protocol/file_name.hpp"
#include "edensync/s3xml/file_mark.hpp"
#include "edensync/s3xml/indent.hpp"
#include "edensync/site/folder_task.hpp"
#include "edensync/site/push_place.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

/// Writes one file with all that the peer has not confirmed for one task, or none if there is nothing to tell.
///
/// A file may be lost on its way, so that writing it moves nothing: each holds what all the unconfirmed ones before it
/// hold. From a peer that never confirms, because it is no edensync site, that is everything. If the file of the last
/// time still stands there and says the same, none is written.
/// Lifetime: the task outlives it. Thread safety: one thread at a time.
template <class Parts, document_folder Folder>
class export_file {
 public:
  export_file(const folder_task<Parts, Folder>& at, const std::vector<sync_task>& all) : at_(at), all_(all) {
    report_.resource = at.task.resource;
    report_.way = direction::push;
  }

  /// Whether it was worth a line in the report. Errors stand there.
  bool run() {
    auto done = detail::guarded([&] { work(); });
    exporter_.reset();
    snapshot_.reset();
    if (!done) {
      const auto why = at_.judged(done.error());
      report_.error = why;
      note(opening_ ? log_lines::open_file_failed(at_.task.resource, direction::push, name_, why)
                    : log_lines::export_failed(at_.task.resource, why));
    }
    return written_ || !done;
  }

  const transfer_report& report() const noexcept { return report_; }

 private:
  using snapshot_type = decltype(std::declval<typename Parts::store&>().snapshot());

  void work() {
    const auto own = at_.self.uuid();
    if (!own) throw failure_exception(own.error());
    prepare(*own);
    const auto nothing = exporter_->empty();
    if (!nothing) throw failure_exception(nothing.error());
    if (*nothing && !confirms()) {
      note(log_lines::nothing_to_export(at_.task.resource));
      return;
    }
    choose_name(*own);
    report_.file = name_;
    if (still_stands()) {
      note(log_lines::file_still_stands(at_.task.resource, state_.written->file.name));
      return;
    }
    // The number is kept first: whatever happens, no two files have the same one.
    auto begun = at_.settle([&](auto&, folder_state& state) { state.number = mark_.number; });
    if (!begun) throw failure_exception(begun.error());
    now_.file = write();
    report_.exported = exporter_->report();
    report_.bytes = report_.exported.bytes;
    now_.youngest = report_.exported.youngest;
    written_ = true;
    exporter_.reset();
    snapshot_.reset();
    auto done = at_.settle([&](auto& t, folder_state& state) {
      state.written = now_;
      left_undone left{.too_long = report_.exported.too_long,
                       .words = left_out_words(report_.exported, at_.self.resources())};
      t.add_log(at_.stamped(log_lines::exported_file(at_.task.resource, name_, report_.exported.masters, left)));
    });
    if (!done) throw failure_exception(done.error());
  }

  void prepare(const uid& own) {
    snapshot_.emplace(at_.self.store().snapshot());
    state_ = get_folder_state(*snapshot_, at_.task.id);
    const auto epoch = snapshot_->epoch();
    const auto confirmed = at_.everything() ? 0 : confirmed_by_peer();
    const auto got = parse_cursor(snapshot_->get_watermark(at_.task.id, direction::pull).cursor);
    mark_.sender = own;
    mark_.receiver = at_.repository.uuid;
    mark_.resource = at_.task.resource;
    mark_.number = state_.number + 1;
    mark_.native = at_.repository.native;
    mark_.from = make_cursor(epoch, confirmed);
    mark_.until = make_cursor(epoch, snapshot_->sequence());
    has_ = got && got->epoch == state_.epoch ? got->sequence : 0;
    if (has_ != 0) mark_.received = make_cursor(got->epoch, got->sequence);

    export_options o;
    o.masters.resource = at_.self.resources().find(at_.task.resource);
    if (o.masters.resource == no_resource) throw_failure(error::unknown_resource, at_.task.resource);
    o.masters.after = confirmed;
    o.masters.include_deleted = true;
    // To begin with everything is sent, so that a site that lost its records gets its own back, too.
    if (confirmed != 0 && confirmed >= state_.mixed_until) o.echo_of = at_.repository.id;
    o.components = at_.task.components;
    o.native = mark_.native;
    o.domain = at_.self.settings().domain;
    o.url = at_.self.settings().url;
    o.authors = at_.self.settings().authors;
    o.root_attributes = mark_.attributes();
    o.cancelled = [this] { return at_.stop(); };
    const auto terms = filter_terms(at_.task);
    auto filters =
        read_filters(terms, o.masters.resource, at_.self.resources(), filter_reading::strict, at_.self.now());
    if (!filters) throw failure_exception(filters.error());
    o.filters = bind_filters(std::move(*filters), *snapshot_);
    exporter_.emplace(*snapshot_, at_.self.resources(), std::move(o));

    now_.from = mark_.from;
    now_.until = mark_.until;
    now_.received = mark_.received;
    now_.how = mark_.native ? "native" : "plain";
    now_.how += at_.task.components ? "+" : "-";
    now_.how += at_.task.human_readable ? "lines " : " ";
    now_.how += mark_.receiver.text();
    for (const auto& f : terms) now_.how += '&' + f.table + ' ' + f.key + '=' + f.value;
  }

  sequence_number confirmed_by_peer() {
    const auto n = push_place(snapshot_->get_watermark(at_.task.id, direction::push)).first;
    return n <= snapshot_->sequence() ? n : 0;
  }

  // Whether the peer is to hear what came from it, or that it did not come.
  bool confirms() const {
    if (!mark_.native) return false;
    const auto told = state_.written ? state_.written->received : std::string();
    return told != mark_.received || state_.believed > has_ || state_.stranger;
  }

  bool still_stands() {
    const auto& last = state_.written;
    return last && last->from == now_.from && last->until == now_.until && last->received == now_.received &&
           last->how == now_.how && is_there(last->file);
  }

  bool is_there(const folder_file& f) {
    const auto all = at_.folder.list();
    if (!all) throw failure_exception(all.error());
    return std::find(all->begin(), all->end(), f) != all->end();
  }

  std::string name_of(const sync_task& t, const uid& own) const {
    return expand_file_name(t.outfile_pattern.empty() ? default_file_name : std::string_view(t.outfile_pattern),
                            {own.text(), t.resource, at_.self.now()});
  }

  // A file of somebody else is not replaced: it may not have been taken yet.
  void choose_name(const uid& own) {
    name_ = name_of(at_.task, own);
    for (const auto& t : all_)
      if (t.id != at_.task.id && pushes(t.mode) && name_of(t, own) == name_)
        throw_failure(error::not_configured, "the task for " + t.resource + " writes the same file: " + name_);
    const auto all = at_.folder.list();
    if (!all) throw failure_exception(all.error());
    for (const auto& f : *all) {
      if (f.name != name_ || (state_.written && state_.written->file == f)) continue;
      s3xml::file_glance seen;
      typename Parts::event_source source(seen, xml_limits{});
      auto in = at_.folder.open(name_);
      if (!in) throw failure_exception(in.error());
      std::string buffer(std::size_t{4} << 10, '\0');
      for (;;) {
        const auto n = in->read(buffer);
        if (!n || *n == 0 || !source.feed(std::string_view(buffer).substr(0, *n)) || !seen.root().empty()) break;
      }
      const auto& mark = seen.mark();
      // What nobody can read, nobody waits for.
      if (!seen.root().empty() && (!mark || mark->sender != own || mark->resource != at_.task.resource))
        throw_failure(error::not_configured, "a file of somebody else stands there: " + name_);
    }
  }

  folder_file write() {
    opening_ = true;
    auto out = at_.folder.create(name_);
    if (!out) throw failure_exception(out.error());
    opening_ = false;
    s3xml::indenter lines;
    std::string buffer(std::size_t{64} << 10, '\0'), broken;
    for (;;) {
      const auto n = exporter_->read(buffer);
      if (!n) throw failure_exception(n.error());
      if (*n == 0) break;
      auto piece = std::string_view(buffer).substr(0, *n);
      if (at_.task.human_readable) {
        broken.clear();
        lines.add(piece, broken);
        piece = broken;
      }
      if (auto ok = out->write(piece); !ok) throw failure_exception(ok.error());
      at_.show(direction::push, exporter_->report().records(), exporter_->report().bytes);
    }
    auto there = out->commit();
    if (!there) throw failure_exception(there.error());
    return std::move(*there);
  }

  void note(log_entry e) const { at_.self.note(at_.stamped(std::move(e))); }

  const folder_task<Parts, Folder>& at_;
  const std::vector<sync_task>& all_;
  transfer_report report_;
  folder_state state_;
  s3xml::file_mark mark_;
  sequence_number has_ = 0;
  written_file now_;
  std::string name_;
  bool opening_ = false;
  bool written_ = false;
  std::optional<snapshot_type> snapshot_;
  std::optional<exporter<snapshot_type>> exporter_;
};

}  // namespace edensync
