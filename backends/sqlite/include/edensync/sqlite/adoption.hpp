#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/schema/schema.hpp"
#include "edensync/sqlite/adopted_table.hpp"
#include "edensync/sqlite/application_table.hpp"
#include "edensync/sqlite/layout.hpp"
#include "edensync/sqlite/quoted.hpp"

namespace edensync::sqlite::detail {

/// A column of the view: of the application's table, or kept beside it.
struct adopted_column {
  std::string name;
  std::string view;     // quoted
  std::string type;     // beside
  std::string table;    // quoted, empty: none
  std::string content;  // what is written to the table, from `new.`
  std::uint32_t field = 0;
  bool list = false;
};

/// One table that is to be adopted: whether it can be, and how its columns stand for the fields of its resource.
class adoption {
 public:
  /// Errors: bad_schema if the table is not what a resource can be.
  adoption(connection& db, const schema& all, const adopted_table& described,
           const std::vector<adopted_table>& together, statement_counter& executed)
      : db_(db),
        all_(all),
        described_(described),
        together_(together),
        executed_(executed),
        r_(resource_of(all, described)),
        there_(application_table::read(db, described.table, executed)),
        key_(require(described.key, "its key").name) {
    if (r_.name().find('.') != std::string_view::npos) refuse("the name of a resource has no dot");
    check_key();
    for (std::uint32_t f = 0; f < r_.fields().size(); ++f) add_field(f);
    for (const auto& [field, column] : described.columns)
      if (!known_.contains(field)) refuse("there is no field " + field);
    check_foreign_keys();
    for (const auto& [column, name] : {std::pair{described.uuid, "uuid"}, std::pair{described.created_on, "created_on"},
                                       std::pair{described.modified_on, "modified_on"}})
      if (!column.empty()) meta_.emplace_back(quoted_name(writable(column).name), name);
  }

  const resource_schema& resource() const { return r_; }
  const application_table& there() const { return there_; }
  const std::vector<adopted_column>& columns() const { return columns_; }
  /// Columns of the application for what every record has, quoted, and their names in a view.
  const std::vector<std::pair<std::string, std::string>>& meta() const { return meta_; }
  std::string meta_column(std::string_view name) const {
    for (const auto& [column, which] : meta_)
      if (which == name) return column;
    return {};
  }

  std::string view() const { return adopted_resource::view_of(r_.name()); }
  std::string beside() const { return adopted_resource::beside_of(r_.name()); }
  std::string key() const { return quoted_name(key_); }
  std::string table() const { return quoted_name(there_.name); }

  /// What is written down about it, as JSON: the field of each column.
  std::string fields_text() const {
    boost::json::object fields;
    for (const auto& [column, field] : field_of_) fields[column] = field;
    return boost::json::serialize(fields);
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw_failure(error::bad_schema, described_.table + " cannot be adopted: " + why);
  }

 private:
  static const resource_schema& resource_of(const schema& all, const adopted_table& t) {
    const auto id = all.find(t.resource);
    if (id == no_resource) throw_failure(error::bad_schema, "there is no resource " + t.resource);
    return all[id];
  }

  const application_table::column& require(const std::string& column, const std::string& what) const {
    const auto* c = there_.find(column);
    if (c == nullptr) refuse("it has no column " + column + ", which was to be " + what);
    return *c;
  }

  const application_table::column& writable(const std::string& column) const {
    const auto& c = require(column, "written");
    if (c.generated) refuse("the column " + c.name + " is generated and cannot be written");
    return c;
  }

  void check_key() const {
    const auto& c = require(described_.key, "its key");
    std::string type = c.type;
    for (char& x : type) x = static_cast<char>(std::toupper(static_cast<unsigned char>(x)));
    if (type.find("INT") == std::string::npos) refuse("its key " + c.name + " is no integer column");
    if (c.generated) refuse("its key " + c.name + " is generated");
    if (!c.key && !there_.is_unique({c.name})) refuse("its key " + c.name + " is not unique");
    statement odd(db_.get(), "SELECT count(*) FROM " + table() + " WHERE typeof(" + key() + ")<>'integer'", executed_);
    execution e(odd);
    if (e.step(); e.get_integer(0) != 0) refuse("rows without a number in " + c.name + ": " + e.get_string(0));
  }

