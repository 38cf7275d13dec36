#include "edensync/protocol/multipart.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace edensync {
namespace {

std::string read_all(std::string_view boundary, std::string_view body, std::size_t at_once) {
  multipart_reader reader(boundary);
  std::string out;
  while (!body.empty()) {
    const auto piece = body.substr(0, at_once);
    const auto fed = reader.feed(piece, [&](std::string_view text) {
      out += text;
      return result<void>();
    });
    if (!fed) return "refused";
    body.remove_prefix(piece.size());
  }
  return out;
}

constexpr std::string_view three_parts =
    "a preamble\r\n--mark\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nnot this\r\n--mark\r\n"
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.xml\"\r\nContent-Type: text/xml\r\n\r\n<s3xml>\r\n-"
    "-almost</s3xml>\r\n--mark\r\nContent-Disposition: form-data; name=\"b.xml\"\r\n\r\n<b/>\r\n--mark--\r\nepilogue";

}  // namespace

BOOST_AUTO_TEST_CASE(boundary_is_found_in_the_type) {
  BOOST_TEST(multipart_boundary("multipart/form-data; boundary=----wire7f3a") == "----wire7f3a");
  BOOST_TEST(multipart_boundary("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b\"") == "a b");
  BOOST_TEST(multipart_boundary("multipart/mixed; boundary=x; charset=utf-8") == "x");
  for (const auto none : {"text/xml", "", "multipart/form-data", "multipart/form-data; x=boundary", "multi"})
    BOOST_TEST(multipart_boundary(none).empty());
}

BOOST_AUTO_TEST_CASE(parts_named_as_xml_are_joined_and_others_passed_over_whatever_the_pieces) {
  for (const std::size_t n : {1U, 2U, 3U, 7U, 64U, 10000U})
    BOOST_TEST(read_all("mark", three_parts, n) == "<s3xml>\r\n--almost</s3xml><b/>");
}

BOOST_AUTO_TEST_CASE(a_body_may_begin_with_its_boundary_and_hold_empty_parts) {
  for (const std::size_t n : {1U, 5U, 1000U}) {
    BOOST_TEST(read_all("m", "--m\r\nContent-Disposition: form-data; name=\"x.xml\"\r\n\r\n<a/>\r\n--m--", n) ==
               "<a/>");
    BOOST_TEST(read_all("m", "--m\r\nContent-Disposition: form-data; name=\"x.xml\"\r\n\r\n\r\n--m--", n).empty());
  }
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_gives_what_came) {
  const auto whole = three_parts.substr(0, three_parts.find("--mark--"));
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto got = read_all("mark", whole.substr(0, n), 16);
    BOOST_TEST(std::string_view("<s3xml>\r\n--almost</s3xml><b/>").starts_with(got));
  }
}

BOOST_AUTO_TEST_CASE(headers_without_end_are_refused) {
  BOOST_TEST(read_all("m", "--m\r\nX: " + std::string(20000, 'x'), 1000) == "refused");
}

BOOST_AUTO_TEST_CASE(memory_does_not_grow_with_the_part) {
  multipart_reader reader("m");
  std::size_t taken = 0, longest = 0;
  const auto count = [&](std::string_view text) {
    taken += text.size();
    longest = std::max(longest, text.size());
    return result<void>();
  };
  reader.feed("--m\r\nContent-Disposition: form-data; name=\"x.xml\"\r\n\r\n", count).value();
  const std::string piece(1000, 'x');
  for (int i = 0; i < 1000; ++i) reader.feed(piece, count).value();
  // All but what may be the beginning of a boundary was given on, and never more than came at once.
  BOOST_TEST(taken > 1000u * 1000u - 20u);
  BOOST_TEST(longest <= 1010u);
}

BOOST_AUTO_TEST_CASE(what_the_taker_says_ends_it) {
  multipart_reader reader("m");
  const auto refuse = [](std::string_view) { return result<void>(make_failure(error::bad_request)); };
  const auto fed = reader.feed("--m\r\nContent-Disposition: form-data; name=\"x.xml\"\r\n\r\nlong enough", refuse);
  BOOST_TEST(!fed.has_value());
}

}  // namespace edensync
