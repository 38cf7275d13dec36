#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/write_context.hpp"
#include "edensync/odb/core.hpp"
#include "edensync/odb/record_view.hpp"
#include "edensync/sqlite/change_numbers.hpp"

namespace edensync::odb {

/// Writes objects and their stamps; models `record_transaction`. Made by `store::begin`.
///
/// Thread safety: one thread at a time.
class transaction : public sqlite::change_numbers, public record_view {
 public:
  transaction(transaction&&) noexcept = default;
  ~transaction() override { end(); }

  write_result insert(const record& r) {
    if (r.uuid.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    check_open();
    const resource_schema& resource = known(r);
    content given;
    if (auto refused = prepare(resource, r, given)) return *refused;
    if (!r.version.deleted)
      if (auto refused = check_live(resource, r, given, nullptr)) return *refused;
    object_stamp stamp;
    stamp.uuid = r.uuid.text();
    say(stamp, r);
    stamp.created_by = r.authors.created_by;
    stamp.modified_by = r.authors.modified_by;
    stamp.owned_by_user = r.authors.owned_by_user;
    stamp.owned_by_group = r.authors.owned_by_group;
    stamp.key = {s().layout(r.resource).number, 0};
    return put_with(resource, stamp, [&] { stamp.key.object = s().objects(r.resource).persist(given.columns); });
  }

  write_result update(record_handle h, const record& r) {
    check_open();
    const resource_schema& resource = known(r);
    object_stamp stamp = stamp_of(r.resource, h);
    content given;
    if (auto refused = prepare(resource, r, given)) return *refused;
    if (!r.version.deleted)
      if (auto refused = check_live(resource, r, given, &stamp)) return *refused;
    say(stamp, r);
    const auto replace = [](std::string& old, const std::string& said) {
      if (!said.empty()) old = said;
    };
    replace(stamp.created_by, r.authors.created_by);
    replace(stamp.modified_by, r.authors.modified_by);
    replace(stamp.owned_by_user, r.authors.owned_by_user);
    replace(stamp.owned_by_group, r.authors.owned_by_group);
    return put_object(resource, stamp, given);
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
    const resource_schema& described = known(one);
    object_stamp stamp = stamp_of(resource, h);
    content given;
    if (auto refused = prepare(described, one, given)) return *refused;
    if (!stamp.deleted)
      if (auto refused = check_live(described, one, given, &stamp)) return *refused;
    return put_object(described, stamp, given);
  }

  write_result rename(resource_id resource, record_handle h, const uid& id) {
    if (id.empty()) return refusal{refusal_reason::refused_by_store, "the record has no uuid"};
    check_open();
    object_stamp stamp = stamp_of(resource, h);
    const auto taken = s().handle_of(resource, id);
    if (taken != record_handle::none && taken != h) return refuse(refusal_reason::duplicate_key, "uuid");
    const uid before(std::exchange(stamp.uuid, id.text()));
    put(stamp);
    s().remember(resource, stamp.key.object, id);
    std::vector<object_stamp> merged;
    s().ask([&] {
      s().link().stamps(s().layout(resource).stamps + "replaced_by=?", {text(before.text())}, merged);
      for (auto& each : merged) {
        each.replaced_by = id.text();
        s().link().update(each);
      }
    });
    // References are kept by handle, but lists by uid.
    for (const auto& from : s().resources())
      for (std::uint32_t f = 0; f < from.fields().size(); ++f)
        if (from.field(f).type == field_type::list_reference && from.may_point_to(f, resource))
          rename_in(from, f, before, id);
    return h;
  }

  void write_as(repository_id origin) { origin_ = origin; }

  /// Whether another writer of this program waits for this transaction to end.
  bool contended() const { return core_->turns.contended(); }

  void touch(resource_id resource, record_handle h) {
    check_open();
    object_stamp stamp = stamp_of(resource, h);
    const std::int64_t written = stamp.written.null() ? stamp.sequence : *stamp.written;
    place(stamp, number(state_.sequence) + 1);
    stamp.written = written;
    s().ask([&] { s().link().update(stamp); });
    note(stamp);
  }

  void commit() {
    check_open();
    write_numbers();
    if (lent_) sqlite::execution(write("UPDATE edensync_now SET seconds=NULL")).step();
    s().commit();
    end();
  }

 private:
  friend class store;
  using record_view::s;

  /// What a record says, as columns of its object.
  struct content {
    std::vector<gateway::assignment> columns;
    /// By field: which of `columns` holds it, and one behind the last if it is absent.
    std::vector<std::size_t> place;
    std::list<std::string> texts;
  };

  transaction(std::shared_ptr<detail::core> c, std::unique_ptr<detail::session> session,
              sqlite::detail::store_state state, const write_context& w)
      : state_view(std::move(session), std::move(state)),
        change_numbers(w.now),
        core_(std::move(c)),
        origin_(w.origin) {}

  const resource_schema& known(const record& r) {
    if (r.resource >= s().resources().size()) throw_failure(error::unknown_resource);
    const resource_schema& resource = s().resources()[r.resource];
    if (r.fields.size() > resource.fields().size()) throw_failure(error::unknown_field);
    return resource;
  }

  // Makes columns of what is given, and says what stands against it.
  std::optional<refusal> prepare(const resource_schema& resource, const record& r, content& into) {
    const class_layout& l = s().layout(resource.id());
    into.columns.reserve(r.fields.size() + 2);
    into.place.assign(resource.fields().size(), class_layout::nowhere);
    for (std::uint32_t f = 0; f < r.fields.size(); ++f) {
      const value& v = r.fields[f];
      if (is_absent(v)) continue;
      const field_descriptor& d = resource.field(f);
      const auto* to = std::get_if<reference>(&v);
      if (!fits(v, d.type) || (to != nullptr && misdirected(resource, f, *to)))
        return refuse(refusal_reason::invalid_field, d.name);
      const resource_id target = to == nullptr ? no_resource : target_of(resource, f, *to);
      const bool leads = target != no_resource && to->handle != record_handle::none;
      if (leads && !can_be_pointed_to(target, to->handle)) return refuse(refusal_reason::missing_reference, d.name);
      into.place[f] = into.columns.size();
      auto c = detail::to_cell(v, l.of->columns()[l.column[f]].type, into.texts);
      if (to != nullptr && !leads) c = {};
      if (c.what == gateway::cell::kind::null && l.never_null[f] && !d.mandatory) c = text({});
      into.columns.push_back({l.column[f], c});
      if (l.named[f] != class_layout::nowhere)
        into.columns.push_back({l.named[f], leads ? text(s().resources()[target].name()) : gateway::cell{}});
    }
    return std::nullopt;
  }

  // Whether a record that is to live lacks something, or has what only one may have. `before`: as it was, if it was.
  std::optional<refusal> check_live(const resource_schema& resource, const record& r, const content& given,
                                    const object_stamp* before) {
    std::vector<value> held;
    const bool whole = before == nullptr || before->deleted;
    for (std::uint32_t f = 0; f < resource.fields().size(); ++f) {
      const field_descriptor& d = resource.field(f);
      if (!d.mandatory && !d.unique) continue;
      const bool said = given.place[f] != class_layout::nowhere;
      if (!said && !whole) continue;
      if (!said && before != nullptr && held.empty())
        detail::read_fields(s(), resource.id(), before->key.object, before->deleted, held, detail::targets::as_stored);
      static const value nothing = null_value{};
      const value& v = said ? r.fields[f] : before != nullptr ? held[f] : nothing;
      const bool content =
          said ? has_content(v) && given.columns[given.place[f]].content.what != gateway::cell::kind::null
               : has_content(v);
      if (d.mandatory && !content)
        return refuse(has_content(v) ? refusal_reason::missing_reference : refusal_reason::missing_field, d.name);
      if (d.unique && content && taken(resource.id(), f, v, before))
        return refuse(refusal_reason::duplicate_key, d.name);
    }
    return std::nullopt;
  }

  bool taken(resource_id resource, std::uint32_t f, const value& v, const object_stamp* but) {
    question q(s().layout(resource).join);
    if (!add_equal(q, resource, f, v)) return false;
    q.with.push_back(integer(but == nullptr ? 0 : but->key.object));
    return !s().find(q.text + " AND r.deleted=0 AND r.object<>? LIMIT 1", q.with).empty();
  }

  // Errors other than those of constraints are failures.
  template <class Call>
  std::optional<refusal> try_write(const resource_schema& resource, Call&& call) {
    std::optional<refusal> refused;
    s().ask([&] {
      try {
        call();
      } catch (const gateway::database_error& e) {
        if ((e.code & 0xff) != SQLITE_CONSTRAINT) throw;
        // A trigger of the application may end the whole transaction.
        if (!s().db.in_transaction())
          throw_failure(error::store_failed, "the transaction was taken back: " + std::string(e.what()));
        refused = read_constraint(resource, e);
      }
    });
    return refused;
  }

  // "UNIQUE constraint failed: org_office.name"
  refusal read_constraint(const resource_schema& resource, const gateway::database_error& e) {
    const std::string_view words = e.what();
    const std::string_view first = words.substr(0, words.find(", "));
    const std::string_view name = first.substr(first.rfind('.') + 1);
    const class_layout& l = s().layout(resource.id());
    for (std::uint32_t f = 0; f < l.column.size(); ++f)
      if (l.of->column_name(l.column[f]) == name)
        return refuse(
            e.code == SQLITE_CONSTRAINT_UNIQUE ? refusal_reason::duplicate_key : refusal_reason::missing_field,
            resource.field(f).name);
    // ODB does not say which pointer it was.
    if (e.code == SQLITE_CONSTRAINT_NOTNULL) return {refusal_reason::missing_field, std::string(words)};
    if (e.code == SQLITE_CONSTRAINT_FOREIGNKEY) return {refusal_reason::missing_reference, std::string(words)};
    return {refusal_reason::refused_by_store, std::string(words)};
  }

  write_result put_object(const resource_schema& resource, object_stamp& stamp, const content& given) {
    if (given.columns.empty()) return put(stamp);
    return put_with(resource, stamp, [&] {
      if (!s().objects(resource.id()).update(stamp.key.object, given.columns))
        throw gateway::database_error(SQLITE_CONSTRAINT, "the application has erased this object");
    });
  }

  // Writes an object, and its stamp behind it.
  template <class Call>
  write_result put_with(const resource_schema& resource, object_stamp& stamp, Call&& object) {
    if (s().heard) return put_heard(resource, stamp, object);
    const bool fresh = stamp.key.object == 0;
    auto refused = try_write(resource, object);
    if (refused) return *refused;
    if (!fresh) return put(stamp);
    // Pointers that are no fields may lead nowhere.
    if (links_open()) refused = refuse(refusal_reason::missing_reference, "a pointer");
    place(stamp, number(state_.sequence) + 1);
    if (!refused && try_write(resource, [&] { s().link().persist(stamp); }))
      refused = refuse(refusal_reason::duplicate_key, "uuid");
    if (!refused) return note(stamp);
    s().ask([&] { s().objects(resource.id()).erase(stamp.key.object); });
    return *refused;
  }

  // The same where triggers hear of it. Those of the application may refuse it, let it be without a word or leave it half
  // done; what else they write is a change made here, and stamped by ours, which do not know that this one is not.
  template <class Call>
  write_result put_heard(const resource_schema& resource, object_stamp& stamp, Call&& object) {
    lend();
    sqlite::execution(s().prepared("SAVEPOINT edensync_write")).step();
    auto refused = try_write(resource, object);
    if (!refused && links_open()) refused = refuse(refusal_reason::missing_reference, "a pointer");
    if (!refused && s().find(s().layout(resource.id()).there, {integer(stamp.key.object)}).empty())
      refused = refusal{refusal_reason::refused_by_store, "a trigger of the application took it away"};
    if (!refused) {
      place(stamp, number_of(stamp.key));
      if (try_write(resource, [&] { s().link().update(stamp); }))
        refused = refuse(refusal_reason::duplicate_key, "uuid");
    }
    if (refused) sqlite::execution(s().prepared("ROLLBACK TO edensync_write")).step();
    sqlite::execution(s().prepared("RELEASE edensync_write")).step();
    if (refused) return *refused;
    take_back();
    return note(stamp);
  }

  // The number that our trigger has just given to an object, or a new one if nothing of it changed.
  std::int64_t number_of(const object_key& key) {
    object_stamp noted;
    s().ask([&] { s().link().load(key, noted); });
    if (noted.sequence > number(state_.sequence)) return noted.sequence;
    sqlite::execution e(s().prepared("SELECT sequence+1 FROM edensync_state"));
    e.step();
    return e.get_integer(0);
  }

  // What triggers write is of this transaction's moment.
  void lend() {
    if (!lent_) sqlite::execution(write("UPDATE edensync_now SET seconds=?")).integer(arrival_.seconds).step();
    lend_numbers(0);
  }
  void take_back() {
    take_numbers_back(0);
    s().forget_objects();
  }

  // What a record says of its version goes into the stamp.
  void say(object_stamp& stamp, const record& r) const {
    stamp.deleted = r.version.deleted;
    stamp.replaced_by = r.replaced_by.text();
    if (r.version.modified_on) stamp.modified_on = r.version.modified_on->seconds;
    if (r.version.mci) stamp.mci = *r.version.mci;
    if (r.created_on) stamp.created_on = r.created_on->seconds;
    stamp.origin = origin_;
  }

  // Moves it to the end of the change order.
  void place(object_stamp& stamp, std::int64_t n) const {
    stamp.sequence = n;
    stamp.written.reset();
    stamp.ahead = stamp.modified_on;
    if (!stamp.ahead.null() && *stamp.ahead <= arrival_.seconds) stamp.ahead.reset();
  }

  record_handle put(object_stamp& stamp) {
    place(stamp, number(state_.sequence) + 1);
    s().ask([&] { s().link().update(stamp); });
    return note(stamp);
  }

  record_handle note(const object_stamp& stamp) {
    state_.sequence = std::max(state_.sequence, static_cast<sequence_number>(stamp.sequence));
    ++s().writes;
    state_.youngest = std::max(state_.youngest, detail::moment(stamp.modified_on));
    return static_cast<record_handle>(stamp.key.object);
  }

  void rename_in(const resource_schema& from, std::uint32_t f, const uid& before, const uid& id) {
    question q(s().layout(from.id()).join);
    add_member(q, from.id(), f, before);
    for (const auto& each : std::vector(s().find(q.text, q.with))) {
      std::vector<value> held;
      detail::read_fields(s(), from.id(), each.object, each.deleted, held, detail::targets::as_stored);
      for (reference& member : std::get<std::vector<reference>>(held[f]))
        if (member.target == before) member.target = id;
      record changed;
      changed.resource = from.id();
      changed.fields.resize(std::size_t{f} + 1);
      changed.fields[f] = std::move(held[f]);
      content given;
      prepare(from, changed, given);
      const object_stamp as_it_was = stamp_of(from.id(), static_cast<record_handle>(each.object));
      if (s().heard) lend();
      s().ask([&] { s().objects(from.id()).update(each.object, given.columns); });
      if (!s().heard) continue;
      s().ask([&] { s().link().update(as_it_was); });
      take_back();
    }
    ++s().writes;
  }

  static refusal refuse(refusal_reason why, std::string_view column) { return {why, std::string(column)}; }

  void end() noexcept {
    if (session_ == nullptr) return;
    s().end();
    core_->give_back_writer(std::unique_ptr<detail::session>(static_cast<detail::session*>(session_.release())));
    core_->turns.leave();
  }

  std::shared_ptr<detail::core> core_;
  repository_id origin_;
};

}  // namespace edensync::odb
