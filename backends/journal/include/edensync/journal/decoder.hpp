#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/result.hpp"
#include "edensync/schema/fits.hpp"
#include "edensync/journal/members.hpp"

namespace edensync::journal {

/// Reads what `encoder` wrote.
///
/// Errors, thrown: `store_damaged` if it cannot be read; `bad_schema` if something is of a resource or in a field that the
/// schema does not have, or does not fit there; `store_failed` if a newer version of the library wrote it.
class decoder {
 public:
  decoder(const edensync::schema& resources, std::string_view bytes) : resources_(&resources), rest_(bytes) {}

  bool at_end() const noexcept { return rest_.empty(); }

  template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  void get(T& v) {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) damaged();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      n |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) break;
    }
    v = static_cast<T>(n);
  }
  void get(double& v) {
    std::uint64_t bits = 0;
    get(bits);
    v = std::bit_cast<double>(bits);
  }
  void get(std::string_view& v) {
    const std::size_t n = length();
    v = rest_.substr(0, n);
    rest_.remove_prefix(n);
  }
  void get(std::string& v) { v = text(); }
  void get(uid& v) { v.assign(text()); }
  void get(strategy& v) { v = parse_strategy(text()).value_or(strategy(std::initializer_list<method>{})); }

  template <class T>
  void get(std::optional<T>& v) {
    bool there = false;
    get(there);
    v.reset();
    if (there) get(v.emplace());
  }
  template <class T>
  void get(std::vector<T>& v) {
    v.clear();
    for (std::size_t n = length(); n != 0; --n) get(v.emplace_back());
  }
  template <class A, class B>
  void get(std::pair<A, B>& v) {
    get(v.first);
    get(v.second);
  }
  template <described T>
  void get(T& v) {
    constexpr std::size_t known = std::tuple_size_v<std::remove_cvref_t<decltype(members<T>)>>;
    const std::size_t there = length();
    if (there > known) throw_failure(error::store_failed, "journal: a newer version wrote this file");
    std::size_t n = 0;
    std::apply([&](auto... member) { ((n++ < there ? get(v.*member) : void()), ...); }, members<T>);
  }

  void get(reference& v) {
    v.resource = resource();
    get(v.target);
    get(v.handle);
  }
  void get(open_reference& v) {
    get(v.id);
    v.resource = resource();
    get(v.record);
    v.field = field(v.resource, text());
    v.target_resource = resource();
    get(v.target);
  }

  void get(stored_record& r) {
    r.resource = resource();
    if (r.resource == no_resource) damaged();
    get(r.uuid);
    get(r.version);
    get(r.created_on);
    get(r.replaced_by);
    get(r.authors);
    get(r.sequence);
    get(r.written);
    get(r.origin);
    r.fields.assign((*resources_)[r.resource].fields().size(), null_value{});
    for (auto name = text(); !name.empty(); name = text()) {
      const std::uint32_t f = field(r.resource, name);
      std::size_t which = 0;
      get(which);
      get_value(which, r.fields[f]);
      if (!fits(r.fields[f], (*resources_)[r.resource].field(f).type)) misses(r.resource, name, "another type for");
    }
  }

 private:
  [[noreturn]] static void damaged() { throw_failure(error::store_damaged, "journal: a frame cannot be read"); }
  [[noreturn]] void misses(resource_id r, std::string_view name, const char* what) const {
    throw_failure(error::bad_schema, "journal: the schema has " + std::string(what) + " " +
                                         std::string((*resources_)[r].name()) + "." + std::string(name));
  }

  // The length of what follows, of which each part has a byte at least.
  std::size_t length() {
    std::size_t n = 0;
    get(n);
    if (n > rest_.size()) damaged();
    return n;
  }
  std::string_view text() {
    std::string_view v;
    get(v);
    return v;
  }
  resource_id resource() {
    const auto name = text();
    if (name.empty()) return no_resource;
    const resource_id r = resources_->find(name);
    if (r == no_resource) throw_failure(error::bad_schema, "journal: the schema has no " + std::string(name));
    return r;
  }
  std::uint32_t field(resource_id r, std::string_view name) const {
    if (r == no_resource) damaged();
    const auto f = (*resources_)[r].find_field(name);
    if (!f) misses(r, name, "no");
    return *f;
  }

  template <std::size_t I = 0>
  void get_value(std::size_t which, value& into) {
    if constexpr (I == std::variant_size_v<value>) {
      damaged();
    } else if constexpr (I < 2) {  // absent and null are not written
      get_value<I + 1>(which, into);
    } else {
      if (which == I) return get(into.emplace<I>());
      get_value<I + 1>(which, into);
    }
  }

  const edensync::schema* resources_;
  std::string_view rest_;
};

}  // namespace edensync::journal
