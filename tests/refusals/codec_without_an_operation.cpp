// refused: edensync: document_writer needs grouped -> bool, static
// refused: edensync: document_writer needs begin(string&, bool, optional<uint64_t>)
// refused: edensync: document_writer needs open(string&, stored_record, optional<string_view>, optional<uint32_t>) -> string_view
// refused: edensync: document_writer needs drop(string&)
// refused: edensync: document_writer needs close(string&)
// refused: edensync: document_writer needs end(string&)
// refused: edensync: xml_event_source needs feed(string_view) -> result<void>
// refused: edensync: document_codec needs the aliases event_source and writer
#include "edensync/concepts/check_document_codec.hpp"

#include "edensync/s3json/codec.hpp"

// A form of documents that has everything but one thing, once for each thing.
namespace {

using whole = edensync::s3json::codec;

struct open_gives_nothing : whole::writer {
  void open(std::string&, const edensync::stored_record&, std::optional<std::string_view>,
            std::optional<std::uint32_t>);
};

#ifndef EDENSYNC_CORRECTED
#define EDENSYNC_WITHOUT(operation)            \
  struct without_##operation : whole::writer { \
    void operation() = delete;                 \
  };                                           \
  static_assert(edensync::detail::check_document_writer<without_##operation>::value);

EDENSYNC_WITHOUT(begin)
EDENSYNC_WITHOUT(drop)
EDENSYNC_WITHOUT(close)
EDENSYNC_WITHOUT(end)

struct does_not_say_grouped : whole::writer {
  static std::string grouped;
};
static_assert(edensync::detail::check_document_writer<does_not_say_grouped>::value);
static_assert(edensync::detail::check_document_writer<open_gives_nothing>::value);

struct reads_nothing : whole {
  struct event_source {
    event_source(edensync::xml_handler&, const edensync::xml_limits&);
    int feed(std::string_view);
    edensync::result<void> finish();
  };
};
static_assert(edensync::detail::check_document_codec<reads_nothing>());

struct only_writes {
  using writer = whole::writer;
};
static_assert(edensync::detail::check_document_codec<only_writes>());
#else
static_assert(edensync::detail::check_document_codec<whole>());
#endif

}  // namespace
