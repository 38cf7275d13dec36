#pragma once

#include <boost/json.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"

namespace edensync {

/// The content of the first record of an S3XML document as S3JSON, for the tree of an answer that refuses it.
///
/// Fields stand under their names with `@value` and `$`, references under `$k_NAME`, components in lists under `$_TABLE`,
/// attributes under `@NAME`. Empty if the document cannot be read. Source: spec/s3xml.md §7.
template <xml_event_source X>
boost::json::object refused_element(std::string_view document) {
  class builder final : public xml_handler {
   public:
    void start(std::string_view name, std::span<const xml_attribute> attributes) override {
      open_.push_back({std::string(name), {}, {}, {}});
      auto& e = open_.back();
      for (const auto& a : attributes) {
        if (a.name == "field" || (a.name == "name" && name == "resource"))
          e.key = a.value;
        else
          e.content["@" + std::string(a.name)] = a.name == "value" ? decoded(a.value) : boost::json::value(a.value);
      }
    }
    void text(std::string_view piece) override { open_.back().text += piece; }
    void end(std::string_view name) override {
      auto done = std::move(open_.back());
      open_.pop_back();
      if (open_.empty()) return;
      if (name == "resource" && open_.size() == 1) {
        if (root.empty()) root = std::move(done.content);
        return;
      }
      auto& into = open_.back().content;
      if (name == "data") {
        if (!done.text.empty()) {
          if (!done.content.contains("@value")) done.content["@value"] = done.text;
          done.content["$"] = done.text;
        }
        into[done.key] = std::move(done.content);
      } else if (name == "reference") {
        into["$k_" + done.key] = std::move(done.content);
      } else if (name == "resource") {
        auto& list = into["$_" + done.key];
        if (!list.is_array()) list = boost::json::array();
        list.get_array().push_back(std::move(done.content));
      }
    }

    boost::json::object root;

   private:
    struct element {
      std::string name, key, text;
      boost::json::object content;
    };

    static boost::json::value decoded(std::string_view text) {
      boost::system::error_code wrong;
      auto v = boost::json::parse(text, wrong);
      return wrong ? boost::json::value(text) : v;
    }

    std::vector<element> open_;
  } into;
  X source(into, xml_limits{});
  if (!source.feed(document) || !source.finish()) return {};
  return std::move(into.root);
}

}  // namespace edensync
