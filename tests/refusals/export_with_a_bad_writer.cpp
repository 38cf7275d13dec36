// refused: edensync: document_writer needs drop(string&)
// refused: edensync: document_writer needs a constructor from (const schema&, s3xml::writer_options)
#include "edensync/exporter/exporter.hpp"

#include "edensync/memory/store.hpp"

// A writer of one's own, given to what writes documents.
namespace {

struct forgetful_writer : edensync::s3xml::writer {
  using edensync::s3xml::writer::writer;
#ifndef EDENSYNC_CORRECTED
  void drop() = delete;
#endif
};
struct writer_of_its_own : edensync::s3xml::writer {
#ifdef EDENSYNC_CORRECTED
  using edensync::s3xml::writer::writer;
#else
  writer_of_its_own();
#endif
};

}  // namespace

static_assert(sizeof(edensync::exporter<edensync::memory::snapshot, forgetful_writer>) > 0);
static_assert(sizeof(edensync::exporter<edensync::memory::snapshot, writer_of_its_own>) > 0);
