#pragma once

#include "edensync/concepts/document_codec.hpp"
#include "edensync/s3xml/writer.hpp"

namespace edensync::s3xml {

/// S3XML, read with an XML parser; models `document_codec`.
template <xml_event_source EventSource>
struct codec {
  using event_source = EventSource;
  using writer = s3xml::writer;
};

}  // namespace edensync::s3xml
