#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// Takes a document of records of `table`, and of what belongs to them, into a site: as a push by nobody in particular, by
/// the policy NEWER.
///
/// Read with the event source of the parts, unless the caller names one that takes other forms as well.
/// What was committed before a failure stays. Errors: unknown_resource, those of the source, of the document and the store.
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
  for (;;) {
    const auto n = from(piece);
    if (!n) return n.error();
    if (*n == 0) break;
    if (auto fed = feed_document(into, {piece.data(), *n}, is_root, error::malformed_document); !fed)
      return fed.error();
  }
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
