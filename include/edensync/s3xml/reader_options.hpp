#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "edensync/core/uid.hpp"

namespace edensync::s3xml {

/// How a document is read, and how much of it may be in memory at once.
struct reader_options {
  /// This site's domain; it is cut off from uids (spec/s3xml.md §5). Empty: unknown.
  std::string own_domain{};
  /// Makes the uid of a record that comes without one. Without it such records have an empty uid.
  std::function<uid()> make_uid{};
  /// Of components of which a master has only one, the first one is taken and the others are passed over, as Eden does.
  bool one_single = true;
  /// Upload fields are read, as files that are to be fetched; otherwise they are passed over.
  bool uploads = false;
  /// Records, or members of one list, in one top-level element; more are refused with limit_exceeded.
  std::size_t element_limit = 10000;
  /// Bytes of content in one top-level element; more are refused with limit_exceeded.
  std::size_t element_bytes = std::size_t{64} << 20;
  /// Identifiers that hold within the document only (`tuid`); more are refused with limit_exceeded.
  std::size_t tuid_limit = 100000;
};

/// What the root element says. Nothing of it is needed to read the records (spec/s3xml.md §1.1).
struct document_root {
  std::string name;
  std::string domain;
  std::string url;
  bool success = false;
  std::optional<std::uint64_t> results;
};

}  // namespace edensync::s3xml
