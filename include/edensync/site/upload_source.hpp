#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "edensync/core/operation.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/importer/pending_uploads.hpp"
#include "edensync/importer/touch_masters.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/fetch_upload.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// What a run does for the files that the records of its peer lack: fetches them one after the other, those that waited
/// when it began, and puts them into their fields. Used by `synchronize`.
///
/// No failure is one of the run. What the peer does not have, what is too long, and what lies elsewhere stays pending for
/// good, or until the record comes again; all else is tried again by the next run, behind what waits already.
/// Lifetime: site, repository, hooks and lease outlive it, and it outlives its exchanges. Thread safety: one thread at a time.
template <class Parts>
class upload_source {
 public:
  upload_source(site<Parts>& s, const repository& r, const run_hooks& hooks, held_lease<Parts>& lease)
      : site_(s), repository_(r), hooks_(hooks), lease_(lease) {}

  /// The next exchange; none at the end.
  std::unique_ptr<operation> next() {
    if constexpr (detail::has_file_store<Parts>) {
      if (site_.files() == nullptr) return nullptr;
      while (!ended_) {
        std::optional<pending_upload> found;
        upload_content file;
        auto read = detail::guarded([&] { found = find(file); });
        if (!read || ended_) return nullptr;
        if (!found) {
          settle([](auto&) {});
          continue;
        }
        const auto target = target_at_peer(file.url, repository_.url);
        if (!target) {
          const auto why = make_failure(error::refused, "not at the peer: " + file.url);
          settle([&](auto& t) { t.add_log(stamped(log_lines::upload_failed(name_of(*found), why))); });
          continue;
        }
        if (asked_++ == site_.settings().uploads_per_run) return nullptr;
        started_ = site_.now();
        return std::make_unique<fetch_upload<typename Parts::file_store>>(
            *site_.files(), *target, file.url, site_.settings().upload_bytes, [this] { return going_on(); },
            [this, what = *found, file](const result<std::string>& hash, unsigned status) {
              if (hash)
                put(what, file, *hash);
              else
                give_up(what, hash.error(), status);
            });
      }
    }
    return nullptr;
  }

 private:
  std::string_view name_of(const pending_upload& p) const { return site_.resources()[p.resource].name(); }

  // The file that stands first, as its field names it; none if the field does not lack it any more.
  std::optional<pending_upload> find(upload_content& file) {
    auto s = site_.store().snapshot();
    if (!std::exchange(begun_, true)) {
      place_ = queue().first(s);
      end_ = queue().end(s);
    }
    ended_ = place_ >= end_;
    if (ended_) return std::nullopt;
    const auto what = queue().at(s, site_.resources(), place_);
    const auto now = what ? pending(s, *what) : std::nullopt;
    if (!now) return std::nullopt;
    file = *now;
    return what;
  }

  template <class Reader>
  std::optional<upload_content> pending(Reader& from, const pending_upload& what) {
    stored_record r;
    from.load(what.resource, what.record, r);
    const auto* text =
        r.version.deleted || what.field >= r.fields.size() ? nullptr : std::get_if<std::string>(&r.fields[what.field]);
    auto file = text ? parse_upload(*text) : std::nullopt;
    return file && !file->present() ? file : std::nullopt;
  }

  void put(const pending_upload& what, const upload_content& file, const std::string& hash) {
    upload_content here{file.name, hash, file.url};
    if (upload_hash(file.url) == hash) here.url.clear();
    settle([&](auto& t) {
      // Another version may have come, or the user's own.
      if (pending(t, what) != file) return;
      if (!t.patch(what.resource, what.record, what.field, format_upload(here))) return;
      touch_masters(t, site_.resources(), what.resource, what.record);
      t.add_log(stamped(log_lines::upload_fetched(name_of(what), file.name)));
    });
  }

  void give_up(const pending_upload& what, const failure& why, unsigned status) {
    auto line = stamped(log_lines::upload_failed(name_of(what), why));
    if (why.code == error::cancelled || why.code == error::busy) {
      ended_ = true;
      return site_.note(std::move(line));
    }
    const bool for_good = status == 404 || status == 410 || why.code == error::limit_exceeded;
    settle([&](auto& t) {
      if (!for_good) queue().add(t, site_.resources(), what);
      t.add_log(line);
    });
    // Who does not answer, or lets nobody in, would not the next time either; nor is there more space.
    const bool well = status / 100 == 2;
    if (status == 0 || status == 401 || status == 403 || (well && why.code == error::store_full)) ended_ = true;
  }

  // Goes on behind the file at hand, in the transaction of what became of it.
  template <class F>
  void settle(F&& write) {
    auto done = site_.ledger([&](auto& t) {
      lease_.check(t);
      write(t);
      queue().drop_before(t, place_ + 1);
    });
    ++place_;
    if (!done) ended_ = true;
  }

  result<void> going_on() {
    if (hooks_.cancelled && hooks_.cancelled()) return make_failure(error::cancelled);
    if (site_.now() - started_ > site_.settings().upload_seconds)
      return make_failure(error::timed_out, "the file takes too long");
    return lease_.keep();
  }

  log_entry stamped(log_entry e) const {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
    return e;
  }

  pending_uploads queue() const { return pending_uploads(repository_.id); }

  site<Parts>& site_;
  const repository& repository_;
  const run_hooks& hooks_;
  held_lease<Parts>& lease_;
  std::uint64_t place_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t asked_ = 0;
  timestamp started_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace edensync
