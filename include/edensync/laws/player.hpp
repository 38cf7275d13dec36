#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/laws/ledger_sample.hpp"
#include "edensync/laws/told_state.hpp"

namespace edensync::laws::play {

/// Does operations on one store of a factory. What cannot be done, as nothing is there, is left out.
template <class Factory>
class player {
  using store_type = decltype(std::declval<Factory&>().make(nullptr));
  using snapshot_type = decltype(std::declval<store_type&>().snapshot());
  using transaction_type = decltype(std::declval<store_type&>().begin(write_context{}));

 public:
  player(Factory& f, std::shared_ptr<const schema> resources)
      : factory_(f), resources_(std::move(resources)), store_(f.make(resources_)) {}

  /// What came of it, and what the store tells then.
  std::vector<std::string> after(const step& p, bool serves_while_writing) {
    std::vector<std::string> all;
    const auto attempt = [&all](auto&& work) {
      try {
        work();
      } catch (const failure_exception& e) {
        all.push_back("fails: " + e.why().code.message());
      }
    };
    const auto tell = [&](auto&& from) {
      for (auto& line : told(from, *resources_)) all.push_back(std::move(line));
    };
    attempt([&] {
      const bool waits = open_ && p.what == deed::serve && !serves_while_writing;
      all.push_back(waits ? "left out" : play(p));
    });
    if (open_) attempt([&] { tell(*open_); });
    if (!open_ || p.what == deed::begin) attempt([&] { tell(store_->snapshot()); });
    if (held_)
      attempt([&] {
        if (told(*held_, *resources_) != held_told_) all.push_back("the snapshot that is held has moved");
      });
    return all;
  }

 private:
  std::string play(const step& p) {
    switch (p.what) {
      case deed::begin:
        if (!open_) open_.emplace(store_->begin(context(p)));
        return "";
      case deed::commit:
        if (open_) open_->commit();
        open_.reset();
        return "";
      case deed::drop: open_.reset(); return "";
      case deed::serve: {
        auto served = store_->serve();
        std::string all;
        auto changes = served.changes({.resource = p.resource, .since = {}});
        for (stored_record r; changes.next(r);) all += ' ' + in_words(r.uuid);
        return all;
      }
      case deed::hold:
        if (held_) return "";
        held_.emplace(store_->snapshot());
        held_told_ = told(*held_, *resources_);
        return "";
      case deed::release: held_.reset(); return "";
      case deed::reopen: reopen(); return "";
      case deed::write_as:
        if (open_) open_->write_as(p.origin);
        return "";
      default: break;
    }
    if (open_) return write(*open_, p);
    auto own = store_->begin(context(p));
    std::string came = write(own, p);
    own.commit();
    return came;
  }

  static write_context context(const step& p) { return s::at_second(p.at, p.origin); }

  void reopen() {
    if constexpr (requires { factory_.reopen(std::move(*store_), resources_); }) {
      if (open_) return;
      held_.reset();
      store_type again = factory_.reopen(std::move(*store_), resources_);
      store_.reset();
      store_.emplace(std::move(again));
    }
  }

  template <class T>
  std::string write(T& t, const step& p) {
    if (p.what >= deed::set_setting) return write_ledger(t, p);
    const auto here = t.find(p.resource, uid_of(p.resource, p.record));
    if (p.what != deed::insert && !here) return "not here";
    const auto find = [&](resource_id of, std::uint32_t n) {
      const auto there = t.find(of, uid_of(of, n));
      return there ? there->handle : record_handle::none;
    };
    if (p.what == deed::touch) return t.touch(p.resource, here->handle), "";
    if (p.what == deed::rename)
      return came(t.rename(p.resource, here->handle, uid_of(p.resource, p.other)), here->handle);
    record r;
    r.resource = p.resource;
    r.uuid = uid_of(p.resource, p.record);
    r.version = {{}, p.mci, p.deleted};
    if (p.modified_on) r.version.modified_on = s::second(*p.modified_on);
    if (p.created_on) r.created_on = s::second(*p.created_on);
    if (p.author != 0) r.authors.modified_by = std::to_string(p.author);
    if (p.deleted && p.record != p.other && find(p.resource, p.other) != record_handle::none)
      r.replaced_by = uid_of(p.resource, p.other);
    for (const auto& [field, number] : p.fields)
      s::with(r, field, content((*resources_)[p.resource], field, number, find));
    if (p.what == deed::patch) {
      if (p.fields.empty()) return "";
      const auto field = p.fields.front().first;
      return came(t.patch(p.resource, here->handle, field, r.fields[field]), here->handle);
    }
    if (p.what == deed::update) return came(t.update(here->handle, r), here->handle);
    const auto written = t.insert(r);
    // Which of several reasons is told is the store's affair.
    if (here) return written ? "taken, though it was here" : "refused";
    return came(written, written ? find(p.resource, p.record) : record_handle::none);
  }

  static std::string came(const write_result& w, record_handle expected) {
    if (!w) return "refused, as " + std::string(to_text(w.error().reason));
    return *w == expected ? "taken" : "taken, under the handle of another record";
  }

