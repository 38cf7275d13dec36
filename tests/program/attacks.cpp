#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/eden_site.hpp"

using namespace edensync::test;

namespace {

constexpr std::string_view field = "ZmllbGQ6c2VjcmV0";  // field:secret
constexpr std::string_view other = "b3RoZXI6c2VjcmV0";  // other:secret
constexpr std::string_view at_centres = "/eden/sync/sync.xml?resource=dvr_centre&repository=urn:uuid:";

// What would do harm if it were taken for anything but data: in SQL, in markup, on a terminal, in a log of lines.
const std::vector<std::string> harmful{
    "'; DROP TABLE dvr_centre; --",
    "\" OR 1=1 --",
    "x' UNION SELECT password FROM edensync_account --",
    "<script>alert(1)</script>",
    "]]>&<b>",
    "%s%s%s%n",
    "\xe2\x80\xae reversed",
    "tab\tand\nnext line: 2026-01-01T00:00:00 error forged",
};

struct attacked : workplace {
  attacked() {
    make();
    add_user("field", "secret", "write");
    add_user("other", "secret", "write");
    good("settings set", {"--mode", "eden"});
  }

  static int registered(const served& s, std::string_view who, const std::string& uuid, const std::string& name) {
    const boost::json::object said{{"uuid", uuid}, {"name", name}};
    return status_of(
        s.exchange(request("POST", "/eden/sync/repository/register.json", who, boost::json::serialize(said))));
  }

  // Every line of a log is one that the site has written, and nothing in it speaks to a terminal.
  void check_lines(const std::string& text) const {
    const auto speaks = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte < 0x20 && c != '\n') || byte == 0x7f;
    };
    BOOST_TEST(std::none_of(text.begin(), text.end(), speaks), text);
    BOOST_TEST(text.find("\nnext line") == std::string::npos, text);
    BOOST_TEST(text.find("\nforged") == std::string::npos, text);
  }
};

std::string as_text(std::string_view raw) {
  std::string out;
  for (const char c : raw) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\t' || c == '\n')
      out += c == '\t' ? "&#9;" : "&#10;";
    else
      out += c;
  }
  return out;
}

std::string escaped(std::string_view raw) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte / 16], digits[byte % 16]});
  }
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_attacks, attacked)

BOOST_AUTO_TEST_CASE(what_a_peer_sends_is_data_and_nothing_else) {
  {
    served s(*this);
    BOOST_TEST(registered(s, field, "urn:uuid:field", "Peer\nforged \x1b[2J") == 200);
    std::string document = "<s3xml>";
    const auto centre = [](const std::string& id, const std::string& fields) {
      return "<resource name=\"dvr_centre\" uuid=\"urn:uuid:" + id + "\" modified_on=\"2026-03-02T09:30:00\">" +
             fields + "</resource>";
    };
    for (std::size_t i = 0; i < harmful.size(); ++i) {
      const auto name = "<data field=\"name\">" + as_text(harmful[i]) + "</data>";
      document += centre("h" + std::to_string(i), name);
      // Refused, so that it is told of.
      document += centre("q" + std::to_string(i), name + "<data field=\"capacity\">" + as_text(harmful[i]) + "</data>");
    }
    document += "<resource name=\"dvr_centre\" uuid=\"" + as_text(harmful[0]) +
                "\" modified_on=\"2026-03-02T09:30:00\"><data field=\"name\">odd</data></resource></s3xml>";
    const auto pushed = s.exchange(request("POST", std::string(at_centres) + "field", field, document));
    BOOST_TEST(status_of(pushed) == 200, pushed);
    for (const auto& each : harmful)
      for (const std::string& target :
           {"/eden/sync/sync.xml?resource=" + escaped(each) + "&repository=urn:uuid:field",
            std::string(at_centres) + escaped(each), std::string(at_centres) + "field&msince=" + escaped(each),
            std::string(at_centres) + "field&[dvr_centre]~.name=" + escaped(each),
            std::string(at_centres) + "field&[" + escaped(each) + "]~.name=1", "/eden/" + escaped(each),
            "/eden/default/download/" + escaped(each)})
        for (const auto* const method : {"GET", "POST"}) {
          const auto answer = s.exchange(request(method, target, field, "<s3xml/>", "User-Agent: <b>forged</b>\r\n"));
          BOOST_TEST(status_of(answer) != 0, target);
          BOOST_TEST(status_of(answer) != 500, target << ": " << answer);
          // Nobody's browser takes an answer for a page of ours.
          BOOST_TEST((answer.find("text/html") == std::string::npos || answer.find("<script") == std::string::npos),
                     answer);
        }
    BOOST_TEST(s.stop() == 0);
  }
  good("check");
  // What was harmful is a name now.
  const auto kept = boost::json::parse(good("export", {"--resource", "dvr_centre", "--format", "s3json"}));
  std::vector<std::string> names;
  for (const auto& each : kept.at("$_dvr_centre").as_array())
    names.emplace_back(each.at("name").is_object() ? each.at("name").at("$").as_string() : each.at("name").as_string());
  for (const auto& each : harmful) BOOST_TEST((std::find(names.begin(), names.end(), each) != names.end()), each);
  BOOST_TEST(json("quarantine list").as_array().size() >= harmful.size());
  // The log, overall and of each, and what waits.
  for (const auto* const command : {"log", "repository list", "quarantine list"}) check_lines(good(command));
  check_lines(read_file(root / ".served"));
  good("import", {"--resource", "dvr_centre", fixture("centres.xml").string()});
}

