#pragma once

#include <boost/json/object.hpp>
#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"
#include "edensync/schema/described_table.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::detail {

/// Reads what the field descriptions leave out.
class description_supplement {
 public:
  description_supplement(boost::json::object tables, std::deque<described_table>& described)
      : tables_(std::move(tables)), described_(&described) {}

  /// Errors, thrown: `bad_schema` if it has another shape. All components first, because they say which keys matter.
  void apply() {
    add_tables();
    for (auto& t : *described_)
      if (const auto* o = object_at(tables_, t.name, t.name)) {
        for (const auto super : texts_at(*o, "super_entity"))
          if (!super.empty()) t.super_entities.push_back(t.keep(super));
        drop_super_keys(t, *o);
        describe_fields(t, *o);
        describe_components(t, *o);
        for (const auto name : texts_at(*o, "json_references"))
          if (auto* f = t.find(name); f != nullptr && f->type == field_type::json) f->holds_references = true;
        if (const auto h = text_at(*o, "hierarchy"); !h.empty()) t.hierarchy = t.keep(h);
        describe_duplicates(t, *o);
      }
    for (auto& t : *described_) {
      for (auto& f : t.fields)
        // A record could never be complete if it needed one that is not synchronised.
        if (!f.target.empty() && !find(f.target) && !is_component_key(t.name, f.name)) f.mandatory = false;
      const auto* parent = t.find("parent");
      if (t.hierarchy.empty() && parent && parent->type == field_type::reference && parent->target == t.name)
        t.hierarchy = parent->name;
    }
  }

 private:
  // Tables of which there is no field description, if the supplement tells the types of their fields. Super-entities, whose
  // records follow from others, have a key of another name.
  void add_tables() {
    for (const auto& [name, v] : tables_) {
      const auto* o = v.if_object();
      if (o == nullptr || find(name) != nullptr || text_at(*o, "id") != "id" || schema::never_travels(name)) continue;
      described_table t;
      t.name = name;
      const auto fields = objects_at(*o, "fields", t.name);
      const auto told = [](const auto* d) { return flag_at(*d, "meta") || !text_at(*d, "type").empty(); };
      if (!std::all_of(fields.begin(), fields.end(), told)) continue;
      for (const auto* d : fields)
        if (!flag_at(*d, "meta")) add_field(t, text_at(*d, "name"), text_at(*d, "type"));
      if (!t.fields.empty()) described_->push_back(std::move(t));
    }
  }

  described_table* find(std::string_view name) const {
    for (auto& t : *described_)
      if (t.name == name) return &t;
    return nullptr;
  }

  static const boost::json::object* object_at(const boost::json::object& in, std::string_view key,
                                              const std::string& where) {
    const auto* v = in.if_contains(key);
    if (v && !v->is_object()) throw_failure(error::bad_schema, "supplement, " + where + ": an object is expected");
    return v ? &v->get_object() : nullptr;
  }

  static std::vector<const boost::json::object*> objects_at(const boost::json::object& in, std::string_view key,
                                                            const std::string& where) {
    std::vector<const boost::json::object*> all;
    const auto* v = in.if_contains(key);
    if (!v) return all;
    const auto bad = [&] {
      throw_failure(error::bad_schema,
                    "supplement, " + where + "." + std::string(key) + ": a list of objects is expected");
    };
    if (!v->is_array()) bad();
    for (const auto& e : v->get_array()) {
      if (!e.is_object()) bad();
      all.push_back(&e.get_object());
    }
    return all;
  }

  static std::string_view text_at(const boost::json::object& in, std::string_view key) {
    const auto* v = in.if_contains(key);
    return v && v->is_string() ? std::string_view(v->get_string()) : std::string_view();
  }

  static bool flag_at(const boost::json::object& in, std::string_view key) {
    const auto* v = in.if_contains(key);
    return v && v->is_bool() && v->get_bool();
  }

  static std::vector<std::string_view> texts_at(const boost::json::object& in, std::string_view key) {
    std::vector<std::string_view> all;
    const auto* v = in.if_contains(key);
    if (v && v->is_string()) all.push_back(v->get_string());
    if (v && v->is_array())
      for (const auto& e : v->get_array())
        if (e.is_string()) all.push_back(e.get_string());
    return all;
  }

  // The keys of the records that stand for this one in a super-entity never travel (spec/s3xml.md §4.1).
  void drop_super_keys(described_table& t, const boost::json::object& o) const {
    for (const auto super : texts_at(o, "super_entity")) {
      const auto* s = object_at(tables_, super, std::string(super));
      const auto key = s ? text_at(*s, "id") : std::string_view();
      std::erase_if(t.fields, [&](const field_descriptor& f) { return f.name == key && f.target == super; });
    }
  }

