#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/write_context.hpp"
#include "edensync/sqlite/core.hpp"
#include "edensync/sqlite/row_writing.hpp"

namespace edensync::sqlite {

/// Writes to a store in SQLite; models `record_transaction`. Made by `store::begin`.
///
/// Thread safety: one thread at a time.
class transaction : public row_writing {
 public:
  transaction(transaction&&) noexcept = default;
  ~transaction() override { end(); }

  write_result insert(const record& r) {
    if (r.uuid.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    check_open();
    const resource_schema& resource = known(r);
    if (auto wrong = misfit(resource, r)) return *wrong;
    execution e(s().prepared(r.resource, kind::insert));
    const auto stamp = text_of(r.version.modified_on), created = text_of(r.created_on);
    e.text(r.uuid.text());
    mci(e, r.version.mci);
    optional_text(e, created);
    optional_text(e, stamp);
    e.integer(r.version.deleted).text_or_null(r.replaced_by.text());
    e.text_or_null(r.authors.created_by).text_or_null(r.authors.modified_by);
    e.text_or_null(r.authors.owned_by_user).text_or_null(r.authors.owned_by_group);
    e.integer(number(state_.sequence) + 1).integer(origin_).null();
    ahead(e, r.version.modified_on, stamp);
    for (std::uint32_t f = 0; f < resource.fields().size(); ++f) field(e, resource, r, f);
    for (std::uint32_t f = 0; f < resource.fields().size(); ++f) name_target(e, resource, r, f);
    if (auto refused = write_row(e, resource, r)) return *refused;
    // What a trigger inserts for a view is not told.
    if (is_adopted(r.resource)) return s().handle_of(r.resource, r.uuid);
    return static_cast<record_handle>(sqlite3_last_insert_rowid(s().db.get()));
  }

  write_result update(record_handle h, const record& r) {
    check_open();
    const resource_schema& resource = known(r);
    if (auto wrong = misfit(resource, r)) return *wrong;
    execution e(s().shaped(r.resource, shape_of(r), [&] { return update_text(r); }));
    const auto stamp = text_of(r.version.modified_on), created = text_of(r.created_on);
    e.integer(r.version.deleted)
        .text_or_null(r.replaced_by.text())
        .integer(number(state_.sequence) + 1)
        .integer(origin_);
    if (stamp) {
      e.text(stamp->view());
      ahead(e, r.version.modified_on, stamp);
    } else {
      e.text(arrival_text_.view());
    }
    if (r.version.mci) mci(e, r.version.mci);
    if (created) e.text(created->view());
    for (const std::string* author : authors(r))
      if (!author->empty()) e.text(*author);
    for (std::uint32_t f = 0; f < r.fields.size(); ++f)
      if (!is_absent(r.fields[f])) {
        field(e, resource, r, f);
        name_target(e, resource, r, f);
      }
    auto done = write_existing(e, resource, r, h);
    if (done && r.version.deleted && is_adopted(r.resource)) remove_row(r.resource, h);
    return done;
  }

  write_result patch(resource_id resource, record_handle h, std::uint32_t f, const value& v) {
    if (is_absent(v)) {
      touch(resource, h);
      return h;
    }
    check_open();
    record one;
    one.resource = resource;
    one.fields.resize(std::size_t{f} + 1);
    one.fields[f] = v;
    const resource_schema& target = known(one);
    if (auto wrong = misfit(target, one)) return *wrong;
    const table_layout& t = s().table(resource);
    execution e(s().shaped(resource, "p" + std::to_string(f), [&] {
      return "UPDATE " + t.table + " SET " + assignment(t, f) + ", sync_written=NULL, sync_sequence=?," + keep_ahead +
             " WHERE id=?";
    }));
    field(e, target, one, f);
    name_target(e, target, one, f);
    e.integer(number(state_.sequence) + 1).text(arrival_text_.view());
    return write_existing(e, target, one, h);
  }

  write_result rename(resource_id resource, record_handle h, const uid& id) {
    if (id.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    check_open();
    const uid before = s().uid_of(resource, static_cast<std::int64_t>(h));
    if (before.empty()) throw_failure(error::no_such_record);
    record r;
    r.resource = resource;
    {
      const table_layout& t = s().table(resource);
      execution e(s().shaped(resource, "n", [&] {
        return "UPDATE " + t.table + " SET uuid=?, sync_written=NULL, sync_sequence=?," + keep_ahead + " WHERE id=?";
      }));
      e.text(id.text()).integer(number(state_.sequence) + 1).text(arrival_text_.view());
      if (auto done = write_existing(e, known(r), r, h); !done) return done;
    }
    s().remember(resource, static_cast<std::int64_t>(h), id);
    rename_in(resource, "m", "replaced_by", false, before, id);
    // References are kept by handle, but lists by uid.
    for (const auto& from : s().resources())
      for (std::uint32_t f = 0; f < from.fields().size(); ++f)
        if (from.field(f).type == field_type::list_reference && from.may_point_to(f, resource))
          rename_in(from.id(), "l" + std::to_string(f), s().table(from.id()).fields[f], true, before, id);
    return h;
  }

  void write_as(repository_id origin) { origin_ = origin; }

  /// Whether another writer of this program waits for this transaction to end.
  bool contended() const { return core_->turns.contended(); }

  void touch(resource_id resource, record_handle h) {
    check_open();
    execution e(s().prepared(resource, kind::touch));
    e.integer(number(state_.sequence) + 1).text(arrival_text_.view());
    record nothing;
    nothing.resource = resource;
    if (auto refused = write_existing(e, known(nothing), nothing, h); !refused)
      throw_failure(error::store_failed, refused.error().message);
  }

  void commit() {
    check_open();
    if (lent_) remove_left_behind();
    write_numbers();
    execution(s().prepared("COMMIT")).step();
    end();
  }

 private:
  friend class store;

  static constexpr const char* keep_ahead = " sync_ahead=CASE WHEN modified_on>? THEN modified_on END";

  transaction(std::shared_ptr<detail::core> c, std::unique_ptr<detail::session> session, detail::store_state state,
              const write_context& w)
      : state_view(std::move(session), std::move(state)), row_writing(w.now), core_(std::move(c)), origin_(w.origin) {}

  const resource_schema& known(const record& r) {
    if (r.resource >= s().resources().size()) throw_failure(error::unknown_resource);
    const resource_schema& resource = s().resources()[r.resource];
    if (r.fields.size() > resource.fields().size()) throw_failure(error::unknown_field);
    return resource;
  }

  std::optional<refusal> misfit(const resource_schema& resource, const record& r) {
    for (std::uint32_t f = 0; f < r.fields.size(); ++f) {
      const auto* to = std::get_if<reference>(&r.fields[f]);
      if (!fits(r.fields[f], resource.field(f).type) || (to != nullptr && misdirected(resource, f, *to)))
        return refuse(refusal_reason::invalid_field, resource.field(f).name);
      // No foreign key leads to several tables.
      if (to != nullptr && resource.targets(f).size() > 1 && dangles(resource, f, *to))
        return refuse(refusal_reason::missing_reference, resource.field(f).name);
    }
    return std::nullopt;
  }

  static std::array<const std::string*, 4> authors(const record& r) {
    return {&r.authors.created_by, &r.authors.modified_by, &r.authors.owned_by_user, &r.authors.owned_by_group};
  }

  // Which columns an update writes, as a key: one letter for each that may be left out.
  const std::string& shape_of(const record& r) {
    shape_.assign(1, 'u');
    shape_ += r.version.modified_on ? 'm' : '-';
    shape_ += r.version.mci ? 'i' : '-';
    shape_ += r.created_on ? 'c' : '-';
    for (const std::string* author : authors(r)) shape_ += author->empty() ? '-' : 'a';
    for (const value& v : r.fields) shape_ += is_absent(v) ? '-' : 'f';
    while (shape_.back() == '-') shape_.pop_back();
    return shape_;
  }

  std::string update_text(const record& r) {
    const table_layout& t = s().table(r.resource);
    std::string sql =
        "UPDATE " + t.table + " SET deleted=?, replaced_by=?, sync_written=NULL, sync_sequence=?, sync_origin=?,";
    sql += r.version.modified_on ? " modified_on=?, sync_ahead=?" : keep_ahead;
    if (r.version.mci) sql += ", mci=?";
    if (r.created_on) sql += ", created_on=?";
    for (std::size_t a = 0; a < 4; ++a)
      if (!authors(r)[a]->empty()) sql += ", " + std::string(record_columns[7 + a]) + "=?";
    for (std::size_t f = 0; f < r.fields.size(); ++f)
      if (!is_absent(r.fields[f])) sql += ", " + assignment(t, f);
    return sql + " WHERE id=?";
  }

  static std::optional<stamp_text> text_of(const std::optional<timestamp>& t) {
    return t ? std::optional<stamp_text>(*t) : std::nullopt;
  }
  static void optional_text(execution& e, const std::optional<stamp_text>& t) { t ? e.text(t->view()) : e.null(); }
  static void mci(execution& e, const std::optional<master_index>& n) { n ? e.integer(*n) : e.null(); }

  void ahead(execution& e, const std::optional<timestamp>& modified_on, const std::optional<stamp_text>& text) const {
    modified_on > arrival_ ? e.text(text->view()) : e.null();
  }

  void field(execution& e, const resource_schema& resource, const record& r, std::uint32_t f) {
    const field_descriptor& d = resource.field(f);
    if (f >= r.fields.size() || (d.type == field_type::reference && resource.targets(f).empty()))
      e.null();
    else
      detail::bind_value(e, r.fields[f], d.type);
  }

  void rename_in(resource_id resource, const std::string& key, const std::string& column, bool list, const uid& before,
                 const uid& id) {
    statement& sql = s().shaped(resource, key, [&] {
      const std::string each = "(SELECT json_group_array(CASE WHEN value=?2 THEN ?1 ELSE value END) FROM json_each(";
      const std::string set = list ? each + column + "))" : "?1";
      const std::string where =
          list ? "EXISTS(SELECT 1 FROM json_each(" + column + ") WHERE value=?2)" : column + "=?2";
      return "UPDATE " + s().table(resource).table + " SET " + column + "=" + set + " WHERE " + where;
    });
    execution e(sql);
    e.text(id.text()).text(before.text());
    rewrite(e, resource);
  }

  // The assignments to a field's columns.
  static std::string assignment(const table_layout& t, std::size_t f) {
    return t.fields[f] + (t.named[f].empty() ? "=?" : "=?, " + t.named[f] + "=?");
  }

  // Binds the name of the table that a reference leads to, if its field has a column for it.
  void name_target(execution& e, const resource_schema& resource, const record& r, std::uint32_t f) {
    if (s().table(resource.id()).named[f].empty()) return;
    const auto* to = f < r.fields.size() ? std::get_if<reference>(&r.fields[f]) : nullptr;
    if (to == nullptr || to->handle == record_handle::none)
      e.null();
    else
      e.text(s().resources()[target_of(resource, f, *to)].name());
  }

  write_result write_existing(execution& e, const resource_schema& resource, const record& r, record_handle h) {
    e.integer(static_cast<std::int64_t>(h));
    if (auto refused = write_row(e, resource, r)) return *refused;
    if (!changed_) throw_failure(error::no_such_record);
    return h;
  }

  void end() noexcept {
    if (session_ == nullptr) return;
    session_->end("ROLLBACK");
    core_->give_back_writer(std::move(session_));
    core_->turns.leave();
  }

  std::shared_ptr<detail::core> core_;
  repository_id origin_;
  std::string shape_;
};

}  // namespace edensync::sqlite
