#pragma once

#include "station.hpp"

#include <array>

namespace simulation {

/// Somebody who works at a site: each call of `act` is one transaction of one or a few edits.
class user {
 public:
  user(station& where, random& chance, trace& log) : at_(where), chance_(chance), log_(log) {}

  void act() {
    if (at_.down()) return;
    const auto edits = chance_.one_in(4) ? 1 + chance_.below(4) : 1;
    const auto done = at_.write([&](pen& w) {
      for (std::uint64_t i = 0; i < edits; ++i) edit(w);
    });
    if (!done) log_.say(at_.name, " user: not committed: ", done.error().text());
    // The store may be told to fail while it is looked through; what was made is then noted with the next edit.
    try {
      at_.note_edits();
    } catch (const edensync::failure_exception&) {
    }
  }

 private:
  void edit(pen& w) {
    const auto r = static_cast<edensync::resource_id>(chance_.below(at_.tables().size()));
    const auto what = chance_.below(20);
    if (what < 5) return create(w, r);
    if (what < 12) return change(w, r);
    if (what < 15) return erase(w, r);
    if (what < 17) return undelete(w, r);
    if (what < 19) return merge(w, r);
    move_component(w);
  }

  // Somebody now and then picks a record that was deleted; a program may let him.
  edensync::uid any(pen& w, edensync::resource_id r) {
    const auto all = w.records(r, chance_.one_in(12));
    return all.empty() ? edensync::uid() : all[chance_.below(all.size())].uuid;
  }

  edensync::value words() {
    static constexpr std::array<std::string_view, 8> some{"",       "a",          "b",       "<&>\"'",
                                                          "Zürich", "two\nlines", " blank ", "c"};
    if (chance_.one_in(8)) return edensync::null_value{};
    return std::string(some[chance_.below(some.size())]);
  }

  edensync::value content(pen& w, edensync::resource_id r, std::uint32_t field) {
    const auto& d = at_.tables()[r].field(field);
    const auto target = at_.tables()[r].target(field);
    switch (d.type) {
      case edensync::field_type::integer: return static_cast<std::int64_t>(chance_.below(5));
      case edensync::field_type::reference: {
        const auto to = d.mandatory || !chance_.one_in(4) ? any(w, target) : edensync::uid();
        if (to.empty()) return edensync::null_value{};
        return edensync::reference{target, to, {}};
      }
      case edensync::field_type::list_reference: {
        std::vector<edensync::reference> all;
        for (auto n = chance_.below(3); n > 0; --n)
          if (const auto to = any(w, target);
              !to.empty() && std::ranges::find(all, edensync::reference{target, to, {}}) == all.end())
            all.push_back({target, to, {}});
        return all;
      }
      default:
        if (d.mandatory) return std::string(1, static_cast<char>('a' + chance_.below(4)));
        return words();
    }
  }

  // False: there is nothing yet that a mandatory field could point to.
  bool fill(pen& w, edensync::record& r) {
    const auto fields = static_cast<std::uint32_t>(at_.tables()[r.resource].fields().size());
    r.fields.clear();
    for (std::uint32_t f = 0; f < fields; ++f) {
      r.fields.push_back(content(w, r.resource, f));
      const bool needed =
          at_.tables()[r.resource].field(f).mandatory || (is_component(r.resource) && f == component_key);
      if (needed && !edensync::has_content(r.fields.back())) return false;
    }
    return true;
  }

  void create(pen& w, edensync::resource_id r) {
    edensync::record fresh;
    fresh.resource = r;
    fresh.uuid = at_.uids.make();
    if (!fill(w, fresh)) return;
    say("creates", fresh);
    w.put(fresh);
  }

  void change(pen& w, edensync::resource_id r) {
    const auto all = w.records(r, false);
    if (all.empty()) return create(w, r);
    edensync::record part;
    part.resource = r;
    part.uuid = all[chance_.below(all.size())].uuid;
    const auto field = static_cast<std::uint32_t>(chance_.below(at_.tables()[r].fields().size()));
    part.fields.resize(field + 1);
    part.fields[field] = content(w, r, field);
    const bool needed = at_.tables()[r].field(field).mandatory || (is_component(r) && field == component_key);
    if (needed && !edensync::has_content(part.fields[field])) return;
    say("changes", part);
    w.put(part);
  }

  void move_component(pen& w) {
    const auto kind = chance_.one_in(4) ? badge_id : contact_id;
    const auto all = w.records(kind, false);
    const auto to = any(w, office_id);
    if (all.empty() || to.empty()) return;
    edensync::record part;
    part.resource = kind;
    part.uuid = all[chance_.below(all.size())].uuid;
    part.fields.resize(component_key + 1);
    part.fields[component_key] = edensync::reference{office_id, to, {}};
    say("moves", part);
    w.put(part);
  }

  void undelete(pen& w, edensync::resource_id r) {
    const auto all = w.records(r, true);
    if (all.empty()) return;
    edensync::record again;
    again.resource = r;
    again.uuid = all[chance_.below(all.size())].uuid;
    if (!fill(w, again)) return;
    say("undeletes", again);
    w.put(again);
  }

  void erase(pen& w, edensync::resource_id r) {
    const auto all = w.records(r, false);
    if (all.empty()) return;
    const auto& one = all[chance_.below(all.size())];
    say("deletes", one);
    w.erase(r, one.uuid);
  }

  void merge(pen& w, edensync::resource_id r) {
    const auto all = w.records(r, false);
    if (all.size() < 2) return;
    const auto survivor = chance_.below(all.size());
    const auto other = (survivor + 1 + chance_.below(all.size() - 1)) % all.size();
    log_.say(at_.name, " user merges ", at_.tables()[r].name(), ' ', all[other].uuid, " into ", all[survivor].uuid);
    w.merge(r, all[survivor].uuid, all[other].uuid);
  }

  void say(std::string_view what, const edensync::record& r) {
    if (!log_.on()) return;
    std::string fields;
    for (const auto& f : r.fields) fields += ' ' + (edensync::is_absent(f) ? std::string("-") : text_of(f));
    log_.say(at_.name, ' ', at_.clock.now(), " user ", what, ' ', at_.tables()[r.resource].name(), ' ', r.uuid, fields);
  }

  station& at_;
  random& chance_;
  trace& log_;
};

}  // namespace simulation
