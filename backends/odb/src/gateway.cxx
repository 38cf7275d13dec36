// Compiled as C++14: the only file that sees ODB. Queries are prepared once per connection, which is several times
// faster than building them for each call.
#include <edensync/odb/gateway.hpp>

#include <odb/connection.hxx>
#include <odb/exceptions.hxx>
#include <odb/prepared-query.hxx>
#include <odb/schema-catalog.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/sqlite/exceptions.hxx>
#include <odb/transaction.hxx>

#include "organisation-odb.hxx"
#include "organisation.hxx"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace edensync {
namespace odb {
namespace gateway {

struct database::state {
  std::unique_ptr<::odb::sqlite::database> db;
  int busy_milliseconds;
};

struct transaction::state {
  ::odb::sqlite::database* db = nullptr;
  ::odb::sqlite::connection_ptr connection;
  std::unique_ptr<::odb::transaction> running;
};

namespace {

// Runs ODB code and turns its exceptions into ours, so that none of its types crosses to the other side.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const ::odb::recoverable& e) {
    throw database_error(true, e.what());
  } catch (const ::odb::sqlite::database_exception& e) {
    throw database_error((e.error() & 0xff) == SQLITE_BUSY, e.what());
  } catch (const ::odb::exception& e) {
    throw database_error(false, e.what());
  }
}

// ODB knows one current transaction per thread; ours may be several (a snapshot beside a writer), so each call says
// which one it means.
class current {
 public:
  explicit current(::odb::transaction& t) { ::odb::transaction::current(t); }
  ~current() { ::odb::transaction::reset_current(); }
  current(const current&) = delete;
  current& operator=(const current&) = delete;
};

organisation to_object(const organisation_row& row) {
  organisation o;
  o.id = row.id;
  o.uuid = row.uuid;
  if (row.has_name) o.name = row.name;
  if (row.has_modified_on) o.modified_on = row.modified_on;
  if (row.has_mci) o.mci = row.mci;
  o.deleted = row.deleted;
  o.replaced_by = row.replaced_by;
  o.sequence = row.sequence;
  o.arrival = row.arrival;
  o.origin = row.origin;
  return o;
}

organisation_row to_row(const organisation& o) {
  organisation_row row;
  row.id = o.id;
  row.uuid = o.uuid;
  row.has_name = !o.name.null();
  if (row.has_name) row.name = *o.name;
  row.has_modified_on = !o.modified_on.null();
  if (row.has_modified_on) row.modified_on = *o.modified_on;
  row.has_mci = !o.mci.null();
  if (row.has_mci) row.mci = *o.mci;
  row.deleted = o.deleted;
  row.replaced_by = o.replaced_by;
  row.sequence = o.sequence;
  row.arrival = o.arrival;
  row.origin = o.origin;
  return row;
}

using query = ::odb::query<organisation>;

// What a prepared query is asked with; it refers to its connection's copy of this.
struct parameters {
  std::string text;
  std::int64_t number = 0;
  int limit = 0;
};

template <class MakeQuery>
std::vector<organisation_row> select(::odb::sqlite::connection& connection, const char* name, const parameters& asked,
                                     MakeQuery make_query) {
  parameters* bound = nullptr;
  ::odb::prepared_query<organisation> prepared = connection.lookup_query<organisation>(name, bound);
  if (!prepared) {
    std::unique_ptr<parameters> own(new parameters);
    bound = own.get();
    prepared = connection.prepare_query<organisation>(name, make_query(*bound));
    connection.cache_query(prepared, std::move(own));
  }
  *bound = asked;
  std::vector<organisation_row> rows;
  organisation o;
  ::odb::result<organisation> found = prepared.execute(false);
  for (auto i = found.begin(); i != found.end(); ++i) {
    i.load(o);
    rows.push_back(to_row(o));
  }
  return rows;
}

}  // namespace

database::database(const std::string& path, int busy_milliseconds) : state_(new state) {
  guarded([&] {
    state_->busy_milliseconds = busy_milliseconds;
    // ODB would share one cache among its connections, and with it a reader and a writer would wait for each other.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE;
    state_->db.reset(new ::odb::sqlite::database(path, flags));
    ::odb::sqlite::connection_ptr connection = state_->db->connection();
    sqlite3_busy_timeout(connection->handle(), busy_milliseconds);
    connection->execute("PRAGMA journal_mode=WAL");  // readers keep their state while somebody writes
    ::odb::transaction t(connection->begin_immediate());
    if (state_->db->schema_version() == 0) ::odb::schema_catalog::create_schema(*state_->db, "", false);
    t.commit();
  });
}

