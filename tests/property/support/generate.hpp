#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "property/support/world.hpp"
#include "simulation/support/random.hpp"

// Cases made by chance. Few uids, few times and few contents, so that records meet each other often.
namespace property {

class generator {
 public:
  explicit generator(std::uint64_t seed) : random_(seed) {}

  test_case make() {
    test_case c;
    make_here(c);
    c.told.master = pick<table>({organisations, offices, offices, posts});
    if (one_in(3)) {
      c.told.allowed = strategy(std::initializer_list<method>{});
      for (const method m : {method::create, method::update, method::erase, method::merge})
        if (!one_in(3)) c.told.allowed.add(m);
    }
    const auto policy = [&] {
      return pick<policy_name>({policy_name::keep_local, policy_name::take_remote, policy_name::take_newer,
                                policy_name::take_newer, policy_name::take_master});
    };
    c.told.update = policy();
    if (!one_in(3)) c.told.conflict = policy();
    if (one_in(2)) c.told.last_sync = time();
    c.told.synchronise_uuids = one_in(4);
    const auto size = 1 + below(5);
    for (std::uint64_t i = 0; i < size; ++i) c.document.push_back(element(c.told.master, true));
    // As Eden does it: what is referred to stands behind the masters.
    const auto more = below(5);
    for (std::uint64_t i = 0; i < more; ++i)
      c.document.push_back(element(pick<table>({organisations, offices, rooms, posts}), true));
    if (one_in(8)) {
      auto again = c.document[below(c.document.size())];
      again.tuid.clear();
      c.document.push_back(std::move(again));
    }
    return c;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  bool one_in(std::uint64_t n) { return random_.one_in(n); }
  template <class T>
  T pick(std::vector<T> from) {
    return from[below(from.size())];
  }

  timestamp time() { return second(static_cast<std::int64_t>(below(6))); }
  std::string id(table t) { return "urn:uuid:" + std::string(1, "ofrbp"[t]) + std::to_string(below(4)); }
  std::string name() { return pick<std::string>({"a", "b", "c", "A", "d"}); }
  std::string number() { return std::to_string(below(4)); }

  void make_here(test_case& c) {
    std::vector<std::vector<std::size_t>> of(tables().size());
    for (const table t : {organisations, offices, rooms, badges, posts}) {
      std::set<std::string> codes;
      for (int i = 0; i < 4; ++i) {
        if (!one_in(2)) continue;
        local_record r{.of = t, .uuid = "urn:uuid:" + std::string(1, "ofrbp"[t]) + std::to_string(i)};
        r.version.deleted = one_in(4);
        if (!one_in(12)) r.version.modified_on = time();
        if (!one_in(12)) r.version.mci = static_cast<int>(below(3));
        const auto& fields = tables()[t].fields;
        r.texts.resize(fields.size());
        r.links.resize(fields.size());
        for (std::size_t f = 0; f < fields.size(); ++f) {
          if (fields[f].what == kind::number && one_in(2)) r.texts[f] = number();
          if (fields[f].what == kind::text && (fields[f].mandatory || one_in(2))) r.texts[f] = name();
          if (fields[f].unique && !r.texts[f].empty() && !r.version.deleted && !codes.insert(r.texts[f]).second)
            r.texts[f].clear();
        }
        if (t == posts && of[offices].empty()) continue;
        of[t].push_back(c.here.size());
        c.here.push_back(std::move(r));
      }
    }
    std::set<std::size_t> with_badge;
    for (auto& r : c.here) {
      const auto& fields = tables()[r.of].fields;
      for (std::size_t f = 0; f < fields.size(); ++f) {
        if (fields[f].what != kind::one && fields[f].what != kind::many) continue;
        const auto& targets = of[fields[f].target];
        if (targets.empty()) continue;
        if (!fields[f].mandatory && !is_part(r.of) && one_in(2)) continue;
        auto to = pick(targets);
        if (r.of == badges && !r.version.deleted && !with_badge.insert(to).second) continue;
        r.links[f].push_back(to);
        if (fields[f].what == kind::many && one_in(2) && (to = pick(targets)) != r.links[f].front())
          r.links[f].push_back(to);
      }
    }
  }

  doc_element element(table t, bool top) {
    doc_element e;
    e.of = t;
    if (!one_in(10))
      e.uuid = id(t);
    else if (top && one_in(2))
      e.tuid = tuid_of(t);
    if (!one_in(12)) e.modified_on = time();
    if (!one_in(8)) e.mci = pick<int>({1, 1, 2});
    if (!e.uuid.empty() && one_in(5)) {
      e.deleted = true;
      if (one_in(2)) e.replaced_by = id(t);
      return e;
    }
    const auto& fields = tables()[t].fields;
    for (std::uint32_t f = 0; f < fields.size(); ++f) {
      if (is_part(t) && f == to_office && !top) continue;
      // Of an only component each office has one: it is not attached from elsewhere.
      if (t == badges && f == to_office) continue;
      const bool rarely_left_out = fields[f].mandatory || (is_part(t) && f == to_office);
      if (one_in(rarely_left_out ? 10 : 2)) continue;
      e.fields.push_back(field(t, f, top));
    }
    if (t != offices) return e;
    std::set<std::string> said;
    for (auto parts = below(4); parts > 0; --parts) {
      auto p = element(pick<table>({rooms, rooms, badges}), false);
      // Within one element each record once.
      if (p.uuid.empty() || said.insert(p.uuid).second) e.parts.push_back(std::move(p));
    }
    return e;
  }

  std::string tuid_of(table t) { return std::string(1, "ofrbp"[t]) + std::to_string(++tuids_[t]); }

  doc_field field(table t, std::uint32_t f, bool top) {
    const auto& d = tables()[t].fields[f];
    doc_field out{.field = f};
    switch (d.what) {
      case kind::text: out.text = name(); break;
      case kind::number: out.text = one_in(15) ? "many" : number(); break;
      case kind::many:
        out.targets.push_back(id(d.target));
        if (const auto second = id(d.target); one_in(2) && second != out.targets.front()) out.targets.push_back(second);
        break;
      case kind::one:
        if (one_in(12))
          out.tuid = std::string(1, "ofrbp"[d.target]) + std::to_string(1 + below(2));
        else if (top && one_in(12) && depth_ < 2) {
          ++depth_;
          out.target = std::make_shared<doc_element>(element(d.target, true));
          --depth_;
          out.target->tuid.clear();
          if (!out.target->uuid.empty() && one_in(2)) out.target->uuid.clear(), out.target->deleted = false;
        } else {
          out.targets.push_back(id(d.target));
        }
        break;
    }
    return out;
  }

  simulation::random random_;
  std::map<table, int> tuids_;
  int depth_ = 0;
};

inline test_case generate(std::uint64_t seed) { return generator(seed).make(); }

}  // namespace property
