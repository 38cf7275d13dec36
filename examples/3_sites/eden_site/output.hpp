#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace eden_site {

/// What a listing command shows: an object for each entry, with the same members in the same order.
class listing {
 public:
  /// `--json`: the objects as one array in one line. Otherwise: a table with the members' names as its head; members that
  /// are no plain value stand in it as JSON.
  void print(std::ostream& out, bool json) const;

  void add(boost::json::object entry) { entries_.push_back(std::move(entry)); }

 private:
  std::vector<boost::json::object> entries_;
};

/// As JSON in one line. What a peer has sent may be no text: it is shown as U+FFFD.
std::string json_text(const boost::json::value& v);

/// A text without control characters, which could do something to the terminal: a peer may have sent them.
std::string harmless(std::string_view text);

/// One entry: with `--json` an object in one line, otherwise a line for each member.
void print_entry(std::ostream& out, const boost::json::object& entry, bool json);

}  // namespace eden_site
