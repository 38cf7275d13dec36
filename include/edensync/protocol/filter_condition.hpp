#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/result.hpp"
#include "edensync/protocol/filter_column.hpp"
#include "edensync/protocol/filter_key.hpp"
#include "edensync/protocol/filter_moment.hpp"
#include "edensync/protocol/wildcard.hpp"

namespace edensync {

/// How much is asked of a filter: of one that an administrator enters, and of one that comes with a request, where an
/// Eden makes what it can of it.
enum class filter_reading : std::uint8_t { strict, as_eden };

namespace detail {

/// As in SQL: yes, no, or unknown because something is null.
using truth = std::optional<bool>;

inline truth any_of(truth a, truth b) {
  if (a == true || b == true) return true;
  return a && b ? truth(false) : std::nullopt;
}
inline truth not_of(truth a) { return a ? truth(!*a) : a; }

/// The text in which `like` sees a value; none for what it cannot look into.
inline std::optional<std::string> text_of(const value& v) {
  if (const auto* s = std::get_if<std::string>(&v)) return *s;
  if (const auto* n = std::get_if<std::int64_t>(&v)) return std::to_string(*n);
  if (const auto* d = std::get_if<date>(&v)) return to_text(*d);
  if (const auto* t = std::get_if<time_of_day>(&v)) return to_text(*t);
  if (const auto* t = std::get_if<timestamp>(&v)) return to_text(date_of(*t)) + ' ' + to_text(time_of(*t));
  return std::nullopt;
}

inline bool holds_text(field_type t) {
  return t == field_type::string || t == field_type::text || t == field_type::json || t == field_type::upload;
}
inline bool holds_list(field_type t) {
  return t == field_type::list_string || t == field_type::list_integer || t == field_type::list_reference;
}

}  // namespace detail

/// One column, one operator, and the members of the value in the column's own type. Pure.
struct filter_condition {
  filter_column column;
  filter_operator op = filter_operator::eq;
  std::vector<value> members{};  // null_value for NONE
  bool negated = false;

  /// Whether a record fulfils it; null: there is none, so all of its columns are null.
  detail::truth operator()(const stored_record* r) const {
    static const value nothing = null_value{};
    value scratch;
    const auto is = holds_for(r != nullptr ? column.of(*r, scratch) : nothing);
    return negated ? detail::not_of(is) : is;
  }

 private:
  detail::truth holds_for(const value& v) const {
    if (const auto* l = std::get_if<std::vector<std::string>>(&v); l && !l->empty()) return in_list(*l);
    if (const auto* l = std::get_if<std::vector<std::int64_t>>(&v); l && !l->empty()) return in_list(*l);
    if (!has_content(v) || detail::holds_list(column.type)) return of_null();
    if (op == filter_operator::ne) return !holds(v, filter_operator::eq, members.front());
    bool unknown = false;
    for (const auto& m : members) {
      if (!is_null(m) && holds(v, op, m)) return true;
      unknown = unknown || (is_null(m) && orders());
    }
    return unknown ? std::nullopt : detail::truth(false);
  }

  // Null is equal to NONE and nothing else; it is not even different from anything else.
  detail::truth of_null() const {
    const bool asked = std::any_of(members.begin(), members.end(), is_null);
    switch (op) {
      case filter_operator::ne: return asked ? detail::truth(false) : std::nullopt;
      case filter_operator::eq:
      case filter_operator::belongs:
      case filter_operator::type_of: return asked ? detail::truth(true) : std::nullopt;
      default: return std::nullopt;
    }
  }

  bool orders() const {
    return op == filter_operator::lt || op == filter_operator::le || op == filter_operator::gt ||
           op == filter_operator::ge;
  }

  static bool holds(const value& v, filter_operator o, const value& m) {
    const auto* wanted = std::get_if<std::string>(&m);
    if (o == filter_operator::like) {
      const auto text = detail::text_of(v);
      return text && wanted && matches_wildcard(*text, *wanted);
    }
    if (const auto* text = std::get_if<std::string>(&v); text && wanted) {
      const bool among = o == filter_operator::belongs || o == filter_operator::type_of;
      if (among && wanted->find('*') != std::string::npos) return matches_wildcard(*text, *wanted, 0);
      if (o == filter_operator::contains || o == filter_operator::anyof) return contains_folded(*text, *wanted);
    }
    switch (o) {
      case filter_operator::lt: return less(v, m);
      case filter_operator::le: return comparable(v, m) && !less(m, v);
      case filter_operator::gt: return less(m, v);
      case filter_operator::ge: return comparable(v, m) && !less(v, m);
      default: return comparable(v, m) && !less(v, m) && !less(m, v);
    }
  }

