#include "edensync/core/diagnostics.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(core_diagnostics)

BOOST_AUTO_TEST_CASE(our_words_and_the_peers_are_kept_apart) {
  const diagnostics d("status 500", "Ticket");
  BOOST_TEST(d.ours() == "status 500");
  BOOST_TEST(d.peer() == "Ticket");
  BOOST_TEST(d.text() == "status 500: Ticket");
  BOOST_TEST(diagnostics("only ours").text() == "only ours");
  BOOST_TEST(diagnostics().text().empty());
}

BOOST_AUTO_TEST_CASE(the_peers_are_cut_and_cleaned) {
  const std::string evil = std::string("a\r\nSet-Cookie: b\0\x1b[31m\x7f", 23) + std::string(10000, 'x');
  const diagnostics d("ours", evil);
  BOOST_TEST(d.peer().size() == diagnostics::peer_limit);
  for (const char c : d.peer()) BOOST_TEST_REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
}

BOOST_AUTO_TEST_CASE(the_peers_are_cut_between_characters) {
  constexpr auto most = diagnostics::peer_limit;
  for (const std::string character : {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"})
    for (std::size_t before = most - character.size(); before <= most; ++before) {
      const diagnostics d({}, std::string(before, 'x') + character + "y");
      BOOST_TEST(is_utf8(d.peer()));
      const bool fits = before + character.size() <= most;
      BOOST_TEST(d.peer().size() == (fits ? before + character.size() : before) + (before + character.size() < most));
    }
  // What is no UTF-8 has no characters to be cut.
  BOOST_TEST(diagnostics({}, std::string(1000, '\xbf')).peer().size() == most);
  BOOST_TEST(diagnostics({}, std::string(1000, '\xc3')).peer().size() == most);
}

BOOST_AUTO_TEST_SUITE_END()
