// Peers that answer a pull with something else, over sockets.
#include "wire.hpp"

using namespace edensync;
using namespace edensync::test;
using beast::test::raw_peer;
using beast::test::raw_socket;
using beast::test::say;

namespace {

std::string answer(const std::string& body, std::size_t length, const std::string& type = "text/xml") {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
         body;
}

struct bad_answers_fixture : wire {
  task_id task = add_task("org_office", sync_mode::pull);
  std::string good = document({an_office("from_the_peer", 1), an_office("and_another", 1)});

  /// Runs against such a peer, then against the real one.
  /// `whole`: how many records of the answer came whole, which stay.
  void expect_refused(const std::function<void(raw_socket&)>& act, error code,
                      std::initializer_list<std::string_view> words, beast::client_options o = {},
                      std::size_t whole = 0) {
    base.put("fine" + std::to_string(++round_));
    BOOST_TEST(run().ok());  // registered, and in step
    const auto before = field.contents();
    const auto mark_before = mark(task, direction::pull);
    const auto known = field.lines();
    const auto real = url();
    {
      raw_peer peer(act);
      change_peer([&](repository& r) { r.url = peer.url(); });
      expect_failure(first_failure(run(o)), code, words);
    }
    field.expect_line(known, {"pull/outgoing", "org_office"});
    for (const auto w : words) field.expect_line(known, {"pull/outgoing", w});
    const auto now = field.contents();
    if (whole == 0) BOOST_TEST(now == before, boost::test_tools::per_element());
    BOOST_TEST(now.size() == before.size() + whole);
    BOOST_TEST((mark(task, direction::pull) == mark_before));
    change_peer([&](repository& r) { r.url = real; });
    base.put("fine" + std::to_string(++round_));
    BOOST_TEST(run().ok());
    BOOST_TEST(field.has("fine" + std::to_string(round_)));
  }

 private:
  int round_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_answers, bad_answers_fixture)

BOOST_AUTO_TEST_CASE(an_html_page_with_a_document_type) {
  const std::string page =
      "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><br>Please log in</body></html>";
  expect_refused(say(answer(page, page.size(), "text/html")), error::unexpected_answer, {"HTML"});
}

BOOST_AUTO_TEST_CASE(fewer_bytes_than_announced) {
  expect_refused(say(answer(good, good.size() + 10)), error::broken_transfer,
                 {"after " + std::to_string(good.size()) + " bytes"}, {}, 2);
}

BOOST_AUTO_TEST_CASE(more_bytes_than_announced) {
  expect_refused(say(answer(good + "<!-- and more -->", good.size())), error::broken_transfer,
                 {"more bytes than it announced"}, {}, 2);
}

BOOST_AUTO_TEST_CASE(closes_in_the_middle) {
  expect_refused(say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + good.substr(0, 64) + "\r\n"),
                 error::broken_transfer, {"before the answer was complete"});
}

// Without a length nothing but the document itself tells that it is not whole.
BOOST_AUTO_TEST_CASE(closes_in_the_middle_of_an_answer_without_length) {
  expect_refused(say("HTTP/1.0 200 OK\r\n\r\n" + good.substr(0, good.size() - 20)), error::malformed_document,
                 {"line 2"});
}

BOOST_AUTO_TEST_CASE(never_answers) {
  beast::client_options o;
  o.read_timeout = std::chrono::milliseconds(20);
  expect_refused([](raw_socket& s) { s.receive_all(); }, error::timed_out, {"waiting for the answer"}, o);
}

BOOST_AUTO_TEST_CASE(wrong_credentials) {
  BOOST_TEST(run().ok());
  base.put("new");
  const auto before = field.contents();
  const auto mark_before = mark(task, direction::pull);
  const auto at_field = field.lines(), at_base = base.lines();
  change_peer([](repository& r) { r.password = "wrong"; });
  expect_failure(first_failure(run()), error::not_authorised, {"401"});
  field.expect_line(at_field, {"pull/outgoing fetch error org_office", "401"});
  base.expect_line(at_base, {"field-office"});
  BOOST_TEST(field.contents() == before, boost::test_tools::per_element());
  BOOST_TEST((mark(task, direction::pull) == mark_before));
  change_peer([](repository& r) { r.password = "right"; });
  BOOST_TEST(run().ok());
  BOOST_TEST(field.has("new"));
}

BOOST_AUTO_TEST_SUITE_END()
