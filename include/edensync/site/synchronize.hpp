#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/clock_skew.hpp"
#include "edensync/site/dataset_source.hpp"
#include "edensync/site/lease.hpp"
#include "edensync/site/log_unlogged.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/pull.hpp"
#include "edensync/site/push.hpp"
#include "edensync/site/refresh_datasets.hpp"
#include "edensync/site/register_with.hpp"
#include "edensync/site/run_report.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/typed_uuid.hpp"
#include "edensync/site/update_repository.hpp"
#include "edensync/site/upload_source.hpp"

namespace edensync {

/// One run with one repository: each task in its order, first its pull, then its push. The tasks of a repository of public
/// data sets (type `data`) are brought up to date before; there is no registration at one. At last the files are fetched that
/// records of the peer lack (`upload_source`).
///
/// A task's push is left out if its pull failed, because it would be decided on old knowledge; the next task has its turn
/// all the same. At a peer that does not know this site any more when something is pushed it registers once more in a run, and
/// if the peer says yes the push is made again (spec/model.md §9, M7). The run holds the repository's lease from its first
/// request to its end.
/// Lifetime: the site outlives it. Thread safety: one thread at a time; `cancel` from any.
template <class Parts>
class synchronize final : public operation {
 public:
  synchronize(site<Parts>& s, repository_id id, run_hooks hooks = {})
      : site_(s), id_(id), hooks_(std::move(hooks)), lease_(s, id, hooks_.lease) {}

  const run_report& report() const noexcept { return report_; }

  const request_head* next() override {
    if (ended_) return nullptr;
    if (!begun_) {
      begun_ = true;
      if (auto ready = begin(); !ready) return fail(ready.error());
    }
    for (;;) {
      if (current_) {
        const auto* const head = current_->next();
        asked_ = site_.now();
        if (head != nullptr) return head;
        collect();
      }
      if (!advance()) return nullptr;
    }
  }

  result<std::size_t> read_body(std::span<char> into) override { return current_->read_body(into); }
  result<void> on_head(const response_head& h) override {
    look_at_clock(h);
    return current_->on_head(h);
  }
  result<void> on_body(std::string_view piece) override { return current_->on_body(piece); }
  result<void> on_end() override { return current_->on_end(); }
  void on_failure(const failure& why) override {
    if (!current_) return;
    // A line that broke because the run is to end is no failure of its own; whoever is told of it notes it.
    told_ = hooks_.is_to_end() && !(why.code == error::busy);
    current_->on_failure(told_ ? hooks_.end() : why);
  }

 private:
  result<void> begin() {
    auto known = site_.repositories();
    if (!known) return logged(known.error());
    for (auto& r : *known)
      if (r.id == id_) repository_ = r;
    if (repository_.id == 0) return logged(make_failure(error::not_configured, "there is no such repository"));
    if (repository_.url.empty()) {
      log(log_lines::no_url());
      return make_failure(error::not_configured, "No URL set for repository");
    }
    if (auto held = lease_.take(); !held) {
      if (!(held.error().code == error::busy)) return logged(held.error());
      log(log_lines::already_active());
      return held.error();
    }
    log_unlogged(site_, repository_);
    const auto typed = detail::guarded([&] {
      auto ledger = site_.store().snapshot();
      return read_typed_uuid(ledger, id_);
    });
    if (!typed) return logged(typed.error());
    unsure_ = typed->has_value() && !repository_.uuid.empty();
    return read_tasks();
  }

  result<void> read_tasks() {
    auto tasks = site_.tasks(id_);
    if (!tasks) return logged(tasks.error());
    tasks_ = std::move(*tasks);
    return {};
  }

  // What stood in a cache does not tell the time.
  void look_at_clock(const response_head& h) {
    const auto told = parse_http_date(h.headers.get("Date"));
    if (!told || !h.headers.get("Age").empty()) return;
    const auto measured = clock_skew(asked_, site_.now(), *told);
    if (std::exchange(skew_, measured) != measured) keep_skew(measured);
  }

