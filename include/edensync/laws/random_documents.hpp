#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/laws/document_sample.hpp"
#include "edensync/laws/random_steps.hpp"

/// Documents of records that were chosen by chance, and the least of them that still goes wrong.
namespace edensync::laws::codec {

/// Chooses what stands in records: more often what is at an end or easily mistaken than what is usual.
class random_content {
 public:
  explicit random_content(std::uint64_t seed) : chance_(seed) {}

  bool one_in(std::uint32_t n) { return chance_.one_in(n); }
  std::uint32_t below(std::uint32_t n) { return chance_.below(n); }

  std::string text() {
    std::string all;
    for (std::uint32_t n = below(4); n != 0; --n)
      if (one_in(3))
        all += static_cast<char>(' ' + below(95));
      else
        all += awkward_texts[below(awkward_texts.size())];
    return all;
  }

  std::int64_t number(bool wide) {
    using bounds = std::numeric_limits<std::int64_t>;
    if (!wide) return std::int64_t{below(1u << 31)} - (one_in(2) ? std::numeric_limits<std::int32_t>::max() : 0);
    if (one_in(4)) return one_in(2) ? bounds::min() : bounds::max();
    return number(false) * number(false);
  }

  /// A second of the years 1900 to 9999.
  timestamp moment() {
    const auto first = at(to_date({1900, 1, 1})), last = at(to_date({9999, 12, 31}));
    return first + static_cast<std::int64_t>(below(1u << 31)) * 2851 % (last - first);
  }

  uid target() { return uid(std::array{"urn:uuid:other", "plain", "without domain", "a/b & c"}[below(4)]); }

  /// Something for a field, absent for types that a document does not carry.
  value of(const resource_schema& r, std::uint32_t f) {
    const auto several = [this](auto make) {
      std::vector<decltype(make())> all(below(4));
      for (auto& each : all) each = make();
      return all;
    };
    switch (r.field(f).type) {
      case field_type::string:
      case field_type::text: return text();
      case field_type::integer: return number(false);
      case field_type::bigint: return number(true);
      case field_type::floating: return static_cast<double>(number(true)) / (1.0 + below(1000));
      case field_type::decimal: return std::to_string(number(false)) + "." + std::to_string(below(100));
      case field_type::boolean: return one_in(2);
      case field_type::date: return date_of(moment());
      case field_type::time: return time_of(moment());
      case field_type::datetime: return moment();
      case field_type::json: return "{\"a\": [" + std::to_string(number(true)) + ", null, \"]]>&\"]}";
      case field_type::list_string: return several([this] { return text(); });
      case field_type::list_integer: return several([this] { return number(true); });
      case field_type::list_reference: {
        // A list names each record once.
        std::vector<reference> all;
        for (auto& id : std::set{target(), target(), target()}) all.push_back({r.target(f), id, record_handle{1}});
        return all;
      }
      case field_type::reference:
        if (r.target(f) != no_resource) return reference{r.target(f), target(), record_handle{1}};
        return {};
      default: return {};
    }
  }

