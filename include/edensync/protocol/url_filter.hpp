#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/protocol/filter_column.hpp"
#include "edensync/protocol/filter_key.hpp"
#include "edensync/protocol/filter_moment.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/protocol/wildcard.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Says whether a record passes. Pure, and safe to call from several threads at once.
using record_predicate = std::function<bool(const record&)>;

namespace detail {

/// As in SQL: yes, no, or unknown because something is null.
using truth = std::optional<bool>;

inline truth any_of(truth a, truth b) {
  if (a == true || b == true) return true;
  return a && b ? truth(false) : std::nullopt;
}
inline truth all_of(truth a, truth b) {
  if (a == false || b == false) return false;
  return a && b ? truth(true) : std::nullopt;
}

/// One column, one operator, and the members of the value in the column's own type.
struct filter_condition {
  filter_column column;
  filter_operator op = filter_operator::eq;
  std::vector<value> members;  // null_value for NONE

  truth operator()(const record& r) const {
    value scratch;
    const value& v = column.of(r, scratch);
    if (const auto* l = std::get_if<std::vector<std::string>>(&v)) return in_list(*l);
    if (const auto* l = std::get_if<std::vector<std::int64_t>>(&v)) return in_list(*l);
    if (!has_content(v)) return of_null();
    switch (op) {
      case filter_operator::ne: return !any(v, filter_operator::eq);
      default: return any(v, op);
    }
  }

 private:
  // Null is equal to NONE and nothing else; it is not even different from anything else.
  truth of_null() const {
    const bool asked = std::any_of(members.begin(), members.end(), is_null);
    switch (op) {
      case filter_operator::ne: return asked ? truth(false) : std::nullopt;
      case filter_operator::lt:
      case filter_operator::le:
      case filter_operator::gt:
      case filter_operator::ge: return std::nullopt;
      default: return asked ? truth(true) : std::nullopt;
    }
  }

  bool any(const value& v, filter_operator o) const {
    return std::any_of(members.begin(), members.end(), [&](const value& m) { return !is_null(m) && holds(v, o, m); });
  }

  static bool holds(const value& v, filter_operator o, const value& m) {
    const auto* text = std::get_if<std::string>(&v);
    const auto* wanted = std::get_if<std::string>(&m);
    if (text && wanted) {
      if (o == filter_operator::like || (o == filter_operator::belongs && wanted->find('*') != std::string::npos))
        return matches_wildcard(*text, *wanted);
      if (o == filter_operator::contains || o == filter_operator::anyof) return contains_folded(*text, *wanted);
    }
    switch (o) {
      case filter_operator::lt: return less(v, m);
      case filter_operator::le: return !less(m, v);
      case filter_operator::gt: return less(m, v);
      case filter_operator::ge: return !less(v, m);
      default: return !less(v, m) && !less(m, v);
    }
  }

  // Decimals are kept as text and compared as numbers: then the member is a number.
  static bool less(const value& a, const value& b) {
    const auto number = [](const value& v) {
      if (const auto* d = std::get_if<double>(&v)) return *d;
      const auto* s = std::get_if<std::string>(&v);
      return s ? std::strtod(s->c_str(), nullptr) : 0.0;
    };
    if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) return number(a) < number(b);
    if (a.index() != b.index()) return false;
    return std::visit(
        [&](const auto& x) {
          if constexpr (requires {
                          { x < x } -> std::same_as<bool>;
                        })
            return x < std::get<std::decay_t<decltype(x)>>(b);
          else
            return false;
        },
        a);
  }

  // `contains` asks for all members, everything else for any of them.
  template <class T>
  truth in_list(const std::vector<T>& list) const {
    const auto has = [&](const value& m) {
      const auto* wanted = std::get_if<T>(&m);
      return wanted ? std::find(list.begin(), list.end(), *wanted) != list.end() : list.empty();
    };
    if (op == filter_operator::contains) return std::all_of(members.begin(), members.end(), has);
    const bool found = std::any_of(members.begin(), members.end(), has);
    return op == filter_operator::ne ? !found : found;
  }
};

