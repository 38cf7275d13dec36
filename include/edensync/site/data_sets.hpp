#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/check_archive.hpp"
#include "edensync/exporter/exporter.hpp"
#include "edensync/protocol/cursor.hpp"
#include "edensync/s3xml/file_mark.hpp"
#include "edensync/site/catalogue.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

namespace detail {

inline bool is_dataset_code(std::string_view code) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; };
  return !code.empty() && code.size() <= 64 && letter(code.front()) && std::all_of(code.begin(), code.end(), inner);
}

// Later than all that anybody was told, because others ask again from a second after the youngest that they know.
template <class Transaction>
timestamp next_catalogue_time(Transaction& t, timestamp now) {
  const auto youngest = catalogue_reader(t).youngest();
  return youngest ? std::max(now, *youngest + 1) : now;
}

template <class Transaction>
void remove_from_catalogue(Transaction& t, std::string_view resource, const uid& id, timestamp at) {
  if (id.empty()) return;
  auto all = catalogue::get_removed(t);
  std::erase_if(all, [&](const catalogue::removed& r) { return r.uuid == id; });
  all.push_back({std::string(resource), id, at});
  catalogue::set_removed(t, all);
}

}  // namespace detail

/// Adds a data set, or changes it if it has an id; gives the id. With a repository it is one that is taken from there by
/// its code; without, one that this site offers to everybody who may read here.
///
/// Errors: `not_configured` if the code is none or is there already.
template <class Parts>
result<dataset_id> put_dataset(site<Parts>& self, data_set d) {
  return self.ledger([&](auto& t) {
    if (!detail::is_dataset_code(d.code)) throw_failure(error::not_configured, "no code of a data set: " + d.code);
    for (const auto& each : t.datasets())
      if (each.id != d.id && each.repository == d.repository && each.code == d.code)
        throw_failure(error::not_configured, "there is a data set with this code: " + d.code);
    if (d.archive_url.empty()) d.use_archive = false;
    if (d.repository == 0) {
      if (d.uuid.empty()) d.uuid = self.make_uid();
      d.modified_on = detail::next_catalogue_time(t, self.now());
    }
    return t.put_dataset(d);
  });
}

/// Adds a task to a data set that this site offers, or changes it if it has an id; gives the id.
///
/// Its filters are part of it: those that it had before and has not now are told to be gone. Errors: `unknown_resource`,
/// `not_configured` if there is no such data set here.
template <class Parts>
result<task_id> put_dataset_task(site<Parts>& self, sync_task task) {
  if (self.resources().find(task.resource) == no_resource) return make_failure(error::unknown_resource, task.resource);
  return self.ledger([&](auto& t) {
    const auto sets = t.datasets();
    const bool here = std::any_of(sets.begin(), sets.end(),
                                  [&](const data_set& d) { return d.id == task.dataset && d.repository == 0; });
    if (!here) throw_failure(error::not_configured, "there is no such data set");
    task.repository = 0;
    task.mode = sync_mode::pull;
    const auto now = detail::next_catalogue_time(t, self.now());
    if (task.uuid.empty()) task.uuid = self.make_uid();
    task.modified_on = now;
    for (auto& f : task.filters) {
      if (f.uuid.empty()) f.uuid = self.make_uid();
      f.modified_on = now;
    }
    for (const auto& before : t.tasks(0))
      for (const auto& f : before.filters)
        if (before.id == task.id && std::none_of(task.filters.begin(), task.filters.end(),
                                                 [&](const task_filter& g) { return g.uuid == f.uuid; }))
          detail::remove_from_catalogue(t, "sync_resource_filter", f.uuid, now);
    return t.put_task(task);
  });
}

/// Takes a task out of the data set that this site offers; others hear of it.
template <class Parts>
result<void> erase_dataset_task(site<Parts>& self, task_id id) {
  return self.ledger([&](auto& t) {
    const auto now = detail::next_catalogue_time(t, self.now());
    for (const auto& task : t.tasks(0))
      if (task.id == id) {
        detail::remove_from_catalogue(t, "sync_task", task.uuid, now);
        t.erase_task(id);
      }
  });
}

