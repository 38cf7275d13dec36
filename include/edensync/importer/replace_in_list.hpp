#pragma once

#include <algorithm>
#include <vector>

#include "edensync/core/reference.hpp"

namespace edensync {

/// Puts one record in the place of another in a list of references. A list holds each record once.
inline void replace_in_list(std::vector<reference>& list, const reference& put, record_handle in_place_of) {
  const auto is_old = [&](const reference& r) { return r.handle == in_place_of; };
  if (std::ranges::find(list, put) != list.end()) {
    std::erase_if(list, is_old);
  } else {
    std::ranges::replace_if(list, is_old, put);
  }
}

}  // namespace edensync
