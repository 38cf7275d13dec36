#include "edensync/expat/event_source.hpp"

#include <boost/test/unit_test.hpp>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using edensync::error;
using edensync::expat::event_source;

static_assert(edensync::xml_event_source<event_source>);
static_assert(!std::is_copy_constructible_v<event_source>);

/// Writes down what it is told, one event after the other.
struct recorder : edensync::xml_handler {
  std::string seen;
  void start(std::string_view name, std::span<const edensync::xml_attribute> attributes) override {
    seen += '<' + std::string(name);
    for (const auto& a : attributes) seen += ' ' + std::string(a.name) + '=' + std::string(a.value);
    seen += '>';
  }
  void end(std::string_view name) override { seen += "</" + std::string(name) + '>'; }
  void text(std::string_view piece) override { seen += piece; }
};

struct thrower : recorder {
  int what = 0;
  void end(std::string_view) override {
    if (what == 0) edensync::throw_failure(error::store_locked, "by a test");
    if (what == 1) throw std::bad_alloc();
    if (what == 2) throw std::runtime_error("the disk is on fire");
    throw 42;
  }
};

edensync::result<void> read(edensync::xml_handler& h, std::string_view document, std::size_t step = 0,
                            const edensync::xml_limits& limits = {}) {
  event_source source(h, limits);
  if (step == 0) step = document.size() + 1;
  for (std::size_t at = 0; at < document.size(); at += step)
    if (auto fed = source.feed(document.substr(at, step)); !fed) return fed;
  return source.finish();
}

void refused(std::string_view document, error why, const edensync::xml_limits& limits = {}) {
  for (const std::size_t step : {std::size_t{0}, std::size_t{1}}) {
    recorder r;
    const auto done = read(r, document, step, limits);
    BOOST_TEST_REQUIRE(done.has_error());
    BOOST_TEST((done.error().code == why), done.error().text());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_source_)

BOOST_AUTO_TEST_CASE(gives_events_in_order_whatever_the_pieces) {
  const std::string_view document =
      "<?xml version='1.0'?>\n<a x='1&amp;2' y=''>t&lt;<b:c/>\xC3\xA9<!-- no --><![CDATA[<]]></a>\n";
  for (std::size_t step = 1; step <= document.size(); ++step) {
    recorder r;
    BOOST_TEST_REQUIRE(read(r, document, step).has_value());
    BOOST_TEST(r.seen == "<a x=1&2 y=>t<<b:c></b:c>\xC3\xA9<</a>");
  }
}

BOOST_AUTO_TEST_CASE(reads_other_encodings_as_utf8) {
  recorder latin;
  BOOST_TEST_REQUIRE(read(latin, "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>").has_value());
  BOOST_TEST(latin.seen == "<a>\xC3\xA9</a>");
  std::string wide = "\xFE\xFF";
  for (const char c : std::string_view("<a>\xE9</a>")) wide += {'\0', c};
  recorder utf16;
  BOOST_TEST_REQUIRE(read(utf16, wide, 3).has_value());
  BOOST_TEST(utf16.seen == "<a>\xC3\xA9</a>");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_well_formed) {
  for (const std::string_view bad :
       {"", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a x='1' x='2'/>", "<a>&nope;</a>", "<a>\x01</a>",
        "<a>\xC3</a>", "<?xml version='1.0' encoding='klingon'?><a/>", "<a b></a>", "<a>&#0;</a>"})
    refused(bad, error::malformed_document);
}

BOOST_AUTO_TEST_CASE(says_where) {
  recorder r;
  const auto done = read(r, "<a>\n  <b></c>\n</a>");
  BOOST_TEST_REQUIRE(done.has_error());
  BOOST_TEST(done.error().info.ours().find("line 2") != std::string::npos, done.error().text());
  BOOST_TEST(done.error().info.ours().find("column") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_document_type) {
  refused("<!DOCTYPE a><a/>", error::document_type_refused);
  refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", error::document_type_refused);
  refused("<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1/'>]><a>&x;</a>", error::document_type_refused);
  refused("<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;&x;&x;&x;&x;&x;'>]><a>&y;</a>",
          error::document_type_refused);
}

BOOST_AUTO_TEST_CASE(refuses_what_goes_beyond_the_limits) {
  const edensync::xml_limits small{.depth = 2, .attributes = 2, .text = 4};
  recorder r;
  BOOST_TEST(read(r, "<a x='1234' y=''><b>1234</b>1234</a>", 0, small).has_value());
  refused("<a><b><c/></b></a>", error::limit_exceeded, small);
  refused("<a x='' y='' z=''/>", error::limit_exceeded, small);
  refused("<a x='12345'/>", error::limit_exceeded, small);
  refused("<a>12345</a>", error::limit_exceeded, small);
}

BOOST_AUTO_TEST_CASE(refuses_endless_markup_without_keeping_all_of_it) {
  for (const std::string_view begin : {"<a x='", "<a><!-- ", "<a><?p "}) {
    recorder r;
    event_source source(r, {.depth = 2, .attributes = 2, .text = 1000});
    const std::string piece(4096, 'x');
    std::size_t fed = begin.size();
    auto done = source.feed(begin);
    while (done && fed < (std::size_t{8} << 20)) {
      fed += piece.size();
      done = source.feed(piece);
    }
    BOOST_TEST_REQUIRE(done.has_error());
    BOOST_TEST((done.error().code == error::limit_exceeded), done.error().text());
  }
}

BOOST_AUTO_TEST_CASE(a_long_token_in_small_pieces_is_read) {
  const std::string document = "<a x='" + std::string(3000000, 'y') + "'>z</a>";
  recorder r;
  BOOST_TEST(read(r, document, 500).has_value());
  BOOST_TEST(r.seen.size() == document.size() - 2);
}

BOOST_AUTO_TEST_CASE(nothing_that_the_handler_throws_gets_out) {
  for (int what = 0; what < 4; ++what) {
    thrower t;
    t.what = what;
    event_source source(t);
    const auto done = source.feed("<a><b/><c/></a>");
    BOOST_TEST_REQUIRE(done.has_error());
    const auto why = what == 0 ? error::store_locked : what == 1 ? error::limit_exceeded : error::store_failed;
    BOOST_TEST((done.error().code == why));
    BOOST_TEST(t.seen == "<a><b>");
    BOOST_TEST(source.feed("<d/>").error().code == done.error().code);
    BOOST_TEST(source.finish().error().text() == done.error().text());
  }
}

BOOST_AUTO_TEST_SUITE_END()
