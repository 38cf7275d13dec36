#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/record.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/journal/members.hpp"

namespace edensync::journal {

/// Writes values as bytes: numbers seven bits at a time, texts and lists behind their lengths, structs behind the number of
/// their members; resources and fields by name, so that a schema may be reordered.
class encoder {
 public:
  explicit encoder(const edensync::schema& resources) : resources_(&resources) {}

  const std::string& bytes() const noexcept { return out_; }
  void clear() noexcept { out_.clear(); }

  template <class T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  void put(T v) {
    auto n = static_cast<std::uint64_t>(v);
    for (; n >= 0x80; n >>= 7U) out_ += static_cast<char>(n | 0x80U);
    out_ += static_cast<char>(n);
  }
  void put(double v) { put(std::bit_cast<std::uint64_t>(v)); }
  void put(std::string_view v) {
    put(v.size());
    out_ += v;
  }
  void put(const std::string& v) { put(std::string_view(v)); }
  void put(const uid& v) { put(v.text()); }
  void put(strategy v) { put(to_text(v)); }

  template <class T>
  void put(const std::optional<T>& v) {
    put(v.has_value());
    if (v) put(*v);
  }
  template <class T>
  void put(const std::vector<T>& v) {
    put(v.size());
    for (const auto& each : v) put(each);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& v) {
    put(v.first);
    put(v.second);
  }
  template <described T>
  void put(const T& v) {
    put(std::tuple_size_v<std::remove_cvref_t<decltype(members<T>)>>);
    std::apply([&](auto... member) { (put(v.*member), ...); }, members<T>);
  }

  void put(const reference& v) {
    put_resource(v.resource);
    put(v.target);
    put(v.handle);
  }
  void put(const open_reference& v) {
    put(v.id);
    put_resource(v.resource);
    put(v.record);
    put((*resources_)[v.resource].field(v.field).name);
    put_resource(v.target_resource);
    put(v.target);
  }

  /// Which alternative it is, and its content.
  void put_value(const value& v) {
    put(v.index());
    std::visit(
        [this]<class T>(const T& content) {
          if constexpr (!std::is_same_v<T, std::monostate> && !std::is_same_v<T, null_value>) put(content);
        },
        v);
  }

  /// A record as it is kept, but for its handle; fields without content are left out.
  void put(const stored_record& r) {
    put_resource(r.resource);
    put(r.uuid);
    put(r.version);
    put(r.created_on);
    put(r.replaced_by);
    put(r.authors);
    put(r.sequence);
    put(r.written);
    put(r.origin);
    for (std::uint32_t f = 0; f < r.fields.size(); ++f) {
      if (!has_content(r.fields[f])) continue;
      put((*resources_)[r.resource].field(f).name);
      put_value(r.fields[f]);
    }
    put(std::string_view());
  }

 private:
  void put_resource(resource_id r) { put(r == no_resource ? std::string_view() : (*resources_)[r].name()); }

  const edensync::schema* resources_;
  std::string out_;
};

}  // namespace edensync::journal
