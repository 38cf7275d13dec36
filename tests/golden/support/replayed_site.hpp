#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/schema/field_description.hpp"
#include "edensync/site/site.hpp"
#include "edensync/mock/ask.hpp"
#include "golden/support/document.hpp"
#include "golden/support/exchange.hpp"
#include "support/engine.hpp"

// A site in the place of the recorded Eden.
namespace edensync::test::golden {

/// The schema that stands beside recordings: `fields/*.xml` and `tables.json`.
inline schema schema_beside(const std::filesystem::path& recordings) {
  std::vector<std::filesystem::path> files;
  for (const auto& each : std::filesystem::directory_iterator(recordings / "fields")) files.push_back(each.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& each : files) texts.push_back(read_file(each));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return read_schema<expat::event_source>(views, read_file(recordings / "tables.json")).value();
}

/// The site that stands in the place of the recorded Eden, with its accounts.
struct replayed_site {
  /// `recordings`: the folder of the recordings.
  explicit replayed_site(const std::filesystem::path& recordings) : resources(schema_beside(recordings)) {}

  memory::manual_clock clock{timestamp{1}};
  schema resources;
  memory::store store{resources, "replayed"};
  memory::counting_uid_source uids{1};
  site<parts> self{store,
                   resources,
                   clock,
                   uids,
                   {.domain = "eden-a.example.org", .url = "http://127.0.0.1:8101/eden", .authors = true}};
  passive_site<parts> answering{self,
                                {.authenticate = [](std::string_view user, std::string_view password) -> access {
                                   if (password != "testing") return false;
                                   if (user == "admin@example.com") return access_level::administer;
                                   if (user == "syncread@example.com") return access_level::read;
                                   return user == "normaluser@example.com" ? access_level::none : access_level::unknown;
                                 },
                                 .accept_pushes = true}};

  http_message ask(const http_message& request, timestamp now) {
    clock.set(now);
    const auto answer = mock::ask([this](const request_head& head) { return answering.handle(head); },
                                  mock::request_of(request, "/eden"));
    http_message out;
    out.first_line = "HTTP/1.1 " + std::to_string(answer.head.status) + " -";
    out.headers = answer.head.headers;
    out.body = answer.body;
    return out;
  }
};

/// Brings our records to the state that the recorded Eden shows, so that one difference does not make others.
class follower {
 public:
  explicit follower(replayed_site& there) : there_(there) {}

  void adopt(const node& root, const std::string& master) {
    std::string document = "<s3xml>";
    for (const auto& r : root.children) add(r, document);
    document += "</s3xml>";
    import_options o;
    o.origin = 1;
    o.master = there_.resources.find(master);
    o.update = policy_name::take_remote;
    o.domain = there_.self.settings().domain;
    o.now = [this] { return there_.clock.now(); };
    o.make_uid = [this] { return there_.uids.make(); };
    importer<memory::store, expat::event_source> all(there_.store, there_.resources, std::move(o));
    auto done = all.start();
    if (done) done = all.feed(document);
    const auto finished = done ? all.finish() : result<import_report>(done.error());
    if (!finished) throw std::runtime_error("Eden's own document is refused: " + finished.error().text());
    for (const auto& r : finished->refused)
      // What it refers to may have come with a request that is not at hand.
      if (r.reason != refusal_reason::missing_reference)
        throw std::runtime_error("Eden's own record is refused: " + r.message);
  }

 private:
  static std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
  }
  static std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text)
      out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : c == '\n' ? "&#10;" : std::string(1, c);
    return out;
  }

  void add(const node& r, std::string& out) {
    const auto resource = there_.resources.find(r["name"]);
    if (resource == no_resource) return;
    out += "<resource";
    for (const auto& [name, value] : r.attributes)
      out += " " + name + "=\"" + (name == "mci" ? std::to_string(std::stoi(value) - 1) : quoted(value)) + "\"";
    out += ">";
    std::set<std::string> said;
    for (const auto& c : r.children) {
      said.insert(c["field"]);
      if (c.name == "resource") {
        add(c, out);
        continue;
      }
      out += "<" + c.name;
      for (const auto& [name, value] : c.attributes) out += " " + name + "=\"" + quoted(value) + "\"";
      // Outside of XML a text is un-escaped once more.
      out += ">" + escaped(escaped(c.text)) + "</" + c.name + ">";
    }
    if (r["deleted"].empty())
      for (const auto& f : there_.resources[resource].fields())
        if (!said.contains(std::string(f.name)) && !f.mandatory)
          out += "<data field=\"" + std::string(f.name) + "\"" +
                 (f.target.empty() && f.type != field_type::upload ? " value=\"null\"" : "") + "/>";
    out += "</resource>";
  }

  replayed_site& there_;
};

}  // namespace edensync::test::golden
