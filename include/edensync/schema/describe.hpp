#pragma once

#include <boost/hana/accessors.hpp>
#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/define_struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/unpack.hpp>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/core/resource_descriptor.hpp"
#include "edensync/core/result.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// A string member whose field type is another one than `string`.
template <field_type Type>
struct typed_string : std::string {
  static constexpr field_type type = Type;
  using std::string::string;
  typed_string() = default;
  typed_string(std::string s) : std::string(std::move(s)) {}  // NOLINT: a plain string is as good
};

using long_text = typed_string<field_type::text>;
using decimal = typed_string<field_type::decimal>;
using json_text = typed_string<field_type::json>;
using password = typed_string<field_type::password>;
using upload = typed_string<field_type::upload>;

/// A member that points to a record of the described struct `Target`; empty if it points to none.
///
/// `Target` may also be a type that only gives a super-entity its name: then the uid may be that of a record of any
/// resource that is part of it, and `site::write` finds out of which.
template <class Target>
struct link {
  uid target;
  friend bool operator==(const link&, const link&) = default;
};

/// Specialise for each struct that is a resource.
///
/// Required: `static constexpr std::string_view name` (the table). Optional, each `static constexpr`:
/// `std::array<std::string_view, N> unique` (fields), `std::array<component_descriptor, N> components`,
/// `std::array<std::string_view, N> represented` (fields), `std::string_view hierarchy` (a field),
/// `std::array<std::string_view, N> super_entities` (tables that it is part of), `std::array<std::string_view, N>
/// json_references` (fields with JSON that refers to records), `duplicate_rule duplicates` (how its records are recognised
/// without a common uid; `duplicate_rule{}`: by their name).
///
/// The struct itself is described with BOOST_HANA_DEFINE_STRUCT or BOOST_HANA_ADAPT_STRUCT and has a member
/// `edensync::uid uuid`. Every other member is a field; a member that is neither a `std::optional` nor a vector is
/// mandatory.
template <class Struct>
struct resource;

/// A struct that `describe` accepts.
template <class T>
concept described_struct = boost::hana::Struct<T>::value && requires(T t) {
  { resource<T>::name } -> std::convertible_to<std::string_view>;
  { t.uuid } -> std::same_as<uid&>;
};

namespace detail {

template <class T>
struct member_traits;  // not defined: the member's type cannot travel

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T, field_type Type>
struct plain_member {
  static constexpr field_type type = Type;
  static constexpr std::string_view target{};
  static value get(const T& m) { return m; }
  static void set(T& m, const value& v) { m = std::get<T>(v); }
};

template <>
struct member_traits<bool> : plain_member<bool, field_type::boolean> {};
template <>
struct member_traits<double> : plain_member<double, field_type::floating> {};
template <>
struct member_traits<std::string> : plain_member<std::string, field_type::string> {};
template <>
struct member_traits<timestamp> : plain_member<timestamp, field_type::datetime> {};
template <>
struct member_traits<date> : plain_member<date, field_type::date> {};
template <>
struct member_traits<time_of_day> : plain_member<time_of_day, field_type::time> {};
template <>
struct member_traits<std::vector<std::string>> : plain_member<std::vector<std::string>, field_type::list_string> {};
template <>
struct member_traits<std::vector<std::int64_t>> : plain_member<std::vector<std::int64_t>, field_type::list_integer> {};

template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
struct member_traits<T> {
  static constexpr field_type type = sizeof(T) > 4 ? field_type::bigint : field_type::integer;
  static constexpr std::string_view target{};
  static value get(T m) { return static_cast<std::int64_t>(m); }
  static void set(T& m, const value& v) {
    const auto wide = std::get<std::int64_t>(v);
    if (!std::in_range<T>(wide)) throw_failure(error::record_refused, "the number does not fit into its member");
    m = static_cast<T>(wide);
  }
};

template <field_type Type>
struct member_traits<typed_string<Type>> {
  static constexpr field_type type = Type;
  static constexpr std::string_view target{};
  static value get(const std::string& m) { return m; }
  static void set(typed_string<Type>& m, const value& v) { m = typed_string<Type>(std::get<std::string>(v)); }
};

template <class Target>
struct member_traits<link<Target>> {
  static constexpr field_type type = field_type::reference;
  static constexpr std::string_view target = resource<Target>::name;
  static value get(const link<Target>& m) {
    if (m.target.empty()) return null_value{};
    return reference{no_resource, m.target, record_handle::none};
  }
  static void set(link<Target>& m, const value& v) { m.target = std::get<reference>(v).target; }
};

template <class Target>
struct member_traits<std::vector<link<Target>>> {
  static constexpr field_type type = field_type::list_reference;
  static constexpr std::string_view target = resource<Target>::name;
  static value get(const std::vector<link<Target>>& m) {
    std::vector<reference> out;
    for (const auto& l : m) out.push_back({no_resource, l.target, record_handle::none});
    return out;
  }
  static void set(std::vector<link<Target>>& m, const value& v) {
    m.clear();
    for (const auto& r : std::get<std::vector<reference>>(v)) m.push_back({r.target});
  }
};

template <class T>
struct member_traits<std::optional<T>> {
  static constexpr field_type type = member_traits<T>::type;
  static constexpr std::string_view target = member_traits<T>::target;
  static value get(const std::optional<T>& m) { return m ? member_traits<T>::get(*m) : value(null_value{}); }
  static void set(std::optional<T>& m, const value& v) { member_traits<T>::set(m.emplace(), v); }
};

constexpr bool is_list(field_type t) {
  return t == field_type::list_string || t == field_type::list_integer || t == field_type::list_reference;
}

template <class Names>
constexpr bool contains(const Names& names, std::string_view name) {
  for (const std::string_view n : names)
    if (n == name) return true;
  return false;
}

template <class Struct, class Accessor>
constexpr field_descriptor describe_member(Accessor a) {
  using member = std::remove_cvref_t<decltype(boost::hana::second(a)(std::declval<Struct&>()))>;
  field_descriptor f;
  f.name = boost::hana::to<const char*>(boost::hana::first(a));
  if constexpr (!std::is_same_v<member, uid>) {
    f.type = member_traits<member>::type;
    f.target = member_traits<member>::target;
    f.mandatory = !is_optional<member> && !is_list(f.type);
  }
  if constexpr (requires { resource<Struct>::unique; }) f.unique = contains(resource<Struct>::unique, f.name);
  if constexpr (requires { resource<Struct>::represented; })
    f.represented = contains(resource<Struct>::represented, f.name);
  if constexpr (requires { resource<Struct>::json_references; })
    f.holds_references = f.type == field_type::json && contains(resource<Struct>::json_references, f.name);
  return f;
}

/// The fields of a struct: its members without `uuid`, in order. Computed once, at compile time.
template <class Struct>
inline constexpr auto fields_of = boost::hana::unpack(boost::hana::accessors<Struct>(), [](auto... a) {
  const std::array<field_descriptor, sizeof...(a)> all{describe_member<Struct>(a)...};
  std::array<field_descriptor, sizeof...(a) - 1> out{};
  std::size_t n = 0;
  for (const auto& f : all)
    if (f.name != "uuid") out[n++] = f;
  return out;
});

}  // namespace detail

