#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "edensync/laws/random_steps.hpp"

namespace edensync::laws::play {

namespace simpler {

// All steps that are the given one and say one thing less.
template <class Try>
void with_one_thing_less(const step& p, Try&& try_this) {
  const auto offer = [&](bool has, auto edit) {
    if (!has) return false;
    step simpler = p;
    edit(simpler);
    return try_this(std::move(simpler));
  };
  for (std::size_t f = 0; f < p.fields.size(); ++f)
    if (offer(true, [f](step& q) { q.fields.erase(q.fields.begin() + static_cast<std::ptrdiff_t>(f)); })) return;
  for (std::uint32_t n = 0; n < p.record; ++n)
    if (offer(true, [n](step& q) { q.record = n; })) return;
  if (offer(p.modified_on.has_value(), [](step& q) { q.modified_on.reset(); })) return;
  if (offer(p.mci.has_value(), [](step& q) { q.mci.reset(); })) return;
  if (offer(p.created_on.has_value(), [](step& q) { q.created_on.reset(); })) return;
  if (offer(p.deleted, [](step& q) { q.deleted = false; })) return;
  if (offer(p.author != 0, [](step& q) { q.author = 0; })) return;
  if (offer(p.at != 0, [](step& q) { q.at = 0; })) return;
  offer(p.origin != this_site, [](step& q) { q.origin = this_site; });
}

}  // namespace simpler

/// Leaves out steps, many at once if it can, and then what steps say, until nothing can be left out.
/// `fails(steps)` says whether they still fail; the given ones do.
template <class Fails>
std::vector<step> shrink(std::vector<step> all, Fails fails) {
  const auto leave_out = [&](std::size_t size) {
    bool fewer = false;
    for (std::size_t at = all.size(); at != 0; at -= std::min(size, at)) {
      auto rest = all;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at - std::min(size, at)),
                 rest.begin() + static_cast<std::ptrdiff_t>(at));
      if (!fails(rest)) continue;
      all = std::move(rest);
      fewer = true;
    }
    return fewer;
  };
  const auto say_less = [&] {
    bool less = false;
    for (std::size_t n = 0; n < all.size(); ++n)
      for (bool again = true; again;) {
        again = false;
        simpler::with_one_thing_less(step(all[n]), [&](step one) {
          auto same = all;
          same[n] = std::move(one);
          if (!fails(same)) return false;
          all = std::move(same);
          return again = less = true;
        });
      }
    return less;
  };
  for (std::size_t size = all.size() / 2; size > 1; size /= 2) leave_out(size);
  while (leave_out(1) || say_less()) {
  }
  return all;
}

}  // namespace edensync::laws::play