BOOST_AUTO_TEST_CASE(no_path_leads_out_of_what_is_offered) {
  served s(*this);
  for (const std::string& name :
       {std::string("../site.sqlite"), std::string("..%2Fsite.sqlite"), std::string("%2e%2e%2fsite.sqlite"),
        std::string("..%5Csite.sqlite"), std::string("archives/../../site.sqlite"), data + "/site.sqlite",
        escaped(data + "/credentials.key"), std::string("site.sqlite"), std::string("credentials.key"),
        std::string("site.sqlite%00.zip"), std::string("....//site.sqlite"), std::string(".")})
    for (const std::string& target : {"/eden/default/download/" + name, "/eden/" + name, "/" + name,
                                      "/eden/default/" + name, "/eden/static/" + name}) {
      const auto answer = s.exchange(request("GET", target, field));
      const int status = status_of(answer);
      BOOST_TEST((status == 404 || status == 400), target << ": " << answer.substr(0, 80));
      BOOST_TEST(answer.find("SQLite format") == std::string::npos, target);
    }
  BOOST_TEST(s.stop() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_anothers_stays_anothers) {
  served s(*this);
  BOOST_TEST(registered(s, field, "urn:uuid:field", "Field") == 200);
  const auto before = json("repository list");
  // Neither taken over, nor asked for, nor pushed to under its name; nor is it told whether there is such a one.
  BOOST_TEST(registered(s, other, "urn:uuid:field", "Mine") == 403);
  const auto document = read_file(fixture("centres.xml"));
  const auto pushed = s.exchange(request("POST", std::string(at_centres) + "field", other, document));
  const auto unknown = s.exchange(request("POST", std::string(at_centres) + "nobody", other, document));
  BOOST_TEST(status_of(pushed) == 403);
  const auto words_of = [](const std::string& answer) { return boost::json::parse(body_of(answer)).at("message"); };
  BOOST_TEST(status_of(pushed) == status_of(unknown));
  BOOST_TEST(words_of(pushed) == words_of(unknown));
  BOOST_TEST(json("repository list") == before);
  // What is the administrators' alone.
  for (const auto who : {field, other}) BOOST_TEST(status_of(s.exchange(request("GET", "/eden/metrics", who))) == 403);
  BOOST_TEST(s.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
