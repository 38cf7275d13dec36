#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/timestamp.hpp"
#include "edensync/sqlite/error.hpp"

namespace edensync::sqlite {

/// How many statements were executed.
using statement_counter = std::atomic<std::uint64_t>;

/// A prepared statement. Lifetime: ends before its connection.
class statement {
 public:
  statement() = default;
  statement(sqlite3* db, std::string_view sql, statement_counter& executed) : executed_(&executed) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) fail(db, code);
    handle_.reset(raw);
  }

  explicit operator bool() const { return handle_ != nullptr; }

 private:
  friend class execution;
  struct finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, finalize> handle_;
  statement_counter* executed_ = nullptr;
};

/// A moment as the text that it is stored as, without an allocation.
class stamp_text {
 public:
  explicit stamp_text(timestamp t) {
    const std::int64_t day = std::clamp<std::int64_t>(t.seconds / 86400 - (t.seconds % 86400 < 0), first_day, last_day);
    const civil_date c = to_civil({static_cast<std::int32_t>(day)});
    const time_of_day time = time_of(t);
    char* p = edensync::detail::put_digits(text_.data(), c.year, 4);
    *p++ = '-';
    p = edensync::detail::put_digits(p, c.month, 2);
    *p++ = '-';
    p = edensync::detail::put_digits(p, c.day, 2);
    *p++ = 'T';
    p = edensync::detail::put_digits(p, time.seconds / 3600, 2);
    *p++ = ':';
    p = edensync::detail::put_digits(p, time.seconds / 60 % 60, 2);
    *p++ = ':';
    edensync::detail::put_digits(p, time.seconds % 60, 2);
  }

  std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  static constexpr std::int64_t first_day = to_date({0, 1, 1}).days;
  static constexpr std::int64_t last_day = to_date({9999, 12, 31}).days;
  std::array<char, 19> text_;
};

/// Reads a stored moment; other programs write a space for the T, or fractions of seconds behind.
inline std::optional<timestamp> read_stamp(std::string_view s) {
  if (s.size() == 19 && s[10] == 'T') return parse_timestamp(s);
  if (s.size() < 19) return std::nullopt;
  std::string plain(s.substr(0, 19));
  plain[10] = 'T';
  return parse_timestamp(plain);
}

/// One execution of a statement: bind, step, read; its end resets the statement.
///
/// What is bound or read as text is not copied: it must live until the last step, or is valid until the next.
class execution {
 public:
  explicit execution(statement& s) : s_(s.handle_.get()), executed_(s.executed_) {}
  execution(const execution&) = delete;
  execution& operator=(const execution&) = delete;
  ~execution() { sqlite3_reset(s_); }

  /// Ends early, so that the statement can be used for something else.
  statement release(statement s) {
    sqlite3_reset(std::exchange(s_, nullptr));
    return s;
  }

  /// Each of these fills the next parameter.
  execution& null() { return check(sqlite3_bind_null(s_, ++bound_)); }
  execution& integer(std::int64_t v) { return check(sqlite3_bind_int64(s_, ++bound_, v)); }
  execution& floating(double v) { return check(sqlite3_bind_double(s_, ++bound_, v)); }
  execution& text(std::string_view v) {
    return check(sqlite3_bind_text(s_, ++bound_, v.data() == nullptr ? "" : v.data(), static_cast<int>(v.size()),
                                   SQLITE_STATIC));
  }
  execution& blob(std::string_view v) {
    return check(sqlite3_bind_blob(s_, ++bound_, v.data(), static_cast<int>(v.size()), SQLITE_STATIC));
  }
  execution& text_copy(std::string_view v) {
    // SQLITE_TRANSIENT is an old-style cast; sqlite3_bind_text64 would need it as well.
    char* copy = static_cast<char*>(sqlite3_malloc64(v.size() + 1));
    if (copy == nullptr) fail(nullptr, SQLITE_NOMEM);
    std::copy(v.begin(), v.end(), copy);
    return check(sqlite3_bind_text(s_, ++bound_, copy, static_cast<int>(v.size()), &sqlite3_free));
  }
  /// Empty text is stored as NULL.
  execution& text_or_null(std::string_view v) { return v.empty() ? null() : text(v); }
  /// A moment as seconds, in the tables of the ledger.
  execution& moment(const std::optional<timestamp>& t) { return t ? integer(t->seconds) : null(); }

  /// Whether there is a row. Errors: those of SQLite.
  bool step() {
    const int code = try_step();
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(s_), code);
  }

  /// The result code, for those who can do something about it.
  int try_step() {
    if (!std::exchange(begun_, true)) executed_->fetch_add(1, std::memory_order_relaxed);
    return sqlite3_step(s_);
  }

  bool is_null(int column) const { return sqlite3_column_type(s_, column) == SQLITE_NULL; }
  std::int64_t get_integer(int column) const { return sqlite3_column_int64(s_, column); }
  double get_floating(int column) const { return sqlite3_column_double(s_, column); }
  /// Empty if it is NULL. The bytes of a blob come as they are.
  std::string_view get_text(int column) const {
    // A text as UTF-8, also from a database in UTF-16, of which a blob would be the bytes.
    const void* bytes = sqlite3_column_type(s_, column) == SQLITE_TEXT ? sqlite3_column_text(s_, column)
                                                                       : sqlite3_column_blob(s_, column);
    const auto* p = static_cast<const char*>(bytes);
    return p == nullptr ? std::string_view()
                        : std::string_view(p, static_cast<std::size_t>(sqlite3_column_bytes(s_, column)));
  }
  std::string get_string(int column) const { return std::string(get_text(column)); }
  std::optional<timestamp> get_moment(int column) const {
    return is_null(column) ? std::nullopt : std::optional(timestamp{get_integer(column)});
  }

 private:
  execution& check(int code) {
    if (code != SQLITE_OK) fail(sqlite3_db_handle(s_), code);
    return *this;
  }

  sqlite3_stmt* s_;
  statement_counter* executed_;
  int bound_ = 0;
  bool begun_ = false;
};

}  // namespace edensync::sqlite
