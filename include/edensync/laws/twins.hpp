#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edensync/laws/sample.hpp"

/// The laws of records that are recognised by what they hold, and of uids that change. `record_store.hpp` lists them.
namespace edensync::laws::detail {

namespace s = laws::sample;

template <class F>
void records_are_matched_by_several_fields(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle up = s::add(t, s::make_site("up")), other = s::add(t, s::make_site("other"));
  const auto add = [&](const char* name, const char* text, std::int64_t number, record_handle parent, bool deleted) {
    record r = s::make_site(name);
    r.version.deleted = deleted;
    s::with(s::with(r, s::comments, std::string(text)), s::order, number);
    s::with(r, s::parent, reference{s::site, {}, parent});
    return s::add(t, r);
  };
  const record_handle gone = add("gone", "Ärmel Ω", 1, up, true);
  const record_handle a = add("a", "ÄRMEL ω", 1, up, false), b = add("b", "Ärmel ω", 1, up, false);
  const record_handle c = add("c", "ärmel ω", 2, up, false), d = add("d", "ärmel ω", 1, other, false);
  const record_handle buried = add("buried", "only here", 5, up, true);
  const record_handle base = s::add(t, s::make_base("base")), n = s::add(t, s::make_note("n", s::base, base));
  const auto found = [](auto&& from, std::vector<field_match> fields, bool ignore_case = true,
                        bool ignore_deleted = false) {
    const auto one = from.find_match({s::site, std::move(fields), ignore_case, ignore_deleted});
    return one ? one->handle : record_handle::none;
  };
  const field_match text{s::comments, std::string("äRMEL Ω")}, number{s::order, std::int64_t{1}};
  const field_match below{s::parent, reference{s::site, uid("urn:uuid:up"), up}};
  const auto expect_found = [&](auto&& from) {
    expect(found(from, {text}) == a, "of several records the first live one is found, in any case of letters");
    expect(found(from, {text, {s::order, std::int64_t{2}}}) == c, "all contents must be there");
    expect(found(from, {text, number, {s::parent, reference{s::site, {}, other}}}) == d, "references by their handles");
    expect(found(from, {text, number, below, {s::name, std::string("B")}}) == b, "whatever the order of the fields");
    expect(found(from, {{s::comments, std::string("Ärmel ω")}, number}, false) == b, "if asked for, case counts");
    expect(found(from, {{s::comments, std::string("Ärmel Ω")}}, false) == gone,
           "a deleted one is found if no live one is");
    expect(found(from, {{s::comments, std::string("only here")}}) == buried, "in any case of letters as well");
    expect(found(from, {{s::comments, std::string("only here")}}, true, true) == record_handle::none,
           "but not if deleted ones are not asked for");
    expect(found(from, {text, {s::order, std::int64_t{7}}}) == record_handle::none, "nothing is found if one differs");
    expect(
        found(from, {}) == record_handle::none && found(from, {text, {s::order, null_value{}}}) == record_handle::none,
        "nor for nothing, nor for an empty field");
    const auto note_of = [&](resource_id of) {
      return from.find_match({s::note, {{s::about, reference{of, {}, base}}}});
    };
    expect(note_of(s::base) && note_of(s::base)->handle == n && !note_of(s::site),
           "a reference counts with the resource that it leads to");
    const auto whole = from.find_match({s::site, {text}});
    const auto usual = from.find(s::site, uid("urn:uuid:a"));
    expect(whole && usual && whole->version == usual->version && whole->sequence == usual->sequence &&
               whole->origin == usual->origin,
           "what is found is what find gives");
  };
  expect_found(t);
  t.commit();
  expect_found(store.snapshot());
}

template <class F>
void a_record_can_be_renamed(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0, 3));
  record r = s::make_site("a", s::second(5));
  r.version.mci = 1;
  const record_handle a = s::add(t, r);
  const record_handle b = s::add(t, s::make_site("b"));
  r = s::make_site("c");
  s::with(r, s::parent, reference{s::site, {}, a});
  s::with(r, s::friends, std::vector<reference>{{s::site, uid("urn:uuid:b"), {}}, {s::site, uid("urn:uuid:a"), {}}});
  const record_handle c = s::add(t, r);
  r = s::make_site("d");
  r.version.deleted = true;
  r.replaced_by = uid("urn:uuid:a");
  const record_handle d = s::add(t, r);
  t.commit();
  const sequence_number before = store.snapshot().sequence();

  auto second = store.begin(s::at_second(1, 4));
  const uid fresh("urn:uuid:fresh");
  const write_result taken = second.rename(s::site, a, uid("urn:uuid:b"));
  expect(taken.has_error() && taken.error().reason == refusal_reason::duplicate_key, "a uid that is taken is refused");
  expect(second.rename(s::site, a, uid()).has_error(), "and an empty one");
  expect(fails_with(error::no_such_record, [&] { (void)second.rename(s::site, record_handle{999}, fresh); }),
         "a record that is not there cannot be renamed");
  const write_result renamed = second.rename(s::site, a, fresh);
  expect(renamed.has_value() && *renamed == a, "a record is renamed and keeps its handle");
  const auto expect_renamed = [&](auto&& from) {
    const auto found = from.find(s::site, fresh);
    expect(found && found->handle == a && !from.find(s::site, uid("urn:uuid:a")), "it is found by its new uid only");
    const stored_record own = s::load(from, s::site, a);
    expect(own.uuid == fresh && s::name_of(own) == "a" && own.version.modified_on == s::second(5) &&
               own.version.mci == 1 && own.origin == 3,
           "content, version and origin stay");
    expect(own.sequence > before && own.written == own.sequence, "it moves to the end of the change order");
    const stored_record holder = s::load(from, s::site, c);
    const auto* link = std::get_if<reference>(&holder.fields[s::parent]);
    expect(link != nullptr && link->target == fresh && link->handle == a, "references lead to the new uid");
    const auto* list = std::get_if<std::vector<reference>>(&holder.fields[s::friends]);
    expect(list != nullptr && list->size() == 2 && list->front().target == uid("urn:uuid:b") &&
               list->front().handle == b && list->back().target == fresh && list->back().handle == a,
           "also in lists, in their order");
    expect(s::load(from, s::site, d).replaced_by == fresh, "and so does what was merged into it");
    expect(from.referrers(s::site, a).size() == 2, "and it is known who refers to it");
  };
  expect_renamed(second);
  second.commit();
  expect_renamed(store.snapshot());

  auto third = store.begin(s::at_second(2));
  s::add(third, s::make_site("a2", s::second(6)));
  expect(third.rename(s::site, a, uid("urn:uuid:dropped")).has_value(), "a rename can be dropped");
  { const auto dropped = std::move(third); }
  expect_renamed(store.snapshot());
  auto fourth = store.begin(s::at_second(3));
  r = s::make_site("another");
  r.uuid = uid("urn:uuid:a");
  s::add(fourth, r);
  fourth.commit();
  expect(store.snapshot().find(s::site, uid("urn:uuid:a")).has_value(), "the old uid is free for another record");
}

}  // namespace edensync::laws::detail