  void add_field(std::uint32_t f) {
    const auto& field = r_.field(f);
    const bool several = r_.targets(f).size() > 1;
    add(field.name, std::string(column_type(field.type)), f, is_list(field.type));
    if (several) add(named_column(field.name), "TEXT", f, false);
    if (!field.unique) return;
    std::vector<std::string> wanted{column_of(field.name)};
    if (several) wanted.push_back(column_of(named_column(field.name)));
    if (std::find(wanted.begin(), wanted.end(), std::string()) != wanted.end() || !there_.is_unique(wanted))
      refuse("the field " + std::string(field.name) + " is unique, and no unique index of the table says so");
  }

  static bool is_list(field_type t) {
    return t == field_type::list_string || t == field_type::list_integer || t == field_type::list_reference;
  }

  // The column for a field, or for the names beside one; empty if there is none.
  std::string column_of(std::string_view field) const {
    const auto it = described_.columns.find(field);
    if (it != described_.columns.end()) return it->second.empty() ? std::string() : writable(it->second).name;
    const auto* same = there_.find(field);
    return same == nullptr ? std::string() : writable(same->name).name;
  }

  void add(std::string_view field, std::string type, std::uint32_t f, bool list) {
    known_.emplace(field);
    const auto is_field = [field](std::string_view other) { return application_table::same_name(other, field); };
    if (field.starts_with("sync_") || std::any_of(std::begin(record_columns), std::end(record_columns), is_field))
      refuse("it cannot have a field " + std::string(field));
    for (const auto& other : columns_)
      if (is_field(other.name))
        refuse("the fields " + other.name + " and " + std::string(field) + " would be one column");
    adopted_column c{std::string(field), quoted_name(field), std::move(type), {}, "new." + quoted_name(field), f, list};
    if (const std::string column = column_of(field); !column.empty()) {
      c.table = quoted_name(column);
      if (application_table::same_name(column, key_)) refuse("its key is no field");
      if (!field_of_.emplace(column, field).second) refuse("the column " + column + " would be two fields");
      // What nothing is known of is to be what it is for the application.
      const auto& there = *there_.find(column);
      if (there.not_null && there.by_default) c.content = "coalesce(" + c.content + ",(" + *there.by_default + "))";
    }
    columns_.push_back(std::move(c));
  }

  // A foreign key has to lead where its field leads, because both are written with the same number.
  void check_foreign_keys() const {
    for (const auto& key : there_.foreign_keys) {
      const auto it = std::find_if(field_of_.begin(), field_of_.end(), [&](const auto& each) {
        return application_table::same_name(each.first, key.from);
      });
      if (it == field_of_.end()) continue;
      const auto f = r_.find_field(it->second);
      const auto target = f ? r_.target(*f) : no_resource;
      const auto* to = target == no_resource ? nullptr : adopted(all_[target].name());
      if (key.several || to == nullptr || !application_table::same_name(to->table, key.table) ||
          !(key.to.empty() || application_table::same_name(to->key, key.to)))
        refuse("the column " + key.from + " leads to " + key.table + (key.to.empty() ? "" : "." + key.to) +
               ", which is not what its field leads to; adopt both together");
    }
  }

  const adopted_table* adopted(std::string_view resource) const {
    for (const auto& t : together_)
      if (t.resource == resource) return &t;
    return nullptr;
  }

  connection& db_;
  const schema& all_;
  const adopted_table& described_;
  const std::vector<adopted_table>& together_;
  statement_counter& executed_;
  const resource_schema& r_;
  application_table there_;
  std::string key_;
  std::vector<adopted_column> columns_;
  std::vector<std::pair<std::string, std::string>> meta_;
  std::map<std::string, std::string> field_of_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace edensync::sqlite::detail
