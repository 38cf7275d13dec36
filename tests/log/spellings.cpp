#include "edensync/log/spellings.hpp"

#include <boost/test/unit_test.hpp>
#include <algorithm>
#include <set>
#include <string>

#include "edensync/log/redact.hpp"

using namespace edensync;

namespace {

bool knows(std::string_view secret, std::string_view form) {
  const auto all = spellings(secret);
  return std::find(all.begin(), all.end(), form) != all.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_spellings)

BOOST_AUTO_TEST_CASE(a_plain_word_has_few_forms_and_each_of_them_once) {
  BOOST_TEST(spellings("sesame7").size() == 3u);  // and its hexadecimal digits, in both cases
  BOOST_TEST(knows("sesame7", "736573616d6537"));
  BOOST_TEST(knows("sesame7", "sesame7"));
  const auto all = spellings("a <b>&'\"/\\c+%\xc3\xbc");
  BOOST_TEST(std::set<std::string>(all.begin(), all.end()).size() == all.size());
  BOOST_TEST(spellings("").empty());
  BOOST_TEST(spellings("abc").size() == 1u);
}

BOOST_AUTO_TEST_CASE(it_is_known_as_pages_documents_addresses_and_json_write_it) {
  constexpr std::string_view secret = "p<w>&'q\" /\\z";
  for (const std::string_view form :
       {"p&lt;w&gt;&amp;'q\" /\\z", "p&lt;w&gt;&amp;&#39;q&quot; /\\z", "p&lt;w&gt;&amp;&#x27;q&#34; /\\z",
        "p&lt;w&gt;&amp;&apos;q&quot; /\\z", "p%3Cw%3E%26%27q%22%20%2F%5Cz", "p%3cw%3e%26%27q%22+%2f%5cz",
        "p%3Cw%3E&'q%22%20/%5Cz", "p<w>&'q\\\" /\\\\z", "p<w>&'q\\\" \\/\\\\z",
        "p\\u003cw\\u003e\\u0026\\u0027q\\u0022 \\u002f\\u005cz", "703c773e26277122202f5c7a",
        "703C773E26277122202F5C7A"})
    BOOST_TEST(knows(secret, form), form);
  BOOST_TEST(knows("gr\xc3\xbcn\xf0\x9f\x98\x80", "gr\\u00fcn\\ud83d\\ude00"));
  BOOST_TEST(knows("gr\xc3\xbcn\xf0\x9f\x98\x80", "gr\\u00FCn\\uD83D\\uDE00"));
  BOOST_TEST(knows("gr\xc3\xbcn", "gr%C3%BCn"));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_have_forms_as_well) {
  for (const std::string_view secret : {"\xff\xfe\xfd\xfc", "\xc3", "ab\xf0\x9f"}) {
    const auto all = spellings(secret);
    BOOST_TEST((std::find(all.begin(), all.end(), secret) != all.end()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
