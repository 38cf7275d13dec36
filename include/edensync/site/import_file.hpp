#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "edensync/importer/importer.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/s3xml/file_mark.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/folder_task.hpp"
#include "edensync/site/push_place.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_import.hpp"

namespace edensync {

/// Takes one file of a folder into the site.
///
/// It is read twice: first to see whether it is whole and what it is, so that a broken file changes nothing; then to take
/// it. A file that an edensync site has marked says how it goes on from the ones before (`s3xml::file_mark`), and what of
/// ours that site has got: only that moves the watermark of our own pushes. Any other document is taken as it is.
/// Files of this site itself, for others, of others, or of another table are passed over.
/// Lifetime: the task outlives it. Thread safety: one thread at a time.
template <class Parts, document_folder Folder>
class import_file {
 public:
  import_file(const folder_task<Parts, Folder>& at, folder_file file) : at_(at), file_(std::move(file)) {
    report_.resource = at.task.resource;
    report_.file = file_.name;
  }

  /// Whether it was worth a line in the report. Errors: those after which it makes no sense to go on with other files.
  result<bool> run() {
    auto opened = at_.folder.open(file_.name);
    if (!opened) {
      report_.error = opened.error();
      note(log_lines::open_file_failed(at_.task.resource, direction::pull, file_.name, opened.error()));
      return true;
    }
    opened_file in(std::move(*opened));
    if (auto seen = glance(in); !seen) return failed(seen.error());
    if (auto told = place(); !told) return failed(told.error());
    if (what_ == use::none) return pass_over();
    if (what_ == use::had_before) return had_before();
    auto again = at_.folder.open(file_.name);
    if (!again) return failed(again.error());
    opened_file whole(std::move(*again));
    if (auto same = unchanged(whole); !same) return failed(same.error());
    if (auto taken = take(whole); !taken) return failed(taken.error());
    return true;
  }

  const transfer_report& report() const noexcept { return report_; }

 private:
  using importer_type = importer<typename Parts::store, typename Parts::event_source>;
  using reader_type = std::remove_cvref_t<decltype(*std::declval<Folder&>().open(std::string()))>;
  enum class use : std::uint8_t { none, had_before, plain, marked };

  struct opened_file {
    explicit opened_file(reader_type r) : reader(std::move(r)), buffer(std::size_t{64} << 10, '\0') {}
    reader_type reader;
    std::string buffer;

    template <class F>
    result<void> each(F&& f) {
      for (;;) {
        const auto n = reader.read(buffer);
        if (!n) return n.error();
        if (*n == 0) return {};
        if (auto ok = f(std::string_view(buffer).substr(0, *n)); !ok) return ok;
      }
    }
  };

  result<void> unchanged(opened_file& in) const {
    const auto now = in.reader.state();
    if (!now) return now.error();
    if (now->bytes != file_.bytes || now->written != file_.written)
      return make_failure(error::broken_transfer, "the file changes while it is read");
    return {};
  }

  result<void> glance(opened_file& in) {
    typename Parts::event_source source(glance_, xml_limits{});
    auto read = in.each([&](std::string_view piece) -> result<void> {
      if (auto fed = source.feed(piece); !fed) return fed;
      if (is_html(glance_.root(), {}, {}))
        return failure{make_error_code(error::unexpected_answer),
                       diagnostics("a page instead of a document", glance_.root())};
      return {};
    });
    if (!read) return read;
    if (auto whole = unchanged(in); !whole) return whole;
    return source.finish();
  }

