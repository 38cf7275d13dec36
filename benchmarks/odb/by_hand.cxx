#include "by_hand.hpp"

#include <edensync/odb/object_stamp.hxx>

#include <odb/connection.hxx>
#include <odb/prepared-query.hxx>
#include <odb/schema-catalog.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/transaction.hxx>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "classes-odb.hxx"
#include "content.hpp"
#include "edensync/odb/object_stamp-odb.hxx"

namespace by_hand {

namespace {

using stamp = edensync::odb::object_stamp;
using query = odb::query<stamp>;

enum class_number : std::int64_t { organisations = 1, offices = 2 };

std::unique_ptr<odb::sqlite::database> db;
odb::sqlite::connection_ptr connection;
std::vector<std::int64_t> organisation_ids;
std::int64_t sequence = 0;

struct parameters {
  std::int64_t class_number = offices;
  std::string uuid;
  std::int64_t after = 0;
};

template <class MakeQuery>
odb::prepared_query<stamp> prepared(const char* name, parameters*& asked, MakeQuery make_query) {
  odb::prepared_query<stamp> q = connection->lookup_query<stamp>(name, asked);
  if (!q) {
    std::unique_ptr<parameters> own(new parameters);
    asked = own.get();
    q = connection->prepare_query<stamp>(name, make_query(*asked));
    connection->cache_query(q, std::move(own));
  }
  return q;
}

stamp fresh(std::int64_t of, std::int64_t object, const std::string& uuid) {
  stamp s{};
  s.key.class_number = of;
  s.key.object = object;
  s.uuid = uuid;
  s.modified_on = modified_on;
  s.mci = 1;
  s.deleted = false;
  s.sequence = ++sequence;
  s.origin = 1;
  return s;
}

bool find_stamp(const std::string& uuid, stamp& into) {
  parameters* asked = nullptr;
  auto q = prepared("find", asked, [](parameters& p) {
    return query::key.class_number == query::_ref(p.class_number) && query::uuid == query::_ref(p.uuid);
  });
  asked->uuid = uuid;
  return q.execute_one(into);
}

std::size_t seen(const office& o) {
  return o.name.size() + o.code->size() + o.phone1->size() + o.email->size() + o.comments->size() +
         static_cast<std::size_t>(*o.beds) + static_cast<std::size_t>(*o.obsolete) + static_cast<std::size_t>(*o.lat);
}

}  // namespace

void open(const std::string& path, std::size_t count) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  db.reset(new odb::sqlite::database(path, flags));
  connection = db->connection();
  sequence = 0;
  organisation_ids.clear();
  for (const char* each : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-6144",
                           "PRAGMA wal_autocheckpoint=16384"})
    connection->execute(each);
  odb::transaction t(connection->begin_immediate());
  odb::schema_catalog::create_schema(*db, "", false);
  odb::schema_catalog::create_schema(*db, "edensync", false);
  for (std::size_t i = 0; i < count; ++i) {
    organisation o;
    o.name = name_of(i);
    organisation_ids.push_back(db->persist(o));
    db->persist(fresh(organisations, o.id, uuid_of("organisation", i)));
  }
  t.commit();
}

void close() {
  connection.reset();
  db.reset();
}

std::size_t insert(std::size_t n, std::size_t batch) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < n;) {
    odb::transaction t(connection->begin_immediate());
    for (std::size_t end = i + batch; i < end; ++i) {
      office o;
      o.name = name_of(i);
      o.code = code_of(i);
      o.phone1 = phone_of(i);
      o.email = email_of(i);
      o.obsolete = i % 2 == 0;
      o.beds = beds_of(i);
      o.lat = lat_of(i);
      o.comments = comments_of(i);
      o.organisation_id =
          odb::lazy_shared_ptr<organisation>(*db, organisation_ids[i % organisation_ids.size()]);
      db->persist(o);
      db->persist(fresh(offices, o.id, uuid_of("office", i)));
      ++sum;
    }
    t.commit();
  }
  return sum;
}

std::size_t find(std::size_t n) {
  std::size_t sum = 0;
  odb::transaction t(connection->begin());
  stamp s;
  for (std::size_t i = 0; i < n; ++i)
    if (find_stamp(uuid_of("office", i), s)) sum += static_cast<std::size_t>(*s.modified_on - modified_on + 1);
  t.commit();
  return sum;
}

std::size_t update(std::size_t n, std::size_t batch) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < n;) {
    odb::transaction t(connection->begin_immediate());
    stamp s;
    office o;
    for (std::size_t end = i + batch; i < end; ++i) {
      if (!find_stamp(uuid_of("office", i), s)) continue;
      db->load(s.key.object, o);
      o.name = name_of(i + 1);
      o.phone1 = phone_of(i + 1);
      o.comments = comments_of(i + 1);
      db->update(o);
      s.modified_on = modified_on + 1;
      s.sequence = ++sequence;
      db->update(s);
      ++sum;
    }
    t.commit();
  }
  return sum;
}

std::size_t read_all() {
  std::size_t sum = 0;
  odb::transaction t(connection->begin());
  std::unordered_map<std::int64_t, std::string> owners;
  parameters* asked = nullptr;
  auto q = prepared("changes", asked, [](parameters& p) {
    return (query::key.class_number == query::_ref(p.class_number) && query::sequence > query::_ref(p.after)) +
           "ORDER BY" + query::sequence;
  });
  asked->after = 0;
  stamp s;
  office o;
  odb::result<stamp> found = q.execute(false);
  for (auto i = found.begin(); i != found.end(); ++i) {
    i.load(s);
    db->load(s.key.object, o);
    std::string& owner = owners[o.organisation_id.object_id<organisation>()];
    if (owner.empty()) {
      edensync::odb::object_key key;
      key.class_number = organisations;
      key.object = o.organisation_id.object_id<organisation>();
      stamp of;
      db->load(key, of);
      owner = of.uuid;
    }
    sum += seen(o) + s.uuid.size() + owner.size();
  }
  t.commit();
  return sum;
}

}  // namespace by_hand