  static bool comparable(const value& a, const value& b) {
    return a.index() == b.index() || std::holds_alternative<double>(a) || std::holds_alternative<double>(b);
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

  // `contains` asks for all members, `anyof` for one, and the others compare the list as a whole.
  template <class T>
  detail::truth in_list(const std::vector<T>& list) const {
    const auto has = [&](const value& m) {
      const auto* wanted = std::get_if<T>(&m);
      return wanted && std::find(list.begin(), list.end(), *wanted) != list.end();
    };
    const auto is = [&](const value& m) { return list.size() == 1 && has(m); };
    switch (op) {
      case filter_operator::contains: return std::all_of(members.begin(), members.end(), has);
      case filter_operator::anyof: return std::any_of(members.begin(), members.end(), has);
      case filter_operator::type_of:
        return column.type == field_type::list_reference ? std::any_of(members.begin(), members.end(), has)
                                                         : std::all_of(members.begin(), members.end(), has);
      case filter_operator::belongs: return std::any_of(members.begin(), members.end(), is);
      default: {
        const bool same = std::equal(list.begin(), list.end(), members.begin(), members.end(),
                                     [](const T& x, const value& m) { return m == value(x); });
        return op == filter_operator::ne ? !same : same;
      }
    }
  }
};

namespace detail {

/// Reads one member as the column's type; an absent value if it cannot be one.
inline value member_of(const std::string& text, field_type type, filter_operator op, filter_reading how,
                       std::optional<timestamp> now) {
  const bool lenient = how == filter_reading::as_eden;
  if (op == filter_operator::like) return text;
  const auto number = [&](auto n) -> value {
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (wrong != std::errc() || end != text.data() + text.size() || n != n) return {};  // not a number is not one
    return n;
  };
  switch (type) {
    case field_type::integer:
    case field_type::bigint:
    case field_type::list_integer: return number(std::int64_t{});
    case field_type::reference:
    case field_type::list_reference: {
      // What is no number is no record.
      value v = number(std::int64_t{});
      return is_absent(v) && lenient && op == filter_operator::eq ? value(std::int64_t{-1}) : v;
    }
    case field_type::floating:
    case field_type::decimal: return number(double{});
    case field_type::boolean:
      if (text == "True" || text == "true" || text == "1") return true;
      if (text == "False" || text == "false" || text == "0") return false;
      // An Eden looks at the first character.
      return lenient ? value(!text.empty() && text[0] != '0' && text[0] != 'F' && text[0] != 'f') : value();
    case field_type::datetime:
      if (const auto t = parse_filter_moment(text, now)) return *t;
      return {};
    case field_type::date:
      if (const auto t = parse_filter_moment(text, now)) return date_of(*t);
      return {};
    case field_type::time:
      if (const auto t = parse_time(text.size() == 5 ? text + ":00" : text)) return *t;
      return {};
    default: return text;
  }
}

inline bool fits(filter_operator op, field_type type) {
  switch (op) {
    case filter_operator::like:
      return !holds_list(type) && type != field_type::boolean && type != field_type::floating &&
             type != field_type::reference;
    case filter_operator::contains:
    case filter_operator::anyof: return holds_text(type) || holds_list(type);
    case filter_operator::lt:
    case filter_operator::le:
    case filter_operator::gt:
    case filter_operator::ge: return !holds_list(type) && type != field_type::boolean;
    default: return true;
  }
}

}  // namespace detail

/// Makes a condition of a column. Errors: `bad_filter` if operator or value do not fit the column; `bad_request` in place of
/// it for a value in a request, because an Eden does not leave such a condition out, but dies of it.
///
/// `now` is what relative times (`NOW`, `-3D`) count from; without it they are errors.
inline result<filter_condition> make_filter_condition(const filter_column& column, filter_operator op,
                                                      const std::vector<filter_member>& members, filter_reading how,
                                                      std::optional<timestamp> now) {
  if (!detail::fits(op, column.type)) return make_failure(error::bad_filter, "the operator does not fit the field");
  filter_condition c{column, op};
  // Several values: any of them, and their wildcards count.
  if (members.size() > 1 && !detail::holds_list(column.type) &&
      (op == filter_operator::eq || op == filter_operator::ne)) {
    c.op = filter_operator::belongs;
    c.negated = op == filter_operator::ne;
  }
  for (const auto& m : members) {
    value v = m ? detail::member_of(*m, column.type, op, how, now) : value(null_value{});
    if (is_absent(v))
      return make_failure(how == filter_reading::strict ? error::bad_filter : error::bad_request,
                          "the value does not fit the field: " + *m);
    if (m && column.what == filter_column::part::author && how == filter_reading::strict)
      return make_failure(error::bad_filter, "accounts have no numbers here, only names: write created_by$email");
    c.members.push_back(std::move(v));
  }
  return c;
}

}  // namespace edensync
