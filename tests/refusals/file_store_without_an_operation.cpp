// refused: edensync: stored_file_writer needs write(string_view) -> result<void>
// refused: edensync: stored_file_writer needs commit() -> result<string>
// refused: edensync: stored_file_reader needs read(span<char>) -> result<size_t>
// refused: edensync: file_store needs begin() -> result<stored_file_writer>
// refused: edensync: file_store needs open(string_view) -> result<optional<stored_file_reader>>
#include "edensync/site/parts.hpp"

#include "edensync/memory/file_store.hpp"

// A store of files that can do everything but one thing, once for each thing, in a bag of parts.
namespace {

using whole = edensync::memory::file_store;
using edensync::result;

template <class Store>
struct bag {
  using file_store = Store;
};
template <class Store>
using asked_for = typename edensync::detail::file_store_of<bag<Store>>::type;

#ifndef EDENSYNC_CORRECTED
struct takes_nothing : whole {
  void begin() = delete;
};
struct gives_nothing : whole {
  void open(std::string_view) = delete;
};
static_assert(sizeof(asked_for<takes_nothing>) > 0);
static_assert(sizeof(asked_for<gives_nothing>) > 0);

template <class File>
struct writes_with : whole {
  result<File> begin();
};
struct writes_nothing {
  result<std::string> commit();
};
struct has_no_hash {
  result<void> write(std::string_view);
  result<void> commit();
};
static_assert(sizeof(asked_for<writes_with<writes_nothing>>) > 0);
static_assert(sizeof(asked_for<writes_with<has_no_hash>>) > 0);

struct reads_nothing : whole {
  struct file {};
  result<std::optional<file>> open(std::string_view);
};
static_assert(sizeof(asked_for<reads_nothing>) > 0);
#else
static_assert(sizeof(asked_for<whole>) > 0);
#endif

}  // namespace
