// refused: edensync: file_reader needs read(span<char>) -> result<size_t>
// refused: edensync: file_reader needs state() -> result<folder_file>
// refused: edensync: file_writer needs write(string_view) -> result<void>
// refused: edensync: file_writer needs commit() -> result<folder_file>
// refused: edensync: document_folder needs list() -> result<vector<folder_file>>
// refused: edensync: document_folder needs open(string) -> result<file_reader>
// refused: edensync: document_folder needs create(string) -> result<file_writer>
// refused: edensync: document_folder needs remove(string) -> result<void>
#include "edensync/site/run_folder.hpp"

#include "edensync/memory/folder.hpp"

// A folder that can do everything but one thing, once for each thing, given to what a run has of it.
namespace {

using whole = edensync::memory::folder;
using edensync::folder_file, edensync::result;

#ifndef EDENSYNC_CORRECTED
#define EDENSYNC_WITHOUT(operation)    \
  struct without_##operation : whole { \
    void operation() = delete;         \
  };                                   \
  static_assert(sizeof(edensync::run_folder<without_##operation>) > 0);

EDENSYNC_WITHOUT(list)
EDENSYNC_WITHOUT(open)
EDENSYNC_WITHOUT(create)
EDENSYNC_WITHOUT(remove)

template <class File>
struct reads_with : whole {
  result<File> open(const std::string&);
};
struct reads_no_bytes {
  result<std::string> read(std::span<char>);
  result<folder_file> state();
};
struct tells_no_state {
  result<std::size_t> read(std::span<char>);
};
static_assert(sizeof(edensync::run_folder<reads_with<reads_no_bytes>>) > 0);
static_assert(sizeof(edensync::run_folder<reads_with<tells_no_state>>) > 0);

template <class File>
struct writes_with : whole {
  result<File> create(const std::string&);
};
struct writes_nothing {
  result<folder_file> commit();
};
struct never_done {
  result<void> write(std::string_view);
};
static_assert(sizeof(edensync::run_folder<writes_with<writes_nothing>>) > 0);
static_assert(sizeof(edensync::run_folder<writes_with<never_done>>) > 0);
#else
static_assert(sizeof(edensync::run_folder<whole>) > 0);
#endif

}  // namespace
