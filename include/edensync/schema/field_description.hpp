#pragma once

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"
#include "edensync/schema/described_table.hpp"
#include "edensync/schema/description_supplement.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

namespace detail {

/// Takes one `fields.xml` apart.
class field_description_handler final : public xml_handler {
 public:
  explicit field_description_handler(described_table& into) : table_(&into) {}

  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    const auto get = [&](std::string_view wanted) {
      for (const auto& a : attributes)
        if (a.name == wanted) return a.value;
      return std::string_view();
    };
    if (depth_++ == 0) {
      table_->name = get("resource");
      if (name != "fields" || table_->name.empty())
        throw_failure(error::bad_schema, "the root is not <fields resource=…>");
    } else if (depth_ == 2 && name == "field") {
      add_field(*table_, get("name"), get("type"));
    }
  }
  void end(std::string_view) override { --depth_; }
  void text(std::string_view) override {}

 private:
  described_table* table_;
  std::size_t depth_ = 0;
};

}  // namespace detail

/// Makes a schema of Eden's own field descriptions (`GET PREFIX/NAME/fields.xml`), one document per table, and a
/// supplement for what they leave out.
///
/// The supplement is JSON: an object per table with `fields` (`name`, `notnull`, `unique`, `default`, `validators`,
/// `has_representation`), `components` (`alias`, `table`, `fkey`, `multiple`), `super_entity`, `id`, `hierarchy`,
/// `json_references` (names of fields), and `deduplicate` (`class`, of which `S3Duplicate` is understood, `primary`,
/// `secondary`, `ignore_case`, `ignore_deleted`, `noupdate`); an
/// empty text stands for none. Meta columns and a record's own super-keys are no fields. A field is mandatory if it has no
/// default and is not-null or has a validator that refuses an empty value, unless it points to a table that is not
/// described. A table without a field description is described by the supplement alone if that tells `type`s of its fields
/// and its `id` is `id`. Components whose table is not described are left out; of several attachments of a table by the same key the
/// one named like the table is kept, else the first. A reference to a super-entity may point to every described table that
/// is part of it. A field `parent` that points to its own table makes a hierarchy.
/// Errors: those of the event source; bad_json; bad_schema; each names what and where. Lifetime: the schema keeps all
/// names. Source: spec/README.md, last row.
template <xml_event_source X>
result<schema> read_schema(std::span<const std::string_view> fields_xml, std::string_view supplement_json = {}) {
  const auto tables = std::make_shared<std::deque<detail::described_table>>();
  for (const auto document : fields_xml) {
    detail::field_description_handler handler(tables->emplace_back());
    X source(handler, xml_limits{});
    auto done = source.feed(document);
    if (done) done = source.finish();
    if (!done)
      return failure{done.error().code, diagnostics("field description " + std::to_string(tables->size()) + ": " +
                                                    done.error().info.ours())};
  }
  boost::json::object supplement;
  if (!supplement_json.empty()) {
    boost::system::error_code wrong;
    auto v = boost::json::parse(supplement_json, wrong);
    if (wrong) return make_failure(error::bad_json, "supplement: " + wrong.message());
    if (!v.is_object()) return make_failure(error::bad_schema, "supplement: an object is expected");
    supplement = std::move(v.get_object());
  }
  try {
    detail::description_supplement(std::move(supplement), *tables).apply();
  } catch (const failure_exception& e) {
    return e.why();
  }
  std::vector<resource_descriptor> resources;
  for (const auto& t : *tables)
    resources.push_back({t.name, t.fields, t.components, t.hierarchy, t.super_entities, t.duplicates});
  return schema::make(resources, tables);
}

}  // namespace edensync
