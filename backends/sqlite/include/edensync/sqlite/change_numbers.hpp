#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "edensync/sqlite/ledger_writing.hpp"
#include "edensync/sqlite/row.hpp"

namespace edensync::sqlite {

/// Keeps the numbers that a transaction gives to its changes, and when they arrive.
///
/// Where an application's tables have triggers, its own and those that stamp what it writes, further rows change and are
/// numbered as well. So the numbers are lent to the database for each such statement, and taken back behind it.
class change_numbers : public ledger_writing {
 protected:
  explicit change_numbers(timestamp now)
      : first_(state_.sequence),
        arrived_before_(state_.arrival),
        arrival_(arrival(state_, now)),
        arrival_text_(arrival_) {}

  std::int64_t first_arrived(timestamp since) override {
    const std::int64_t n = state_view::first_arrived(since);
    // What this transaction wrote is not in the table yet.
    return arrival_ >= since ? std::min(n, number(first_) + 1) : n;
  }

  /// `own`: how many numbers are taken for the statement itself.
  void lend_numbers(std::int64_t own) {
    lent_ = true;
    note_arrival("INSERT OR REPLACE INTO edensync_arrival VALUES(?,?)");
    write_state(number(state_.sequence) + own);
  }

  void take_numbers_back(std::uint64_t own) {
    execution e(s().prepared("SELECT sequence,arrival,youngest FROM edensync_state"));
    e.step();
    const auto last = static_cast<sequence_number>(e.get_integer(0));
    if (last != state_.sequence + own) s().forget();
    state_.sequence = last;
    state_.youngest = std::max(state_.youngest, e.get_moment(2));
    if (const timestamp later{e.get_integer(1)}; later > arrival_) {
      arrival_ = later;
      arrival_text_ = stamp_text(later);
      state_.arrival = later;
    }
  }

  /// The last that is written before a commit.
  void write_numbers() {
    if (state_.sequence != first_) {
      note_arrival("INSERT INTO edensync_arrival VALUES(?,?)");
      write_state(number(state_.sequence));
    } else if (lent_) {
      // Where all was refused, nothing has arrived.
      execution(write("DELETE FROM edensync_arrival WHERE sequence>?")).integer(number(first_)).step();
      execution e(write("UPDATE edensync_state SET sequence=?, arrival=?"));
      e.integer(number(first_)).moment(arrived_before_).step();
    }
  }

  /// Whether a foreign key waits for its row: it may be that of the commit, which is too late to tell whose it was.
  bool links_open() {
    int open = 0, most = 0;
    sqlite3_db_status(s().db.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &most, 0);
    return open != 0;
  }

  sequence_number first_;
  std::optional<timestamp> arrived_before_;
  timestamp arrival_;
  stamp_text arrival_text_;
  /// Whether the database has numbers of this transaction.
  bool lent_ = false;

 private:
  static timestamp arrival(const detail::store_state& state, timestamp now) {
    if (state.arrival) now = std::max(now, *state.arrival);
    if (state.served) now = std::max(now, *state.served + 1);
    return now;
  }

  void note_arrival(std::string_view sql) {
    if (state_.arrival == arrival_) return;
    execution(write(sql)).integer(number(first_) + 1).integer(arrival_.seconds).step();
    state_.arrival = arrival_;
  }

  void write_state(std::int64_t sequence) {
    execution e(write("UPDATE edensync_state SET sequence=?, arrival=?, youngest=?"));
    e.integer(sequence).integer(arrival_.seconds).moment(state_.youngest).step();
  }
};

}  // namespace edensync::sqlite