  // Finds out what the file is to us.
  result<void> place() {
    if (!glance_.mark()) {
      what_ = use::plain;
      return {};
    }
    mark_ = *glance_.mark();
    const auto own = at_.self.uuid();
    if (!own) return own.error();
    const auto& peer = at_.repository.uuid;
    if (mark_.sender == *own || mark_.resource != at_.task.resource) return {};
    if (!mark_.receiver.empty() && mark_.receiver != *own) return {};
    if (!peer.empty() && mark_.sender != peer) return {};
    return detail::guarded([&] {
      auto s = at_.self.store().snapshot();
      if (peer.empty() && s.find_repository(mark_.sender)) return;  // it belongs to another repository
      const auto from = parse_cursor(mark_.from), until = parse_cursor(mark_.until);
      if (!from || !until || from->epoch != until->epoch)
        throw_failure(error::malformed_document, "the cursors in the root element cannot be read");
      what_ = use::marked;
      epoch_ = until->epoch;
      from_ = from->sequence;
      until_ = until->sequence;
      const auto state = get_folder_state(s, at_.task.id);
      const auto have = parse_cursor(s.get_watermark(at_.task.id, direction::pull).cursor);
      has_ = have && have->epoch == epoch_ ? have->sequence : 0;
      late_ = std::find(state.former.begin(), state.former.end(), epoch_) != state.former.end();
      newer_ = !late_ && (state.epoch != epoch_ || mark_.number > state.seen);
      // What lies between was lost or is still to come: it will be sent again, because we do not say that we have it.
      joins_ = !late_ && mark_.native && from_ <= has_;
      const bool tells = late_ ? mark_.native : newer_ || (joins_ && until_ > has_);
      if (!tells) what_ = use::had_before;
    });
  }

  result<void> take(opened_file& in) {
    import_options o;
    auto ready = detail::guarded([&] {
      auto s = at_.self.store().snapshot();
      const auto pushed = s.get_watermark(at_.task.id, direction::push);
      // What the peer has got of ours is agreed on, too.
      o = options(std::max(s.get_watermark(at_.task.id, direction::pull).time, pushed.time));
      if (pushes(at_.task.mode)) o.told = push_place(pushed).first;
    });
    if (!ready) return ready;
    importer_.emplace(at_.self.store(), at_.self.resources(), std::move(o));
    if (auto started = importer_->start(); !started) return started;
    auto read = in.each([&](std::string_view piece) -> result<void> {
      report_.bytes += piece.size();
      if (auto fed = importer_->feed(piece); !fed) return fed;
      at_.show(direction::pull, importer_->report().total.received, report_.bytes);
      return {};
    });
    if (!read) return read;
    if (auto whole = unchanged(in); !whole) return whole;
    auto imported = importer_->finish();
    if (!imported) return imported.error();
    report_.imported = std::move(*imported);
    importer_.reset();
    auto done = at_.settle([&](auto& t, folder_state& state) {
      state.add_done(file_);
      move_watermarks(t, state);
      update_repository(t, at_.repository.id, [&](edensync::repository& r) {
        if (what_ == use::marked) {
          r.uuid = mark_.sender;
          r.native = true;
        }
        at_.repository.uuid = r.uuid;
        at_.repository.native = r.native;
      });
      report_.waiting = count_waiting(t, at_.repository.id, at_.task.id, refused_by::this_site);
      left_undone left{.waiting = report_.waiting, .unknown = unknown_tables(report_.imported, at_.self.resources())};
      auto line = at_.stamped(log_lines::imported_file(at_.task.resource, file_.name, report_.imported.records,
                                                       report_.imported.total,
                                                       refused_words(report_.imported, at_.self.resources()), left));
      add_results(line);
      t.add_log(std::move(line));
    });
    if (!done) return done;
    return clean_up();
  }

  import_options options(std::optional<timestamp> agreed) {
    auto o = import_for(at_.self, at_.repository, at_.task, agreed, log_lines::import_of(file_.name));
    o.native = what_ == use::marked && mark_.native;
    o.cancelled = [this] { return at_.stop(); };
    return o;
  }

