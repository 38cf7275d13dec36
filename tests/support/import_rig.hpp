#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "support/engine.hpp"
#include "support/relief.hpp"

namespace edensync::test {

/// A store in memory that documents are imported into, as if task 3 of repository 7 had brought them.
struct import_rig {
  using importer_type = importer<memory::store, expat::event_source>;

  memory::store store{relief()};
  memory::manual_clock clock{second(1000)};
  memory::counting_uid_source uids{1};
  import_options options = defaults();
  /// Bytes that are fed at once.
  std::size_t piece = 1 << 16;
  /// What became of the last import, also if it failed.
  import_report report;

  import_options defaults() {
    import_options o;
    o.origin = 7;
    o.task = 3;
    o.master = offices;
    o.now = [c = clock] { return c.now(); };
    o.make_uid = [u = uids]() mutable { return u.make(); };
    return o;
  }

  result<import_report> take(std::string_view text) {
    importer_type i(store, relief(), options);
    auto done = feed_all(i, text);
    report = done ? *done : i.report();
    return done;
  }
  result<import_report> take(const std::vector<element>& all) { return take(document(all)); }

  std::vector<std::string> contents(with_mci m = with_mci::no) { return test::contents(store.snapshot(), m); }
  std::string line(resource_id resource, std::string_view name, with_mci m = with_mci::no) {
    return line_of(store.snapshot(), resource, name, m);
  }
  std::vector<quarantine_entry> quarantine() { return store.snapshot().quarantined(0, 0, 1000); }
  /// All decisions on one record, newest first.
  std::vector<decision_entry> decisions(resource_id resource, std::string_view name) {
    return store.snapshot().decisions(relief()[resource].name(), id_of(name), 1000);
  }

  /// Writes a record as the application would, in a transaction of its own.
  void write(record r, std::int64_t at, repository_id origin = this_site) {
    auto t = store.begin({second(at), origin});
    r.version.modified_on = second(at);
    if (const auto found = t.find(r.resource, r.uuid)) {
      t.update(found->handle, r).value();
    } else {
      if (!r.version.mci) r.version.mci = 0;
      t.insert(r).value();
    }
    t.commit();
  }
  /// An office, or an organisation, of this name and content.
  void write(resource_id resource, std::string_view name, std::string_view text, std::int64_t at) {
    record r;
    r.resource = resource;
    r.uuid = id_of(name);
    r.fields.emplace_back(std::string(text));
    write(std::move(r), at);
  }

 private:
  result<import_report> feed_all(importer_type& i, std::string_view text) {
    if (auto begun = i.start(); !begun) return begun.error();
    while (!text.empty()) {
      if (auto fed = i.feed(text.substr(0, piece)); !fed) return fed.error();
      text.remove_prefix(std::min(piece, text.size()));
    }
    return i.finish();
  }
};

}  // namespace edensync::test
