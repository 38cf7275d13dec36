#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/record.hpp"
#include "edensync/exporter/length.hpp"

namespace edensync {

/// The records that were loaded last, so that what many refer to is not read for each of them. Holds at most 64 records
/// of at most 64 KiB of text.
///
/// Lifetime: the reader outlives it. Thread safety: one thread at a time.
template <record_reader Reader>
class recent_records {
 public:
  explicit recent_records(Reader& r) : reader_(r) {}

  /// A record; it stays as long as the pointer does. Errors: throws as the reader does.
  std::shared_ptr<const stored_record> load(resource_id resource, record_handle h) {
    auto& kept = places_[(static_cast<std::uint64_t>(h) * 31 + resource) % places_.size()];
    if (kept && kept->resource == resource && kept->handle == h) return kept;
    auto fresh = std::make_shared<stored_record>();
    reader_.load(resource, h, *fresh);
    if (text_bytes(*fresh) > (std::size_t{64} << 10)) return fresh;
    return kept = std::move(fresh);
  }

 private:
  Reader& reader_;
  std::array<std::shared_ptr<const stored_record>, 64> places_;
};

}  // namespace edensync