/// Removes a data set with its tasks; of one that this site offers others hear that it is gone.
template <class Parts>
result<void> erase_dataset(site<Parts>& self, dataset_id id) {
  return self.ledger([&](auto& t) {
    for (const auto& d : t.datasets())
      if (d.id == id && d.repository == 0) {
        const auto now = detail::next_catalogue_time(t, self.now());
        for (const auto& task : t.tasks(0))
          if (task.dataset == id) detail::remove_from_catalogue(t, "sync_task", task.uuid, now);
        detail::remove_from_catalogue(t, "sync_dataset", d.uuid, now);
      }
    t.erase_dataset(id);
  });
}

/// Packs a data set that this site offers: one member `TASK_UUID.xml` for each task, with all that lives.
///
/// The bytes go to `out(std::string_view) -> result<void>` once all is packed; gives how many. Nothing is in memory as a
/// whole. Whoever publishes the archive puts its address into the data set (`archive_url`, `use_archive`).
/// Errors: `not_configured` if there is no such data set here or it has no tasks; store and archive errors, and those of
/// `out`. Source: spec/protocol.md §9.4.
template <class Archive, class Parts, class Out>
result<std::uint64_t> write_dataset_archive(site<Parts>& self, dataset_id id, Out&& out) {
  static_assert(detail::check_archive<Archive>());
  using snapshot_type = decltype(std::declval<typename Parts::store&>().serve());
  struct member {
    std::optional<exporter<snapshot_type>> document;
  };
  auto done = detail::guarded([&]() -> std::uint64_t {
    // What comes after this state arrives later than all that is in it, as for a pull that is answered.
    auto now = self.store().serve();
    const auto own = self.uuid();
    if (!own) throw failure_exception(own.error());
    const auto check = [](const auto& r) {
      if (!r) throw failure_exception(r.error());
    };
    const auto sets = now.datasets();
    const auto set = std::find_if(sets.begin(), sets.end(), [&](const data_set& d) { return d.id == id; });
    if (set == sets.end()) throw_failure(error::not_configured, "Data Set not found");
    if (set->repository != 0) throw_failure(error::not_configured, "Cannot create archive from remote data set");
    typename Archive::writer packed;
    bool any = false;
    for (const auto& task : now.tasks(0)) {
      if (task.dataset != id || task.uuid.empty()) continue;
      any = true;
      export_options o;
      o.masters.resource = self.resources().find(task.resource);
      if (o.masters.resource == no_resource) throw_failure(error::unknown_resource, task.resource);
      o.masters.include_deleted = false;
      // Whoever has an older version of a record is to lose what is empty now.
      o.nulls = true;
      o.domain = self.settings().domain;
      o.url = self.settings().url;
      o.authors = self.settings().authors;
      s3xml::file_mark mark;
      mark.sender = *own;
      mark.resource = task.resource;
      mark.from = make_cursor(now.epoch(), 0);
      mark.until = make_cursor(now.epoch(), now.sequence());
      o.root_attributes = mark.attributes();
      auto filters =
          read_filters(filter_terms(task), o.masters.resource, self.resources(), filter_reading::strict, self.now());
      check(filters);
      o.filters = bind_filters(std::move(*filters), now);
      auto source = [&now, &self, o, each = std::make_shared<member>()](std::span<char> into) {
        // One at a time is open, because they are asked for one after the other.
        if (!each->document) each->document.emplace(now, self.resources(), o);
        auto n = each->document->read(into);
        if (n && *n == 0) each->document.reset();
        return n;
      };
      check(packed.add(task.uuid.text() + ".xml", std::move(source), self.now()));
    }
    if (!any) throw_failure(error::not_configured, "No resources defined for dataset");
    const auto size = packed.finish();
    check(size);
    std::string buffer(std::size_t{64} << 10, '\0');
    for (;;) {
      const auto n = packed.read(buffer);
      check(n);
      if (*n == 0) return *size;
      check(out(std::string_view(buffer).substr(0, *n)));
    }
  });
  return done;
}

}  // namespace edensync
