#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/result.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/s3xml/reader.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_import.hpp"

namespace edensync::admin {

namespace detail {

// What a document holds that is to stand in an entry's place.
struct corrected_record {
  std::size_t elements = 0;
  std::string_view resource;
  std::optional<uid> uuid;
  std::string wrong;
  const schema& known;
  /// Of the version that came, and now.
  std::optional<timestamp> came{};
  timestamp now{};
  std::string payload{};

  void element(incoming_element& e) {
    if (e.empty() || ++elements > 1) return;
    resource = known[e.front().content.resource].name();
    // It is an edit of what came, and younger than that; but not than what its sender may have written since.
    auto& when = e.front().content.version.modified_on;
    when = came ? std::max(when.value_or(*came + 1), *came + 1) : when.value_or(now);
    s3xml::writer(known, {}).write_incoming(payload, e);
    if (e.front().uid_given) uuid = e.front().content.uuid;
    for (const auto& each : e)
      for (const auto& bad : each.errors)
        if (wrong.empty()) wrong = bad.raw + ": " + bad.message;
  }
  void unknown_resource(std::string_view name, const uid&) {
    ++elements;
    wrong = "there is no table " + std::string(name);
  }
};

}  // namespace detail

/// What waits in quarantine at a site, as an administrator sees it, corrects it and has it offered again.
///
/// Errors: no_such_entry, bad_setting, and those of the store. Lifetime: the site outlives it. Thread safety: as the site.
template <class Parts>
class quarantine {
 public:
  explicit quarantine(site<Parts>& s) : site_(s) {}

  /// In the order in which they came; `r` 0: of all repositories.
  result<std::vector<quarantine_entry>> all(repository_id r, std::size_t limit) { return site_.quarantine(limit, r); }

  result<quarantine_entry> find(std::int64_t id) {
    return edensync::detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return in(ledger, id);
    });
  }

  /// Takes an entry out: the record is given up as it is; a younger version of it may come and be taken.
  result<void> drop(std::int64_t id) {
    return site_.ledger([&](auto& t) {
      (void)in(t, id);
      t.erase_quarantine(id);
    });
  }

  /// Puts a document with the same record, corrected, in an entry's place; it is offered with the next run, or by `retry`.
  ///
  /// That is an edit of the version that came, one second younger unless the document says later, and belongs to this site:
  /// its sender is sent it with the next push.
  /// Gives the number under which it waits now, another one only if it has no uid.
  /// Errors: also those of the document; bad_setting if it holds another record, several, or a field that cannot be read.
  result<std::int64_t> correct(std::int64_t id, std::string_view document) {
    const auto known = find(id);
    if (!known) return known.error();
    if (known->reason == refusal_reason::refused_by_peer)
      return make_failure(error::bad_setting, "it was refused by the peer: correct the record itself");
    detail::corrected_record held{
        .uuid = {}, .wrong = {}, .known = site_.resources(), .came = known->modified_on, .now = site_.now()};
    s3xml::reader_options how;
    how.own_domain = site_.settings().domain;
    how.make_uid = [this] { return site_.make_uid(); };
    s3xml::reader<detail::corrected_record> reader(site_.resources(), std::move(how), held);
    typename Parts::event_source source(reader, xml_limits{});
    if (auto fed = source.feed(document); !fed) return fed.error();
    if (auto read = source.finish(); !read) return read.error();
    if (!held.wrong.empty()) return make_failure(error::bad_setting, held.wrong);
    if (held.elements != 1 || held.resource != known->resource || (!known->uuid.empty() && held.uuid != known->uuid))
      return make_failure(error::bad_setting, "it must hold one record, " + known->resource + " " + known->uuid.text());
    return site_.ledger([&](auto& t) {
      auto entry = in(t, id);
      entry.payload = std::move(held.payload);
      if (entry.uuid.empty()) {
        // It is known by its content, which is another one now.
        t.erase_quarantine(id);
      } else {
        // It is not tried now.
        entry.attempts = 0;
        entry.since = entry.last_tried;
      }
      return t.add_quarantine(entry);
    });
  }

  /// Offers all entries of a repository again, by the policies of their tasks. What the peer refused is pushed again by
  /// the next run only. Gives how many could be taken. A repository with the number 0 stands for what was imported by
  /// hand.
  ///
  /// Errors: busy during a run.
  result<std::uint64_t> retry(const repository& from) {
    held_lease<Parts> alone(site_, from.id);
    if (from.id != 0)
      if (auto held = alone.take(); !held) return held.error();
    auto tasks = site_.tasks(from.id);
    if (!tasks) return tasks.error();
    // Entries that belong to no task are taken care of by any.
    if (tasks->empty()) tasks->push_back({.repository = from.id});
    std::uint64_t taken = 0;
    for (const auto& task : *tasks) {
      auto mark = edensync::detail::guarded(
          [&] { return site_.store().snapshot().get_watermark(task.id, direction::pull).time; });
      if (!mark) return mark.error();
      auto how = import_for(site_, from, task, *mark);
      how.native = from.native;
      importer<typename Parts::store, typename Parts::event_source> again(site_.store(), site_.resources(),
                                                                          std::move(how));
      auto done = again.start();
      if (done) done = again.feed("<s3xml/>");
      if (!done) return done.error();
      const auto report = again.finish();
      if (!report) return report.error();
      taken += report->released;
    }
    return taken;
  }

 private:
  template <class Reader>
  static quarantine_entry in(Reader& ledger, std::int64_t id) {
    auto found = ledger.quarantined(0, id - 1, 1);
    if (found.empty() || found.front().id != id)
      throw_failure(error::no_such_entry, "nothing waits in quarantine under number " + std::to_string(id));
    return std::move(found.front());
  }

  site<Parts>& site_;
};

}  // namespace edensync::admin