  template <class Transaction>
  void move_watermarks(Transaction& t, folder_state& state) {
    const auto before = t.get_watermark(at_.task.id, direction::pull);
    watermark next = before;
    const auto now = at_.self.now();
    if (report_.imported.youngest)
      next.time = std::max(before.time, std::optional(std::min(*report_.imported.youngest + 1, now)));
    if (what_ == use::marked && !late_) {
      if (state.epoch != epoch_) {
        if (!state.epoch.empty()) state.former.push_back(state.epoch);
        state.epoch = epoch_;
        state.seen = 0;
        state.believed = 0;
        next.cursor.clear();
      }
      state.seen = std::max(state.seen, mark_.number);
      // A document without records only confirms, and is not confirmed itself: else there would be no end of it.
      if (joins_ && until_ > has_ && glance_.records() != 0) next.cursor = make_cursor(epoch_, until_);
      if (newer_) {
        state.believed = from_;
        state.stranger = !mark_.native;
        if (!mark_.native) state.mixed_until = t.sequence();
        confirm(t, state, now);
      }
    }
    if (!(next == before)) t.set_watermark(at_.task.id, direction::pull, next);
  }

  // What the peer says that it has. It may be less than it had: then it lost its records, and gets them again.
  template <class Transaction>
  void confirm(Transaction& t, const folder_state& state, timestamp now) {
    const auto got = parse_cursor(mark_.received);
    const auto before = t.get_watermark(at_.task.id, direction::push);
    watermark next = before;
    const bool ours = got && got->epoch == t.epoch() && got->sequence <= t.sequence();
    next.cursor = ours ? std::to_string(got->sequence) : std::string();
    const auto last = state.written ? parse_cursor(state.written->until) : std::nullopt;
    if (ours && last && last->epoch == got->epoch && last->sequence <= got->sequence && state.written->youngest)
      next.time = std::max(before.time, std::optional(std::min(*state.written->youngest + 1, now)));
    if (!(next == before)) t.set_watermark(at_.task.id, direction::push, next);
  }

  result<void> clean_up() const {
    if (!at_.task.delete_input_files) return {};
    const auto gone = at_.folder.remove(file_.name);
    // What is in it was taken, and it will not be looked at again.
    if (!gone) note(log_lines::import_file_failed(at_.task.resource, file_.name, gone.error()));
    return {};
  }

  result<bool> pass_over() {
    auto done = at_.settle([&](auto&, folder_state& state) { state.add_done(file_); });
    if (!done) return done.error();
    return false;
  }

  result<bool> had_before() {
    auto done = at_.settle([&](auto& t, folder_state& state) {
      state.add_done(file_);
      t.add_log(at_.stamped(log_lines::file_had_before(at_.task.resource, file_.name)));
    });
    if (!done) return done.error();
    (void)clean_up();
    return true;
  }

  // A file that is at fault stays where it is, and is looked at again when somebody changes it. The next one has its turn.
  result<bool> failed(const failure& cause) {
    const auto why = at_.judged(cause);
    report_.error = why;
    if (importer_) report_.imported = importer_->report();
    importer_.reset();
    auto line = log_lines::import_file_failed(at_.task.resource, file_.name, why);
    add_results(line);
    const bool at_fault = why.code == condition::bad_document;
    if (at_fault) {
      auto done = at_.settle([&](auto& t, folder_state& state) {
        state.add_done(file_);
        t.add_log(at_.stamped(line));
      });
      if (!done) return done.error();
      return true;
    }
    note(std::move(line));
    if (why.code == make_error_code(error::broken_transfer)) return true;
    return why;
  }

  void add_results(log_entry& line) const {
    line.counts = report_.imported.total;
    line.decisions_after = decisions_after_;
    line.decisions_until = last_decision(at_.self);
  }
  void note(log_entry e) const { at_.self.note(at_.stamped(std::move(e))); }

  const folder_task<Parts, Folder>& at_;
  std::int64_t decisions_after_ = last_decision(at_.self);
  folder_file file_;
  transfer_report report_;
  s3xml::file_glance glance_;
  use what_ = use::none;
  s3xml::file_mark mark_;
  std::string epoch_;
  sequence_number from_ = 0;
  sequence_number until_ = 0;
  sequence_number has_ = 0;
  bool late_ = false;
  bool newer_ = false;
  bool joins_ = false;
  std::optional<importer_type> importer_;
};

}  // namespace edensync
