#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "edensync/laws/reading_and_writing.hpp"
#include "edensync/laws/sample.hpp"

/// The laws of references, components, keys and spools. `record_store.hpp` lists them.
namespace edensync::laws::detail {

namespace s = laws::sample;

template <class F>
void references_lead_to_records(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  record r = s::make_site("b");
  s::with(r, s::parent, reference{s::site, {}, a});
  s::with(r, s::partner, reference{s::site, uid("urn:uuid:late"), record_handle::none});
  s::with(r, s::friends, std::vector<reference>{{s::site, uid("urn:uuid:late"), {}}, {s::site, uid("urn:uuid:a"), {}}});
  s::with(r, s::outside, reference{no_resource, uid("urn:uuid:else"), record_handle::none});
  const record_handle b = s::add(t, r);
  t.commit();
  const auto field = [&](std::uint32_t i) { return s::load(store.snapshot(), s::site, b).fields[i]; };
  const value up = field(s::parent);
  expect(up == value(reference{s::site, uid("urn:uuid:a"), a}) && std::get<reference>(up).handle == a &&
             std::get<reference>(up).resource == s::site,
         "a reference comes back with resource, uid and handle");
  expect(is_null(field(s::partner)), "a single reference without a handle is kept as null");
  expect(is_null(field(s::outside)), "a reference to what is not in the schema is kept as null");
  const value list = field(s::friends);
  const auto* friends = std::get_if<std::vector<reference>>(&list);
  expect(friends != nullptr && friends->size() == 2 && friends->front().target == uid("urn:uuid:late") &&
             friends->front().handle == record_handle::none && friends->back().handle == a,
         "a list of references keeps the uids of records that are not here, and knows the handles of those that are");
  auto second = store.begin(s::at_second(1));
  const record_handle late = s::add(second, s::make_site("late"));
  expect(second.patch(s::site, b, s::partner, reference{s::site, {}, late}).has_value(),
         "a reference can be patched in");
  second.commit();
  expect(field(s::partner) == value(reference{s::site, uid("urn:uuid:late"), late}), "and is then as any other");
  const value again = field(s::friends);
  expect(std::get<std::vector<reference>>(again).front().handle == late, "a list finds the record that came later");
}

template <class F>
void a_version_is_found_with_its_content(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  record r = everything();
  s::with(r, s::parent, reference{s::site, uid("urn:uuid:a"), a});
  s::with(r, s::outside, reference{no_resource, uid("urn:uuid:else"), record_handle::none});
  s::with(r, s::friends, std::vector<reference>{{s::site, uid("urn:uuid:late"), {}}, {s::site, uid("urn:uuid:a"), {}}});
  s::add(t, r);
  record gone = s::no_content(s::site);
  gone.uuid = uid("urn:uuid:gone");
  gone.version = {s::second(3), 1, true};
  gone.replaced_by = uid("urn:uuid:a");
  s::add(t, gone);
  t.commit();
  auto now = store.snapshot();
  if constexpr (requires(stored_record into) { now.find_version(s::site, r.uuid, timestamp{}, into); }) {
    const auto look = [&](const uid& id, timestamp moment, stored_record& into) {
      const auto found = now.find_version(s::site, id, moment, into);
      const auto usual = now.find(s::site, id);
      expect(found.has_value() == usual.has_value() &&
                 (!found || (found->handle == usual->handle && found->version == usual->version &&
                             found->sequence == usual->sequence && found->origin == usual->origin)),
             "find_version finds what find finds");
      return usual;
    };
    stored_record into;
    look(uid("urn:uuid:nobody"), s::second(0), into);
    look(r.uuid, *r.version.modified_on + 1, into);
    const auto found = look(r.uuid, *r.version.modified_on, into);
    const stored_record whole = s::load(now, s::site, found->handle);
    expect(into.version == whole.version && into.created_on == whole.created_on && into.replaced_by.empty(),
           "it reads the version of that moment");
    for (std::uint32_t i = 0; i < whole.fields.size(); ++i) {
      const auto* link = std::get_if<reference>(&whole.fields[i]);
      const auto* same = std::get_if<reference>(&into.fields.at(i));
      expect(link != nullptr ? same != nullptr && same->resource == link->resource && same->handle == link->handle
                             : into.fields[i] == whole.fields[i],
             "with every field, references by their handles; field " + std::to_string(i) + " is another one");
    }
    look(gone.uuid, s::second(3), into);
    expect(into.version.deleted && into.replaced_by == gone.replaced_by, "and with the survivor of a deleted one");
  }
}

template <class F>
void referrers_are_found(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  record r = s::make_site("b");
  s::with(s::with(r, s::parent, reference{s::site, {}, a}), s::partner, reference{s::site, {}, a});
  const record_handle b = s::add(t, r);
  r = s::make_site("c");
  s::with(r, s::friends, std::vector<reference>{{s::site, uid("urn:uuid:b"), {}}, {s::site, uid("urn:uuid:a"), {}}});
  const record_handle c = s::add(t, r);
  const record_handle p = s::add(t, s::make_part("p", a));
  s::add(t, s::make_part("q", b));
  t.commit();
  using line = std::tuple<resource_id, record_handle, std::uint32_t>;
  const auto who = [&](record_handle h) {
    std::set<line> all;
    for (const referrer& from : store.snapshot().referrers(s::site, h))
      all.emplace(from.resource, from.record, from.field);
    return all;
  };
  expect(who(a) ==
             std::set<line>{
                 {s::site, b, s::parent}, {s::site, b, s::partner}, {s::site, c, s::friends}, {s::part, p, s::part_of}},
         "every field of every record that points to a record is found, lists included");
  expect(who(c).empty(), "a record that nobody points to has no referrers");
}

template <class F>
void components_are_found(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a")), b = s::add(t, s::make_site("b"));
  s::add(t, s::make_part("a1", a));
  s::add(t, s::make_part("b1", b));
  const record_handle a2 = s::add(t, s::make_part("a2", a));
  t.commit();
  const sequence_number first = store.snapshot().sequence();
  auto second = store.begin(s::at_second(1));
  s::add(second, s::make_part("a3", a));
  record gone = s::make_part("a2", a);
  gone.version.deleted = true;
  s::change(second, a2, gone);
  second.commit();
  auto now = store.snapshot();
  const auto of = [&](const std::vector<record_handle>& masters, sequence_number after) {
    const auto all = s::names(now.components(s::part, s::part_of, s::site, masters, after));
    return std::multiset<std::string>(all.begin(), all.end());
  };
  using names = std::multiset<std::string>;
  expect(of({a}, 0) == names{"a1", "a2", "a3"}, "all components of a master are found, deleted ones too");
  expect(of({b}, 0) == names{"b1"}, "and no others");
  expect(of({a}, first) == names{"a2", "a3"}, "`after` leaves out those that have not changed since");
  expect(of({}, 0).empty(), "no master has no components");
  expect(of({b, record_handle{1000}, a}, 0) == names{"a1", "a2", "a3", "b1"},
         "of several masters each component is found, whether the others exist or not");
  expect(of({b, a}, first) == names{"a2", "a3"}, "`after` holds for all of them");
}

template <class F>
void resources_are_kept_apart(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  // Stores that count the records of each resource call both of them the same.
  const record_handle a = s::add(t, s::make_site("a")), b = s::add(t, s::make_base("b"));
  const record_handle an = s::add(t, s::make_note("a's", s::site, a)), bn = s::add(t, s::make_note("b's", s::base, b));
  const auto components = [](auto&& from, resource_id of, std::vector<record_handle> masters) {
    const auto all = s::names(from.components(s::note, s::about, of, masters, 0));
    return std::multiset<std::string>(all.begin(), all.end());
  };
  const auto referrers = [](auto&& from, resource_id of, record_handle h) {
    std::set<record_handle> all;
    for (const referrer& r : from.referrers(of, h))
      if (r.resource == s::note && r.field == s::about) all.insert(r.record);
    return all;
  };
  const auto link = [](auto&& from, record_handle h) {
    const value v = s::load(from, s::note, h).fields[s::about];
    const auto* to = std::get_if<reference>(&v);
    return to == nullptr ? reference{} : *to;
  };
  using names = std::multiset<std::string>;
  using handles = std::set<record_handle>;
  const auto expect_apart = [&](auto&& from) {
    const reference of_a = link(from, an), of_b = link(from, bn);
    expect(of_a.resource == s::site && of_a.handle == a && of_a.target == uid("urn:uuid:a") &&
               of_b.resource == s::base && of_b.handle == b && of_b.target == uid("urn:uuid:b"),
           "a reference that may point to several resources comes back with the one that it points to");
    expect(components(from, s::site, {a}) == names{"a's"} && components(from, s::base, {b}) == names{"b's"},
           "a master has its own components, and not those of another resource's record of the same handle");
    expect(components(from, s::site, {a, record_handle{1000}, record_handle{1001}}) == names{"a's"},
           "nor have several masters");
    expect(components(from, s::part, {a}).empty(), "what the field cannot point to has no components by it");
    expect(referrers(from, s::site, a) == handles{an} && referrers(from, s::base, b) == handles{bn},
           "a record is referred to by those that name its resource");
    const auto found = from.find_key(s::note, s::about, reference{s::base, uid("urn:uuid:b"), b});
    expect(found.size() == 1 && found.front().handle == bn, "a key counts with its resource");
  };
  expect_apart(t);
  t.commit();
  expect_apart(store.snapshot());

  auto second = store.begin(s::at_second(1));
  const auto refused = [&](const reference& to) {
    const write_result written = second.patch(s::note, an, s::about, to);
    return written.has_error() ? std::optional(written.error().reason) : std::nullopt;
  };
  const record_handle p = s::add(second, s::make_part("p", a));
  expect(refused({s::part, {}, p}) == refusal_reason::invalid_field,
         "a reference to a resource to which the field cannot point is refused");
  expect(refused({no_resource, {}, a}) == refusal_reason::invalid_field,
         "and one that does not say to which of several it points");
  expect(refused({s::base, {}, record_handle{1000}}) == refusal_reason::missing_reference,
         "and one to a record that is not there");
  const write_result elsewhere = second.patch(s::part, p, s::part_of, reference{s::base, {}, b});
  expect(elsewhere.has_error() && elsewhere.error().reason == refusal_reason::invalid_field,
         "also where there is only one to which it could point");
  expect_apart(second);
  record marks = s::no_content(s::note);
  s::with(marks, s::marked, reference{s::site, {}, a});
  s::change(second, an, marks);
  s::with(marks, s::marked, reference{s::base, {}, b});
  s::change(second, bn, marks);
  s::with(marks, s::marked, reference{s::site, {}, a});
  const write_result again = second.update(bn, marks);
  expect(again.has_error() && again.error().reason == refusal_reason::duplicate_key &&
             again.error().message.starts_with("marked_id"),
         "a unique reference is so within each resource");
  record moved = s::no_content(s::note);
  s::with(moved, s::about, reference{s::base, {}, b});
  s::change(second, an, moved);
  expect(components(second, s::base, {b}) == names{"a's", "b's"} && components(second, s::site, {a}).empty(),
         "a component can move to a master of another resource");
  expect(second.patch(s::note, bn, s::about, null_value{}).has_value() && link(second, bn).resource == no_resource &&
             components(second, s::base, {b}) == names{"a's"},
         "and be left without");
  second.commit();
  expect(link(store.snapshot(), an).resource == s::base, "and it is kept so");
}

template <class F>
void keys_are_found(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const record_handle a = s::add(t, s::make_site("a"));
  for (const char* name : {"x", "y", "z"}) {
    record r = s::make_site(name);
    s::with(s::with(r, s::comments, std::string("same")), s::order, std::int64_t{3});
    s::with(r, s::parent, reference{s::site, {}, a});
    s::add(t, r);
  }
  t.commit();
  auto now = store.snapshot();
  const auto one = now.find_key(s::site, s::name, std::string("a"));
  expect(one.size() == 1 && one[0].handle == a && one[0].sequence == now.find(s::site, uid("urn:uuid:a"))->sequence,
         "a record is found by the content of a field");
  expect(now.find_key(s::site, s::comments, std::string("same")).size() == 2, "at most two are given");
  expect(now.find_key(s::site, s::order, std::int64_t{3}).size() == 2, "of any type");
  expect(now.find_key(s::site, s::parent, reference{s::site, uid("urn:uuid:a"), a}).size() == 2, "references as well");
  expect(now.find_key(s::site, s::name, std::string("A")).empty(), "content is the same only if it is equal");
  expect(now.find_key(s::site, s::comments, null_value{}).empty(), "empty fields are not content");
}

template <class F>
void a_spool_gives_each_once(F& f) {
  auto store = f.make(s::make_schema());
  auto t = store.begin(s::at_second(0));
  const auto try_spool = [](auto spool) {
    const auto entry = [](std::uint32_t n) { return spool_entry{n % 3, static_cast<record_handle>(n / 3 + 1), n}; };
    std::uint32_t taken = 0;
    const auto take = [&] {
      const auto e = spool.next();
      expect(e && e->resource == entry(taken).resource && e->record == entry(taken).record && e->depth == taken,
             "a spool gives the entries in the order in which they were added");
      ++taken;
    };
    for (std::uint32_t n = 0; n < 5000; ++n) {
      expect(spool.add(entry(n)), "a new record is added");
      if (n % 3 == 0) take();
    }
    for (std::uint32_t n = 0; n < 5000; ++n) {
      spool_entry again = entry(n);
      again.depth = 7;
      expect(!spool.add(again), "a record that was ever added is not added again, taken or not");
    }
    while (taken < 5000) take();
    expect(!spool.next(), "nothing comes twice");
    expect(!spool.add(entry(0)) && !spool.next(), "not even in the end");
  };
  auto now = store.snapshot();
  try_spool(now.spool());
  auto first = now.spool();
  auto second = now.spool();
  expect(first.add({s::site, record_handle{1}, 0}) && second.add({s::site, record_handle{1}, 0}),
         "spools of one reader know nothing of each other");
  try_spool(t.spool());
}

}  // namespace edensync::laws::detail
