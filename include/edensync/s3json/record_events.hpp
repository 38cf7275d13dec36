#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/s3json/value_tree.hpp"
#include "edensync/s3json/vocabulary.hpp"

namespace edensync::s3json {

/// A record goes beyond a limit; the words say which.
class beyond_limit : public std::length_error {
 public:
  using std::length_error::length_error;
};

/// What stands in the place of a record is no object.
class no_record_there : public std::invalid_argument {
 public:
  no_record_there() : std::invalid_argument("no record") {}
};

/// Tells a handler what a record in S3JSON holds, as if it had been read from S3XML.
///
/// Fields come before components, whatever the order of the members. What S3XML knows no element for is left out, and
/// so are members whose names begin with `$` and are none of Eden's. Taken besides what Eden writes: an array of plain
/// values for a list, null for an emptied field, and objects in the place of arrays of one.
/// Errors: `beyond_limit`, `no_record_there`, and what the handler throws. Lifetime: the handler outlives it.
/// Source: spec/s3xml.md §7.
class record_events {
 public:
  record_events(xml_handler& to, const xml_limits& limits) : to_(&to), limits_(limits) {}

  /// The record that stands at a place of a tree, so many elements deep; it must be an object.
  void tell(const value_tree& tree, std::uint32_t at, std::string_view table, std::size_t depth) {
    tree_ = &tree;
    object(at, word::resource, word::name, table, depth);
  }

  /// The text of an attribute: a string as it is, a list as JSON. The attribute `value` is read as JSON, so that there a
  /// string which is JSON by itself stands in quotes.
  static std::string attribute_text(const value_tree& tree, std::uint32_t at, std::string_view name) {
    std::string out;
    const bool string = tree.what(at) == kind::string;
    const auto text = tree.text(at);
    if (tree.is_container(at) || (string && name == word::value && (text.starts_with('"') || is_json(text))))
      tree.append_json(out, at);
    else
      out = text;
    return out;
  }

 private:
  using kind = value_tree::kind;

  void object(std::uint32_t at, std::string_view element, std::string_view key, std::string_view name,
              std::size_t depth) {
    if (depth > limits_.depth) throw beyond_limit("elements are nested too deeply");
    attributes_.clear();
    texts_.clear();
    add(key, name);
    tree_->for_each(at, [&](std::uint32_t i) {
      const auto attribute = tree_->key_of(i);
      if (!attribute.starts_with(attribute_prefix)) return;
      const auto as = attribute.substr(attribute_prefix.size());
      if (as == key || (tree_->what(i) == kind::null && as != word::value)) return;
      texts_.push_back(attribute_text(*tree_, i, as));
      add(as, texts_.back());
    });
    to_->start(element, attributes_);
    tree_->for_each(at, [&](std::uint32_t i) { field(i, depth + 1); });
    tree_->for_each(at, [&](std::uint32_t i) {
      if (const auto table = tree_->key_of(i); table.starts_with(resource_prefix))
        each(i, word::resource, word::name, table.substr(resource_prefix.size()), depth + 1);
    });
    to_->end(element);
  }

  // Everything within an object but its attributes and components.
  void field(std::uint32_t i, std::size_t depth) {
    const auto name = tree_->key_of(i);
    if (name.starts_with(attribute_prefix) || name.starts_with(resource_prefix)) return;
    if (name == text_name) return text(i);
    if (name.starts_with(reference_prefix))
      each(i, word::reference, word::field, name.substr(reference_prefix.size()), depth);
    else if (!name.starts_with(text_name))
      each(i, word::data, word::field, name, depth);
  }

  void each(std::uint32_t at, std::string_view element, std::string_view key, std::string_view name,
            std::size_t depth) {
    if (tree_->what(at) != kind::array || (element == word::data && is_list(at)))
      return one(at, element, key, name, depth);
    tree_->for_each(at, [&](std::uint32_t i) { one(i, element, key, name, depth); });
  }

  bool is_list(std::uint32_t at) const {
    bool plain = true;
    tree_->for_each(at, [&](std::uint32_t i) { plain = plain && tree_->what(i) != kind::object; });
    return plain;
  }

  void one(std::uint32_t at, std::string_view element, std::string_view key, std::string_view name, std::size_t depth) {
    if (tree_->what(at) == kind::object) return object(at, element, key, name, depth);
    if (element == word::resource) throw no_record_there();
    if (depth > limits_.depth) throw beyond_limit("elements are nested too deeply");
    const bool list = tree_->what(at) == kind::array, null = tree_->what(at) == kind::null;
    if (list && element != word::data) return;
    // An empty reference is a field that says nothing.
    if (null) element = word::data;
    attributes_.clear();
    texts_.clear();
    add(key, name);
    if (list || null) {
      tree_->append_json(texts_.emplace_back(), at);
      add(word::value, texts_.back());
    }
    to_->start(element, attributes_);
    if (!list && !null) text(at);
    to_->end(element);
  }

  // A text of S3XML is un-escaped once more by its reader, one of S3JSON means itself.
  void text(std::uint32_t at) {
    if (tree_->what(at) == kind::boolean) return to_->text(tree_->text(at) == "true" ? "True" : "False");
    if (tree_->is_container(at) || tree_->what(at) == kind::null) return;
    auto all = tree_->text(at);
    for (;;) {
      const auto amp = all.find('&');
      if (const auto plain = all.substr(0, amp); !plain.empty()) to_->text(plain);
      if (amp == std::string_view::npos) return;
      to_->text("&amp;");
      all.remove_prefix(amp + 1);
    }
  }

  void add(std::string_view name, std::string_view value) {
    if (attributes_.size() == limits_.attributes) throw beyond_limit("an element has too many attributes");
    if (value.size() > limits_.text) throw beyond_limit("an attribute is too long");
    attributes_.push_back({name, value});
  }

  xml_handler* to_;
  xml_limits limits_;
  const value_tree* tree_ = nullptr;
  std::vector<xml_attribute> attributes_;
  /// What attributes point to that stands in no tree.
  std::deque<std::string> texts_;
};

}  // namespace edensync::s3json
