#include "engine.hpp"

namespace edensync {

template class importer<sqlite::store, expat::event_source>;
template class exporter<sqlite::snapshot>;
template class synchronize<eden_site::parts>;
template class pull<eden_site::parts>;
template class push<eden_site::parts>;
template class passive_site<eden_site::parts>;
template class answer_pull<eden_site::parts>;
template class answer_push<eden_site::parts>;

}  // namespace edensync