/// Reads one member as the column's type; an absent value if it cannot be one.
inline value member_of(const std::string& text, field_type type, std::optional<timestamp> now) {
  const auto number = [&](auto n) -> value {
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (wrong != std::errc() || end != text.data() + text.size() || n != n) return {};  // not a number is not one
    return n;
  };
  switch (type) {
    case field_type::integer:
    case field_type::bigint:
    case field_type::list_integer: return number(std::int64_t{});
    case field_type::floating:
    case field_type::decimal: return number(double{});
    case field_type::boolean:
      if (text == "True" || text == "true" || text == "1") return true;
      if (text == "False" || text == "false" || text == "0") return false;
      return {};
    case field_type::datetime:
      if (const auto t = parse_filter_moment(text, now)) return *t;
      return {};
    case field_type::date:
      if (const auto t = parse_filter_moment(text, now)) return date_of(*t);
      return {};
    case field_type::time:
      if (const auto t = parse_time(text.size() == 5 ? text + ":00" : text)) return *t;
      return {};
    case field_type::reference:
    case field_type::list_reference: return {};
    default: return text;
  }
}

inline bool fits(filter_operator op, field_type type) {
  const bool list = type == field_type::list_string || type == field_type::list_integer;
  const bool text = type == field_type::string || type == field_type::text || type == field_type::json ||
                    type == field_type::upload || type == field_type::list_string;
  switch (op) {
    case filter_operator::like: return text && !list;
    case filter_operator::contains:
    case filter_operator::anyof: return text || list;
    case filter_operator::lt:
    case filter_operator::le:
    case filter_operator::gt:
    case filter_operator::ge: return !list && type != field_type::boolean;
    default: return true;
  }
}

}  // namespace detail

/// Turns a term of a filter into a predicate over the records of a resource.
///
/// `like`, `contains`, `anyof` and wildcards ignore case; null matches NONE only, and `ne` does not match it; several
/// selectors are alternatives, or all of them if the term is inverted with `!`; in a list column `contains` asks for all
/// members and the other operators for any. Beyond Eden, `~.REFERENCE$uid` compares with the identifier of the record
/// referred to; other tables' fields and contexts are not supported.
/// `now` is what relative times (`NOW`, `-3D`) count from; without it they are errors.
/// Errors: `bad_filter`, with the term and what is wrong with it. Configuration should refuse such a term; in a request
/// it is to be ignored and reported, because an Eden ignores it.
/// Lifetime: the predicate is independent of its arguments. Source: spec/protocol.md §8.2–§8.4.
inline result<record_predicate> compile_filter(const filter_term& term, const resource_schema& r,
                                               std::optional<timestamp> now = std::nullopt) {
  const auto key = parse_filter_key(term.key);
  if (!key) return key.error();
  const auto members = parse_filter_value(term.value);
  std::vector<detail::filter_condition> conditions;
  for (const auto& selector : key->selectors) {
    const auto column = detail::column_of(term, selector, r);
    if (!column) return column.error();
    if (!detail::fits(key->op, column->type)) return detail::bad_filter(term, "the operator does not fit the field");
    detail::filter_condition c{*column, key->op, {}};
    for (const auto& m : members) {
      value v = m ? detail::member_of(*m, column->type, now) : value(null_value{});
      if (is_absent(v)) return detail::bad_filter(term, "the value does not fit the field: " + *m);
      c.members.push_back(std::move(v));
    }
    conditions.push_back(std::move(c));
  }
  return record_predicate([conditions = std::move(conditions), inverted = key->inverted](const record& x) {
    detail::truth all = inverted;
    for (const auto& c : conditions) {
      const auto one = c(x);
      if (inverted)
        all = detail::all_of(all, one ? detail::truth(!*one) : one);
      else
        all = detail::any_of(all, one);
    }
    return all == true;
  });
}

}  // namespace edensync
