#include "edensync/core/error.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

using namespace edensync;

BOOST_AUTO_TEST_SUITE(core_error)

BOOST_AUTO_TEST_CASE(every_error_has_words_of_its_own_and_exactly_one_condition) {
  std::set<std::string> words;
  for (int i = 1; i <= static_cast<int>(error::proxy_refused); ++i) {
    const auto code = make_error_code(static_cast<error>(i));
    words.insert(code.message());
    BOOST_TEST(code.message() != "unknown error");
    int conditions = 0;
    for (const auto c :
         {condition::retry_later, condition::peer_refused, condition::bad_document, condition::needs_person})
      conditions += code == c;
    BOOST_TEST(conditions == 1, code.message());
  }
  BOOST_TEST(words.size() == static_cast<std::size_t>(error::proxy_refused));
  BOOST_TEST(make_error_code(static_cast<error>(999)).message() == "unknown error");
}

BOOST_AUTO_TEST_CASE(conditions_say_what_can_be_done) {
  const auto is = [](error e, condition c) { return make_error_code(e) == c; };
  for (const auto e : {error::unreachable, error::timed_out, error::broken_transfer, error::peer_failed,
                       error::store_locked, error::store_full, error::busy, error::cancelled})
    BOOST_TEST(is(e, condition::retry_later));
  for (const auto e : {error::not_authorised, error::not_registered, error::refused, error::record_refused})
    BOOST_TEST(is(e, condition::peer_refused));
  for (const auto e : {error::malformed_document, error::document_type_refused, error::limit_exceeded,
                       error::unexpected_answer, error::bad_json})
    BOOST_TEST(is(e, condition::bad_document));
  for (const auto e :
       {error::store_damaged, error::not_configured, error::bad_filter, error::unknown_resource, error::bad_schema})
    BOOST_TEST(is(e, condition::needs_person));
}

BOOST_AUTO_TEST_CASE(codes_of_others_have_no_condition) {
  const boost::system::error_code other(11, boost::system::generic_category());
  BOOST_TEST(!(other == condition::retry_later));
  BOOST_TEST(std::string(error_category().name()) == "edensync");
  BOOST_TEST(std::string(condition_category().name()) == "edensync.condition");
  BOOST_TEST(!make_error_condition(condition::needs_person).message().empty());
}

BOOST_AUTO_TEST_SUITE_END()
