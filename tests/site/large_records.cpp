// Records that go beyond what a reader takes: nothing of them may stop the rest.
#include <boost/test/unit_test.hpp>

#include <string>

#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

constexpr int many = 10001;  // a reader takes 10,000 records in one element

void put_rooms(one_site& s, const uid& owner) {
  s.self
      .write([&](auto& w) {
        for (int i = 0; i < many; ++i) {
          test::room r;
          r.uuid = id_of("room" + std::to_string(i));
          r.name = "room";
          r.office_id = edensync::link<office>{owner};
          w.put(r);
        }
      })
      .value();
}

std::size_t rooms_at(one_site& s) {
  return s.self.query<test::room>([](const auto& r) { return r.office_id.has_value(); }).value().size();
}

std::string left_out_line(one_site& s) {
  for (const auto& l : s.log())
    if (l.message.find("left out") != std::string::npos)
      return l.mode + " " + l.action + " " + std::string(to_text(l.result)) + ": " + l.message;
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(large_records)

BOOST_AUTO_TEST_CASE(a_master_with_more_components_than_a_reader_takes_at_once_is_pulled) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::pull});
  put_rooms(w.base, w.base.put(an("big")));
  w.base.put(an("other"));
  BOOST_TEST(w.run().ok());
  BOOST_TEST(rooms_at(w.field) == std::size_t{many});
  w.expect_equal();
}

BOOST_AUTO_TEST_CASE(and_pushed) {
  two_sites w;
  w.add_task({.resource = "org_office", .mode = sync_mode::both});
  BOOST_TEST(w.run().ok());
  put_rooms(w.field, w.field.put(an("big")));
  w.field.put(an("other"));
  BOOST_TEST(w.run().ok());
  BOOST_TEST(rooms_at(w.base) == std::size_t{many});
  w.expect_equal();
}

// Wherever the line breaks, the next pull brings what is missing.
BOOST_AUTO_TEST_CASE(and_pulled_after_an_interruption) {
  std::uint64_t whole = 0;
  for (const unsigned percent : {0u, 30u, 60u, 95u}) {
    two_sites w;
    w.add_task({.resource = "org_office", .mode = sync_mode::pull});
    BOOST_TEST(w.run().ok());  // so that they know each other
    const auto before = w.line.bytes_down();
    put_rooms(w.base, w.base.put(an("big")));
    w.base.put(an("other"));
    if (percent != 0) {
      w.line.cut_after(whole * percent / 100);
      BOOST_TEST(!w.run().ok());
    }
    BOOST_TEST(w.run().ok());
    if (percent == 0) whole = w.line.bytes_down() - before;
    BOOST_TEST(rooms_at(w.field) == std::size_t{many});
    w.expect_equal();
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_no_reader_takes_is_refused_where_it_is_written) {
  two_sites w;
  auto o = an("long");
  o.phone1 = std::string((std::size_t{16} << 20) + 1, 'x');
  const auto refused = w.field.self.put(o);
  BOOST_TEST_REQUIRE(refused.has_error());
  BOOST_TEST((refused.error().code == error::record_refused));
  for (const std::string word : {"org_office", "urn:uuid:long", "phone1", "16777217"})
    BOOST_TEST(refused.error().text().find(word) != std::string::npos, refused.error().text());
  BOOST_TEST(w.field.contents().empty());
}

// An ampersand counts for five bytes where it is read: that is too long, although the text itself was not.
BOOST_AUTO_TEST_CASE(a_record_that_no_reader_takes_is_left_out_with_a_warning_and_the_others_travel) {
  for (const auto mode : {sync_mode::pull, sync_mode::push}) {
    two_sites w;
    w.add_task({.resource = "org_office", .mode = mode});
    one_site& from = mode == sync_mode::pull ? w.base : w.field;
    one_site& to = mode == sync_mode::pull ? w.field : w.base;
    from.put(an("long", std::string(std::size_t{4} << 20, '&')));
    // With an ampersand a text is written twice, which is no reason to leave it out.
    from.put(an("not so long", std::string(9'000'000, 'x') + '&'));
    BOOST_TEST(w.run().ok());
    BOOST_TEST_REQUIRE(to.contents().size() == 1u);
    const auto line = left_out_line(from);
    BOOST_TEST(
        line.starts_with(mode == sync_mode::pull ? "pull/incoming send warning: " : "push/outgoing send warning: "),
        line);
    BOOST_TEST(line.find("1 records left out") != std::string::npos, line);
    BOOST_TEST(line.find("(UID: urn:uuid:long) org_office: phone1") != std::string::npos, line);
    // It travels once it is short enough.
    from.put(an("long", "1"));
    BOOST_TEST(w.run().ok());
    w.expect_equal();
  }
}

BOOST_AUTO_TEST_SUITE_END()
