#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/s3json/tree_writer.hpp"

namespace edensync {

namespace detail {

/// A field that is only a text stands in a tree of errors with the value that was tried, which is that text.
inline void show_values(boost::json::object& record) {
  for (auto& [name, content] : record) {
    if (name.starts_with(s3json::resource_prefix) && content.is_array()) {
      for (auto& component : content.get_array())
        if (component.is_object()) show_values(component.get_object());
    } else if (content.is_string() && !name.starts_with(s3json::attribute_prefix) &&
               !name.starts_with(s3json::text_name)) {
      content = {{"@value", content}, {"$", content}};
    }
  }
}

}  // namespace detail

/// The content of the first record of an S3XML document as S3JSON, for the tree of an answer that refuses it.
///
/// Fields stand under their names with `@value` and `$`, references under `$k_NAME`, components in lists under `$_TABLE`,
/// attributes under `@NAME`. Empty if the document cannot be read. Source: spec/s3xml.md §7.
template <xml_event_source X>
boost::json::object refused_element(std::string_view document) {
  std::string json;
  s3json::tree_writer into(json);
  X source(into, xml_limits{});
  if (!source.feed(document) || !source.finish()) return {};
  boost::system::error_code wrong;
  boost::json::parse_options deep;
  deep.max_depth = 100;
  auto all = boost::json::parse(json, wrong, {}, deep);
  if (wrong || !all.is_object()) return {};
  for (auto& [name, records] : all.get_object()) {
    if (!name.starts_with(s3json::resource_prefix) || !records.is_array()) continue;
    auto& first = records.get_array().front();
    if (!first.is_object()) return {};
    detail::show_values(first.get_object());
    return std::move(first.get_object());
  }
  return {};
}

}  // namespace edensync