database::~database() = default;

transaction::transaction(database& db, bool writes) : state_(new state) {
  guarded([&] {
    state_->db = db.state_->db.get();
    state_->connection = state_->db->connection();
    sqlite3_busy_timeout(state_->connection->handle(), db.state_->busy_milliseconds);
    state_->running.reset(
        new ::odb::transaction(writes ? state_->connection->begin_immediate() : state_->connection->begin(), false));
  });
  if (!writes) last_sequence();  // SQLite takes the state that a reader sees at its first read, not at BEGIN
}

transaction::transaction(transaction&&) noexcept = default;
transaction::~transaction() = default;

bool transaction::find(const std::string& uuid, organisation_row& into) {
  return guarded([&] {
    current now(*state_->running);
    parameters asked;
    asked.text = uuid;
    auto rows =
        select(*state_->connection, "find", asked, [](parameters& p) { return query::uuid == query::_ref(p.text); });
    if (rows.empty()) return false;
    into = std::move(rows.front());
    return true;
  });
}

bool transaction::load(std::int64_t id, organisation_row& into) {
  return guarded([&] {
    current now(*state_->running);
    organisation o;
    if (!state_->db->find(id, o)) return false;
    into = to_row(o);
    return true;
  });
}

std::vector<organisation_row> transaction::find_name(const std::string& name, int limit) {
  return guarded([&] {
    current now(*state_->running);
    parameters asked;
    asked.text = name;
    asked.limit = limit;
    return select(*state_->connection, "find_name", asked, [](parameters& p) {
      return query(query::name == query::_ref(p.text)) + "LIMIT" + query::_ref(p.limit);
    });
  });
}

std::vector<organisation_row> transaction::changes(std::int64_t after, int limit) {
  return guarded([&] {
    current now(*state_->running);
    parameters asked;
    asked.number = after;
    asked.limit = limit;
    return select(*state_->connection, "changes", asked, [](parameters& p) {
      return query(query::sequence > query::_ref(p.number)) + "ORDER BY" + query::sequence + "LIMIT" +
             query::_ref(p.limit);
    });
  });
}

std::int64_t transaction::last_sequence() {
  return guarded([&] {
    current now(*state_->running);
    ::odb::result<newest> found = state_->db->query<newest>();
    const newest n = *found.begin();
    return n.sequence.null() ? 0 : *n.sequence;
  });
}

std::int64_t transaction::youngest() {
  return guarded([&] {
    current now(*state_->running);
    ::odb::result<newest> found = state_->db->query<newest>();
    const newest n = *found.begin();
    return n.modified_on.null() ? 0 : *n.modified_on;
  });
}

std::string transaction::setting(const std::string& name) {
  return guarded([&] {
    current now(*state_->running);
    ::setting s;
    return state_->db->find(name, s) ? s.content : std::string();
  });
}

std::int64_t transaction::insert(const organisation_row& row) {
  return guarded([&]() -> std::int64_t {
    current now(*state_->running);
    organisation o = to_object(row);
    try {
      return static_cast<std::int64_t>(state_->db->persist(o));
    } catch (const ::odb::sqlite::database_exception& e) {
      if (e.error() != SQLITE_CONSTRAINT) throw;
      return 0;
    }
  });
}

void transaction::update(const organisation_row& row) {
  guarded([&] {
    current now(*state_->running);
    organisation o = to_object(row);
    state_->db->update(o);
  });
}

void transaction::set_setting(const std::string& name, const std::string& content) {
  guarded([&] {
    current now(*state_->running);
    ::setting s;
    s.name = name;
    s.content = content;
    ::setting before;
    if (state_->db->find(name, before)) {
      state_->db->update(s);
    } else {
      state_->db->persist(s);
    }
  });
}

void transaction::commit() {
  guarded([&] { state_->running->commit(); });
}

}  // namespace gateway
}  // namespace odb
}  // namespace edensync