  // Says so when the clocks begin to differ, and not at each exchange again.
  void keep_skew(std::int64_t measured) {
    (void)site_.ledger([&](auto& t) {
      const auto before = read_clock_skew(t, id_);
      if (before == measured) return;
      keep_clock_skew(t, id_, measured);
      const auto limit = site_.settings().clock_skew;
      if (is_too_large(measured, limit) && !is_too_large(before, limit))
        t.add_log(stamped(log_lines::clocks_differ(measured)));
    });
  }

  failure logged(failure why) {
    log(log_lines::run_failed(why));
    return why;
  }

  // Sets up what comes next; false at the end.
  bool advance() {
    if (hooks_.is_to_end()) {
      const auto why = hooks_.end();
      // A transfer that was cancelled itself has said so.
      const auto& done = report_.transfers;
      told_ = told_ || (!done.empty() && done.back().error && done.back().error->code == error::cancelled);
      if (!told_) log(log_lines::run_failed(why));
      return end(why);
    }
    // Whoever has taken over the repository is at work: there is nothing left to do here.
    if (lost_) return end(std::move(lost_));
    if (repository_.type == "data") {
      if (!std::exchange(refreshed_, true)) {
        auto step = std::make_unique<refresh_datasets<Parts>>(site_, repository_);
        refresh_ = step.get();
        current_ = std::move(step);
        return true;
      }
      // They may be others now.
      if (!std::exchange(reread_, true))
        if (auto read = read_tasks(); !read) return end(read.error());
    } else if ((repository_.uuid.empty() || unsure_) && !tried_to_register_) {
      tried_to_register_ = true;
      if (hooks_.dry_run && repository_.uuid.empty())
        report_.untold.emplace_back("whether the peer registers this site");
      auto step = std::make_unique<register_with<Parts>>(site_, repository_, hooks_.dry_run);
      register_ = step.get();
      current_ = std::move(step);
      return true;
    } else if (repository_.uuid.empty() && register_error_) {
      return end(*register_error_);
    }
    if (unregistered_ && !asked_again_) {
      asked_again_ = true;
      auto step = std::make_unique<register_with<Parts>>(site_, repository_);
      register_ = step.get();
      current_ = std::move(step);
      return true;
    }
    if (std::exchange(unregistered_, false) && !register_error_) {
      // The push has its turn once more.
      report_.transfers.pop_back();
      --task_;
      pulled_ = true;
    }
    while (task_ < tasks_.size()) {
      const auto& t = tasks_[task_];
      const bool pulls = edensync::pulls(t.mode);
      const bool pushes = edensync::pushes(t.mode);
      if (!pulled_) {
        if (pulls && t.dataset != 0) {
          auto step = sets_.prepare(t, progress(t, direction::pull));
          if (step) {
            current_ = std::move(step);
            return true;
          }
          if (auto taken = sets_.take(t, progress(t, direction::pull))) {
            report_.transfers.push_back(std::move(*taken));
            const auto& told = report_.transfers.back();
            if (told.error && told.error->code == error::busy) lost_ = told.error;
            if (!told.given_up) {
              ++task_;
              if (told.error) return advance();
              continue;
            }
          }
          if (hooks_.is_to_end()) return advance();
        }
        pulled_ = true;
        pull_failed_ = false;
        if (pulls) {
          auto step = std::make_unique<pull<Parts>>(site_, repository_, t, hooks_, &lease_);
          pull_ = step.get();
          step->progress_ = progress(t, direction::pull);
          current_ = std::move(step);
          return true;
        }
      }
      pulled_ = false;
      ++task_;
      if (pushes && !pull_failed_) {
        auto step = std::make_unique<push<Parts>>(site_, repository_, t, hooks_, &lease_);
        push_ = step.get();
        if (pulls) step->follows_pull(known_before_);
        step->progress_ = progress(t, direction::push);
        current_ = std::move(step);
        return true;
      }
    }
    if (!hooks_.dry_run && (current_ = uploads_.next())) return true;
    return end(std::nullopt);
  }

