#include "edensync/protocol/register_message.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {

BOOST_AUTO_TEST_CASE(request_has_the_shape_of_eden) {
  const register_request r{uid("urn:uuid:e0e2"), "eden-b.example.org", "eden"};
  BOOST_TEST(to_json(r) == R"({"uuid": "urn:uuid:e0e2", "name": "eden-b.example.org", "apitype": "eden"})");
  BOOST_TEST((parse_register_request(to_json(r)) == r));
  const register_request odd{uid("a\"b\\"), "Zürich\n", "eden"};
  BOOST_TEST((parse_register_request(to_json(odd)) == odd));
}

BOOST_AUTO_TEST_CASE(request_is_read_leniently) {
  BOOST_TEST(!parse_register_request(""));
  BOOST_TEST(!parse_register_request("{\"uuid\": "));
  BOOST_TEST(!parse_register_request("[1]"));
  const auto bare = parse_register_request("{}");
  BOOST_REQUIRE(bare.has_value());
  BOOST_TEST(bare->uuid.empty());
  BOOST_TEST(bare->apitype == "eden");
  const auto extra = parse_register_request(R"({"x": [1, {}], "uuid": "u", "apitype": "ccrm", "name": null})");
  BOOST_TEST(extra->uuid.text() == "u");
  BOOST_TEST(extra->apitype == "ccrm");
  BOOST_TEST(extra->name.empty());
}

BOOST_AUTO_TEST_CASE(request_of_2011_stands_in_the_address) {
  const auto r = parse_register_query("/sync/repository/register.xml?repository=urn%3Auuid%3Aa&name=Field+Office");
  BOOST_TEST(r.uuid.text() == "urn:uuid:a");
  BOOST_TEST(r.name == "Field Office");
  BOOST_TEST(r.apitype == "eden");
  BOOST_TEST(parse_register_query("/sync/repository/register.xml").uuid.empty());
  BOOST_TEST(parse_register_query("/sync/repository/register.xml?name=x").uuid.empty());
}

BOOST_AUTO_TEST_CASE(reply_has_the_shape_of_eden) {
  const register_reply ok{true, "Registration successful", uid("urn:uuid:72ff")};
  const std::string recorded =
      R"({"status": "success", "statuscode": "200", "message": "Registration successful", "sender": "urn:uuid:72ff"})";
  BOOST_TEST(to_json(ok) == recorded);
  BOOST_TEST((parse_register_reply(recorded) == ok));
  const register_reply no{false, "No repository identifier specified", uid("urn:uuid:72ff")};
  const std::string refused =
      R"({"status": "failed", "statuscode": "400", "message": "No repository identifier specified", "sender": "urn:uuid:72ff"})";
  BOOST_TEST(to_json(no) == refused);
  BOOST_TEST((parse_register_reply(refused) == no));
}

BOOST_AUTO_TEST_CASE(reply_that_is_none) {
  BOOST_TEST(!parse_register_reply("Registration successful"));
  BOOST_TEST(!parse_register_reply("<html></html>"));
  BOOST_TEST(!parse_register_reply("{}"));
  BOOST_TEST(parse_register_reply(R"({"status": "success"})")->sender.empty());
}

}  // namespace edensync
