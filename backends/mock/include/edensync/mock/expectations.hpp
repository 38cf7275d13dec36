#pragma once

#include <boost/assert/source_location.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "edensync/mock/heard.hpp"
#include "edensync/mock/message_like.hpp"
#include "edensync/mock/reporter.hpp"
#include "edensync/mock/scripted_answer.hpp"

namespace edensync::mock {

/// One request that a script expects, and what is said to it. Made by `expectations::expect`.
class expectation {
 public:
  /// The answer to each of them; without one it is 200 and empty.
  expectation& answer(scripted_answer a) {
    return answer([a = std::move(a)](const heard&) { return a; });
  }
  /// An answer that depends on the request.
  expectation& answer(std::function<scripted_answer(const heard&)> a) {
    say_ = std::move(a);
    return *this;
  }
  /// No answer, but a connection that fails.
  expectation& fail(error why) { return answer(no_answer(why)); }
  /// The answer takes so many seconds of manual time.
  expectation& after(std::int64_t seconds) {
    after_ = seconds;
    return *this;
  }
  /// The request comes so often; once unless told.
  expectation& times(std::size_t n) {
    least_ = most_ = n;
    return *this;
  }
  /// It may come or not, as often as it likes and whenever it likes.
  expectation& whenever() {
    least_ = 0;
    most_ = std::numeric_limits<std::size_t>::max();
    return *this;
  }

 private:
  friend class expectations;
  expectation(message_like like, boost::source_location where) : like_(std::move(like)), where_(where) {}

  bool satisfied() const { return came_ >= least_; }

  message_like like_;
  boost::source_location where_;
  std::function<scripted_answer(const heard&)> say_ = [](const heard&) { return scripted_answer{}; };
  std::int64_t after_ = 0;
  std::size_t least_ = 1;
  std::size_t most_ = 1;
  std::size_t came_ = 0;
};

/// The requests that a peer expects, in their order, and what it says to them: the script of a `scripted_peer`, handed over
/// with `std::ref`.
///
/// A request that was not expected is reported at once, with what was expected and the nearest difference, and answered with
/// status 500. What never came is reported by `verify`, which the destructor calls.
/// Thread safety: one thread at a time.
class expectations {
 public:
  explicit expectations(reporter r) : report_(std::move(r)) {}
  expectations(const expectations&) = delete;
  expectations& operator=(const expectations&) = delete;
  ~expectations() {
    // A test that is left by an exception has said what is wrong.
    if (!verified_ && std::uncaught_exceptions() == 0) verify();
  }

  /// Lifetime of what is returned: as long as this. `where` is told in messages.
  expectation& expect(message_like like, boost::source_location where = BOOST_CURRENT_LOCATION) {
    verified_ = false;
    return all_.emplace_back(expectation(std::move(like), where));
  }

  /// From here on the order does not matter: a request belongs to the first expectation that it fits.
  void in_any_order() { ordered_ = false; }

  scripted_answer operator()(const heard& h) {
    const auto number = ++requests_;
    // The one whose turn it is, and the likeliest of those that it could have been.
    const expectation* nearest = nullptr;
    std::vector<mismatch> differences;
    for (auto& e : all_) {
      if (e.came_ == e.most_) continue;
      auto found = e.like_.mismatches(h);
      if (found.empty()) {
        ++e.came_;
        auto said = e.say_(h);
        said.after += e.after_;
        return said;
      }
      if (nearest == nullptr || weight(found) < weight(differences)) nearest = &e, differences = std::move(found);
      if (ordered_ && !e.satisfied()) break;
    }
    std::string said = "unexpected request, number " + std::to_string(number) + ": " + name(h);
    said +=
        nearest == nullptr ? "\n  nothing more was expected" : "\n  expected: " + name(*nearest) + list(differences);
    report_(said);
    unexpected_.push_back(h);
    return {500, said, "text/plain"};
  }

  /// Reports everything that was expected and did not come, and the request that came nearest to it. Says whether all is
  /// well, unexpected requests included.
  bool verify() {
    verified_ = true;
    bool all_came = true;
    for (const auto& e : all_) {
      if (e.satisfied()) continue;
      all_came = false;
      std::string said = "expected, but ";
      said += e.came_ == 0 ? "never came: "
                           : "came only " + std::to_string(e.came_) + " of " + std::to_string(e.least_) + " times: ";
      report_(said + name(e) + near(e));
    }
    return all_came && unexpected_.empty();
  }

 private:
  static int weight(const std::vector<mismatch>& all) {
    int sum = 0;
    for (const auto& m : all) sum += m.weight;
    return sum;
  }
  static std::string list(const std::vector<mismatch>& all) {
    std::string out;
    for (const auto& m : all) out += "\n    " + m.text();
    return out;
  }
  static std::string name(const heard& h) {
    return h.head.method + ' ' + h.head.target +
           (h.body.empty() ? "" : " with " + std::to_string(h.body.size()) + " bytes");
  }
  static std::string name(const expectation& e) {
    return e.like_.text() + " (" + e.where_.file_name() + ':' + std::to_string(e.where_.line()) + ')';
  }

  std::string near(const expectation& e) const {
    const heard* nearest = nullptr;
    std::vector<mismatch> differences;
    for (const auto& h : unexpected_) {
      auto found = e.like_.mismatches(h);
      if (nearest == nullptr || weight(found) < weight(differences)) nearest = &h, differences = std::move(found);
    }
    if (nearest == nullptr)
      return "\n  " + std::to_string(requests_) + " requests came, all of them expected elsewhere";
    return "\n  nearest that came: " + name(*nearest) + list(differences);
  }

  reporter report_;
  std::deque<expectation> all_;
  std::vector<heard> unexpected_;
  std::size_t requests_ = 0;
  bool ordered_ = true;
  bool verified_ = true;
};

}  // namespace edensync::mock
