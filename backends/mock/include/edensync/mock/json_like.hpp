#pragma once

#include <boost/json.hpp>
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/mock/text_like.hpp"

namespace edensync::mock {

namespace detail {

inline std::string show(const boost::json::value* v) {
  return v == nullptr ? "nothing" : in_quotes(boost::json::serialize(*v));
}

// The first place at which two values differ; none if they are equal.
inline std::optional<std::string> json_difference(const boost::json::value* wanted, const boost::json::value* came,
                                                  const std::string& where) {
  if (wanted != nullptr && came != nullptr) {
    if (*wanted == *came) return std::nullopt;
    if (wanted->is_object() && came->is_object()) {
      for (const auto& [name, value] : wanted->get_object())
        if (auto found = json_difference(&value, came->get_object().if_contains(name), where + "/" + std::string(name)))
          return found;
      for (const auto& [name, value] : came->get_object())
        if (!wanted->get_object().contains(name))
          return json_difference(nullptr, &value, where + "/" + std::string(name));
    }
    if (wanted->is_array() && came->is_array()) {
      const auto& a = wanted->get_array();
      const auto& b = came->get_array();
      for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
        if (auto found = json_difference(a.if_contains(i), b.if_contains(i), where + "/" + std::to_string(i)))
          return found;
    }
  }
  return (where.empty() ? "" : "at " + where + ": ") + show(came) + " instead of " + show(wanted);
}

}  // namespace detail

/// JSON that says the same: members in any order, white space as it may be. Says at which place it does not.
///
/// Errors: one of ours that is no JSON matches nothing, and says so.
inline text_like json(std::string text) {
  auto wanted = "JSON " + detail::in_quotes(text);
  return {std::move(wanted), [text = std::move(text)](std::string_view came) -> std::optional<std::string> {
            boost::system::error_code wrong;
            const auto a = boost::json::parse(text, wrong);
            if (wrong) return "(what is expected is no JSON)";
            const auto b = boost::json::parse(came, wrong);
            if (wrong) return "no JSON: " + detail::in_quotes(came);
            return detail::json_difference(&a, &b, {});
          }};
}

}  // namespace edensync::mock
