// A passive site is a request handler, and keeps the laws of one.
#include "edensync/laws/request_handler.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

#include "edensync/site/passive_site.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct passive_sites {
  struct answering : one_site {
    passive_site<parts> role{self, {.authenticate = {}, .accept_pushes = true}};
    answering() : one_site("laws", 1, memory::manual_clock(second(1000))) {
      put(an("a"));
      put(an("b"));
    }
  };
  auto make() {
    return [site = std::make_shared<answering>()](const request_head& asked) { return site->role.handle(asked); };
  }
  std::vector<laws::wire::request> requests() { return {laws::wire::get("/sync/sync.xml?resource=org_office")}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(site_handler_laws)

BOOST_AUTO_TEST_CASE(a_passive_site_keeps_the_laws_of_handlers) {
  passive_sites f;
  laws::request_handler(f, [](std::string_view law) { BOOST_TEST_MESSAGE("law: " << law); });
}

BOOST_AUTO_TEST_SUITE_END()
