#include "edensync/core/method.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync;

static_assert(strategy{}.allows(method::create) && strategy{}.allows(method::merge) && !strategy{}.empty());
static_assert(strategy{method::update}.allows(method::update) && !strategy{method::update}.allows(method::create));

BOOST_AUTO_TEST_SUITE(core_method)

BOOST_AUTO_TEST_CASE(a_strategy_is_written_in_edens_words_and_order) {
  BOOST_TEST(to_text(strategy{}) == "create,update,delete,merge");
  BOOST_TEST(to_text(strategy{method::merge, method::create}) == "create,merge");
}

BOOST_AUTO_TEST_CASE(unknown_words_are_ignored_and_nothing_but_them_is_none) {
  BOOST_TEST((parse_strategy("delete,update") == strategy{method::update, method::erase}));
  BOOST_TEST((parse_strategy("create,,CREATE,fly") == strategy{method::create}));
  for (const auto s : {"", ",", "fly", "Create", " create"}) BOOST_TEST(!parse_strategy(s).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
