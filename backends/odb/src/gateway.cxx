// Compiled as C++14, once for each program: what all classes have in common. Queries are prepared once per connection,
// which is several times faster than building them for each call.
#include <edensync/odb/link.hxx>

#include <odb/prepared-query.hxx>
#include <odb/schema-catalog.hxx>
#include <odb/transaction.hxx>

#include "edensync/odb/object_stamp-odb.hxx"

#include <cstring>
#include <utility>

namespace edensync {
namespace odb {
namespace gateway {

namespace {

// What a query is asked with; it refers to this place.
struct place {
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<char> blob;

  void set(const cell& c) {
    integer = c.integer;
    real = c.real;
    if (c.what == cell::kind::text) text.assign(c.data, c.size);
    if (c.what == cell::kind::blob) blob.assign(c.data, c.data + c.size);
  }
};

template <class T>
struct prepared_of : prepared {
  std::vector<place> places;
  ::odb::prepared_query<T> query;
};

using ::odb::sqlite::query_base;

void append(query_base& q, cell::kind what, const place& p) {
  switch (what) {
    case cell::kind::real: q += query_base::_ref<double>(p.real); break;
    case cell::kind::text: q += query_base::_ref<std::string>(p.text); break;
    case cell::kind::blob: q += query_base::_ref<std::vector<char>>(p.blob); break;
    default: q += query_base::_ref<std::int64_t>(p.integer);
  }
}

template <class T>
void ask(connection& c, std::unordered_map<std::string, std::unique_ptr<prepared>>& known, const std::string& text,
         const std::vector<cell>& parameters, std::vector<T>& into) {
  guarded([&] {
    current now(c);
    std::unique_ptr<prepared>& slot = known[text];
    if (!slot) {
      std::unique_ptr<prepared_of<T>> fresh(new prepared_of<T>);
      fresh->places.resize(parameters.size());
      query_base q;
      std::size_t from = 0;
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::size_t mark = text.find('?', from);
        q += text.substr(from, mark - from);
        append(q, parameters[i].what, fresh->places[i]);
        from = mark + 1;
      }
      q += text.substr(from);
      fresh->query = c.internals().link->prepare_query<T>(known.find(text)->first.c_str(), q);
      slot = std::move(fresh);
    }
    auto& asked = static_cast<prepared_of<T>&>(*slot);
    for (std::size_t i = 0; i < parameters.size(); ++i) asked.places[i].set(parameters[i]);
    ::odb::result<T> found = asked.query.execute(false);
    into.clear();
    for (auto i = found.begin(); i != found.end(); ++i) {
      into.emplace_back();
      i.load(into.back());
    }
  });
}

std::vector<const object_class*>& registry() {
  static std::vector<const object_class*> all;
  return all;
}

}  // namespace

const std::vector<const object_class*>& classes() { return registry(); }
void add(const object_class& c) { registry().push_back(&c); }

database::database(const std::string& path) : state_(new state) {
  guarded([&] {
    // ODB would share one cache among its connections, and with it a reader and a writer would wait for each other.
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    state_->db.reset(new ::odb::sqlite::database(path, flags));
  });
}
database::~database() = default;

connection::connection(database& db) : state_(new state) {
  guarded([&] {
    state_->db = db.internals().db.get();
    state_->link = state_->db->connection();
  });
}
connection::~connection() = default;

sqlite3* connection::handle() const { return state_->link->handle(); }

void connection::begin(bool writes) {
  guarded([&] {
    state_->running.reset(
        new ::odb::transaction(writes ? state_->link->begin_immediate() : state_->link->begin(), false));
  });
}

void connection::commit() {
  guarded([&] {
    current now(*this);
    state_->running->commit();
  });
}

void connection::rollback() noexcept { state_->running.reset(); }

void connection::create_schema(const std::string& name) {
  guarded([&] {
    current now(*this);
    ::odb::schema_catalog::create_schema(*state_->db, name, false);
  });
}

std::int64_t connection::number_of(const std::string& resource) {
  return guarded([&]() -> std::int64_t {
    current now(*this);
    class_number known;
    using query = ::odb::query<class_number>;
    if (state_->db->query_one<class_number>(query::name == resource, known)) return known.number;
    known.name = resource;
    return static_cast<std::int64_t>(state_->db->persist(known));
  });
}

void connection::stamps(const std::string& condition, const std::vector<cell>& parameters,
                        std::vector<object_stamp>& into) {
  ask(*this, state_->stamps, condition, parameters, into);
}

void connection::find(const std::string& select, const std::vector<cell>& parameters,
                      std::vector<found_object>& into) {
  ask(*this, state_->found, select, parameters, into);
}

bool connection::load(const object_key& key, object_stamp& into) {
  return guarded([&] {
    current now(*this);
    return state_->db->find(key, into);
  });
}

void connection::persist(const object_stamp& s) {
  guarded([&] {
    current now(*this);
    state_->db->persist(s);
  });
}

void connection::update(const object_stamp& s) {
  guarded([&] {
    current now(*this);
    state_->db->update(s);
  });
}

void connection::execute(const std::string& sql) {
  guarded([&] { state_->link->execute(sql); });
}

}  // namespace gateway
}  // namespace odb
}  // namespace edensync
