// What an application includes where it registers its persistent classes; C++14, and all of ODB.
#ifndef EDENSYNC_ODB_CLASS_HXX
#define EDENSYNC_ODB_CLASS_HXX

#include <odb/sqlite/binding.hxx>
#include <odb/sqlite/simple-object-statements.hxx>
#include <odb/sqlite/statement-cache.hxx>
#include <odb/sqlite/traits.hxx>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/odb/link.hxx"

namespace edensync {
namespace odb {
namespace gateway {

template <class T>
struct is_optimistic {
  using traits = ::odb::access::object_traits_impl<T, ::odb::id_sqlite>;
  template <class C>
  static auto look(int) -> decltype(C::version(std::declval<const typename C::image_type&>()), std::true_type());
  template <class C>
  static std::false_type look(...);
  static constexpr bool value = decltype(look<traits>(0))::value;
};

/// The objects of one class, by the columns that the ODB compiler made of its members: whatever their types are, private
/// or not, what SQLite is given and gives is an integer, a number or a text.
template <class T>
class objects_of : public objects {
  using traits = ::odb::access::object_traits_impl<T, ::odb::id_sqlite>;
  using id_type = typename traits::id_type;
  static_assert(!std::is_void<typename traits::id_type>::value && std::is_integral<id_type>::value && traits::auto_id,
                "edensync: record_store on ODB needs an integer id with `#pragma db id auto` in each class; see "
                "docs/concepts/record_store.md");
  static_assert(!traits::polymorphic, "edensync: record_store on ODB needs classes that are not polymorphic; see docs/concepts/record_store.md");

 public:
  explicit objects_of(connection& c) : c_(c), bound_(traits::column_count), grows_(new bool[traits::column_count]) {}

  bool read(std::int64_t id, std::vector<cell>& into) override {
    return guarded([&] {
      current now(c_);
      auto& statements = c_.internals().link->statement_cache().template find_object<T>();
      typename traits::statements_type::auto_lock lock(statements);
      const id_type key = static_cast<id_type>(id);
      if (!traits::find_(statements, &key)) return false;
      traits::bind(bound_.data(), statements.image(), ::odb::sqlite::statement_select);
      into.resize(bound_.size());
      for (std::size_t i = 0; i < bound_.size(); ++i) into[i] = content(bound_[i]);
      return true;
    });
  }

  std::int64_t persist(const std::vector<assignment>& given) override {
    return guarded([&] {
      current now(c_);
      made fresh;
      fill(fresh.get(), given);
      // An insert that does not take place leaves the id of another one.
      sqlite3_set_last_insert_rowid(c_.handle(), 0);
      const auto id = static_cast<std::int64_t>(c_.internals().db->persist(fresh.get()));
      if (id == 0) throw was_ignored();
      return id;
    });
  }

  bool update(std::int64_t id, const std::vector<assignment>& given) override {
    return guarded([&] {
      current now(c_);
      made loaded;
      if (!c_.internals().db->find(static_cast<id_type>(id), loaded.get())) return false;
      fill(loaded.get(), with_version<T>(id, given));
      try {
        c_.internals().db->update(loaded.get());
      } catch (const ::odb::object_not_persistent&) {
        throw was_ignored();
      }
      return true;
    });
  }

  void erase(std::int64_t id) override {
    guarded([&] {
      current now(c_);
      c_.internals().db->template erase<T>(static_cast<id_type>(id));
    });
  }

  static std::vector<column> columns() {
    typename traits::image_type image;
    std::vector<::odb::sqlite::bind> bound(traits::column_count);
    traits::bind(bound.data(), image, ::odb::sqlite::statement_select);
    // SELECT "table"."column", … FROM
    std::vector<column> all;
    const char* rest = traits::find_statement;
    for (const auto& b : bound) {
      column c;
      rest = std::strchr(std::strchr(rest, '"') + 1, '"') + 3;
      const char* end = std::strchr(rest, '"');
      c.name.assign(rest, end);
      c.type = type(b);
      all.push_back(std::move(c));
      rest = end + 1;
    }
    return all;
  }

  static std::string table() {
    const std::string quoted = traits::table_name;
    return quoted.substr(1, quoted.size() - 2);
  }

 private:
  // An object as ODB makes those that it loads.
  class made {
    using pointer = typename traits::pointer_type;
    using pointers = ::odb::pointer_traits<pointer>;

   public:
    made() : p_(::odb::access::object_factory<T, pointer>::create()), guard_(p_) {}
    T& get() { return pointers::get_ref(p_); }

   private:
    pointer p_;
    typename pointers::guard guard_;
  };

  // Of an optimistic class ODB updates only the version that was loaded, which no image of an object has but one that is read.
  template <class C>
  auto with_version(std::int64_t id, const std::vector<assignment>& given) ->
      typename std::enable_if<!is_optimistic<C>::value, const std::vector<assignment>&>::type {
    static_cast<void>(id);
    return given;
  }
  template <class C>
  auto with_version(std::int64_t id, std::vector<assignment> given) ->
      typename std::enable_if<is_optimistic<C>::value, std::vector<assignment>>::type {
    auto& statements = c_.internals().link->statement_cache().template find_object<T>();
    typename traits::statements_type::auto_lock lock(statements);
    const id_type key = static_cast<id_type>(id);
    if (!traits::find_(statements, &key)) return given;
    traits::bind(bound_.data(), statements.image(), ::odb::sqlite::statement_select);
    static const std::size_t at = version_column();
    given.push_back({at, content(bound_[at])});
    return given;
  }

