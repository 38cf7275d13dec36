// refused: edensync: archive_reader needs a constructor from (const archive_limits&)
// refused: edensync: archive_reader needs feed(string_view) -> result<void>
// refused: edensync: archive_reader needs finish() -> result<void>
// refused: edensync: archive_reader needs open(string_view) -> result<bool>
// refused: edensync: archive_reader needs read(span<char>) -> result<size_t>
// refused: edensync: archive_writer needs a constructor without arguments
// refused: edensync: archive_writer needs add(string, member_source, timestamp) -> result<void>
// refused: edensync: archive_writer needs finish() -> result<uint64_t>
// refused: edensync: archive_writer needs read(span<char>) -> result<size_t>
// refused: edensync: archive needs the aliases reader and writer
#include "edensync/concepts/check_archive.hpp"

// The seam to a library for archives, with everything but one thing, once for each thing.
namespace {

using edensync::result;

struct whole_reader {
  explicit whole_reader(const edensync::archive_limits&);
  result<void> feed(std::string_view);
  result<void> finish();
  result<bool> open(std::string_view);
  result<std::size_t> read(std::span<char>);
};
struct whole_writer {
  result<void> add(const std::string&, const edensync::member_source&, edensync::timestamp);
  result<std::uint64_t> finish();
  result<std::size_t> read(std::span<char>);
};
template <class Reader, class Writer>
struct seam {
  using reader = Reader;
  using writer = Writer;
};

#ifndef EDENSYNC_CORRECTED
#define EDENSYNC_READS_WITHOUT(operation)           \
  struct reads_without_##operation : whole_reader { \
    using whole_reader::whole_reader;               \
    void operation() = delete;                      \
  };                                                \
  static_assert(edensync::detail::check_archive<seam<reads_without_##operation, whole_writer>>());
#define EDENSYNC_WRITES_WITHOUT(operation)           \
  struct writes_without_##operation : whole_writer { \
    void operation() = delete;                       \
  };                                                 \
  static_assert(edensync::detail::check_archive<seam<whole_reader, writes_without_##operation>>());

EDENSYNC_READS_WITHOUT(feed)
EDENSYNC_READS_WITHOUT(finish)
EDENSYNC_READS_WITHOUT(open)
EDENSYNC_READS_WITHOUT(read)
EDENSYNC_WRITES_WITHOUT(add)
EDENSYNC_WRITES_WITHOUT(finish)
EDENSYNC_WRITES_WITHOUT(read)

struct knows_no_limits : whole_reader {};
struct of_something : whole_writer {
  explicit of_something(int);
};
static_assert(edensync::detail::check_archive<seam<knows_no_limits, whole_writer>>());
static_assert(edensync::detail::check_archive<seam<whole_reader, of_something>>());

struct only_reads {
  using reader = whole_reader;
};
static_assert(edensync::detail::check_archive<only_reads>());
#else
static_assert(edensync::detail::check_archive<seam<whole_reader, whole_writer>>());
#endif

}  // namespace
