// The side of the gateway that sees ODB; C++14. For gateway.cxx and class.hxx.
#ifndef EDENSYNC_ODB_LINK_HXX
#define EDENSYNC_ODB_LINK_HXX

#include <odb/connection.hxx>
#include <odb/exceptions.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/sqlite/transaction.hxx>

#include <sqlite3.h>

#include <memory>
#include <new>
#include <string>
#include <unordered_map>

#include "edensync/odb/gateway.hpp"

namespace edensync {
namespace odb {
namespace gateway {

struct database::state {
  std::unique_ptr<::odb::sqlite::database> db;
};

/// A query that was prepared once, with a place for what it is asked with.
struct prepared {
  virtual ~prepared() = default;
};

struct connection::state {
  ::odb::sqlite::database* db = nullptr;
  ::odb::sqlite::connection_ptr link;
  std::unordered_map<std::string, std::unique_ptr<prepared>> stamps, found;
  std::unique_ptr<::odb::transaction> running;
};

/// ODB knows one current transaction per thread. There may be several (a snapshot beside a writer, the application's own
/// besides), so each call says which one it means, and leaves what was.
class current {
 public:
  explicit current(connection& c)
      : before_(::odb::transaction::has_current() ? &::odb::transaction::current() : nullptr) {
    ::odb::transaction::current(*c.internals().running);
  }
  ~current() {
    if (before_ != nullptr)
      ::odb::transaction::current(*before_);
    else
      ::odb::transaction::reset_current();
  }
  current(const current&) = delete;
  current& operator=(const current&) = delete;

 private:
  ::odb::transaction* before_;
};

/// Runs ODB code and turns its exceptions into ours, so that none of its types crosses to the other side.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const database_error&) {
    throw;
  } catch (const ::odb::recoverable& e) {
    throw database_error(SQLITE_BUSY, e.what());
  } catch (const ::odb::object_already_persistent& e) {
    throw database_error(SQLITE_CONSTRAINT_UNIQUE, e.what());
  } catch (const ::odb::null_pointer&) {
    throw database_error(SQLITE_CONSTRAINT_NOTNULL, "a pointer that must lead to an object leads to none");
  } catch (const ::odb::object_not_persistent&) {
    throw database_error(SQLITE_CONSTRAINT_FOREIGNKEY, "a pointer leads to an object that is not there");
  } catch (const ::odb::sqlite::database_exception& e) {
    throw database_error(e.extended_error(), e.message());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    // ODB's others, and what an application's callbacks throw.
    throw database_error(SQLITE_ERROR, e.what());
  }
}

}  // namespace gateway
}  // namespace odb
}  // namespace edensync

#endif
