#pragma once

#include "edensync/exporter/exporter.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/memory/parts.hpp"
#include "edensync/memory/store.hpp"
#include "edensync/site/active_site.hpp"
#include "edensync/site/parts.hpp"
#include "edensync/site/passive_site.hpp"
#include "edensync/expat/event_source.hpp"

// The engine over the memory store: what most tests are about is compiled once, in engine.cpp.
namespace edensync::test {

struct parts : default_parts, memory::parts {
  using event_source = expat::event_source;
};

}  // namespace edensync::test

namespace edensync {

extern template class importer<memory::store, expat::event_source>;
extern template class exporter<memory::snapshot>;
extern template class synchronize<test::parts>;
extern template class register_with<test::parts>;
extern template class refresh_datasets<test::parts>;
extern template class pull<test::parts>;
extern template class push<test::parts>;
extern template class passive_site<test::parts>;
extern template class answer_register<test::parts>;
extern template class answer_catalogue<test::parts>;
extern template class answer_pull<test::parts>;
extern template class answer_push<test::parts>;

}  // namespace edensync
