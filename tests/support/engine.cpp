#include "support/engine.hpp"

namespace edensync {

template class importer<memory::store, expat::event_source>;
template class exporter<memory::snapshot>;
template class synchronize<test::parts>;
template class register_with<test::parts>;
template class refresh_datasets<test::parts>;
template class pull<test::parts>;
template class push<test::parts>;
template class passive_site<test::parts>;
template class answer_register<test::parts>;
template class answer_catalogue<test::parts>;
template class answer_pull<test::parts>;
template class answer_push<test::parts>;

}  // namespace edensync
