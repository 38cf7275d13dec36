#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/memory/loopback.hpp"
#include "edensync/memory/manual_clock.hpp"

namespace edensync::memory {

/// How bad a line is. Chances are out of a hundred, for each message by itself.
struct weather {
  /// The same seed, and the same messages, give the same mishaps.
  std::uint64_t seed = 1;
  /// Seconds that a request or an answer is under way, at least and at most.
  std::int64_t quickest = 0;
  std::int64_t slowest = 0;
  /// How long the active side waits for an answer, in seconds. A request that is longer under way arrives all the same,
  /// perhaps behind those that were sent after it.
  std::int64_t patience = 60;
  /// Requests and answers that never arrive.
  unsigned lost = 0;
  /// Requests and answers of which only a part arrives.
  unsigned cut = 0;
  /// Requests that arrive twice.
  unsigned doubled = 0;
};

/// A line between an active and a passive site in one thread on which messages are late, get lost, come twice, overtake each
/// other or break off, in manual time and by a seed: what goes wrong once goes wrong again.
///
/// Unlike a loopback it holds each message as a whole. The passive side does not learn that its answer got lost; it learns
/// that one was cut.
/// Lifetime: what the handler refers to outlives the line. Thread safety: one thread at a time.
class lossy_line {
 public:
  using handler = loopback::handler;

  /// What has happened so far.
  struct counts {
    std::uint64_t exchanges = 0;
    std::uint64_t lost = 0;
    std::uint64_t cut = 0;
    std::uint64_t doubled = 0;
    /// Requests that arrived when nobody waited for their answer any more.
    std::uint64_t late = 0;
  };

  lossy_line(handler h, manual_clock clock, const weather& w, std::string user = {}, std::string password = {})
      : handler_(std::move(h)),
        clock_(std::move(clock)),
        weather_(w),
        dice_(w.seed),
        user_(std::move(user)),
        password_(std::move(password)) {}

  /// Drives the operation to its end.
  void run(operation& op) {
    while (const auto* head = op.next()) {
      ++counts_.exchanges;
      if (auto sent = send(op, *head); !sent)
        op.on_failure(sent.error());
      else if (auto heard = hear(op); !heard)
        op.on_failure(heard.error());
    }
  }

  /// Another weather from here on; what is under way stays as it is, and so does the seed.
  void set_weather(const weather& w) { weather_ = w; }

  /// Lets all that is under way arrive.
  void settle() {
    while (!under_way_.empty()) arrive();
  }

  const counts& so_far() const noexcept { return counts_; }

 private:
  struct request {
    std::uint64_t exchange = 0;
    request_head head;
    std::string body;
    /// How much of the body arrives, if not all.
    std::optional<std::size_t> cut{};
  };
  struct answer {
    response_head head;
    std::string body;
    std::optional<failure> broken{};
  };

  bool chance(unsigned of_a_hundred) { return roll() % 100 < of_a_hundred; }

  std::uint64_t roll() {
    std::uint64_t z = dice_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  timestamp later() {
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(weather_.slowest - weather_.quickest, 0)) + 1;
    return clock_.now() + weather_.quickest + static_cast<std::int64_t>(roll() % span);
  }

  // Users of the clock may have moved it on.
  void wait_until(timestamp t) {
    if (clock_.now() < t) clock_.set(t);
  }

  result<void> send(operation& op, const request_head& head) {
    request r{counts_.exchanges, head, {}};
    r.head.user = user_;
    r.head.password = password_;
    std::string buffer(4096, '\0');
    while (head.has_body) {
      const auto n = op.read_body(buffer);
      if (!n) return n.error();
      if (*n == 0) break;
      r.body.append(buffer, 0, *n);
    }
    for (bool again = chance(weather_.doubled), first = true; first || again; first = false) {
      if (!first) ++counts_.doubled, again = false;
      const auto at = later();
      auto copy = r;
      if (!copy.body.empty() && chance(weather_.cut)) ++counts_.cut, copy.cut = roll() % copy.body.size();
      if (chance(weather_.lost))
        ++counts_.lost;
      else
        under_way_.emplace(at, std::move(copy));
    }
    return {};
  }

  // Waits for the first answer, while other requests may arrive.
  result<void> hear(operation& op) {
    const auto patience_ends = clock_.now() + weather_.patience;
    std::optional<answer> first;
    timestamp first_at = patience_ends;
    while (!under_way_.empty() && under_way_.begin()->first <= first_at) {
      const auto whose = under_way_.begin()->second.exchange;
      auto said = arrive();
      if (whose != counts_.exchanges) {
        ++counts_.late;
        continue;
      }
      const auto at = later();
      if (chance(weather_.lost)) {
        ++counts_.lost;
      } else if (at <= first_at) {
        first = std::move(said);
        first_at = at;
      }
    }
    wait_until(first_at);
    if (!first) return make_failure(error::timed_out, "nothing was heard");
    return pass_on(op, *first);
  }

  // The request whose turn it is arrives.
  answer arrive() {
    wait_until(under_way_.begin()->first);
    const auto r = std::move(under_way_.extract(under_way_.begin()).mapped());
    answer out;
    try {
      const auto there = handler_(r.head);
      const auto body = std::string_view(r.body).substr(0, r.cut.value_or(std::string::npos));
      if (!body.empty() && there->wants_body()) there->on_body(body);
      if (r.cut) {
        out.broken = make_failure(error::broken_transfer, "the line was cut");
        there->on_failure(*out.broken);
        return out;
      }
      there->on_end();
      out.head = there->head();
      read(*there, out);
    } catch (const failure_exception& e) {
      out.broken = e.why();
    }
    return out;
  }

  void read(responder& from, answer& into) {
    const bool cut = chance(weather_.cut);
    const auto most = cut ? roll() % (std::uint64_t{1} << roll() % 16) : std::uint64_t(-1);
    std::string buffer(4096, '\0');
    for (;;) {
      const auto n = from.read_body(buffer);
      if (!n) {
        into.broken = make_failure(error::broken_transfer, "the answer broke off");
        return;
      }
      if (*n == 0) return;
      into.body.append(buffer, 0, *n);
      if (into.body.size() <= most) continue;
      ++counts_.cut;
      into.body.resize(most);
      into.broken = make_failure(error::broken_transfer, "the line was cut");
      from.on_failure(*into.broken);
      return;
    }
  }

  static result<void> pass_on(operation& op, const answer& a) {
    if (a.broken && a.body.empty()) return *a.broken;
    auto taken = op.on_head(a.head);
    for (std::string_view rest = a.body; taken && !rest.empty(); rest.remove_prefix(std::min(rest.size(), piece)))
      taken = op.on_body(rest.substr(0, piece));
    if (taken && a.broken) return *a.broken;
    return taken ? op.on_end() : taken;
  }

  static constexpr std::size_t piece = 4096;

  handler handler_;
  manual_clock clock_;
  weather weather_;
  std::uint64_t dice_;
  std::string user_;
  std::string password_;
  std::multimap<timestamp, request> under_way_;
  counts counts_;
};

}  // namespace edensync::memory
