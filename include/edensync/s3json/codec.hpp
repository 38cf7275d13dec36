#pragma once

#include "edensync/concepts/document_codec.hpp"
#include "edensync/s3json/event_source.hpp"
#include "edensync/s3json/writer.hpp"

namespace edensync::s3json {

/// S3JSON, Eden's JSON mapping of S3XML; models `document_codec`. Source: spec/s3xml.md §7.
struct codec {
  using event_source = s3json::event_source;
  using writer = s3json::writer;
};

static_assert(document_codec<codec>);

}  // namespace edensync::s3json
