#include "edensync/protocol/filter_key.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

BOOST_AUTO_TEST_CASE(reads_keys) {
  const auto plain = parse_filter_key("~.name");
  BOOST_TEST((plain->selectors == std::vector<std::string>{"~.name"}));
  BOOST_TEST((plain->op == filter_operator::eq));
  BOOST_TEST(!plain->inverted);
  const auto full = parse_filter_key("~.name|~.acronym__like!");
  BOOST_TEST((full->selectors == std::vector<std::string>{"~.name", "~.acronym"}));
  BOOST_TEST((full->op == filter_operator::like));
  BOOST_TEST(full->inverted);
  BOOST_TEST((parse_filter_key("~.a__typeof")->op == filter_operator::type_of));
  BOOST_TEST((parse_filter_key("~.name__")->op == filter_operator::eq));
  BOOST_TEST((parse_filter_key("~.name_")->selectors == std::vector<std::string>{"~.name"}));
  // The operator is small letters at the end.
  BOOST_TEST((parse_filter_key("~.my__L1__like")->selectors == std::vector<std::string>{"~.my__L1"}));
  BOOST_TEST((parse_filter_key("a__b.name")->selectors == std::vector<std::string>{"a__b.name"}));
  BOOST_TEST((parse_filter_key("(event)$name")->selectors == std::vector<std::string>{"(event)$name"}));
  BOOST_TEST((parse_filter_key("organisation_id$office.name").has_value()));
}

BOOST_AUTO_TEST_CASE(refuses_keys) {
  for (const char* text : {"", "!", "__eq", "|", "_.a", "name", "organisation_id$name", "$filter", "~.a__intersects",
                           "~.a__nosuch", "~.a__like__eq"}) {
    const auto key = parse_filter_key(text);
    BOOST_TEST((!key && key.error().code == make_error_code(error::bad_filter)), text);
  }
}

BOOST_AUTO_TEST_CASE(reads_values) {
  using members = std::vector<filter_member>;
  BOOST_TEST((parse_filter_value("a") == members{"a"}));
  BOOST_TEST((parse_filter_value("") == members{""}));
  BOOST_TEST((parse_filter_value("a,b,") == members{"a", "b", ""}));
  BOOST_TEST((parse_filter_value("\"a,b\",c") == members{"a,b", "c"}));
  BOOST_TEST((parse_filter_value("say \\\"yes\\\"") == members{"say \"yes\""}));
  BOOST_TEST((parse_filter_value("a\"b,c\"d,e") == members{"a\"b,c\"d", "e"}));  // quotes are taken off at the ends
  BOOST_TEST((parse_filter_value("\\\"a,b\\\"") == members{"\"a", "b\""}));
  BOOST_TEST((parse_filter_value("\"say \\\"a, b\\\"\",c") == members{"say \"a, b\"", "c"}));
  BOOST_TEST((parse_filter_value("\"\"") == members{""}));
  BOOST_TEST((parse_filter_value("NONE,None,\"NONE\",none") == members{std::nullopt, std::nullopt, "NONE", "none"}));
}

}  // namespace edensync
