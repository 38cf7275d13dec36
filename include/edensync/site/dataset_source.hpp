#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/check_archive.hpp"
#include "edensync/core/operation.hpp"
#include "edensync/site/fetch_archive.hpp"
#include "edensync/site/fetch_catalogue.hpp"
#include "edensync/site/import_archive.hpp"
#include "edensync/site/refresh_datasets.hpp"
#include "edensync/site/run_report.hpp"

namespace edensync {

namespace detail {

template <class Parts>
concept has_archive = requires {
  typename Parts::archive;
};

// Stands for the reader where the bag of parts names no `archive`.
struct no_archive_reader {
  explicit no_archive_reader(const archive_limits& = {}) {}
  result<void> feed(std::string_view) { return {}; }
  result<void> finish() { return {}; }
  result<bool> open(std::string_view) { return false; }
  result<std::size_t> read(std::span<char>) { return std::size_t{0}; }
};

template <class Parts>
struct archive_reader_of {
  using type = no_archive_reader;
};
template <has_archive Parts>
struct archive_reader_of<Parts> {
  static_assert(check_archive<typename Parts::archive>());
  using type = typename Parts::archive::reader;
};

}  // namespace detail

/// What a run does for tasks of data sets that were never pulled: it asks what the host says of the data set now, fetches
/// its archive, each once, and takes the records from there. Used by `synchronize`.
///
/// Lifetime: site, repository, hooks and lease outlive it. Thread safety: one thread at a time.
template <class Parts>
class dataset_source {
 public:
  dataset_source(site<Parts>& s, const repository& r, const run_hooks& hooks, held_lease<Parts>& lease)
      : site_(s), repository_(r), hooks_(hooks), lease_(lease) {}

  using progress_of_transfer = std::function<void(std::uint64_t records, std::uint64_t bytes)>;

  /// The next exchange that is needed before the task can be run; none if there is none.
  std::unique_ptr<operation> prepare(const sync_task& t, const progress_of_transfer& progress) {
    settle();
    if (!was_never_pulled(t)) return nullptr;
    if (asked_.insert(t.dataset).second) {
      const auto d = find(t.dataset);
      if (!d) return nullptr;
      auto step = std::make_unique<details>("/sync/dataset.xml?~.code=" + d->code + "&mcomponents=None",
                                            site_.settings().domain);
      details_ = step.get();
      return std::make_unique<watched>(std::move(step), *this);
    }
    if constexpr (detail::has_archive<Parts>) {
      const auto d = find(t.dataset);
      if (!d || !d->use_archive || d->archive_url.empty() || !fetched_.insert(t.dataset).second) return nullptr;
      auto into = std::make_unique<reader>(archive_limits{});
      const bool at_peer = d->archive_url.starts_with('/');
      const auto split = at_peer ? 0 : end_of_host(d->archive_url);
      auto step = std::make_unique<fetch>(site_, repository_, *d, t.resource, target_of(d->archive_url, split), *into);
      if (hooks_.progress) step->progress_ = progress;
      if (at_peer) {
        fetch_ = step.get();
        coming_ = {t.dataset, std::move(into)};
        return std::make_unique<watched>(std::move(step), *this);
      }
      if (split != 0 && hooks_.elsewhere) {
        hooks_.elsewhere(d->archive_url.substr(0, split), *step);
        if (step->ok()) archives_[t.dataset] = std::move(into);
      } else {
        note(log_lines::archive_failed(t.resource,
                                       make_failure(error::not_configured, "nobody fetches archives from elsewhere")));
      }
    }
    return nullptr;
  }

  /// Takes the records of the task from the archive; none if it has none of them. They are to be pulled if it was given up.
  std::optional<transfer_report> take(const sync_task& t, progress_of_transfer progress) {
    settle();
    const auto at = archives_.find(t.dataset);
    if (at == archives_.end() || !was_never_pulled(t)) return std::nullopt;
    import_archive<Parts, reader> step(site_, repository_, t, hooks_, &lease_);
    step.progress_ = std::move(progress);
    if (!step.run(*at->second)) return std::nullopt;
    return step.report();
  }

 private:
  using reader = typename detail::archive_reader_of<Parts>::type;
  using details = fetch_catalogue<typename Parts::event_source>;
  using fetch = fetch_archive<Parts, reader>;

  // An exchange whose result is looked at before it goes.
  class watched final : public operation {
   public:
    watched(std::unique_ptr<operation> step, dataset_source& of) : step_(std::move(step)), of_(of) {}
    ~watched() override { of_.settle(); }
    const request_head* next() override { return step_->next(); }
    result<std::size_t> read_body(std::span<char> into) override { return step_->read_body(into); }
    result<void> on_head(const response_head& h) override { return step_->on_head(h); }
    result<void> on_body(std::string_view piece) override { return step_->on_body(piece); }
    result<void> on_end() override { return step_->on_end(); }
    void on_failure(const failure& why) override { step_->on_failure(why); }

   private:
    std::unique_ptr<operation> step_;
    dataset_source& of_;
  };

  // Takes over what the last exchange brought.
  void settle() {
    if (auto* const told = std::exchange(details_, nullptr)) {
      if (told->error())
        note(log_lines::refresh_failed(*told->error()));
      else
        (void)site_.ledger([&](auto& t) { detail::take_datasets(t, repository_.id, told->elements()); });
    }
    if (auto* const came = std::exchange(fetch_, nullptr)) {
      if (came->ok()) archives_[coming_.first] = std::move(coming_.second);
      coming_.second.reset();
    }
  }

  bool was_never_pulled(const sync_task& t) {
    bool never = false;
    (void)detail::guarded([&] {
      auto s = site_.store().snapshot();
      never = s.get_watermark(t.id, direction::pull) == watermark{};
    });
    return never;
  }

  std::optional<data_set> find(dataset_id id) {
    std::optional<data_set> found;
    (void)detail::guarded([&] {
      for (auto& d : site_.store().snapshot().datasets())
        if (d.id == id) found = std::move(d);
    });
    return found;
  }

  // Where the path of a complete URL begins; 0 if it is none.
  static std::size_t end_of_host(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return 0;
    const auto host = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
    // Credentials in it would be sent.
    return host.empty() || host.find('@') != std::string_view::npos ? 0 : scheme + 3 + host.size();
  }

  static std::string target_of(const std::string& url, std::size_t split) {
    std::string target = url.substr(split, url.find('#') - split);
    return target.starts_with('/') ? target : "/" + target;
  }

  void note(log_entry e) {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
    site_.note(std::move(e));
  }

  site<Parts>& site_;
  const repository& repository_;
  const run_hooks& hooks_;
  held_lease<Parts>& lease_;
  std::set<dataset_id> asked_;
  std::set<dataset_id> fetched_;
  details* details_ = nullptr;
  fetch* fetch_ = nullptr;
  std::pair<dataset_id, std::unique_ptr<reader>> coming_;
  std::map<dataset_id, std::unique_ptr<reader>> archives_;
};

}  // namespace edensync
