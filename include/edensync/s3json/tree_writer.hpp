#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/s3json/vocabulary.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/s3xml/json_string.hpp"

namespace edensync::s3json {

/// Makes S3JSON of the events of S3XML: of a whole document, or of each record if it is told records only.
///
/// What is JSON in a `value` attribute stands there as it is, spelling included; a field that is only a text is that text;
/// of several elements for one field an array is made. Elements that S3XML does not know are left out, and so is the text
/// between elements. An element is kept until it is complete.
/// Lifetime: the string outlives it. Thread safety: one thread at a time. Source: spec/s3xml.md §7.
class tree_writer final : public xml_handler {
 public:
  /// Appends to a string.
  explicit tree_writer(std::string& out) : out_(&out) {}

  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    if (skip_ != 0 || !(depth_ == 0 || is_element(name))) {
      ++skip_;
      return;
    }
    if (depth_ == open_.size()) open_.emplace_back();
    auto& e = open_[depth_];
    e.begin(name, attributes);
    // Such a field would be mistaken for something else.
    if (name == word::data && (e.key.empty() || e.key[0] == '@' || e.key[0] == '$'))
      ++skip_;
    else
      ++depth_;
  }

  void text(std::string_view piece) override {
    if (skip_ == 0 && depth_ != 0 && open_[depth_ - 1].leaf) open_[depth_ - 1].text += piece;
  }

  void end(std::string_view) override {
    if (skip_ != 0) {
      --skip_;
      return;
    }
    auto& done = open_[--depth_];
    if (depth_ == 0) return done.append(*out_);
    auto& into = open_[depth_ - 1].add();
    into.key = done.key;
    into.many = done.many;
    done.append(into.json);
  }

 private:
  static bool is_element(std::string_view name) {
    return name == word::resource || name == word::data || name == word::reference;
  }

  struct member {
    std::string key;
    std::string json;
    bool many = false;  // an array, even of one
  };

  struct element {
    std::string key;
    std::string attributes;
    std::string text;
    std::vector<member> members;
    std::size_t used = 0;
    bool many = false;
    bool leaf = false;

    void begin(std::string_view name, std::span<const xml_attribute> all) {
      many = name == word::resource;
      leaf = name == word::data || name == word::reference;
      const auto named = many ? word::name : leaf ? word::field : std::string_view();
      key = many ? resource_prefix : name == word::reference ? reference_prefix : std::string_view();
      attributes.clear();
      text.clear();
      used = 0;
      for (const auto& a : all)
        if (a.name == named)
          key += a.value;
        else
          attribute(a);
    }

    void attribute(const xml_attribute& a) {
      if (!attributes.empty()) attributes += ", ";
      s3xml::append_json_string(attributes, std::string(attribute_prefix).append(a.name));
      attributes += ": ";
      if (a.name == word::value && is_json(a.value))
        attributes += a.value;
      else
        s3xml::append_json_string(attributes, a.value);
    }

    member& add() {
      if (used == members.size()) members.emplace_back();
      auto& m = members[used++];
      m.json.clear();
      return m;
    }

    void append(std::string& out) {
      s3xml::unescape_again(text);
      if (leaf && used == 0 && attributes.empty() && !text.empty()) return s3xml::append_json_string(out, text);
      join();
      out += '{';
      out += attributes;
      auto name = [&, first = attributes.empty()](std::string_view n) mutable {
        if (!std::exchange(first, false)) out += ", ";
        s3xml::append_json_string(out, n);
        out += ": ";
      };
      if (!text.empty()) {
        name(text_name);
        s3xml::append_json_string(out, text);
      }
      for (std::size_t i = 0; i < used; ++i) {
        if (members[i].json.empty()) continue;
        name(members[i].key);
        out += members[i].many ? "[" : "";
        out += members[i].json;
        out += members[i].many ? "]" : "";
      }
      out += '}';
    }

    // Members of one name become one, in the place of the first.
    void join() {
      std::vector<std::size_t> order(used);
      for (std::size_t i = 0; i < used; ++i) order[i] = i;
      const auto before = [&](std::size_t a, std::size_t b) {
        return std::pair(std::string_view(members[a].key), a) < std::pair(std::string_view(members[b].key), b);
      };
      std::sort(order.begin(), order.end(), before);
      for (std::size_t i = 0, first = 0; i < used; ++i) {
        auto &one = members[order[first]], &next = members[order[i]];
        if (i == first || one.key != next.key) {
          first = i;
          continue;
        }
        one.many = true;
        one.json.append(", ").append(next.json);
        next.json.clear();
      }
    }
  };

  std::string* out_;
  std::vector<element> open_;
  std::size_t depth_ = 0;
  /// Elements open within one that is left out, itself included.
  std::size_t skip_ = 0;
};

}  // namespace edensync::s3json
