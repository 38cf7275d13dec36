#pragma once

// The engine over this program's parts is compiled once, in engine.cpp.

#include <edensync/exporter/exporter.hpp>
#include <edensync/importer/importer.hpp>
#include <edensync/site/active_site.hpp>
#include <edensync/site/passive_site.hpp>

#include "open_site.hpp"

namespace edensync {

extern template class importer<sqlite::store, expat::event_source>;
extern template class exporter<sqlite::snapshot>;
extern template class synchronize<eden_site::parts>;
extern template class pull<eden_site::parts>;
extern template class push<eden_site::parts>;
extern template class passive_site<eden_site::parts>;
extern template class answer_pull<eden_site::parts>;
extern template class answer_push<eden_site::parts>;

}  // namespace edensync
