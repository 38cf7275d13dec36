#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "edensync/sqlite/spool.hpp"

namespace edensync::sqlite {

/// One transaction on one connection, in which records and the ledger are read: both derive from it virtually.
class state_view {
 public:
  sequence_number sequence() const { return state_.sequence; }
  std::string epoch() const { return state_.epoch; }
  sqlite::spool spool() { return {s(), ++spools_}; }

 protected:
  state_view() = default;
  state_view(std::unique_ptr<detail::session> session, detail::store_state state)
      : session_(std::move(session)), state_(std::move(state)) {}
  state_view(state_view&&) noexcept = default;
  state_view(const state_view&) = delete;
  state_view& operator=(const state_view&) = delete;
  state_view& operator=(state_view&&) = delete;
  virtual ~state_view() = default;

  detail::session& s() { return *session_; }

  static std::int64_t number(sequence_number n) { return static_cast<std::int64_t>(n); }

  // The number of the first change that arrived at `since` or later; behind all if there is none.
  virtual std::int64_t first_arrived(timestamp since) {
    execution e(s().prepared("SELECT sequence FROM edensync_arrival WHERE arrival>=? ORDER BY arrival LIMIT 1"));
    return e.integer(since.seconds).step() ? e.get_integer(0) : number(state_.sequence) + 1;
  }

  std::unique_ptr<detail::session> session_;
  detail::store_state state_;
  std::int64_t spools_ = 0;
};

}  // namespace edensync::sqlite
