#include "edensync/site/refused_element.hpp"

#include <boost/test/unit_test.hpp>

#include "edensync/expat/event_source.hpp"

namespace edensync {

BOOST_AUTO_TEST_CASE(an_element_becomes_s3json) {
  const auto o = refused_element<expat::event_source>(
      R"(<s3xml><resource name="org_office" uuid="urn:uuid:a" mci="1"><data field="name">Depot &amp; Co</data>)"
      R"(<data field="floors" value="3"/><data field="kind" value="&quot;x&quot;">shown</data>)"
      R"(<reference field="organisation_id" resource="org_organisation" uuid="urn:uuid:o"/>)"
      R"(<resource name="org_room" uuid="urn:uuid:r"><data field="name">R</data></resource></resource>)"
      R"(<resource name="org_office" uuid="urn:uuid:second"/></s3xml>)");
  const auto wanted =
      boost::json::parse(R"({"@uuid": "urn:uuid:a", "@mci": "1", "name": {"@value": "Depot & Co", "$": "Depot & Co"},)"
                         R"( "floors": {"@value": 3}, "kind": {"@value": "x", "$": "shown"},)"
                         R"( "$k_organisation_id": {"@resource": "org_organisation", "@uuid": "urn:uuid:o"},)"
                         R"( "$_org_room": [{"@uuid": "urn:uuid:r", "name": {"@value": "R", "$": "R"}}]})");
  BOOST_TEST(o == wanted.get_object());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_left_out) {
  for (const auto text : {"", "<s3xml>", "no document", "<s3xml/>", "<!DOCTYPE x><s3xml/>"})
    BOOST_TEST(refused_element<expat::event_source>(text).empty());
}

}  // namespace edensync