  static void describe_fields(described_table& t, const boost::json::object& o) {
    for (const auto* d : objects_at(o, "fields", t.name)) {
      auto* f = t.find(text_at(*d, "name"));
      if (!f) continue;
      const auto* standard = d->if_contains("default");
      const bool has_default =
          standard && !standard->is_null() && !(standard->is_string() && standard->get_string().empty());
      const auto validators = texts_at(*d, "validators");
      const auto has = [&](std::string_view v) {
        return std::find(validators.begin(), validators.end(), v) != validators.end();
      };
      const bool refuses_empty = !has("IS_EMPTY_OR") && (has("IS_NOT_EMPTY") || has("IS_ONE_OF") || has("IS_LOCATION"));
      f->mandatory = !has_default && (flag_at(*d, "notnull") || refuses_empty);
      f->unique = flag_at(*d, "unique");
      if (has_default && standard->is_string()) f->standard = t.keep(standard->get_string());
      if (const auto* length = d->if_contains("length"); length && length->is_int64() && has("IS_LENGTH"))
        f->length = static_cast<std::uint32_t>(std::clamp<std::int64_t>(length->get_int64(), 0, 0xffffffff));
      f->represented =
          flag_at(*d, "has_representation") && (f->type == field_type::string || f->type == field_type::text);
    }
  }

  // Of several attachments of one table the whole one is kept: the others are filtered subsets of it.
  void describe_components(described_table& t, const boost::json::object& o) const {
    for (const auto* d : objects_at(o, "components", t.name)) {
      const auto table = text_at(*d, "table");
      // What is nested is the record of a link table, by the name of its own.
      const auto alias = text_at(*d, "linked").empty() ? text_at(*d, "alias") : table.substr(table.find('_') + 1);
      const auto key = text_at(*d, "fkey");
      auto* part = find(table);
      const auto* field = part ? part->find(key) : nullptr;
      // Tables that are not described, and links that are followed backwards from the key, have no place here.
      if (!field || field->type != field_type::reference) continue;
      const auto usual = table.substr(table.find('_') + 1);
      const component_descriptor c{t.keep(table), t.keep(alias), t.keep(key), flag_at(*d, "multiple")};
      const auto same = std::find_if(t.components.begin(), t.components.end(),
                                     [&](const auto& other) { return other.resource == table && other.key == key; });
      if (same == t.components.end())
        t.components.push_back(c);
      else if (alias == usual && same->alias != usual)
        *same = c;
    }
  }

  // Only rules that name fields can be read here; a function of Eden's own has to be written again.
  static void describe_duplicates(described_table& t, const boost::json::object& o) {
    const auto* v = o.if_contains("deduplicate");
    const auto* d = v ? v->if_object() : nullptr;
    if (!d) return;
    if (text_at(*d, "class") != "S3Duplicate") {
      // A function of Eden's own cannot be read. Where each record has to have a name it goes by that first.
      if (const auto* name = t.find("name"); name != nullptr && name->mandatory) t.duplicates = duplicate_rule{};
      return;
    }
    const auto flag = [&](std::string_view key, bool usual) {
      const auto* f = d->if_contains(key);
      return f && f->is_bool() ? f->get_bool() : usual;
    };
    duplicate_rule rule;
    // Without one of its primary fields the rule would find too much.
    for (const auto name : texts_at(*d, "primary"))
      if (t.find(name)) t.primary.push_back(t.keep(name));
    if (t.primary.size() != texts_at(*d, "primary").size()) return;
    for (const auto name : texts_at(*d, "secondary"))
      if (t.find(name)) t.secondary.push_back(t.keep(name));
    if (!t.primary.empty())
      rule.primary = t.primary;
    else if (!t.find("name"))
      return;
    rule.secondary = t.secondary;
    rule.ignore_case = flag("ignore_case", true);
    rule.ignore_deleted = flag("ignore_deleted", false);
    rule.no_update = flag("noupdate", false);
    t.duplicates = rule;
  }

  bool is_component_key(std::string_view table, std::string_view key) const {
    for (const auto& t : *described_)
      for (const auto& c : t.components)
        if (c.resource == table && c.key == key) return true;
    return false;
  }

  boost::json::object tables_;
  std::deque<described_table>* described_;
};

}  // namespace edensync::detail
