#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "edensync/odb/object_stamp.hxx"

struct sqlite3;

/// What the C++20 side and the C++14 side of this backend say to each other.
///
/// Most of ODB's headers do not compile as C++17 or later with g++, so they stay behind these functions over strings,
/// vectors and integers, which are compiled as C++14. This header is read by both sides.
namespace edensync {
namespace odb {
namespace gateway {

/// The content of one column. Texts and blobs are not copied.
struct cell {
  enum class kind { null, integer, real, text, blob };
  kind what = kind::null;
  std::int64_t integer = 0;
  double real = 0;
  const char* data = nullptr;
  std::size_t size = 0;
};

/// The database said no.
class database_error : public std::runtime_error {
 public:
  database_error(int result, const std::string& words) : std::runtime_error(words), code(result) {}
  /// SQLite's (extended) result code.
  int code;
};

struct column {
  std::string name;
  cell::kind type = cell::kind::null;
};

/// The content that a column is to be given.
struct assignment {
  std::size_t column = 0;
  cell content;
};

class connection;

/// The objects of one class over one connection.
///
/// Errors: `database_error`. Lifetime: ends before its connection. Thread safety: that of its connection.
class objects {
 public:
  virtual ~objects() = default;

  /// Reads the columns of an object; false if there is none. Texts are valid until this class is used again.
  virtual bool read(std::int64_t id, std::vector<cell>& into) = 0;
  /// A new object, in which columns that are not named are as its constructor makes them; gives its id.
  virtual std::int64_t persist(const std::vector<assignment>& given) = 0;
  /// Loads an object, changes what is given and updates it; false if there is none.
  virtual bool update(std::int64_t id, const std::vector<assignment>& given) = 0;
  virtual void erase(std::int64_t id) = 0;
};

/// A persistent class of an application, as EDENSYNC_ODB_CLASS registers it.
class object_class {
 public:
  virtual ~object_class() = default;

  /// The resource that its objects are records of.
  virtual const std::string& resource() const = 0;
  virtual const std::string& table() const = 0;
  virtual const std::string& id_column() const = 0;
  /// With the names of the resource's fields, where the registration says that they are others.
  virtual const std::vector<column>& columns() const = 0;
  /// The column's own name.
  virtual const std::string& column_name(std::size_t i) const = 0;
  virtual std::unique_ptr<objects> over(connection& c) const = 0;
};

/// The classes of this program, in no order.
const std::vector<const object_class*>& classes();
void add(const object_class& c);

/// A SQLite file. Thread safety: may be shared.
class database {
 public:
  /// Opens a file, or makes it. Errors: `database_error`.
  explicit database(const std::string& path);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  struct state;
  state& internals() { return *state_; }

 private:
  std::unique_ptr<state> state_;
};

/// A connection, with a transaction on it or none, and the queries that were prepared on it.
///
/// In the text of a query, `?` stands for the next of its parameters, which are as good as the question is asked: the
/// same text must be asked with parameters of the same types. Errors: `database_error`. Lifetime: ends before its
/// database. Thread safety: one thread at a time.
class connection {
 public:
  explicit connection(database& db);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  sqlite3* handle() const;

  /// `writes`: waits for its turn, as long as the handle's busy timeout says.
  void begin(bool writes);
  void commit();
  void rollback() noexcept;

  /// Creates the tables of a schema: "edensync", or what the application's classes were compiled with.
  void create_schema(const std::string& name);
  /// The number of a class, given if it has none.
  std::int64_t number_of(const std::string& resource);

  /// The stamps of which this condition is true.
  void stamps(const std::string& condition, const std::vector<cell>& parameters, std::vector<object_stamp>& into);
  /// What a SELECT of all that is in a `found_object` gives.
  void find(const std::string& select, const std::vector<cell>& parameters, std::vector<found_object>& into);
  bool load(const object_key& key, object_stamp& into);
  void persist(const object_stamp& s);
  void update(const object_stamp& s);
  void execute(const std::string& sql);

  struct state;
  state& internals() { return *state_; }

 private:
  std::unique_ptr<state> state_;
};

}  // namespace gateway
}  // namespace odb
}  // namespace edensync
