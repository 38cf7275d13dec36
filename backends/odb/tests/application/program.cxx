#include "program.hpp"

#include <odb/database.hxx>
#include <odb/schema-catalog.hxx>
#include <odb/sqlite/database.hxx>
#include <odb/transaction.hxx>

#include <memory>

#include "classes-odb.hxx"
#include "joined-odb.hxx"

namespace application {

namespace {

std::unique_ptr<odb::sqlite::database> db;

std::shared_ptr<organisation> named(const std::string& name) {
  return std::shared_ptr<organisation>(db->query_one<organisation>(odb::query<organisation>::name == name));
}

}  // namespace

void start(const std::string& path) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE;
  db.reset(new odb::sqlite::database(path, flags));
  odb::sqlite::connection_ptr c = db->connection();
  odb::transaction t(c->begin_immediate());
  bool fresh = true;
  try {
    db->execute("SELECT 1 FROM organisations LIMIT 1");
    fresh = false;
  } catch (const odb::exception&) {
  }
  if (fresh) odb::schema_catalog::create_schema(*db, "", false);
  t.commit();
}

void stop() { db.reset(); }

void found(const std::string& name, const std::string& acronym) {
  odb::transaction t(db->begin());
  organisation o(name, acronym);
  db->persist(o);
  t.commit();
}

void open_office(const std::string& name, const std::string& of) {
  odb::transaction t(db->begin());
  office o;
  o.name = name;
  o.desks = 12;
  o.nicknames = {"the shed", "HQ"};
  o.owner = named(of);
  db->persist(o);
  t.commit();
}

void rename(const std::string& name, const std::string& to) {
  odb::transaction t(db->begin());
  const auto o = named(name);
  o->rename(to);
  db->update(*o);
  t.commit();
}

void close_down(const std::string& name) {
  odb::transaction t(db->begin());
  db->erase(*named(name));
  t.commit();
}

std::string offices() {
  odb::transaction t(db->begin());
  std::string all;
  odb::result<office> found = db->query<office>("ORDER BY" + odb::query<office>::name);
  for (const office& o : found)
    all += o.name + " of " + (o.owner ? o.owner->name() : "nobody") + ", " + std::to_string(o.desks) + " desks, " +
           std::to_string(o.nicknames.size()) + " nicknames; ";
  return all;
}

// [view]
std::string organisations() {
  odb::transaction t(db->begin());
  using query = odb::query<living_organisation>;
  odb::result<living_organisation> found = db->query<living_organisation>(
      query(query::stamp::deleted == false) + "ORDER BY" + query::organisation::name);
  std::string all;
  for (const auto& o : found) all += o.name + ' ';
  return all;
}
// [view]

}  // namespace application
