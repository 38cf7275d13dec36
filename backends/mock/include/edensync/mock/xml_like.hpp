#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/mock/text_like.hpp"

namespace edensync::mock {

/// An XML document as a tree.
struct xml_element {
  std::string name;
  std::map<std::string, std::string> attributes{};
  /// All of its own text, wherever it stands between the children.
  std::string text{};
  std::vector<xml_element> children{};

  /// The value of an attribute, empty if it is absent.
  std::string operator[](const std::string& attribute) const {
    const auto it = attributes.find(attribute);
    return it == attributes.end() ? std::string() : it->second;
  }
};

namespace detail {

class xml_builder final : public xml_handler {
 public:
  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    xml_element e{std::string(name)};
    for (const auto& a : attributes) e.attributes.emplace(a.name, a.value);
    open_.push_back(std::move(e));
  }
  void end(std::string_view) override {
    xml_element done = std::move(open_.back());
    open_.pop_back();
    if (open_.empty())
      root = std::move(done);
    else
      open_.back().children.push_back(std::move(done));
  }
  void text(std::string_view piece) override { open_.back().text += piece; }

  std::optional<xml_element> root;

 private:
  std::vector<xml_element> open_;
};

inline std::string without_margins(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from));
}

// The first place at which two elements differ; none if they say the same.
inline std::optional<std::string> xml_difference(const xml_element& wanted, const xml_element& came,
                                                 const std::string& above) {
  const auto where = above + "/" + wanted.name;
  const auto differs = [](const std::string& place, std::string_view b, std::string_view a) {
    return "at " + place + ": " + in_quotes(b) + " instead of " + in_quotes(a);
  };
  if (wanted.name != came.name) return "at " + where + ": <" + came.name + ">";
  for (const auto& [name, value] : wanted.attributes)
    if (!came.attributes.contains(name))
      return "at " + where + "/@" + name + ": nothing instead of " + in_quotes(value);
    else if (came[name] != value)
      return differs(where + "/@" + name, came[name], value);
  for (const auto& [name, value] : came.attributes)
    if (!wanted.attributes.contains(name))
      return "at " + where + "/@" + name + ": " + in_quotes(value) + " instead of nothing";
  const auto a = without_margins(wanted.text), b = without_margins(came.text);
  if (a != b) return differs(where, b, a);
  for (std::size_t i = 0; i < wanted.children.size() && i < came.children.size(); ++i)
    if (auto found = xml_difference(wanted.children[i], came.children[i], where + "[" + std::to_string(i + 1) + "]"))
      return found;
  if (wanted.children.size() == came.children.size()) return std::nullopt;
  return "at " + where + ": " + std::to_string(came.children.size()) + " elements instead of " +
         std::to_string(wanted.children.size());
}

}  // namespace detail

/// Reads a document; none if it is not well-formed.
template <xml_event_source EventSource>
std::optional<xml_element> read_xml(std::string_view text) {
  detail::xml_builder into;
  EventSource source(into, xml_limits{});
  if (!source.feed(text) || !source.finish()) return std::nullopt;
  return std::move(into.root);
}

/// XML that says the same: attributes in any order, white space around texts as it may be. Says at which place it does not.
///
/// Errors: one of ours that is no XML matches nothing, and says so.
template <xml_event_source EventSource>
text_like xml(std::string text) {
  auto wanted = "XML " + detail::in_quotes(text);
  return {std::move(wanted), [text = std::move(text)](std::string_view came) -> std::optional<std::string> {
            const auto a = read_xml<EventSource>(text), b = read_xml<EventSource>(came);
            if (!a) return "(what is expected is no XML)";
            if (!b) return "no XML: " + detail::in_quotes(came);
            return detail::xml_difference(*a, *b, {});
          }};
}

}  // namespace edensync::mock