/// The descriptor of a described struct.
template <described_struct Struct>
constexpr resource_descriptor descriptor_of() {
  resource_descriptor d{resource<Struct>::name, detail::fields_of<Struct>, {}, {}};
  if constexpr (requires { resource<Struct>::components; }) d.components = resource<Struct>::components;
  if constexpr (requires { resource<Struct>::hierarchy; }) d.hierarchy = resource<Struct>::hierarchy;
  if constexpr (requires { resource<Struct>::super_entities; }) d.super_entities = resource<Struct>::super_entities;
  if constexpr (requires { resource<Struct>::duplicates; }) d.duplicates = resource<Struct>::duplicates;
  return d;
}

/// The schema of some described structs. Errors: as `schema::make`.
template <described_struct... Structs>
result<schema> describe() {
  const std::array<resource_descriptor, sizeof...(Structs)> all{descriptor_of<Structs>()...};
  return schema::make(all);
}

/// The uid and fields of a struct as a record; its version is left empty.
template <described_struct Struct>
record to_record(const schema& s, const Struct& from) {
  record r;
  r.resource = s.find(resource<Struct>::name);
  if (r.resource == no_resource) throw_failure(error::unknown_resource, std::string(resource<Struct>::name));
  r.uuid = from.uuid;
  boost::hana::for_each(boost::hana::accessors<Struct>(), [&](auto a) {
    const auto& member = boost::hana::second(a)(from);
    using type = std::remove_cvref_t<decltype(member)>;
    if constexpr (!std::is_same_v<type, uid>) {
      const auto i = static_cast<std::uint32_t>(r.fields.size());
      r.fields.push_back(detail::member_traits<type>::get(member));
      if (auto* one = std::get_if<reference>(&r.fields.back())) one->resource = s[r.resource].target(i);
      if (auto* many = std::get_if<std::vector<reference>>(&r.fields.back()))
        for (auto& each : *many) each.resource = s[r.resource].target(i);
    }
  });
  return r;
}

/// A struct from a record. Fields without content leave the member as it is after construction.
/// Errors: throws `failure_exception` if a content does not fit its member.
template <described_struct Struct>
Struct from_record(const record& from) {
  Struct out{};
  out.uuid = from.uuid;
  std::size_t i = 0;
  boost::hana::for_each(boost::hana::accessors<Struct>(), [&](auto a) {
    auto& member = boost::hana::second(a)(out);
    using type = std::remove_cvref_t<decltype(member)>;
    if constexpr (!std::is_same_v<type, uid>) {
      if (i < from.fields.size() && has_content(from.fields[i]))
        detail::member_traits<type>::set(member, from.fields[i]);
      ++i;
    }
  });
  return out;
}

}  // namespace edensync