  template <class T>
  std::string write_ledger(T& t, const step& p) {
    const std::string word = name_of(p.resource, p.other);
    const std::string key = p.record % 2 == 0 ? "a" : "b";
    const auto repos = t.repositories();
    const repository_id repo = repos.empty() ? 0 : repos[p.record % repos.size()].id;
    const auto tasks = t.tasks(repo);
    const task_id task = tasks.empty() ? 0 : tasks[p.other % tasks.size()].id;
    const auto jobs = t.jobs(p.deleted ? 0 : repo);
    const auto sets = t.datasets();
    const auto here = t.find(p.resource, uid_of(p.resource, p.record));
    const auto refused = t.quarantined(0, 0, 100);
    switch (p.what) {
      case deed::set_setting: t.set_setting(key, word); break;
      case deed::put_repository: {
        auto r = t.find_repository(uid("urn:uuid:" + key)).value_or(laws::detail::make_repository(key));
        r.url = word;
        t.put_repository(r);
        break;
      }
      case deed::erase_repository:
        if (repo != 0) t.erase_repository(repo);
        break;
      case deed::put_task: {
        sync_task plan = laws::detail::make_task(repo, std::string((*resources_)[p.resource].name()));
        plan.order = static_cast<int>(p.other);
        if (p.author != 0 && !sets.empty()) {
          const auto& set = sets[p.record % sets.size()];
          plan.repository = set.repository;
          plan.dataset = set.id;
        }
        t.put_task(plan);
        break;
      }
      case deed::erase_task:
        if (task != 0) t.erase_task(task);
        break;
      case deed::put_job: {
        // One that is here, with its number, or a new one.
        sync_job plan = p.deleted || jobs.empty() ? laws::detail::make_job(repo) : jobs[p.record % jobs.size()];
        plan.message = word;
        plan.next_run = p.at == 0 ? std::nullopt : std::optional(s::second(p.at));
        if (plan.repository != 0) t.put_job(plan);
        break;
      }
      case deed::erase_job:
        if (!jobs.empty()) t.erase_job(jobs[p.other % jobs.size()].id);
        break;
      case deed::set_run: {
        run_state run = p.deleted ? t.get_run(repo) : laws::detail::make_run(repo);
        run.words = word;
        run.ended = s::second(p.at);
        if (repo != 0) t.set_run(run);
        break;
      }
      case deed::put_dataset: {
        // Of one code there is one in each place.
        data_set set = laws::detail::make_dataset(p.deleted ? 0 : repo, key);
        for (const auto& there : sets)
          if (there.repository == set.repository && there.code == set.code) set = there;
        set.uuid = uid("urn:uuid:" + key + (set.repository == 0 ? "" : "-" + repos[p.record % repos.size()].name));
        set.comments = word;
        set.last_refresh = p.at == 0 ? std::nullopt : std::optional(s::second(p.at));
        t.put_dataset(set);
        break;
      }
      case deed::erase_dataset:
        if (!sets.empty()) t.erase_dataset(sets[p.record % sets.size()].id);
        break;
      case deed::set_watermark:
        if (task != 0) t.set_watermark(task, direction::pull, {s::second(p.at), word});
        break;
      case deed::set_resume:
        if (task != 0) t.set_resume(task, p.deleted ? std::nullopt : std::optional(resume_state{word, word, 1, {}}));
        break;
      case deed::set_lease:
        if (repo != 0) t.set_lease({repo, word, s::second(p.at), 1});
        break;
      case deed::erase_lease:
        if (repo != 0) t.erase_lease(repo);
        break;
      case deed::add_quarantine: {
        auto q = laws::detail::make_quarantine(repo, task, key);
        q.message = word;
        q.since = s::second(p.at);
        t.add_quarantine(q);
        break;
      }
      case deed::erase_quarantine:
        if (!refused.empty()) t.erase_quarantine(refused[p.record % refused.size()].id);
        break;
      case deed::add_open_reference:
        if (here && p.resource != s::base)
          t.add_open_reference({0, p.resource, here->handle, p.resource == s::site ? std::uint32_t{s::parent} : 1,
                                s::site, uid_of(s::site, p.other)});
        break;
      case deed::erase_open_references:
        if (here) t.erase_open_references(p.resource, here->handle);
        break;
      case deed::add_decision: t.add_decision(decided(p, repo)); break;
      case deed::add_log: {
        log_entry line;
        line.at = s::second(p.at);
        line.repository = repo;
        line.message = word;
        t.add_log(line);
        break;
      }
      case deed::forget_before:
        // So that the last one is young: a store may keep it however old it is, to go on from its number.
        t.add_decision(decided(p, repo));
        t.forget_before(s::second(p.at));
        break;
      default: break;
    }
    return "";
  }

  decision_entry decided(const step& p, repository_id repo) const {
    decision_entry d;
    d.at = s::second(p.at);
    d.repository = repo;
    d.resource = (*resources_)[p.resource].name();
    d.uuid = uid_of(p.resource, p.record);
    if (p.deleted) d.twin = uid_of(p.resource, p.other);
    if (p.author != 0) d.loser = name_of(p.resource, p.other);
    return d;
  }

  Factory& factory_;
  std::shared_ptr<const schema> resources_;
  std::optional<store_type> store_;
  std::optional<snapshot_type> held_;
  std::vector<std::string> held_told_;
  std::optional<transaction_type> open_;
};

}  // namespace edensync::laws::play
