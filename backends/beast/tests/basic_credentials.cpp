#include "edensync/beast/basic_credentials.hpp"

#include <boost/test/unit_test.hpp>

using namespace edensync::beast;

BOOST_AUTO_TEST_SUITE(beast_basic_credentials)

BOOST_AUTO_TEST_CASE(the_example_of_the_rfc) {
  BOOST_TEST(to_authorization({"Aladdin", "open sesame"}) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  BOOST_TEST(
      (parse_authorization("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == basic_credentials{"Aladdin", "open sesame"}));
}

BOOST_AUTO_TEST_CASE(any_bytes_of_any_length_there_and_back) {
  std::string password;
  for (int i = 0; i < 300; ++i) {
    const basic_credentials who{"user", password};
    const std::string header = to_authorization(who);
    BOOST_TEST(header.find_first_of("\r\n") == std::string::npos);
    BOOST_TEST((parse_authorization(header) == who));
    password += static_cast<char>(i * 7);
  }
}

BOOST_AUTO_TEST_CASE(what_is_read_and_what_is_not) {
  const basic_credentials user{"user", "pass"};
  for (const char* good :
       {"Basic dXNlcjpwYXNz", "basic dXNlcjpwYXNz", "BASIC  dXNlcjpwYXNz ", "Basic dXNl\r\n cjpwYXNz"})
    BOOST_TEST((parse_authorization(good) == user));
  BOOST_TEST((parse_authorization("Basic dTo") == basic_credentials{"u", ""}));  // without its padding
  BOOST_TEST((parse_authorization("Basic OnA=") == basic_credentials{"", "p"}));
  for (const char* bad : {"", "Basic", "Basic ", "Basic dXNlcg==", "Basic dXNlcjpwYXNz=", "Basic dXNlcjpwYXNzA",
                          "Basic dXNl=cjpw", "Basic d_Nl", "Basicd dXNlcjpwYXNz", "Bearer dXNlcjpwYXNz", "Basic ===="})
    BOOST_TEST(!parse_authorization(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
