#pragma once

#include <string_view>

/// The names of the HTTP header fields that edensync sites use between themselves; an Eden ignores them.
namespace edensync::headers {

/// On every request and answer: the sender is an edensync site, and which version of these fields it speaks ("1").
inline constexpr std::string_view version = "Edensync-Version";

/// On the request of a pull: the cursor from which changes are asked for. On its answer: the cursor to ask from next
/// time, valid once the whole answer is committed. See `sync_cursor`.
inline constexpr std::string_view cursor = "Edensync-Cursor";

/// On the request of a pull that goes on after an interrupted one: the cursor of the last master already committed.
inline constexpr std::string_view resume = "Edensync-Resume";

}  // namespace edensync::headers
