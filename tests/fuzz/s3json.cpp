// S3JSON from whoever.
#include "edensync/s3json/codec.hpp"
#include "documents.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edensync::fuzz::read_document<edensync::s3json::codec>(edensync::fuzz::text_of(data, size));
  return 0;
}
