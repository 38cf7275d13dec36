#pragma once

#include <boost/assert/source_location.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/mock/ask.hpp"
#include "edensync/mock/expectations.hpp"
#include "edensync/mock/http_message.hpp"

namespace edensync::mock {

/// A request and its answer as they were recorded.
struct recorded_exchange {
  /// What stands before `.request.http`, or the name of the exchange's folder.
  std::string name;
  http_message request;
  http_message response;
};

/// Reads the exchanges of a folder, in the order of their numbers: `NUMBER.request.http` and `NUMBER.response.http`, or
/// `request.http` and `response.http` in folders of their own. README.md of the backend describes the files.
inline std::vector<recorded_exchange> read_recording(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  constexpr std::string_view ending = ".request.http";
  std::vector<std::pair<std::string, fs::path>> found;
  for (const auto& each : fs::directory_iterator(folder)) {
    const auto name = each.path().filename().string();
    if (each.is_directory() && fs::exists(each.path() / "request.http"))
      found.emplace_back(name, each.path() / "request.http");
    else if (name.ends_with(ending))
      found.emplace_back(name.substr(0, name.size() - ending.size()), each.path());
  }
  // 2 comes before 10.
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    const auto digits = [](const std::string& s) { return std::min(s.find_first_not_of("0123456789"), s.size()); };
    return std::pair(digits(a.first), a.first) < std::pair(digits(b.first), b.first);
  });
  std::vector<recorded_exchange> all;
  for (const auto& [name, file] : found) {
    auto answer = file.filename().string();
    answer.replace(answer.rfind("request"), 7, "response");
    all.push_back({name, read_http(file), read_http(file.parent_path() / answer)});
  }
  return all;
}

/// How closely what is asked or said now is compared with what was recorded.
struct replay_options {
  /// The path of the application in the recording; nothing of it is in requests that the engine makes.
  std::string base = "/eden";
  /// Parameters that may be others than they were.
  std::set<std::string, std::less<>> free_parameters{"repository", "msince"};
  /// What a body that was recorded asks of one that comes now; empty: bodies may be what they like.
  /// `[](std::string was) { return xml<expat::event_source>(was); }`
  std::function<text_like(std::string)> body{};
};

/// What a request has to be like to be the recorded one.
inline message_like like(const http_message& recorded_request, const replay_options& o = {}) {
  const auto wanted = request_of(recorded_request, o.base);
  auto out = message_like().method(wanted.head.method).path(std::string(detail::path_of(wanted.head.target)));
  for (auto& [name, content] : parse_form(detail::query_of(wanted.head.target)))
    if (!o.free_parameters.contains(name)) out = std::move(out).query(std::move(name), std::move(content));
  if (o.body && !wanted.body.empty()) out = std::move(out).body(o.body(wanted.body));
  return out;
}

/// Lets a peer expect what was asked then, and say what was said then.
inline void replay(const std::vector<recorded_exchange>& all, expectations& into, const replay_options& o = {},
                   boost::source_location where = BOOST_CURRENT_LOCATION) {
  for (const auto& e : all) into.expect(like(e.request, o), where).answer(answer_of(e.response));
}

/// Asks a server again what was asked then, and reports where status or body of its answers are not those of then.
///
/// `before` is told each exchange, so that a test can set its clock by the `Date` of the answer.
inline void replay_at(const memory::loopback::handler& server, const std::vector<recorded_exchange>& all,
                      const reporter& report, const replay_options& o = {},
                      const std::function<void(const recorded_exchange&)>& before = {},
                      boost::source_location where = BOOST_CURRENT_LOCATION) {
  for (const auto& e : all) {
    if (before) before(e);
    auto wanted = message_like();
    if (!e.response.first_line.empty()) wanted = std::move(wanted).status(e.response.status());
    if (o.body && !e.response.body.empty()) wanted = std::move(wanted).body(o.body(e.response.body));
    const auto named = [&](const std::string& said) { report("exchange " + e.name + ": " + said); };
    check(named, ask(server, request_of(e.request, o.base)), wanted, where);
  }
}

}  // namespace edensync::mock
