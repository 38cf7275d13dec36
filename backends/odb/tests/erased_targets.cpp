// Records that refer to objects which the application has erased.
#include "edensync/importer/importer.hpp"

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/expat/event_source.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "application/running.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// An application that has erased Oxfam, which others know and go on to refer to.
struct erased_target : running_application {
  edensync::odb::store store = synchronised();
  stored_record oxfam = changed(store.snapshot(), 0)[1];

  erased_target() { application::close_down("Oxfam"); }

  std::string office(const std::string& name, const uid& of) const {
    return "<resource name=\"org_office\" uuid=\"urn:uuid:" + name +
           "\" modified_on=\"2030-01-01T00:00:00\" mci=\"2\"><data field=\"name\">" + name +
           "</data><reference field=\"organisation_id\" resource=\"org_organisation\" uuid=\"" + of.text() +
           "\"/></resource>";
  }

  import_report take(const std::string& elements) {
    import_options o;
    o.origin = 7;
    o.master = 1;
    o.native = true;
    o.now = [] { return timestamp{2000000000}; };
    o.make_uid = [u = memory::counting_uid_source(1)]() mutable { return u.make(); };
    importer<edensync::odb::store, expat::event_source> in(store, store.schema(), o);
    in.start().value();
    in.feed("<s3xml>" + elements + "</s3xml>").value();
    return in.finish().value();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(erased_targets, erased_target)

BOOST_AUTO_TEST_CASE(their_references_wait_and_the_run_goes_on) {
  const uid red_cross = changed(store.snapshot(), 0)[0].uuid;
  const auto report = take(office("Basel", oxfam.uuid) + office("Genf", red_cross));
  BOOST_TEST(report.total.created == 2u);
  BOOST_TEST(application::offices() ==
             "Basel of nobody, 3 desks, 0 nicknames; Bern of Red Cross, 12 desks, 2 nicknames; "
             "Genf of Red Cross, 3 desks, 0 nicknames; ");
  // What it was is kept and sent on, so that sites do not come apart.
  const auto waiting = store.snapshot().open_references(0, 10);
  BOOST_REQUIRE(waiting.size() == 1u);
  BOOST_TEST((waiting[0].target == oxfam.uuid && waiting[0].resource == 1 && waiting[0].field == 2));
  // Nothing is written by trying again, and the same version is no conflict.
  const auto before = store.snapshot().sequence();
  const auto again = take(office("Basel", oxfam.uuid));
  BOOST_TEST((again.total.updated == 0u && again.total.conflicts == 0u));
  BOOST_TEST(store.snapshot().sequence() == before);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_without_them_is_refused) {
  auto t = store.begin({.now = {2000}});
  BOOST_TEST(!t.can_be_pointed_to(0, oxfam.handle));
  auto basel = named(1, "urn:uuid:b", "Basel");
  basel.fields.resize(3);
  basel.fields[2] = reference{0, oxfam.uuid, oxfam.handle};
  const auto refused = t.insert(basel);
  BOOST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().reason == refusal_reason::missing_reference));
  const auto bern = changed(store.snapshot(), 1)[0];
  BOOST_TEST(t.patch(1, bern.handle, 2, reference{0, oxfam.uuid, oxfam.handle}).has_error());
  BOOST_TEST(t.insert(named(1, "urn:uuid:g", "Genf")).has_value());
  t.commit();
  BOOST_TEST(application::offices() ==
             "Bern of Red Cross, 12 desks, 2 nicknames; Genf of nobody, 3 desks, 0 nicknames; ");
}

BOOST_AUTO_TEST_CASE(what_the_store_deleted_is_still_there) {
  auto t = store.begin({.now = {2000}});
  const auto red_cross = changed(store.snapshot(), 0)[0];
  record gone;
  gone.resource = 0;
  gone.version.deleted = true;
  t.update(red_cross.handle, gone).value();
  BOOST_TEST(t.can_be_pointed_to(0, red_cross.handle));
  auto basel = named(1, "urn:uuid:b", "Basel");
  basel.fields.resize(3);
  basel.fields[2] = reference{0, {}, red_cross.handle};
  BOOST_TEST(t.insert(basel).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
