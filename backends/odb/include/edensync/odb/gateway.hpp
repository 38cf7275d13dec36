#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

/// What the C++20 side and the C++14 side of this backend say to each other.
///
/// ODB's headers do not compile as C++17 or later with g++, so they stay behind these functions over strings, vectors
/// and integers, which are compiled as C++14. This header is read by both sides: C++14, and nothing of ODB.
namespace edensync {
namespace odb {
namespace gateway {

/// One row of org_organisation. Where a `has_` says false, the column is NULL.
struct organisation_row {
  std::int64_t id = 0;
  std::string uuid;
  bool has_name = false;
  std::string name;
  bool has_modified_on = false;
  std::int64_t modified_on = 0;
  bool has_mci = false;
  int mci = 0;
  bool deleted = false;
  std::string replaced_by;
  std::int64_t sequence = 0;
  std::int64_t arrival = 0;
  std::int64_t origin = 0;
};

/// The database said no. `locked`: it is in use by somebody else for longer than the time allowed.
class database_error : public std::runtime_error {
 public:
  database_error(bool is_locked, const std::string& what) : std::runtime_error(what), locked(is_locked) {}
  bool locked;
};

class database;

/// One SQLite transaction on a connection of its own; the destructor rolls back.
///
/// Errors: `database_error`. Thread safety: one thread at a time, and it ends before its database.
class transaction {
 public:
  /// A writing one waits for its turn; a reading one sees the state of now for as long as it lives.
  transaction(database& db, bool writes);
  transaction(transaction&&) noexcept;
  ~transaction();

  bool find(const std::string& uuid, organisation_row& into);
  bool load(std::int64_t id, organisation_row& into);
  /// At most `limit` rows of this name.
  std::vector<organisation_row> find_name(const std::string& name, int limit);
  /// At most `limit` rows with a sequence above `after`, in its order.
  std::vector<organisation_row> changes(std::int64_t after, int limit);
  std::int64_t last_sequence();
  /// The youngest modified_on of all rows, 0 if there is none.
  std::int64_t youngest();
  /// Empty if there is none.
  std::string setting(const std::string& name);

  /// Gives the id, or 0 if there is a row with this uuid.
  std::int64_t insert(const organisation_row& row);
  void update(const organisation_row& row);
  void set_setting(const std::string& name, const std::string& content);
  void commit();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A SQLite file. The tables are made if they are not there.
class database {
 public:
  database(const std::string& path, int busy_milliseconds);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

 private:
  friend class transaction;
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace gateway
}  // namespace odb
}  // namespace edensync
