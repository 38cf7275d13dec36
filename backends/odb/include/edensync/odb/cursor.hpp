#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/odb/cells.hpp"

namespace edensync::odb {

/// Reads stamps a page at a time and the object of each when its turn comes. Models `record_cursor`.
///
/// Lifetime: ends before its reader. Thread safety: that of its reader.
class cursor {
 public:
  bool next(stored_record& into) {
    while (at_ != page_.size() || more()) {
      const bool stale = read_at_ != session_->writes;
      if (stale && !ranges_.empty()) {
        // What is left of the page is read anew.
        page_.clear();
        at_ = 0;
        continue;
      }
      object_stamp& stamp = page_[at_++];
      if (stale && !session_->ask([&] { return session_->link().load(stamp.key, stamp); })) continue;
      if (!ranges_.empty()) ranges_.front().after = stamp.sequence;
      detail::read_record(*session_, resource_, stamp, into);
      return true;
    }
    return false;
  }

 private:
  friend class record_view;

  /// Sequence numbers behind `after`, up to `until`; `ahead`: of those only what is modified at this moment or later.
  struct range {
    std::int64_t after, until;
    std::optional<std::int64_t> ahead;
  };

  cursor(detail::session& s, resource_id resource) : session_(&s), resource_(resource), read_at_(s.writes) {}

  bool more() {
    for (; !ranges_.empty(); ranges_.erase(ranges_.begin())) {
      const range& r = ranges_.front();
      std::vector<gateway::cell> with;
      std::string text = live_only_ ? "deleted=0 AND " : "";
      if (r.ahead) {
        // The plus: there are few that are ahead.
        text += "ahead IS NOT NULL AND ahead>=? AND +sequence>? AND +sequence<=?";
        with.push_back(detail::session::integer(*r.ahead));
      } else {
        text += "sequence>? AND sequence<=?";
      }
      with.push_back(detail::session::integer(r.after));
      with.push_back(detail::session::integer(r.until));
      read(text + " ORDER BY sequence LIMIT 256", with);
      if (!page_.empty()) return true;
    }
    return false;
  }

  void read(const std::string& condition, const std::vector<gateway::cell>& with) {
    read_at_ = session_->writes;
    at_ = 0;
    session_->ask([&] { session_->link().stamps(session_->layout(resource_).stamps + condition, with, page_); });
  }

  detail::session* session_;
  resource_id resource_;
  bool live_only_ = false;
  std::vector<range> ranges_;
  std::vector<object_stamp> page_;
  std::size_t at_ = 0;
  std::uint64_t read_at_;
};

}  // namespace edensync::odb
