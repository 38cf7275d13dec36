#include "edensync/crypt/password_hash.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

using edensync::crypt::hash_password;
using edensync::crypt::password_matches;
using namespace std::string_view_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(password_hash)

BOOST_AUTO_TEST_CASE(only_the_same_password_matches) {
  const auto hash = hash_password("open sesame").value();
  BOOST_TEST(password_matches("open sesame", hash));
  for (const auto other :
       {"open sesam"sv, "open sesame "sv, "Open sesame"sv, ""sv, "open sesame\0"sv, "open sesame\0x"sv})
    BOOST_TEST(!password_matches(other, hash), other);
}

BOOST_AUTO_TEST_CASE(a_hash_is_slow_salted_and_does_not_hold_the_password) {
  const auto one = hash_password("open sesame").value();
  const auto two = hash_password("open sesame").value();
  BOOST_TEST(one != two);
  BOOST_TEST(one.starts_with("$y$"));
  BOOST_TEST(one.find("sesame") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(passwords_that_cannot_be_hashed) {
  const std::string longest(edensync::crypt::longest_password, 'x');
  BOOST_TEST(password_matches(longest, hash_password(longest).value()));
  for (const auto& bad : {std::string(), longest + "x", std::string("a\0b", 3)}) {
    BOOST_TEST_REQUIRE(hash_password(bad).has_error());
    BOOST_TEST((hash_password(bad).error().code == edensync::error::bad_setting));
  }
  BOOST_TEST(!password_matches(longest + "x", hash_password(longest).value()));
}

// What stands for a password that cannot be hashed must not be one.
BOOST_AUTO_TEST_CASE(nothing_stands_in_for_a_password) {
  BOOST_TEST(!password_matches("", hash_password("none").value()));
  BOOST_TEST(!password_matches("none\0"sv, hash_password("none").value()));
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_matches_nothing) {
  for (const std::string hash : {"", "*", "*0", "$y$", "open sesame"})
    BOOST_TEST(!password_matches("open sesame", hash));
}

BOOST_AUTO_TEST_SUITE_END()