  void collect() {
    if (register_ != nullptr) {
      register_error_ = register_->why_not();
      repository_ = register_->peer();
      if (register_->untold()) report_.untold.emplace_back("which UUID the peer has: it tells only who registers");
      if (unsure_)
        report_.identity = register_error_;
      else if (register_error_ && !unregistered_)
        repository_.uuid.clear();
    } else if (refresh_ != nullptr) {
      for (const auto& code : refresh_->unknown()) no_such_set(code);
    } else if (pull_ != nullptr) {
      report_.transfers.push_back(pull_->report());
      pull_failed_ = pull_->report().error.has_value();
      known_before_ = pull_->known_before();
      repository_.native = repository_.native || pull_->peer_is_native();
    } else if (push_ != nullptr) {
      report_.transfers.push_back(push_->report());
      const auto& why = push_->report().error;
      unregistered_ = why && why->code == error::not_registered && !tried_to_register_ && !asked_again_;
      if (hooks_.dry_run) foretell(push_->wants_registration());
    }
    if (pull_ != nullptr || push_ != nullptr)
      if (const auto& why = report_.transfers.back().error; why && why->code == error::busy) lost_ = why;
    register_ = nullptr;
    refresh_ = nullptr;
    pull_ = nullptr;
    push_ = nullptr;
    current_.reset();
  }

  // A run registers where it is not known, so that this is no reason yet why its push should fail.
  void foretell(bool wants_registration) {
    unregistered_ = false;
    if (!wants_registration) return;
    auto& last = report_.transfers.back();
    last.error.reset();
    report_.untold.push_back("whether the peer takes pushes of " + last.resource + ": this site has to register there");
  }

  // It counts as a pull that failed: the others have their turn.
  void no_such_set(const std::string& code) {
    const auto why = make_failure(error::not_configured, "the repository offers no data set " + code);
    log(log_lines::refresh_failed(why));
    report_.transfers.push_back({.resource = "data set " + code, .error = why});
  }

  bool end(std::optional<failure> why) {
    report_.error = std::move(why);
    ended_ = true;
    (void)site_.ledger(
        [&](auto& t) { update_repository(t, id_, [&](repository& r) { r.last_connected = site_.now(); }); });
    lease_.release();
    return false;
  }

  const request_head* fail(const failure& why) {
    report_.error = why;
    ended_ = true;
    lease_.release();
    return nullptr;
  }

  void log(log_entry e) { site_.note(stamped(std::move(e))); }

  log_entry stamped(log_entry e) {
    e.at = site_.now();
    e.repository = id_;
    e.repository_name = repository_.name;
    return e;
  }

  auto progress(const sync_task& t, direction way) {
    return [this, resource = t.resource, way, number = task_](std::uint64_t records, std::uint64_t bytes) {
      hooks_.progress({resource, way, way == direction::pull ? number + 1 : number, tasks_.size(), records, bytes});
    };
  }

  site<Parts>& site_;
  repository_id id_;
  run_hooks hooks_;
  held_lease<Parts> lease_;
  repository repository_;
  dataset_source<Parts> sets_{site_, repository_, hooks_, lease_};
  upload_source<Parts> uploads_{site_, repository_, hooks_, lease_};
  bool refreshed_ = false;
  bool reread_ = false;
  std::vector<sync_task> tasks_;
  std::size_t task_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  bool pulled_ = false;
  bool pull_failed_ = false;
  bool tried_to_register_ = false;
  bool unsure_ = false;        // whether the identifier that was typed in is the peer's
  bool told_ = false;          // that the run was to end
  bool unregistered_ = false;  // the peer said so to the last push
  bool asked_again_ = false;
  std::optional<failure> register_error_;
  std::optional<failure> lost_;
  std::unique_ptr<operation> current_;
  register_with<Parts>* register_ = nullptr;
  refresh_datasets<Parts>* refresh_ = nullptr;
  pull<Parts>* pull_ = nullptr;
  push<Parts>* push_ = nullptr;
  std::optional<timestamp> known_before_;  // of the pull of this task
  timestamp asked_;
  std::optional<std::int64_t> skew_;  // measured last in this run
  run_report report_;
};

}  // namespace edensync
