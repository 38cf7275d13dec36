// S3XML from whoever: the reader over expat.
#include "edensync/s3xml/codec.hpp"
#include "documents.hpp"
#include "edensync/expat/event_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace edensync;
  fuzz::read_document<s3xml::codec<expat::event_source>>(fuzz::text_of(data, size));
  return 0;
}
