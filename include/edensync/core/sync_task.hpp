#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/data_set.hpp"
#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

/// The number of a task in the ledger.
using task_id = std::int64_t;

/// Which way the records go. Eden's "mode".
enum class sync_mode : std::uint8_t { pull = 1, push = 2, both = 3, none = 4 };

constexpr bool pulls(sync_mode m) { return m == sync_mode::pull || m == sync_mode::both; }
constexpr bool pushes(sync_mode m) { return m == sync_mode::push || m == sync_mode::both; }

/// Restricts which records of one table travel with a task (spec/protocol.md §8).
struct task_filter {
  /// The table it applies to; `~` or empty: the task's own.
  std::string table{};
  /// A URL query such as `~.name__like=Foo*&~.status=1`.
  std::string query{};
  /// Where it belongs to a data set: its name among sites, and when it was changed.
  uid uuid{};
  std::optional<timestamp> modified_on{};
};

/// One resource that is synchronised with one repository (manual, "Resource Configuration"; spec/model.md §4).
struct sync_task {
  task_id id = 0;
  /// 0: none, it is one of a public data set.
  repository_id repository = 0;
  /// The name of the master table.
  std::string resource{};
  sync_mode mode = sync_mode::both;
  strategy allowed{};
  policy_name update = policy_name::take_newer;
  policy_name conflict = policy_name::take_newer;
  bool components = true;
  std::vector<task_filter> filters{};
  /// Tasks run in this order, those of the same place in that of their numbers: first what others refer to.
  std::int32_t order = 0;
  /// Which files of the folder of a `filesync` repository are read, as a shell pattern; empty: `*.xml`.
  std::string infile_pattern{};
  /// How files that are written there are called; empty: `default_file_name`. See `expand_file_name`.
  std::string outfile_pattern{};
  /// Whether a file is deleted once it was taken.
  bool delete_input_files = false;
  /// Whether files are written with line breaks and indentation.
  bool human_readable = false;
  /// The data set that it belongs to, and its name among sites; 0 and empty: none.
  dataset_id dataset = 0;
  uid uuid{};
  std::optional<timestamp> modified_on{};
};

/// Up to where a task has come in one direction.
///
/// It moves once, after a complete pull or push, and never before the records it stands for are committed.
struct watermark {
  /// Pull: the time to ask from next; also the time of last agreement that conflicts are judged by. Push: likewise.
  std::optional<timestamp> time{};
  /// Pull from an edensync peer: its cursor, opaque to this site. Push: this site's own sequence number.
  std::string cursor{};

  friend bool operator==(const watermark&, const watermark&) = default;
};

/// The direction of a watermark.
enum class direction : std::uint8_t { pull, push };

}  // namespace edensync