 private:
  play::chance chance_;
};

/// Some records with their components; the same for the same seed.
inline std::vector<written> random_records(std::uint64_t seed) {
  random_content c(seed);
  const auto resources = s::make_schema();
  std::size_t made = 0;
  const auto make = [&](record r, std::uint32_t first) {
    r.uuid = uid((c.one_in(3) ? "" : "urn:uuid:") + std::to_string(++made));
    r.version = {c.moment(), c.one_in(4) ? master_index{} : master_index(c.below(9)), c.one_in(8)};
    if (!c.one_in(3)) r.created_on = c.moment();
    if (r.version.deleted) {
      r.fields.clear();
      if (c.one_in(2)) r.replaced_by = c.target();
      return r;
    }
    s::with(r, s::name, c.text());
    const auto& told = (*resources)[r.resource];
    for (std::uint32_t f = first; f < told.fields().size(); ++f)
      if (auto v = c.of(told, f); !is_absent(v) && !c.one_in(3))
        s::with(r, f, c.one_in(6) ? null_value{} : std::move(v));
    return r;
  };
  std::vector<written> all;
  for (std::uint32_t n = c.below(5); n != 0; --n) {
    written site = element(make(s::make_site("x"), s::comments));
    for (std::uint32_t parts = site.content.version.deleted ? 0 : c.below(3); parts != 0; --parts)
      site.parts.push_back(c.one_in(2) ? make(s::make_part("x", record_handle{1}), 2)
                                       : make(s::make_note("x", s::site, record_handle{1}), 3));
    all.push_back(std::move(site));
  }
  for (std::uint32_t n = c.below(3); n != 0; --n) all.push_back(element(make(s::make_base("x"), 1)));
  return all;
}

/// What becomes of these records otherwise than they are when they are written and read; nothing if all is well.
template <class C>
std::string wrong_with(const std::vector<written>& all) {
  try {
    const auto got = read<C>(write<C>(all));
    expect(!got.failed, "a document that was written is read: " + got.words);
    expect(got.elements.size() == all.size(), "each record that was written is read");
    for (std::size_t i = 0; i < all.size(); ++i) expect_same(all[i], got.elements[i]);
  } catch (const violation& v) {
    return v.what();
  }
  return {};
}

/// Leaves out records, their components and fields, and letters of texts, until nothing can be left out.
template <class Fails>
std::vector<written> shrink(std::vector<written> all, Fails fails) {
  bool again = false;
  const auto attempt = [&](auto leave_out) {
    auto fewer = all;
    leave_out(fewer);
    if (!fails(fewer)) return;
    all = std::move(fewer);
    again = true;
  };
  const auto shrink_fields = [&](auto record_in) {
    for (std::size_t f = record_in(all).fields.size(); f-- != 0;) {
      const value& v = record_in(all).fields[f];
      if (f != s::name && !is_absent(v)) attempt([&](auto& fewer) { record_in(fewer).fields[f] = value(); });
      const auto text_in = [&](auto& of) { return std::get_if<std::string>(&record_in(of).fields[f]); };
      if (text_in(all) == nullptr) continue;
      for (std::size_t at = text_in(all)->size(); at-- != 0;) {
        if (at >= text_in(all)->size()) continue;
        std::size_t size = 1;  // of the letter, in UTF-8
        while (at + size < text_in(all)->size() && ((*text_in(all))[at + size] & 0xC0) == 0x80) ++size;
        if (((*text_in(all))[at] & 0xC0) != 0x80) attempt([&](auto& fewer) { text_in(fewer)->erase(at, size); });
      }
    }
  };
  do {
    again = false;
    for (std::size_t n = all.size(); n-- != 0;)
      attempt([n](auto& fewer) { fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(n)); });
    for (std::size_t n = all.size(); n-- != 0;) {
      for (std::size_t k = all[n].parts.size(); k-- != 0;)
        attempt([&](auto& fewer) { fewer[n].parts.erase(fewer[n].parts.begin() + static_cast<std::ptrdiff_t>(k)); });
      shrink_fields([n](auto& of) -> auto& { return of[n].content; });
      for (std::size_t k = all[n].parts.size(); k-- != 0;)
        shrink_fields([ n, k ](auto& of) -> auto& { return of[n].parts[k]; });
    }
  } while (again);
  return all;
}

inline std::string in_words(const std::vector<written>& all) {
  const auto resources = s::make_schema();
  std::string words;
  const auto tell = [&](const record& r, std::string_view before) {
    words += std::string(before) + std::string((*resources)[r.resource].name()) + " " + r.uuid.text();
    if (r.version.deleted) words += " deleted";
    for (std::uint32_t f = 0; f < r.fields.size(); ++f)
      if (!is_absent(r.fields[f]))
        words += " " + std::string((*resources)[r.resource].field(f).name) + "=" + play::in_words(r.fields[f]);
  };
  for (const auto& e : all) {
    tell(e.content, "\n  ");
    for (const auto& part : e.parts) tell(part, "\n    ");
  }
  return words;
}

}  // namespace edensync::laws::codec
