// Every document at hand, from S3XML to S3JSON and back.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/s3json/event_source.hpp"
#include "edensync/s3json/tree_writer.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/expat/event_source.hpp"
#include "support/recorded.hpp"

using namespace edensync;

namespace {

// A document by what its readers make of it: what is in a `value` is JSON, a text is un-escaped once more, fields and
// components go by their names, and what S3XML has no element for says nothing.
struct tree {
  std::string element;
  std::map<std::string, std::string> attributes;
  std::string text;
  std::vector<tree> within;

  friend bool operator==(const tree&, const tree&) = default;

  std::string name() const {
    const auto at = attributes.find(element == "resource" ? "name" : "field");
    return at == attributes.end() ? std::string() : at->second;
  }
  std::size_t records() const {
    std::size_t n = element == "resource";
    for (const auto& each : within) n += each.records();
    return n;
  }
  std::string show(std::size_t indent = 0) const {
    std::string s(indent, ' ');
    s += element;
    for (const auto& [key, value] : attributes) s.append(" ").append(key).append("=").append(value);
    s += " '" + text + "'\n";
    for (const auto& each : within) s += each.show(indent + 2);
    return s;
  }
};

class tree_reader final : public xml_handler {
 public:
  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    tree t{std::string(name), {}, {}, {}};
    for (const auto& a : attributes) t.attributes.emplace(a.name, a.name == "value" ? json(a.value) : a.value);
    open_.push_back(std::move(t));
  }
  void text(std::string_view piece) override { open_.back().text += piece; }
  void end(std::string_view) override {
    auto done = std::move(open_.back());
    open_.pop_back();
    if (done.element == "data" || done.element == "reference")
      s3xml::unescape_again(done.text);
    else
      done.text.clear();
    const auto order = [](const tree& a, const tree& b) {
      return std::pair(a.element, a.name()) < std::pair(b.element, b.name());
    };
    std::stable_sort(done.within.begin(), done.within.end(), order);
    if (open_.empty())
      root = std::move(done);
    else if (done.element == "resource" || done.element == "data" || done.element == "reference")
      open_.back().within.push_back(std::move(done));
  }

  tree root;

 private:
  static std::string json(std::string_view text) {
    boost::system::error_code wrong;
    const auto v = boost::json::parse(text, wrong);
    return boost::json::serialize(wrong ? boost::json::value(text) : v);
  }

  std::vector<tree> open_;
};

// Writes the events down as S3XML.
class xml_text final : public xml_handler {
 public:
  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    all.append("<").append(name);
    for (const auto& a : attributes) {
      all.append(" ").append(a.name).append("=\"");
      s3xml::append_attribute(all, a.value);
      all += '"';
    }
    all += '>';
  }
  void text(std::string_view piece) override { s3xml::append_text(all, piece); }
  void end(std::string_view name) override { all.append("</").append(name).append(">"); }

  std::string all;
};

template <class Source>
bool read_into(xml_handler& to, std::string_view document, std::size_t step = 1 << 20) {
  Source source(to, xml_limits{});
  for (std::size_t at = 0; at < document.size(); at += step)
    if (!source.feed(document.substr(at, step))) return false;
  return source.finish().has_value();
}

std::string content_of(const std::filesystem::path& file) {
  auto text = test::read_file(file);
  if (file.extension() != ".http") return text;
  const auto body = text.find("\r\n\r\n");
  return body == std::string::npos ? std::string() : text.substr(body + 4);
}

struct tally {
  std::size_t documents = 0;
  std::size_t records = 0;
};

// What is no S3XML is passed over.
void round_trip(const std::filesystem::path& file, tally& all) {
  const auto document = content_of(file);
  if (document.find("<s3xml") > 100) return;
  tree_reader original;
  if (!read_into<expat::event_source>(original, document) || original.root.element != "s3xml") return;
  std::string json, again;
  xml_text xml;
  tree_reader back;
  s3json::tree_writer to_json(json), once_more(again);
  BOOST_TEST(read_into<expat::event_source>(to_json, document), file);
  // A document without anything says in JSON nothing at all, not even that it is one.
  if (json == "{}") {
    BOOST_TEST(!read_into<s3json::event_source>(back, json), file);
    return;
  }
  BOOST_TEST(read_into<s3json::event_source>(xml, json, 1000), file);
  BOOST_TEST(read_into<expat::event_source>(back, xml.all), file);
  BOOST_TEST((back.root == original.root), file << "\n" << original.root.show() << "became\n" << back.root.show());
  // And what was read is written as it was.
  BOOST_TEST(read_into<expat::event_source>(once_more, xml.all), file);
  BOOST_TEST((boost::json::parse(again) == boost::json::parse(json)), file << "\n" << json << "\n" << again);
  ++all.documents;
  all.records += original.root.records();
}

tally round_trips(const std::filesystem::path& folder) {
  tally all;
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder))
    if (each.path().extension() == ".xml" || each.path().extension() == ".http") round_trip(each.path(), all);
  std::cout << folder.filename().string() << ": " << all.documents << " documents with " << all.records
            << " records there and back\n";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(s3json_documents)

BOOST_AUTO_TEST_CASE(our_own_recordings) {
  const auto all = round_trips(EDENSYNC_SOURCE_DIR "/tests/golden");
  BOOST_TEST(all.documents > 30U);
  BOOST_TEST(all.records > 60U);
}

BOOST_AUTO_TEST_CASE(the_recordings_of_an_eden) {
  if (const auto folder = test::recorded("eden-wire")) BOOST_TEST(round_trips(*folder).documents > 700U);
}

BOOST_AUTO_TEST_SUITE_END()
