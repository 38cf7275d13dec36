// The program as a server, asked byte by byte.

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "support/eden_site.hpp"

namespace {

namespace fs = std::filesystem;
using edensync::test::body_of;
using edensync::test::fixture;
using edensync::test::read_file;
using edensync::test::request;
using edensync::test::served;
using edensync::test::status_of;
using edensync::test::workplace;

// Basic credentials, encoded by hand: NAME:secret.
constexpr std::string_view field = "ZmllbGQ6c2VjcmV0";       // field
constexpr std::string_view reader = "cmVhZGVyOnNlY3JldA==";  // reader
constexpr std::string_view guest = "Z3Vlc3Q6c2VjcmV0";       // guest
constexpr std::string_view boss = "Ym9zczpzZWNyZXQ=";        // boss
constexpr std::string_view wrong = "ZmllbGQ6d3Jvbmc=";       // field:wrong
constexpr std::string_view nobody = "bm9ib2R5OnNlY3JldA==";  // nobody

constexpr std::string_view registration = R"({"uuid": "urn:uuid:field", "name": "Field", "apitype": "eden"})";
constexpr std::string_view pull = "/eden/sync/sync.xml?resource=dvr_centre&repository=urn:uuid:field";
constexpr std::string_view register_at = "/eden/sync/repository/register.json";

struct site : workplace {
  site() {
    make();
    add_user("field", "secret", "write");
    add_user("reader", "secret", "read");
    add_user("guest", "secret", "none");
    add_user("boss", "secret", "administer");
    document = read_file(fixture("centres.xml"));
  }
  std::string document;
};

std::string log_of(const workplace& w) {
  std::string all;
  const auto lines = w.json("log");
  for (const auto& l : lines.as_array())
    all.append(l.at("mode").as_string())
        .append(" ")
        .append(l.at("result").as_string())
        .append(" ")
        .append(l.at("message").as_string()) += '\n';
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_serving, site)

BOOST_AUTO_TEST_CASE(from_registration_to_the_log) {
  good("settings set",
       {"--mode", "eden", "--domain", "base.example.org", "--public-url", "http://base.example.org/eden"});
  served s(*this);
  BOOST_TEST(s.address == "http://127.0.0.1:" + std::to_string(s.port) + "/eden");

  const auto registered = s.exchange(request("POST", register_at, field, registration));
  BOOST_TEST(status_of(registered) == 200);
  const auto reply = boost::json::parse(body_of(registered));
  BOOST_TEST(reply.at("status") == "success");
  BOOST_TEST(reply.at("sender") == json("settings show").at("uuid"));

  const auto empty = s.exchange(request("GET", pull, field));
  BOOST_TEST(status_of(empty) == 200);
  BOOST_TEST(
      body_of(empty).find(R"(domain="base.example.org" url="http://base.example.org/eden")") != std::string::npos,
      empty);
  const auto pushed = s.exchange(request("POST", pull, field, document));
  BOOST_TEST(status_of(pushed) == 200);
  BOOST_TEST(body_of(pushed).find(R"("records": 2)") != std::string::npos, pushed);
  const auto full = s.exchange(request("GET", pull, reader));
  BOOST_TEST(status_of(full) == 200);
  BOOST_TEST(body_of(full).find("Harbour School") != std::string::npos, full);
  BOOST_TEST(body_of(full).find("Gym, left") != std::string::npos, full);

  // Nobody sends the two GiB.
  const auto announced = "POST " + std::string(pull) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic " +
                         std::string(field) + "\r\nContent-Length: 2147483648\r\n\r\n";
  BOOST_TEST(status_of(s.exchange(announced)) == 413);

  BOOST_TEST(s.stop() == 0);
  const auto log = log_of(*this);
  BOOST_TEST(log.find("register/incoming success Registration successful\n") != std::string::npos, log);
  BOOST_TEST(log.find("the body is too large") != std::string::npos, log);
  BOOST_TEST(log.find("push/incoming success Data received from peer") != std::string::npos, log);
  BOOST_TEST(log.find("pull/incoming success Data sent to peer") != std::string::npos, log);
  BOOST_TEST(json("log", {"--repository", "Field"}).as_array().size() >= 3u);
  BOOST_TEST(json("log", {"--last", "1"}).as_array().size() == 1u);
  bad(1, "no repository", "log", {"--repository", "Nobody"});
}

BOOST_AUTO_TEST_CASE(who_may_do_what) {
  served s(*this);
  const auto ask = [&](std::string_view method, std::string_view target, std::string_view who,
                       std::string_view body = {}) { return s.exchange(request(method, target, who, body)); };
  for (const auto who : {wrong, nobody, std::string_view(), std::string_view("###")})
    for (const auto& answer : {ask("GET", pull, who), ask("POST", pull, who, document),
                               ask("POST", register_at, who, registration), ask("GET", "/eden/else", who)}) {
      BOOST_TEST(status_of(answer) == 401, who);
      BOOST_TEST(answer.find("WWW-Authenticate: Basic realm=\"eden\"\r\n") != std::string::npos, answer);
      BOOST_TEST(body_of(answer) == "Authentication Required");
    }
  for (const auto& answer : {ask("GET", pull, guest), ask("POST", register_at, guest, registration),
                             ask("POST", pull, guest, document), ask("POST", pull, reader, document)}) {
    BOOST_TEST(status_of(answer) == 403);
    BOOST_TEST(body_of(answer) == "Insufficient Privileges");
    BOOST_TEST(answer.find("WWW-Authenticate") == std::string::npos, answer);
  }
  BOOST_TEST(status_of(ask("POST", pull, field, document)) == 403);  // not registered
  BOOST_TEST(status_of(ask("POST", register_at, field, registration)) == 200);
  // Registered, but nobody has allowed it to push.
  BOOST_TEST(body_of(ask("POST", pull, field, document)).find("not accepted") != std::string::npos);
  BOOST_TEST(status_of(ask("GET", "/elsewhere/sync/sync.xml", field)) == 404);
  BOOST_TEST(s.stop(SIGINT) == 0);
  const auto log = log_of(*this);
  BOOST_TEST(log.find("wrong credentials of nobody") != std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(what_happens_is_told_to_whoever_watches) {
  good("repository add", {"--name", "Away", "--url", "http://127.0.0.1:9/eden", "--no-register"});
  for (const bool json : {true, false}) {
    served s(*this, json ? std::vector<std::string>{"--worker", "--log-json"} : std::vector<std::string>{"--worker"});
    BOOST_TEST(status_of(s.exchange(request("GET", pull, field))) == 200);
    BOOST_TEST(status_of(s.exchange(request("GET", pull, wrong))) == 401);
    BOOST_TEST(at("sync", {"--repository", "Away", "--wait"}).status == 1);
    BOOST_TEST(s.stop() == 0);
    const auto told = read_file(root / ".served");
    for (const auto* hidden : {"secret", "c2VjcmV0", "d3Jvbmc", "Basic", "uthorization", "sync.xml?"})
      BOOST_TEST(told.find(hidden) == std::string::npos, hidden << ": " << told);
    std::map<std::string, boost::json::object> events;
    std::istringstream lines(told);
    for (std::string line; std::getline(lines, line);) {
      if (!json) {
        BOOST_TEST(line.find("Z ") != std::string::npos, line);
        continue;
      }
      auto o = boost::json::parse(line).as_object();
      BOOST_TEST(std::string_view(o.at("time").as_string()).ends_with('Z'), line);
      events[std::string(o.at("event").as_string())] = std::move(o);
    }
    fs::remove(root / ".served");
    if (!json) {
      BOOST_TEST(told.find(" info request ") != std::string::npos, told);
      BOOST_TEST(told.find(" warning login refused ") != std::string::npos, told);
      continue;
    }
    const auto& asked = events.at("request");
    BOOST_TEST(asked.at("path") == "/eden/sync/sync.xml");
    BOOST_TEST(asked.at("user") == "field");
    BOOST_TEST(asked.at("resource") == "dvr_centre");
    BOOST_TEST(asked.at("status") == 200);
    BOOST_TEST(asked.at("bytes_out").as_int64() > 0);
    BOOST_TEST(events.at("login refused").at("level") == "warning");
    BOOST_TEST(events.at("run begun").at("repository") == "Away");
    const auto& ended = events.at("run ended");
    BOOST_TEST(ended.at("run") == events.at("run begun").at("run"));
    BOOST_TEST(std::string_view(ended.at("message").as_string()).starts_with("failed: "));
    BOOST_TEST(ended.contains("milliseconds"));
  }
}

BOOST_AUTO_TEST_CASE(what_an_administrator_changes_counts_at_once) {
  served s(*this);
  const auto status = [&](std::string_view method, std::string_view who, std::string_view body = {}) {
    return status_of(s.exchange(request(method, pull, who, body)));
  };
  BOOST_TEST(status_of(s.exchange(request("POST", register_at, field, registration))) == 200);
  BOOST_TEST(status("POST", field, document) == 403);
  good("repository set", {"--name", "Field", "--accept-push"});
  BOOST_TEST(status("POST", field, document) == 200);
  good("user set", {"--name", "field", "--access", "read"});
  BOOST_TEST(status("POST", field, document) == 403);
  BOOST_TEST(status("GET", nobody) == 401);
  add_user("nobody", "secret", "read");
  BOOST_TEST(status("GET", nobody) == 200);
  good("user set", {"--name", "nobody", "--password-file", file("pw", "another")});
  BOOST_TEST(status("GET", nobody) == 401);
  good("user remove", {"--name", "field"});
  BOOST_TEST(status("GET", field) == 401);
  good("repository remove", {"--name", "Field"});
  add_user("field", "secret", "write");
  BOOST_TEST(status("POST", field, document) == 403);
  // A task that decides otherwise than the sender's own word.
  BOOST_TEST(status_of(s.exchange(request("POST", register_at, boss, registration))) == 200);
  good("resource add", {"--repository", "Field", "--resource", "dvr_centre", "--update-policy", "THIS"});
  auto younger = document;
  younger.replace(younger.find("2026-03-02"), 10, "2026-05-02")
      .replace(younger.find("Harbour School"), 14, "Harbour Church");
  BOOST_TEST(status("POST", boss, younger) == 200);
  BOOST_TEST(s.exchange(request("GET", pull, boss)).find("Harbour School") != std::string::npos);
  good("import", {"--resource", "dvr_centre", file("younger.xml", younger)});
  BOOST_TEST(s.exchange(request("GET", pull, boss)).find("Harbour Church") != std::string::npos);
  // A server that knows the old tables must not go on with the new ones.
  bad(1, "stop that first", "schema add", {fixture("dvr_team.xml").string()});
  bad(1, "already", "init");
  BOOST_TEST(s.stop() == 0);
  good("schema add", {fixture("dvr_team.xml").string()});
  served again(*this);
  BOOST_TEST(status_of(again.exchange(request("GET", "/eden/sync/sync.xml?resource=dvr_team", boss))) == 200);
  BOOST_TEST(again.stop() == 0);
}

BOOST_AUTO_TEST_CASE(the_base_path_is_what_one_likes) {
  served s(*this, {"--base", "/"});
  BOOST_TEST(s.address == "http://127.0.0.1:" + std::to_string(s.port));
  BOOST_TEST(status_of(s.exchange(request("GET", pull.substr(5), field))) == 200);
  // A port that is taken.
  bad(1, "", "serve", {"--listen", "127.0.0.1:" + std::to_string(s.port)});
  BOOST_TEST(s.stop() == 0);
  served other(*this, {"--base", "/sites/base/"});
  BOOST_TEST(other.address.ends_with("/sites/base"));
  BOOST_TEST(status_of(other.exchange(request("GET", "/sites/base" + std::string(pull.substr(5)), field))) == 200);
  BOOST_TEST(status_of(other.exchange(request("GET", pull, field))) == 404);
  BOOST_TEST(other.stop() == 0);
}

BOOST_AUTO_TEST_CASE(what_a_killed_server_had_taken_stands_in_the_log_of_the_next) {
  constexpr std::string_view all = "/eden/sync/sync.xml?resource=dvr_centre";
  good("settings set", {"--mode", "eden"});
  std::string records = "<s3xml>";
  // More than one batch (import_options::batch_elements), and an end that does not come.
  for (int i = 0; i < 8500; ++i)
    records += R"(<resource name="dvr_centre" uuid="urn:uuid:many)" + std::to_string(i) +
               R"(" modified_on="2026-06-01T08:00:00"><data field="name">Centre )" + std::to_string(i) +
               "</data></resource>";
  {
    served s(*this);
    BOOST_TEST(status_of(s.exchange(request("POST", register_at, field, registration))) == 200);
    auto push = request("POST", pull, field, records + "</s3xml>");
    push.resize(push.size() - 8);
    const int open = s.begin(push);
    bool taken = false;
    for (int tries = 0; tries < 100'000 && !taken; ++tries)
      taken = body_of(s.exchange(request("GET", all, reader))).find("urn:uuid:many") != std::string::npos;
    BOOST_TEST(taken);
    BOOST_TEST(s.stop(SIGKILL) == 128 + SIGKILL);
    ::close(open);
  }
  for (int times = 0; times < 2; ++times) {
    served s(*this);
    const auto log = json("log");
    std::size_t told = 0;
    for (const auto& l : log.as_array()) {
      if (!l.at("message").as_string().ends_with("the server ended without a word")) continue;
      ++told;
      BOOST_TEST(l.at("mode") == "push/incoming");
      BOOST_TEST(l.at("counts").at("created") == 8192);
    }
    BOOST_TEST(told == 1u);
    BOOST_TEST(s.stop() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
