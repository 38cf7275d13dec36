#include "edensync/mock/recorder.hpp"
#include "edensync/mock/recording.hpp"
#include "edensync/mock/scripted_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <unistd.h>

using namespace edensync;
using namespace edensync::mock;

namespace {

struct recorder_folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("edensync-mock-" + std::to_string(getpid()));
  recorder_folder() { std::filesystem::create_directories(path); }
  ~recorder_folder() { std::filesystem::remove_all(path); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mock_recorder, recorder_folder)

BOOST_AUTO_TEST_CASE(what_was_written_can_be_replayed) {
  scripted_peer there([](const heard& h) {
    return h.body.empty() ? scripted_answer{.status = 404, .body = "no\r\n\r\nno"}
                          : scripted_answer{.body = "you said " + h.body};
  });
  recorder written(std::ref(there), path);
  auto with_account = request("POST", "/sync/sync.xml?resource=a&resource=b", "line\r\n\r\nline");
  with_account.head.user = "me";
  with_account.head.password = "secret";
  ask(std::ref(written), with_account);
  ask(std::ref(written), request("GET", "/sync/x"));
  const auto all = read_recording(path);
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].request.target() == "/eden/sync/sync.xml?resource=a&resource=b");
  BOOST_TEST(all[0].request.body == "line\r\n\r\nline");
  BOOST_TEST(all[0].request.headers.get("Authorization").empty());
  BOOST_TEST(all[0].response.body == "you said line\r\n\r\nline");
  BOOST_TEST(all[1].response.status() == 404u);
  std::vector<std::string> reports;
  const auto report = [&](const std::string& said) { reports.push_back(said); };
  const replay_options closely{.body = [](std::string was) { return text_like(std::move(was)); }};
  replay_at(std::ref(there), all, report, closely);
  expectations again(report);
  replay(all, again, closely);
  scripted_peer from_file(std::ref(again));
  replay_at(std::ref(from_file), all, report, closely);
  BOOST_TEST(again.verify());
  BOOST_TEST(reports.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_that_broke_off_is_empty) {
  scripted_peer there(scripted_answer{.body = "12345", .cut = 2});
  recorder written(std::ref(there), path);
  ask(std::ref(written), request("GET", "/x"));
  const auto all = read_recording(path);
  BOOST_TEST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].response.first_line.empty());
  scripted_peer again([&](const heard&) { return answer_of(all[0].response); });
  BOOST_TEST((ask(std::ref(again), request("GET", "/x")).broken->code == error::broken_transfer));
}

BOOST_AUTO_TEST_SUITE_END()
