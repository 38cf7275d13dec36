#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/archive.hpp"
#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/s3xml/file_mark.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/refused_words.hpp"
#include "edensync/site/task_import.hpp"
#include "edensync/site/transfer.hpp"

namespace edensync {

/// Takes the records of a task that was never pulled from the archive of its data set, instead of its first pull.
///
/// The next pull asks from the youngest record on, whose second may not have been over; from an edensync site that made
/// the archive, from the place in its change order that it wrote there, if nothing was here before: a document without
/// empty fields does not tell all of what it changes.
/// Lifetime: site, reader and hooks outlive it. Thread safety: one thread at a time. Source: spec/protocol.md §9.4.
template <class Parts, archive_reader Reader>
class import_archive final : public transfer<Parts> {
 public:
  import_archive(site<Parts>& s, repository r, sync_task t, const run_hooks& hooks, held_lease<Parts>* lease)
      : transfer<Parts>(s, std::move(r), std::move(t), direction::pull, hooks, lease) {}

  /// False if the archive has no such member: the task is to be pulled. Else the report says how it went.
  bool run(Reader& from) {
    const auto there = from.open(task_.uuid.text() + ".xml");
    if (there && !*there) return false;
    if (auto done = there ? take(from) : result<void>(there.error()); !done) failed(done.error());
    return true;
  }

 protected:
  result<bool> prepare() override { return false; }
  void conclude_unsent() override {}
  result<void> good_end() override { return {}; }
  void conclude(const failure&) override {}

 private:
  using base = transfer<Parts>;
  using base::report_, base::repository_, base::site_, base::task_;
  using importer_type = importer<typename Parts::store, typename Parts::event_source>;

  result<void> take(Reader& from) {
    if (site_.resources().find(task_.resource) == no_resource)
      return make_failure(error::unknown_resource, task_.resource);
    auto o = import_for(site_, repository_, task_, std::nullopt);
    o.youngest_until = site_.now();
    o.cancelled = [this] { return this->stop(); };
    auto& into = importer_.emplace(site_.store(), site_.resources(), std::move(o));
    if (auto started = into.start(); !started) return started;
    s3xml::file_glance glance;
    std::optional<typename Parts::event_source> beginning(std::in_place, glance, xml_limits{});
    std::string buffer(std::size_t{64} << 10, '\0');
    for (;;) {
      const auto n = from.read(buffer);
      if (!n) return n.error();
      if (*n == 0) break;
      const auto piece = std::string_view(buffer).substr(0, *n);
      report_.bytes += *n;
      if (beginning) {
        if (auto seen = beginning->feed(piece); !seen) return seen;
        if (!glance.root().empty()) beginning.reset();
      }
      if (auto fed = feed_document(into, piece, is_answered_root, error::unexpected_answer); !fed) return fed;
      this->show_progress(into.report().total.received, report_.bytes);
    }
    auto imported = into.finish();
    if (!imported) return imported.error();
    report_.imported = std::move(*imported);
    importer_.reset();
    return conclude_well(glance.mark());
  }

  result<void> conclude_well(const std::optional<s3xml::file_mark>& mark) {
    const auto& total = report_.imported.total;
    watermark next;
    next.time = report_.imported.youngest;
    const bool all_new = total.updated + total.kept + total.conflicts + total.deleted == 0;
    if (mark && all_new && parse_cursor(mark->until)) next.cursor = mark->until;
    return this->settle([&](auto& t) {
      if (next.time || !next.cursor.empty()) t.set_watermark(task_.id, direction::pull, next);
      auto left = this->what_waits(t, refused_by::this_site);
      left.unknown = unknown_tables(report_.imported, site_.resources());
      t.add_log(this->stamped(log_lines::imported_archive(task_.resource, report_.imported.records, total,
                                                          refused_words(report_.imported, site_.resources()), left)));
    });
  }

  // The pull that takes over gets all of it; what was committed before is told all the same.
  void failed(const failure& cause) {
    if (importer_) report_.imported = importer_->report();
    importer_.reset();
    const auto why = this->judged(cause);
    // No pull takes over then: this is the line of the run's end.
    if (why.code == error::cancelled || why.code == error::busy)
      return this->settle_failure(why, log_lines::pull_failed(task_.resource, why));
    this->settle_failure(why, log_lines::archive_failed(task_.resource, why));
    report_.given_up = std::exchange(report_.error, std::nullopt);
  }

  std::optional<importer_type> importer_;
};

}  // namespace edensync
