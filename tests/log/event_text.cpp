#include "edensync/log/event_text.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "edensync/log/stream_sink.hpp"

namespace edensync {
namespace {

log_event full_event() {
  return {.at = {0},
          .level = event_level::warning,
          .event = "run ended",
          .repository = "Base camp",
          .resource = "org_office",
          .run = 3,
          .bytes_in = 10,
          .counts = record_counts{.received = 2, .created = 1},
          .milliseconds = 15,
          .message = "it \"said\" no\nmore"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_event_text)

BOOST_AUTO_TEST_CASE(an_event_is_one_line) {
  BOOST_TEST(event_json(full_event()) ==
             R"({"time":"1970-01-01T00:00:00Z","level":"warning","event":"run ended","repository":"Base camp",)"
             R"("resource":"org_office","run":3,"bytes_in":10,"received":2,"created":1,"updated":0,"deleted":0,)"
             R"("unchanged":0,"kept":0,"conflicts":0,"refused":0,"quarantined":0,"milliseconds":15,)"
             R"("message":"it \"said\" no more"})");
  BOOST_TEST(event_text(full_event()) ==
             "1970-01-01T00:00:00Z warning run ended repository=\"Base camp\" resource=org_office run=3 bytes_in=10 "
             "received=2 created=1 updated=0 deleted=0 unchanged=0 kept=0 conflicts=0 refused=0 quarantined=0 "
             "milliseconds=15 message=\"it \\\"said\\\" no more\"");
  BOOST_TEST(event_text({.event = "error"}) == "1970-01-01T00:00:00Z info error");
}

BOOST_AUTO_TEST_CASE(nothing_secret_and_nothing_odd_is_in_it) {
  const log_event e{.event = "error",
                    .path = "/x\x1b[2J",
                    .message = "http://me:secret@proxy:1/ says Authorization: Basic c2VjcmV0OnNlY3JldA=="};
  for (const auto& line : {event_json(e), event_text(e)}) {
    BOOST_TEST(line.find("secret") == std::string::npos, line);
    BOOST_TEST(line.find("c2Vj") == std::string::npos, line);
    BOOST_TEST(line.find('\x1b') == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(a_line_is_utf8_wherever_its_words_are_from) {
  for (const auto& odd : {std::string("/\xff\xc3"), std::string(1999, 'x') + "\xc3\xa4"})
    for (const auto& line :
         {event_json({.event = "request", .path = odd}), event_text({.event = "request", .path = odd})})
      BOOST_TEST(is_utf8(line), line);
  const auto cut = event_json({.event = "error", .message = std::string(1999, 'x') + "\xc3\xa4"});
  BOOST_TEST(cut.find("xx\"}") != std::string::npos, cut);
}

BOOST_AUTO_TEST_CASE(a_sink_writes_whole_lines_and_leaves_out_what_is_not_wanted) {
  std::ostringstream out;
  stream_sink sink(out, event_form::json, event_level::warning);
  sink.write({.event = "request"});
  std::vector<std::thread> all;
  for (int n = 0; n < 4; ++n)
    all.emplace_back([&] {
      for (int m = 0; m < 50; ++m) sink.write(full_event());
    });
  for (auto& t : all) t.join();
  std::istringstream in(out.str());
  std::string line;
  int lines = 0;
  for (; std::getline(in, line); ++lines) BOOST_TEST(line == event_json(full_event()));
  BOOST_TEST(lines == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync
