#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "property/support/world.hpp"

// Makes a case that fails as small as it can be while it still fails.
namespace property {

namespace detail {

// All cases that are the given one without one thing.
template <class F>
void without_one_thing(const test_case& c, F try_this) {
  const auto offer = [&](auto edit) {
    test_case smaller = c;
    edit(smaller);
    return try_this(std::move(smaller));
  };
  for (std::size_t i = 0; i < c.document.size(); ++i)
    if (offer([&](test_case& s) { s.document.erase(s.document.begin() + static_cast<std::ptrdiff_t>(i)); })) return;
  for (std::size_t i = c.here.size(); i-- > 0;)
    if (offer([&](test_case& s) {
          s.here.erase(s.here.begin() + static_cast<std::ptrdiff_t>(i));
          for (auto& r : s.here)
            for (auto& links : r.links) {
              std::erase(links, i);
              for (auto& to : links) to -= to > i ? 1 : 0;
            }
          // A post cannot be without its office.
          std::vector<std::size_t> gone;
          for (std::size_t k = s.here.size(); k-- > 0;)
            if (s.here[k].of == posts && s.here[k].links[to_office].empty())
              s.here.erase(s.here.begin() + static_cast<std::ptrdiff_t>(k));
        }))
      return;
  for (std::size_t i = 0; i < c.document.size(); ++i) {
    const auto& e = c.document[i];
    for (std::size_t k = 0; k < e.parts.size(); ++k) {
      if (offer([&](test_case& s) {
            s.document[i].parts.erase(s.document[i].parts.begin() + static_cast<std::ptrdiff_t>(k));
          }))
        return;
      for (std::size_t f = 0; f < e.parts[k].fields.size(); ++f)
        if (offer([&](test_case& s) {
              auto& fields = s.document[i].parts[k].fields;
              fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(f));
            }))
          return;
    }
    for (std::size_t f = 0; f < e.fields.size(); ++f)
      if (offer([&](test_case& s) {
            s.document[i].fields.erase(s.document[i].fields.begin() + static_cast<std::ptrdiff_t>(f));
          }))
        return;
  }
  for (std::size_t i = 0; i < c.here.size(); ++i) {
    for (std::size_t f = 0; f < c.here[i].texts.size(); ++f) {
      const auto& d = tables()[c.here[i].of].fields[f];
      if (d.mandatory) continue;
      if (!c.here[i].texts[f].empty() && offer([&](test_case& s) { s.here[i].texts[f].clear(); })) return;
      if (!c.here[i].links[f].empty() && offer([&](test_case& s) { s.here[i].links[f].clear(); })) return;
    }
  }
  if (!(c.told.allowed == strategy{}) && offer([](test_case& s) { s.told.allowed = strategy{}; })) return;
  if (c.told.conflict && offer([](test_case& s) { s.told.conflict.reset(); })) return;
  if (c.told.last_sync && offer([](test_case& s) { s.told.last_sync.reset(); })) return;
  if (c.told.synchronise_uuids && offer([](test_case& s) { s.told.synchronise_uuids = false; })) return;
  if (c.told.update != policy_name::take_remote) offer([](test_case& s) { s.told.update = policy_name::take_remote; });
}

}  // namespace detail

/// `fails(case)` says whether it still does; it does for the given one.
template <class Fails>
test_case shrink(test_case c, Fails fails) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    detail::without_one_thing(test_case(c), [&](test_case one) {
      if (!fails(one)) return false;
      c = std::move(one);
      return smaller = true;
    });
  }
  return c;
}

}  // namespace property