  // … SET "version"="version"+1, …
  static std::size_t version_column() {
    const std::string update = traits::update_statement;
    const auto all = columns();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string quoted = '"' + all[i].name + '"';
      if (update.find(quoted + '=' + quoted + "+1") != std::string::npos) return i;
    }
    throw std::logic_error("ODB counts the versions of " + table() + " in no column");
  }

  static database_error was_ignored() {
    return database_error(SQLITE_CONSTRAINT_TRIGGER, "a trigger of the application ignored it");
  }

  static cell::kind type(const ::odb::sqlite::bind& b) {
    switch (b.type) {
      case ::odb::sqlite::bind::integer: return cell::kind::integer;
      case ::odb::sqlite::bind::real: return cell::kind::real;
      case ::odb::sqlite::bind::text: return cell::kind::text;
      case ::odb::sqlite::bind::blob: return cell::kind::blob;
      default: return cell::kind::null;
    }
  }

  static cell content(const ::odb::sqlite::bind& b) {
    cell c;
    if (*b.is_null) return c;
    c.what = type(b);
    switch (c.what) {
      case cell::kind::integer: c.integer = *static_cast<const long long*>(b.buffer); break;
      case cell::kind::real: c.real = *static_cast<const double*>(b.buffer); break;
      case cell::kind::text:
      case cell::kind::blob:
        c.data = static_cast<const char*>(b.buffer);
        c.size = *b.size;
        break;
      default: break;
    }
    return c;
  }

  // Takes the object apart into its columns, changes some, and puts it together again as if they had been loaded.
  void fill(T& object, const std::vector<assignment>& given) {
    traits::bind(bound_.data(), image_, ::odb::sqlite::statement_select);
    for (const auto& b : bound_) *b.is_null = true;
    try {
      traits::init(image_, object, ::odb::sqlite::statement_insert);
    } catch (const ::odb::null_pointer&) {
      // A new object whose pointer must not be null, and is not given yet: what stands behind it stays as null.
    }
    traits::bind(bound_.data(), image_, ::odb::sqlite::statement_select);
    bool grows = false;
    std::fill_n(grows_.get(), bound_.size(), false);
    for (const auto& each : given) {
      auto& b = bound_[each.column];
      if (each.content.what < cell::kind::text) continue;
      *b.size = each.content.size;
      if (each.content.size > b.capacity) grows = grows_[each.column] = true;
    }
    if (grows && traits::grow(image_, grows_.get()))
      traits::bind(bound_.data(), image_, ::odb::sqlite::statement_select);
    for (const auto& each : given) {
      auto& b = bound_[each.column];
      *b.is_null = each.content.what == cell::kind::null;
      switch (each.content.what) {
        case cell::kind::integer: *static_cast<long long*>(b.buffer) = each.content.integer; break;
        case cell::kind::real: *static_cast<double*>(b.buffer) = each.content.real; break;
        case cell::kind::text:
        case cell::kind::blob:
          if (each.content.size != 0) std::memcpy(b.buffer, each.content.data, each.content.size);
          break;
        default: break;
      }
    }
    traits::init(object, image_, c_.internals().db);
  }

  connection& c_;
  typename traits::image_type image_;
  std::vector<::odb::sqlite::bind> bound_;
  std::unique_ptr<bool[]> grows_;
};

/// A registered class. Lifetime: that of the program.
template <class T>
class registered : public object_class {
 public:
  explicit registered(const char* resource,
                      std::initializer_list<std::pair<const char*, const char*>> renamed = {})
      : resource_(resource), table_(objects_of<T>::table()), columns_(objects_of<T>::columns()) {
    for (auto& c : columns_) {
      names_.push_back(c.name);
      for (const auto& each : renamed)
        if (c.name == each.first) c.name = each.second;
    }
    add(*this);
  }

  const std::string& resource() const override { return resource_; }
  const std::string& table() const override { return table_; }
  // ODB binds the id where the class has it, which is not first if there is a base.
  const std::string& id_column() const override { return id_; }
  const std::vector<column>& columns() const override { return columns_; }
  const std::string& column_name(std::size_t i) const override { return names_[i]; }
  std::unique_ptr<objects> over(connection& c) const override {
    return std::unique_ptr<objects>(new objects_of<T>(c));
  }

 private:
  // … WHERE "table"."id"=?
  static std::string id_name() {
    const std::string text = ::odb::access::object_traits_impl<T, ::odb::id_sqlite>::find_statement;
    const auto end = text.rfind('"');
    const auto begin = text.rfind('"', end - 1) + 1;
    return text.substr(begin, end - begin);
  }

  std::string resource_, table_, id_ = id_name();
  std::vector<column> columns_;
  std::vector<std::string> names_;
};

}  // namespace gateway
}  // namespace odb
}  // namespace edensync

/// Lets the objects of a persistent class take part as records of a resource, whose fields are the columns of the same
/// names. Where a column has another name, a pair says so:
///
///     EDENSYNC_ODB_CLASS(app::person, "pr_person", {{"name", "last_name"}, {"given", "first_name"}})
///
/// In one file of the program, at namespace scope, behind the include of what the ODB compiler generated for the class.
#define EDENSYNC_ODB_CLASS(type, ...) EDENSYNC_ODB_CLASS_NAMED(type, __LINE__, __VA_ARGS__)
#define EDENSYNC_ODB_CLASS_NAMED(type, line, ...) EDENSYNC_ODB_CLASS_AS(type, line, __VA_ARGS__)
#define EDENSYNC_ODB_CLASS_AS(type, line, ...) \
  static const ::edensync::odb::gateway::registered<type> edensync_odb_class_##line(__VA_ARGS__);

#endif
