#include "edensync/admin/credentials.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "edensync/admin/repositories.hpp"
#include "support/sites.hpp"

namespace edensync::test {
namespace {

// Turns a secret round; whatever it did not make, it cannot open.
struct turning_vault {
  result<std::string> seal(std::string_view text) const { return "turned." + std::string(text.rbegin(), text.rend()); }
  result<std::string> open(std::string_view text) const {
    if (text.empty() || text == "plain") return std::string(text);
    if (!text.starts_with("turned.")) return make_failure(error::bad_setting, "this key is another one");
    text.remove_prefix(7);
    return std::string(text.rbegin(), text.rend());
  }
};
static_assert(secret_vault<turning_vault>);

const admin::secret_change seal = [](std::string_view text) { return turning_vault().seal(text); };

struct a_site : one_site {
  a_site() : one_site("here", 1, memory::manual_clock{second(1000)}) {}
  admin::repositories<parts> all{self, seal};
  repository there() { return store.snapshot().repositories().at(0); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(the_password_in_an_address) {
  const auto sealed = [](std::string a) { return admin::with_password(std::move(a), seal).value(); };
  BOOST_TEST(sealed("http://ann:abc@proxy:3128") == "http://ann:turned.cba@proxy:3128");
  BOOST_TEST(sealed("http://ann:a@b:c@proxy") == "http://ann:turned.c:b@a@proxy");
  BOOST_TEST(sealed("http://:abc@proxy/x@y") == "http://:turned.cba@proxy/x@y");
  for (const std::string none :
       {"", "http://proxy:3128", "http://ann@proxy", "http://ann:@proxy", "http://proxy/a:b@c"})
    BOOST_TEST(sealed(none) == none);
}

BOOST_FIXTURE_TEST_CASE(what_is_entered_is_written_down_sealed_and_opened_for_a_connection, a_site) {
  all.add({.name = "Base",
           .url = "http://base",
           .username = "ann",
           .password = "abc",
           .proxy = "http://p:xyz@gate:3128"})
      .value();
  BOOST_TEST(there().password == "turned.cba");
  BOOST_TEST(there().proxy == "http://p:turned.zyx@gate:3128");
  const auto plain = admin::opened(there(), turning_vault()).value();
  BOOST_TEST(plain.password == "abc");
  BOOST_TEST(plain.proxy == "http://p:xyz@gate:3128");
}

BOOST_FIXTURE_TEST_CASE(only_what_changes_is_sealed_again, a_site) {
  all.add({.name = "Base", .url = "http://base", .password = "abc", .proxy = "http://p:xyz@gate:3128"}).value();
  all.change("Base", [](repository& r) { r.url = "http://other"; }).value();
  BOOST_TEST(there().password == "turned.cba");
  BOOST_TEST(there().proxy == "http://p:turned.zyx@gate:3128");
  all.change("Base", [](repository& r) { r.password = "def"; }).value();
  BOOST_TEST(there().password == "turned.fed");
  all.change("Base", [](repository& r) { r.password = r.proxy = ""; }).value();
  BOOST_TEST(admin::opened(there(), turning_vault()).value().password.empty());
  BOOST_TEST(there().proxy.empty());
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_opened_or_sealed_is_told_with_the_name, a_site) {
  repository r{.name = "Base", .password = "unknown"};
  const auto refused = admin::opened(r, turning_vault());
  BOOST_TEST_REQUIRE(refused.has_error());
  BOOST_TEST(refused.error().info.ours() == "Base: this key is another one");
  r.password = "plain";
  r.proxy = "http://p:unknown@gate:3128";
  BOOST_TEST(admin::opened(r, turning_vault()).has_error());

  admin::repositories<parts> full(self, [](std::string_view) -> result<std::string> {
    return make_failure(error::bad_setting, "no key can be made");
  });
  BOOST_TEST(full.add({.name = "Base", .url = "http://base", .password = "abc"}).has_error());
  BOOST_TEST(store.snapshot().repositories().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
