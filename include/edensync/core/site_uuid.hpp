#pragma once

#include <algorithm>
#include <string_view>

#include "edensync/core/uid.hpp"

namespace edensync {

/// Whether a text can be the identifier of a site: 1 to 128 bytes that an address can hold without their being written
/// otherwise.
///
/// What a site calls itself is its own business beyond that; a UUID need not stand behind `urn:uuid:`.
/// Source: spec/model.md, meta fields; spec/protocol.md §3.
inline bool can_be_site_uuid(const uid& id) {
  const auto is_odd = [](char c) {
    return c <= ' ' || c > '~' || std::string_view("\"#%&+<>?\\^`{|}").find(c) != std::string_view::npos;
  };
  const auto& text = id.text();
  return !text.empty() && text.size() <= 128 && std::none_of(text.begin(), text.end(), is_odd);
}

}  // namespace edensync
