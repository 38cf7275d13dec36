#pragma once

#include <string>

#include "edensync/exporter/exporter.hpp"
#include "edensync/s3xml/codec.hpp"
#include "support/import_rig.hpp"

namespace edensync::test {

/// A rig whose store is exported: offices, as the fixture wants them.
struct export_rig : import_rig {
  using s3xml_codec = s3xml::codec<expat::event_source>;

  export_options wanted;
  export_report told;

  export_rig() { wanted.masters.resource = offices; }

  /// The document, read `at_once` bytes at a time.
  template <class Codec = s3xml_codec>
  std::string text(std::size_t at_once = 64) {
    auto s = store.snapshot();
    exporter<memory::snapshot, typename Codec::writer> e(s, relief(), wanted);
    std::string out, buffer(at_once, '\0');
    for (;;) {
      const auto n = e.read(buffer).value();
      if (n == 0) break;
      out.append(buffer, 0, n);
    }
    told = e.report();
    return out;
  }

  /// What a document holds is given to `into`.
  template <class Codec = s3xml_codec, class Sink>
  void read_into(Sink& into) {
    s3xml::reader<Sink> reader(relief(), {}, into);
    typename Codec::event_source source(reader, xml_limits{});
    source.feed(text<Codec>()).value();
    source.finish().value();
  }
};

}  // namespace edensync::test
