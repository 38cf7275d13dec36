#include "edensync/core/upload.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "edensync/s3xml/writer.hpp"
#include "support.hpp"

using namespace s3xml_test;

namespace {

constexpr std::uint32_t photo = 12;
const std::string hash(64, 'a');

std::string read_upload(const std::string& attributes, bool wanted = true) {
  s3xml::reader_options o;
  o.uploads = wanted;
  collector got;
  const auto done = read_into(got,
                              "<s3xml><resource name=\"dvr_depot\" uuid=\"d\"><data field=\"name\">n</data><data "
                              "field=\"photo\" " +
                                  attributes + "/></resource></s3xml>",
                              o);
  BOOST_TEST_REQUIRE(done.has_value());
  const auto& v = got.elements.at(0).at(0).content.fields.at(photo);
  if (is_absent(v)) return "absent";
  const auto u = parse_upload(std::get<std::string>(v));
  return u ? (u->present() ? "present " : "pending ") + u->url + " " + u->name : "unreadable";
}

std::string written(const std::string& field, const std::string& url = "http://here/eden", bool wanted = true) {
  stored_record r;
  r.resource = example().find("dvr_depot");
  r.fields.resize(photo + 1);
  r.fields[photo] = field;
  s3xml::writer w(example(), {.url = url, .uploads = wanted});
  std::string out;
  w.open(out, r);
  const auto at = out.find("<data");
  return at == std::string::npos ? std::string() : out.substr(at);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_upload_is_read_as_pending) {
  BOOST_TEST(read_upload("url=\"http://h/eden/default/download/x.y.pdf\" filename=\"Plan A.pdf\"") ==
             "pending http://h/eden/default/download/x.y.pdf Plan A.pdf");
  BOOST_TEST(read_upload("url=\"https://h/x/y.pdf?a=1\"") == "pending https://h/x/y.pdf?a=1 y.pdf");
  BOOST_TEST(read_upload("url=\"http://h/x\" filename=\"a\"", false) == "absent");
  for (const auto* nothing :
       {"url=\"local\" filename=\"a\"", "filename=\"a\"", "url=\"\"", "value=\"x\"", "url=\"/eden/static/a.png\"",
        "url=\"ftp://h/a\"", "url=\"file:///etc/passwd\"", "url=\"http:///a\"", "url=\"http://h/a b\"",
        "url=\"http://h/a&#10;b\"", "url=\"http://h/\xC3\xA4\""})
    BOOST_TEST(read_upload(nothing) == "absent", nothing);
  BOOST_TEST(read_upload("url=\"http://h/" + std::string(3000, 'x') + "\"") == "absent");
}

BOOST_AUTO_TEST_CASE(names_are_no_paths) {
  BOOST_TEST(read_upload("url=\"http://h/x\" filename=\"../../etc/passwd\"") == "pending http://h/x passwd");
  BOOST_TEST(read_upload("url=\"http://h/x\" filename=\"C:\\tmp\\a&#9;b&#10;.txt\"") == "pending http://h/x ab.txt");
  for (const auto* nothing : {"", "..", ".", "a/..", "a/", "/"}) BOOST_TEST(upload_name(nothing) == "file", nothing);
  BOOST_TEST(upload_name(std::string(199, 'x') + "\xC3\xA4yz") == std::string(199, 'x'));
  BOOST_TEST(upload_name(std::string(500, 'x')).size() == 200U);
  BOOST_TEST(download_name("Pl\xC3\xA4n \"A\".pdf") == "Pl__n__A_.pdf");
}

BOOST_AUTO_TEST_CASE(only_what_is_here_is_written) {
  const auto present = format_upload({"Plan A.pdf", hash, "http://elsewhere/y"});
  BOOST_TEST(written(present) == "<data field=\"photo\" url=\"http://here/eden/default/download/" + hash +
                                     ".Plan_A.pdf\" filename=\"Plan A.pdf\"/>");
  BOOST_TEST(written(present, "").empty());
  BOOST_TEST(written(present, "http://here/eden", false).empty());
  BOOST_TEST(written(format_upload({"a", {}, "http://elsewhere/y"})).empty());
  for (const auto* other : {"", "x.pdf", "- - a", "zz http://h/x a", "- http://h/x a/b"})
    BOOST_TEST(written(other).empty());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_the_same_file) {
  const upload_content here{"a b.txt", hash, {}};
  const upload_content offered{"a b.txt", {}, "http://h/eden/default/download/" + upload_address(here)};
  BOOST_TEST(upload_hash(offered.url) == hash);
  BOOST_TEST(is_same_upload(here, offered));
  BOOST_TEST(!is_same_upload({"a", std::string(64, 'b'), {}}, offered));
  BOOST_TEST(!is_same_upload(offered, offered));
  BOOST_TEST(is_same_upload({"a", hash, "http://h/y"}, {"a", {}, "http://h/y"}));
  BOOST_TEST(!is_same_upload({"a", hash, {}}, {"a", {}, "http://h/y"}));
  for (const auto* none : {"http://h/a", "http://h/", ""}) BOOST_TEST(upload_hash(none).empty());
  BOOST_TEST(upload_hash("http://h/" + hash + "b.x").empty());
  BOOST_TEST((parse_upload(format_upload(here)) == here));
  BOOST_TEST((parse_upload(format_upload(offered)) == offered));
}

BOOST_AUTO_TEST_CASE(an_incoming_element_keeps_its_address) {
  s3xml::reader_options o;
  o.uploads = true;
  const std::string data = "<data field=\"photo\" url=\"http://h/x.pdf\" filename=\"X.pdf\"/>";
  collector got;
  BOOST_TEST(
      read_into(got, "<s3xml><resource name=\"dvr_depot\" uuid=\"d\">" + data + "</resource></s3xml>", o).has_value());
  std::string out;
  s3xml::writer(example(), {}).write_incoming(out, got.elements.at(0));
  BOOST_TEST(out.find(data) != std::string::npos, out);
}
