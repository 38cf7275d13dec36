#include "edensync/admin/documents.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/s3json/either_event_source.hpp"
#include "edensync/s3json/writer.hpp"
#include "support/engine.hpp"
#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct document_site : import_rig {
  memory::manual_clock clock{second(5000)};
  memory::counting_uid_source uids;
  site<parts> self{store, relief(), clock, uids};

  template <class Writer>
  std::string offices_in() {
    std::string out;
    admin::write_document<parts, Writer>(self, "org_office", [&](std::string_view piece) -> result<void> {
      out += piece;
      return {};
    }).value();
    return out;
  }
  result<import_report> take_either(std::string_view document) {
    using either = s3json::either_event_source<expat::event_source>;
    return admin::take_document<parts, either>(self, "org_office", [&](std::span<char> into) -> result<std::size_t> {
      const auto n = std::min<std::size_t>({into.size(), document.size(), 100});
      std::copy_n(document.begin(), n, into.begin());
      document.remove_prefix(n);
      return n;
    });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_documents)

BOOST_AUTO_TEST_CASE(a_document_is_taken_in_either_form) {
  document_site from;
  from.take({an_office("a", 1).with(a_room("r", 1)).ref("organisation_id", "org_organisation", "o"),
             an_organisation("o", 1)})
      .value();
  const auto xml = from.offices_in<s3xml::writer>(), json = from.offices_in<s3json::writer>();
  BOOST_TEST(xml.starts_with("<?xml"));
  BOOST_TEST(json.starts_with("{\"@success\""));
  for (const auto& [first, second] : {std::pair(xml, json), std::pair(json, xml)}) {
    document_site to;
    BOOST_TEST(to.take_either(first).value().total.created == 3U);
    // The other form tells nothing new.
    BOOST_TEST(to.take_either(second).value().total.unchanged == 3U);
    BOOST_TEST((to.contents() == from.contents()));
  }
}

BOOST_AUTO_TEST_CASE(what_is_neither_is_refused) {
  document_site to;
  for (const auto* text : {"", "text", "{}", "{\"status\": \"failed\"}", "<html/>", "[{}]", "{\"$_org_office\": [{"})
    BOOST_TEST((to.take_either(text).error().code == make_error_code(error::malformed_document)), text);
}

BOOST_AUTO_TEST_SUITE_END()
