#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/mock/eden_answers.hpp"
#include "edensync/mock/heard.hpp"
#include "edensync/mock/scripted_answer.hpp"

namespace edensync::mock {

/// An Eden that dies of some records: of a push that holds one it takes nothing. The script of a `scripted_peer`, handed
/// over with `std::ref`.
struct fragile_peer {
  /// The records that it looks for are of this table.
  std::string table;
  /// The uuids of those that it dies of, and of those that it took.
  std::set<std::string> poison{};
  std::set<std::string> has{};
  scripted_answer dies{500, "<html><body>Ticket</body></html>", "text/html"};

  /// The uuids of the records in a push.
  std::set<std::string> uuids_in(std::string_view body) const {
    std::set<std::string> out;
    const auto mark = "<resource name=\"" + table + "\" uuid=\"";
    for (auto at = body.find(mark); at != std::string_view::npos; at = body.find(mark, at + 1)) {
      const auto from = at + mark.size();
      out.emplace(body.substr(from, body.find('"', from) - from));
    }
    return out;
  }

  scripted_answer operator()(const heard& h) {
    const auto sent = uuids_in(h.body);
    for (const auto& each : poison)
      if (sent.contains(each)) return dies;
    has.insert(sent.begin(), sent.end());
    return taken(sent.size());
  }
};

}  // namespace edensync::mock
