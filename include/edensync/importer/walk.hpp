#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "edensync/importer/batch.hpp"

namespace edensync {

namespace detail {

// Asks the processor for memory that is needed soon. It changes nothing but the time.
inline void fetch([[maybe_unused]] const void* from, [[maybe_unused]] std::size_t bytes) {
#if defined(__GNUC__)
  constexpr std::size_t line = 64;
  for (std::size_t i = 0; i < bytes; i += line) __builtin_prefetch(static_cast<const char*>(from) + i);
#endif
}

}  // namespace detail

/// Calls `f(item)` for each item of a batch, in this order.
///
/// In an order other than the document's the next record is anywhere in some megabytes, and each step from an item to its
/// record to its fields waits for memory. So each of these steps is begun some items ahead.
template <class F>
void walk(import_batch& batch, std::span<const std::uint32_t> order, F&& f) {
  auto& items = batch.items();
  const auto ahead = [&](std::size_t n, auto&& step) {
    if (n < order.size()) step(items[order[n]]);
  };
  for (std::size_t n = 0; n < order.size(); ++n) {
    ahead(n + 8, [](const import_item& item) { detail::fetch(&item, sizeof item); });
    ahead(n + 4, [](const import_item& item) { detail::fetch(item.incoming, sizeof *item.incoming); });
    ahead(n + 2, [](const import_item& item) {
      const auto& content = item.incoming->content;
      detail::fetch(content.uuid.text().data(), content.uuid.text().size());
      detail::fetch(content.fields.data(), content.fields.size() * sizeof(value));
    });
    f(items[order[n]]);
  }
}

}  // namespace edensync
