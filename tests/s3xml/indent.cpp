#include "edensync/s3xml/indent.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

using edensync::s3xml::indenter;

BOOST_AUTO_TEST_CASE(a_document_is_broken_into_lines_and_texts_stay_as_they_are) {
  const std::string_view in =
      "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\"><resource name=\"a\"><data field=\"x\"> two\n"
      "words </data><data field=\"e\"/><data field=\"n\"></data><resource name=\"b\"/></resource></s3xml>";
  const std::string_view wanted =
      "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\">\n  <resource name=\"a\">\n"
      "    <data field=\"x\"> two\nwords </data>\n    <data field=\"e\"/>\n    <data field=\"n\"></data>\n"
      "    <resource name=\"b\"/>\n  </resource>\n</s3xml>";
  for (const std::size_t piece : {in.size(), std::size_t{1}, std::size_t{7}}) {
    indenter lines;
    std::string out;
    for (std::size_t i = 0; i < in.size(); i += piece) lines.add(in.substr(i, piece), out);
    BOOST_TEST(out == wanted);
  }
}
