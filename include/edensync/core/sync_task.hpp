#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// The number of a task in the ledger.
using task_id = std::int64_t;

/// Which way the records go. Eden's "mode".
enum class sync_mode : std::uint8_t { pull = 1, push = 2, both = 3, none = 4 };

/// Restricts which records of one table travel with a task (spec/protocol.md §8).
struct task_filter {
  /// The table it applies to; `~` or empty: the task's own.
  std::string table{};
  /// A URL query such as `~.name__like=Foo*&~.status=1`.
  std::string query{};
};

/// One resource that is synchronised with one repository (manual, "Resource Configuration"; spec/model.md §4).
struct sync_task {
  task_id id = 0;
  repository_id repository = 0;
  /// The name of the master table.
  std::string resource{};
  sync_mode mode = sync_mode::both;
  strategy allowed{};
  policy_name update = policy_name::take_newer;
  policy_name conflict = policy_name::take_newer;
  bool components = true;
  std::vector<task_filter> filters{};
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
