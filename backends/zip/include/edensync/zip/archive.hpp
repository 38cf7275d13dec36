#pragma once

#include "edensync/concepts/archive.hpp"
#include "edensync/zip/reader.hpp"
#include "edensync/zip/writer.hpp"

namespace edensync::zip {

/// ZIP archives, the kind in which Edens pack data sets; models `archive`.
struct archive {
  using reader = zip::reader;
  using writer = zip::writer;
};

static_assert(edensync::archive<archive>);

}  // namespace edensync::zip
