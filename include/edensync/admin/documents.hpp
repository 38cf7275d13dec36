#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/diagnostics.hpp"
#include "edensync/core/result.hpp"
#include "edensync/exporter/exporter.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_import.hpp"

namespace edensync::admin {

/// Fills a buffer and says with how many bytes; 0 at the end.
using byte_source = std::function<result<std::size_t>(std::span<char>)>;

/// Takes a piece; may fail.
using byte_sink = std::function<result<void>(std::string_view)>;

namespace detail {

// Holds a document back until a record of one table has come.
template <xml_event_source EventSource>
class table_gate {
 public:
  explicit table_gate(std::string_view table) : names_(table) {}

  // What may pass of a document after this piece of it.
  std::string_view pass(std::string_view piece) {
    if (names_.found) return piece;
    held_ += piece;
    // What is wrong with the document is for its reader to say.
    if (source_.feed(piece) && !names_.found) return {};
    names_.found = true;
    return held_;
  }

  // At the end: what was held back. Errors: bad_setting if the records are of other tables only.
  result<std::string_view> rest() const {
    if (names_.found) return std::string_view();
    if (!names_.other.empty())
      return make_failure(error::bad_setting, "the document holds no record of " + names_.table + ", but of " +
                                                  diagnostics({}, names_.other).peer());
    return std::string_view(held_);
  }

 private:
  struct names final : xml_handler {
    explicit names(std::string_view t) : table(t) {}
    void start(std::string_view name, std::span<const xml_attribute> attributes) override {
      if (++depth != 2 || name != "resource") return;
      for (const auto& a : attributes) {
        if (a.name != "name") continue;
        if (a.value == table)
          found = true;
        else if (other.empty())
          other = a.value.substr(0, 100);
      }
    }
    void text(std::string_view) override {}
    void end(std::string_view) override { --depth; }

    std::string table, other;
    int depth = 0;
    bool found = false;
  };

  names names_;
  EventSource source_{names_, xml_limits{}};
  std::string held_;
};

}  // namespace detail

/// Takes a document of records of `table`, and of what belongs to them, into a site: as a push by nobody in particular, by
/// the policy NEWER.
///
/// Read with the event source of the parts, unless the caller names one that takes other forms as well.
/// A document whose records are all of other tables is not taken at all. What was committed before a failure stays.
/// Errors: unknown_resource, bad_setting for another table's document, those of the source, of the document and the store.
template <class Parts, xml_event_source EventSource = typename Parts::event_source>
result<import_report> take_document(site<Parts>& s, std::string_view table, const byte_source& from) {
  auto how = import_at(s);
  how.master = s.resources().find(table);
  if (how.master == no_resource) return make_failure(error::unknown_resource, std::string(table));
  importer<typename Parts::store, EventSource> into(s.store(), s.resources(), how);
  if (auto begun = into.start(); !begun) return begun.error();
  std::array<char, std::size_t{64} * 1024> piece;
  // The second is what scripts write that push to Edens.
  const auto is_root = [](std::string_view root) { return root == "s3xml" || root == "data"; };
  const auto feed = [&](std::string_view text) {
    return text.empty() ? result<void>() : feed_document(into, text, is_root, error::malformed_document);
  };
  detail::table_gate<EventSource> gate(table);
  for (;;) {
    const auto n = from(piece);
    if (!n) return n.error();
    if (*n == 0) break;
    if (auto fed = feed(gate.pass({piece.data(), *n})); !fed) return fed.error();
  }
  const auto rest = gate.rest();
  if (!rest) return rest.error();
  if (auto fed = feed(*rest); !fed) return fed.error();
  return into.finish();
}

/// Writes all records of `table`, with what belongs to them and what they refer to, as a document: S3XML, or what else a
/// writer writes.
///
/// Errors: unknown_resource, those of the sink and of the store; what was written is then no whole document.
template <class Parts, document_writer Writer = s3xml::writer>
result<export_report> write_document(site<Parts>& s, std::string_view table, const byte_sink& to) {
  export_options how;
  how.masters.resource = s.resources().find(table);
  if (how.masters.resource == no_resource) return make_failure(error::unknown_resource, std::string(table));
  how.masters.include_deleted = true;
  how.domain = s.settings().domain;
  how.url = s.settings().url;
  return edensync::detail::guarded([&] {
    auto now = s.store().snapshot();
    exporter<decltype(now), Writer> out(now, s.resources(), std::move(how));
    std::array<char, std::size_t{64} * 1024> piece;
    for (;;) {
      const auto n = out.read(piece);
      if (!n) throw failure_exception(n.error());
      if (*n == 0) break;
      if (auto taken = to({piece.data(), *n}); !taken) throw failure_exception(taken.error());
    }
    return out.report();
  });
}

}  // namespace edensync::admin
