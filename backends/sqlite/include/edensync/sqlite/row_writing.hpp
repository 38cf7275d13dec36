#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/sqlite/change_numbers.hpp"
#include "edensync/sqlite/record_view.hpp"

namespace edensync::sqlite {

/// Executes the statements that write rows: what becomes of constraints that fail, and of the numbers of changes.
class row_writing : public change_numbers, public record_view {
 protected:
  explicit row_writing(timestamp now) : change_numbers(now) {}

  bool is_adopted(resource_id resource) { return s().table(resource).adopted.has_value(); }

  /// Executes a write of one row and notes the change; whether there was such a row is in `changed_`.
  std::optional<refusal> write_row(execution& e, const resource_schema& resource, const record& r) {
    auto refused = is_adopted(resource.id()) ? write_adopted(e, resource, r) : write_table(e, resource, r);
    if (refused || !changed_) return refused;
    if (!is_adopted(resource.id())) ++state_.sequence;
    state_.youngest = std::max(state_.youngest, r.version.modified_on);
    return std::nullopt;
  }

  /// Executes a statement that changes rows and gives them no numbers.
  void rewrite(execution& e, resource_id resource) {
    if (is_adopted(resource)) lend_numbers(0);
    e.step();
    if (is_adopted(resource)) take_numbers_back(0);
  }

  /// Takes a deleted record out of the application's table. If something there holds it, it is tried again at the end.
  void remove_row(resource_id resource, record_handle h) {
    lend_numbers(0);
    execution(s().prepared("SAVEPOINT edensync_removal")).step();
    int code = SQLITE_OK;
    {
      execution e(s().prepared(resource, kind::remove));
      code = e.integer(static_cast<std::int64_t>(h)).try_step();
    }
    if (code != SQLITE_DONE) check_refused(code);
    if (code != SQLITE_DONE || links_open()) execution(s().prepared("ROLLBACK TO edensync_removal")).step();
    execution(s().prepared("RELEASE edensync_removal")).step();
    take_numbers_back(0);
  }

  /// Tries all that were held again, as long as that helps.
  void remove_left_behind() {
    for (std::size_t before = 0, left = 0;; before = left) {
      left = 0;
      for (const auto& r : s().resources()) {
        if (!is_adopted(r.id())) continue;
        std::vector<record_handle> held;
        {
          execution e(s().prepared(r.id(), kind::left_behind));
          while (e.step()) held.push_back(static_cast<record_handle>(e.get_integer(0)));
        }
        for (const auto h : held) remove_row(r.id(), h);
        left += held.size();
      }
      if (left == 0 || left == before) return;
    }
  }

  bool dangles(const resource_schema& resource, std::uint32_t f, const reference& to) {
    const resource_id target = target_of(resource, f, to);
    return target != no_resource && to.handle != record_handle::none &&
           s().uid_of(target, static_cast<std::int64_t>(to.handle)).empty();
  }

  static refusal refuse(refusal_reason why, std::string_view column) { return {why, std::string(column)}; }

  bool changed_ = false;

 private:
  std::optional<refusal> write_adopted(execution& e, const resource_schema& resource, const record& r) {
    lend_numbers(1);
    execution(s().prepared("SAVEPOINT edensync_write")).step();
    auto refused = write_table(e, resource, r);
    // A foreign key of the application may wait for the commit, which is too late to tell which record it was.
    if (!refused && links_open()) refused = refuse(refusal_reason::missing_reference, dangling(resource, r));
    // A trigger that fails, RAISE(FAIL), leaves what was done before it.
    if (refused) execution(s().prepared("ROLLBACK TO edensync_write")).step();
    execution(s().prepared("RELEASE edensync_write")).step();
    if (!refused && changed_) take_numbers_back(1);
    return refused;
  }

  std::optional<refusal> write_table(execution& e, const resource_schema& resource, const record& r) {
    const int before = sqlite3_total_changes(s().db.get());
    const int code = e.try_step();
    // Of a view no changes are counted but those of its triggers.
    changed_ = sqlite3_total_changes(s().db.get()) != before;
    if (code == SQLITE_DONE) return std::nullopt;
    const std::string words = check_refused(code);
    const auto& adopted = s().table(resource.id()).adopted;
    // "UNIQUE constraint failed: org_office.name", of several columns the field's first; for a CHECK, our constraint's
    // name, which is the field's; from our triggers "edensync needs name".
    const std::string_view first = std::string_view(words).substr(0, words.find(", "));
    const std::string_view place = first.substr(first.rfind(' ') + 1);
    std::string_view column = place.substr(place.rfind('.') + 1);
    if (adopted)
      if (const auto it = adopted->fields.find(column); it != adopted->fields.end()) column = it->second;
    switch (code) {
      case SQLITE_CONSTRAINT_UNIQUE: return refuse(refusal_reason::duplicate_key, column);
      case SQLITE_CONSTRAINT_NOTNULL: return lacks(resource, r, column);
      case SQLITE_CONSTRAINT_DATATYPE: return refuse(refusal_reason::invalid_field, column);
      case SQLITE_CONSTRAINT_FOREIGNKEY: return refuse(refusal_reason::missing_reference, dangling(resource, r));
      case SQLITE_CONSTRAINT_CHECK:
        if (const auto f = resource.find_field(column); f && resource.field(*f).mandatory && !adopted)
          return lacks(resource, r, column);
        break;
      case SQLITE_CONSTRAINT_TRIGGER:
        if (adopted && words.starts_with("edensync needs ")) return lacks(resource, r, words.substr(15));
        break;
      default: break;
    }
    return refusal{refusal_reason::refused_by_store, words};
  }

  // SQLite's words for a constraint that failed; what failed otherwise is thrown.
  std::string check_refused(int code) {
    std::string words = sqlite3_errmsg(s().db.get());
    if ((code & 0xff) != SQLITE_CONSTRAINT && code != SQLITE_TOOBIG) fail(s().db.get(), code);
    // A trigger of the application may end the whole transaction.
    if (!s().db.in_transaction()) throw_failure(error::store_failed, "the transaction was taken back: " + words);
    return words;
  }

  static refusal lacks(const resource_schema& resource, const record& r, std::string_view column) {
    const auto f = resource.find_field(column);
    const bool waits = f && *f < r.fields.size() && has_content(r.fields[*f]);
    return refuse(waits ? refusal_reason::missing_reference : refusal_reason::missing_field, column);
  }

  // SQLite does not say which foreign key it was. In the application's tables there are no deleted records.
  std::string dangling(const resource_schema& resource, const record& r) {
    for (std::uint32_t f = 0; f < r.fields.size(); ++f)
      if (const auto* to = std::get_if<reference>(&r.fields[f]); to != nullptr && to->handle != record_handle::none) {
        if (dangles(resource, f, *to)) return std::string(resource.field(f).name);
        const resource_id target = target_of(resource, f, *to);
        if (target == no_resource || !is_adopted(target)) continue;
        const auto found = find(target, uid(s().uid_of(target, static_cast<std::int64_t>(to->handle))));
        if (found && found->version.deleted) return std::string(resource.field(f).name);
      }
    return "a reference";
  }
};

}  // namespace edensync::sqlite
