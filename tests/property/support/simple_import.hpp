#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edensync/core/decision.hpp"
#include "edensync/core/record.hpp"
#include "property/support/world.hpp"

// A second import, written from spec/import.md §4–§12 for clarity, to compare the engine with. It shares only the values of
// the core with it. Where edensync differs from Eden on purpose even under Eden's policies, the place is named with
// `differs` and counted.
namespace property {

/// The rules by which even an importer with Eden's policies differs from Eden.
namespace rules {
inline constexpr const char* waits = "I11: a reference whose target is not here empties its field and waits";
inline constexpr const char* filled = "I11: a reference that waited is filled in when its target came";
inline constexpr const char* to_deleted = "a reference to a deleted record is kept";
inline constexpr const char* followed = "a reference to a merged record goes on to its survivor";
inline constexpr const char* goes_with_master = "a component that comes after its master's deletion goes with it";
inline constexpr const char* list_keeps = "a list keeps the uids of what is not here";
inline constexpr const char* unreferenced = "records of other tables are taken without being referred to";
inline constexpr const char* whole_element = "I14: an element is refused as a whole before any of it is written";
inline constexpr const char* mandatory_waits = "a mandatory reference that cannot be resolved refuses the record";
inline constexpr const char* tried_again = "I2: what lacked another record is tried again at the end";
inline constexpr const char* outdated = "what is tried again and was replaced meanwhile is dropped";
inline constexpr const char* looked_up_late = "a twin is looked up when its turn comes, not at the beginning";
inline constexpr const char* deleted_by_name = "a deletion means the record that it names, also of an only component";
inline constexpr const char* merge_refused = "a merge into a record that is not here is kept for later";
inline constexpr const char* merged_into_deleted = "I18: a merge into a deleted record is carried out";
inline constexpr const char* unrestricted = "a record that others refer to can be deleted";
inline constexpr const char* only_one = "of two only components of a merged master the one with the lesser uid stays";
inline constexpr const char* later_batch = "a record that comes twice ends a batch";
inline constexpr const char* uid_first = "in a cycle a reference may mean the record that has the uid here";
inline constexpr const char* free_key = "a deleted record holds no unique key";

inline constexpr const char* all[] = {
    waits,        filled,         to_deleted,      followed,        goes_with_master,
    list_keeps,   unreferenced,   whole_element,   mandatory_waits, tried_again,
    outdated,     looked_up_late, deleted_by_name, merge_refused,   merged_into_deleted,
    unrestricted, only_one,       later_batch,     uid_first,       free_key};
}  // namespace rules

struct simple_record {
  table of = organisations;
  std::string uuid;
  version_stamp version{};
  std::string replaced_by{};
  std::vector<std::optional<std::string>> texts{};  // by field
  std::vector<std::optional<std::size_t>> links{};  // by field: the place of the record, from 0
  std::vector<std::vector<std::string>> lists{};    // by field: uids
  bool imported = false;                            // by this import, not by an edit of this site
};

class simple_import {
 public:
  explicit simple_import(const test_case& c) : case_(c), told_(c.told) {
    for (const auto& l : c.here) {
      simple_record r = blank(l.of);
      r.uuid = l.uuid;
      r.version = l.version;
      for (std::size_t f = 0; f < l.texts.size(); ++f)
        if (!l.texts[f].empty()) r.texts[f] = l.texts[f];
      for (std::size_t f = 0; f < l.links.size(); ++f)
        for (const auto to : l.links[f]) {
          if (info(l.of, f).what == kind::many)
            r.lists[f].push_back(c.here[to].uuid);
          else
            r.links[f] = to;
        }
      all_.push_back(std::move(r));
    }
  }

  void run() {
    std::vector<element> elements;
    for (const auto& e : case_.document) read(e, elements);
    note_unreferenced(elements);
    import_in_batches(elements);
    offer_again();
    fill_in();
  }

  const std::vector<simple_record>& records() const { return all_; }
  const std::map<std::string, std::uint64_t>& differences() const { return differences_; }

 private:
  struct item {
    const doc_element* from = nullptr;
    table of = organisations;
    std::string uuid;
    bool uuid_given = false;
    std::optional<std::size_t> parent;  // in its element
    bool invalid = false;
    bool has_parts = false;
    std::vector<std::optional<std::string>> texts;
    std::vector<std::optional<std::string>> links;               // uids
    std::vector<std::optional<std::vector<std::string>>> lists;  // uids
    // What became of it.
    std::optional<std::size_t> first;  // by the first evaluation
    std::optional<std::size_t> local;
    std::optional<std::size_t> at;  // where the record is now
    std::optional<version_stamp> before;
    bool by_content = false;
    bool other_uid = false;
    bool written = false;
    bool skipped = false;
  };
  using element = std::vector<item>;

  // An element that was refused.
  struct kept {
    std::string uuid{};
    element what{};
    bool lacks_another = false;
  };

  struct waiting {
    std::size_t holder = 0;
    std::uint32_t field = 0;
    table of = organisations;
    std::string uuid;
  };

  static const field_info& info(table t, std::size_t f) { return tables()[t].fields[f]; }
  static std::size_t fields_of(table t) { return tables()[t].fields.size(); }

  static simple_record blank(table t) {
    simple_record r;
    r.of = t;
    r.texts.resize(fields_of(t));
    r.links.resize(fields_of(t));
    r.lists.resize(fields_of(t));
    return r;
  }

  void differs(const char* rule) { ++differences_[rule]; }

  // --- the document -----------------------------------------------------------------------------------------------------

  std::string made() { return "made:" + std::to_string(++made_); }

  void read(const doc_element& e, std::vector<element>& into) {
    element one;
    read_item(e, std::nullopt, one, into);
    into.push_back(std::move(one));
  }

  void read_item(const doc_element& e, std::optional<std::size_t> parent, element& one, std::vector<element>& before) {
    const std::size_t place = one.size();
    one.emplace_back();
    item x;
    x.from = &e;
    x.of = e.of;
    x.uuid_given = !e.uuid.empty();
    x.uuid = x.uuid_given ? e.uuid : e.tuid.empty() ? made() : local_name(e.of, e.tuid);
    x.parent = parent;
    x.texts.resize(fields_of(e.of));
    x.links.resize(fields_of(e.of));
    x.lists.resize(fields_of(e.of));
    if (!e.deleted) {
      for (const auto& f : e.fields) read_field(f, x, before);
      for (const auto& p : e.parts) {
        // Of an only component the first one counts.
        if (p.of == badges && !p.deleted && has_badge(one, place)) continue;
        x.has_parts = true;
        read_item(p, place, one, before);
      }
    }
    one[place] = std::move(x);
  }

  static bool has_badge(const element& one, std::size_t master) {
    return std::any_of(one.begin(), one.end(), [&](const item& x) {
      return x.from != nullptr && x.of == badges && x.parent == master && !x.from->deleted;
    });
  }

  std::string local_name(table t, const std::string& tuid) {
    auto& name = local_names_[{t, tuid}];
    if (name.empty()) name = made();
    return name;
  }

  void read_field(const doc_field& f, item& x, std::vector<element>& before) {
    const auto& d = info(x.of, f.field);
    if (d.what == kind::text) {
      x.texts[f.field] = f.text;
    } else if (d.what == kind::number) {
      if (f.text.find_first_not_of("0123456789") == std::string::npos)
        x.texts[f.field] = f.text;
      else
        x.invalid = true;
    } else if (f.target) {
      element inner;
      read_item(*f.target, std::nullopt, inner, before);
      x.links[f.field] = inner.front().uuid;
      before.push_back(std::move(inner));
    } else if (!f.tuid.empty()) {
      x.links[f.field] = local_name(d.target, f.tuid);
    } else if (d.what == kind::many) {
      x.lists[f.field] = f.targets;
    } else {
      x.links[f.field] = f.targets.front();
    }
  }

  // §2: records of other tables only count if something refers to them.
  void note_unreferenced(const std::vector<element>& elements) {
    std::set<std::pair<table, std::string>> wanted;
    for (const auto& e : elements)
      for (const auto& x : e) for_each_target(x, [&](table t, const std::string& id) { wanted.emplace(t, id); });
    for (const auto& e : elements)
      if (e.front().of != told_.master && !wanted.contains({e.front().of, e.front().uuid}))
        differs(rules::unreferenced);
  }

  template <class F>
  static void for_each_target(const item& x, F f) {
    for (std::uint32_t i = 0; i < fields_of(x.of); ++i) {
      if (x.links[i]) f(info(x.of, i).target, *x.links[i]);
      if (x.lists[i])
        for (const auto& id : *x.lists[i]) f(info(x.of, i).target, id);
    }
    if (!x.from->replaced_by.empty()) f(x.of, x.from->replaced_by);
  }

  // --- what is here -----------------------------------------------------------------------------------------------------

  std::optional<std::size_t> find(table t, const std::string& uuid) const {
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (all_[i].of == t && all_[i].uuid == uuid) return i;
    return std::nullopt;
  }

  std::optional<std::size_t> badge_of(std::size_t office, std::optional<std::size_t> but = std::nullopt) const {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const auto& r = all_[i];
      if (r.of == badges && !r.version.deleted && r.links[to_office] == office && i != but &&
          (!first || r.uuid < all_[*first].uuid))
        first = i;
    }
    return first;
  }

  // --- §4: which local record is the original ---------------------------------------------------------------------------

  void match(item& x, std::optional<std::size_t> master) {
    x.by_content = x.other_uid = false;
    x.local = original(x, master);
    x.at = x.local;
  }

  std::optional<std::size_t> original(item& x, std::optional<std::size_t> master) {
    if (x.from->deleted && x.uuid_given) {
      if (x.of == badges && x.parent && master && badge_of(*master)) differs(rules::deleted_by_name);
      return find(x.of, x.uuid);
    }
    if (x.of == badges && x.parent && master)
      if (const auto there = badge_of(*master)) {
        x.other_uid = true;
        return there;
      }
    if (const auto key = by_key(x)) {
      x.by_content = x.other_uid = true;
      return key;
    }
    // A record without a uid is given one, by which it is known when it is tried again.
    if (const auto same = find(x.of, x.uuid)) return same;
    if (x.uuid_given && !told_.synchronise_uuids) return std::nullopt;
    const auto twin = duplicate(x);
    x.by_content = x.other_uid = twin.has_value();
    return twin;
  }

  // Rule 1: exactly one row that has the content of a unique column.
  std::optional<std::size_t> by_key(const item& x) const {
    std::optional<std::size_t> only;
    for (std::uint32_t f = 0; f < fields_of(x.of); ++f) {
      if (!info(x.of, f).unique || !x.texts[f]) continue;
      for (std::size_t i = 0; i < all_.size(); ++i) {
        if (all_[i].of != x.of || all_[i].texts[f] != x.texts[f]) continue;
        if (only) return std::nullopt;
        only = i;
      }
    }
    return only;
  }

  // Rule 4: offices are the same if their names are, whatever the case, and their organisations, if one is given.
  std::optional<std::size_t> duplicate(const item& x) {
    if (x.of != offices || !x.texts[0]) return std::nullopt;
    const auto lower = [](std::string s) {
      for (char& c : s)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      return s;
    };
    const auto organisation = x.links[3] ? target(organisations, *x.links[3]) : std::nullopt;
    for (const bool deleted : {false, true})
      for (std::size_t i = 0; i < all_.size(); ++i)
        if (all_[i].of == offices && all_[i].version.deleted == deleted && all_[i].texts[0] &&
            lower(*all_[i].texts[0]) == lower(*x.texts[0]) && (!organisation || all_[i].links[3] == organisation))
          return i;
    return std::nullopt;
  }

  // --- §6: what a reference leads to ------------------------------------------------------------------------------------

  std::optional<std::size_t> target(table t, const std::string& uuid) {
    const auto here = find(t, uuid);
    if (const auto c = called_.find({t, uuid}); c != called_.end()) return c->second;
    std::optional<std::size_t> meant;
    for (auto* x : batch_)
      if (x->of == t && x->uuid == uuid && x->at) meant = x->at;
    if (here && meant && *here != *meant) differs(rules::uid_first);
    return here ? here : meant;
  }

  // --- §5, §8, §9: what is done -----------------------------------------------------------------------------------------

  enum class verb : std::uint8_t { nothing, create, update, time_only, undelete, undelete_bare, erase, merge };

  verb decide(item& x) {
    const bool removes = x.from->deleted;
    const method m = removes   ? (x.from->replaced_by.empty() ? method::erase : method::merge)
                     : x.local ? method::update
                               : method::create;
    if (removes && !x.local) return verb::nothing;
    if (!told_.allowed.allows(m)) {
      x.skipped = true;
      return verb::nothing;
    }
    const timestamp i = x.from->modified_on.value_or(now);
    const int im = x.from->mci.value_or(2);
    if (!x.local) {
      const bool dies = told_.update == policy_name::take_master && im != 1;
      x.skipped = dies;
      return dies ? verb::nothing : verb::create;
    }
    const auto& v = all_[*x.local].version;
    if (conflict(v, i) && !resolved(v, i, im)) return verb::nothing;
    const bool take = told_.update == policy_name::take_remote ||
                      (told_.update == policy_name::take_newer && !(v.modified_on && *v.modified_on > i)) ||
                      (told_.update == policy_name::take_master && v.mci != 0 && im == 1);
    if (removes) {
      if (v.deleted || !take) return verb::nothing;
      return m == method::merge ? verb::merge : verb::erase;
    }
    if (v.deleted) {
      if (take) return verb::undelete;
      if (told_.update == policy_name::keep_local) return verb::undelete_bare;
      x.skipped = true;
      return verb::nothing;
    }
    if (take) return verb::update;
    return has_links(x) ? verb::time_only : verb::nothing;
  }

  static bool has_links(const item& x) {
    bool any = x.has_parts || x.parent;
    for_each_target(x, [&](table, const std::string&) { any = true; });
    for (const auto& list : x.lists) any = any || list.has_value();
    return any;
  }

  bool conflict(const version_stamp& v, timestamp i) const {
    if (!told_.last_sync) return false;
    return !(v.modified_on && *v.modified_on < *told_.last_sync) && !(i < *told_.last_sync);
  }

  bool resolved(const version_stamp& v, timestamp i, int im) const {
    if (!told_.conflict) return true;
    switch (*told_.conflict) {
      case policy_name::take_remote: return true;
      case policy_name::take_newer: return v.modified_on && *v.modified_on <= i;
      case policy_name::take_master: return v.mci == 0 || im == 1;
      case policy_name::keep_local: return false;
    }
    return false;
  }

  // --- the whole document -----------------------------------------------------------------------------------------------

  void import_in_batches(std::vector<element>& elements) {
    std::vector<element*> batch;
    std::set<std::pair<table, std::string>> held;
    for (auto& e : elements) {
      const bool again = std::any_of(e.begin(), e.end(), [&](const item& x) { return held.contains({x.of, x.uuid}); });
      if (again) {
        differs(rules::later_batch);
        import_batch(batch);
        batch.clear();
        held.clear();
      }
      batch.push_back(&e);
      for (const auto& x : e) held.emplace(x.of, x.uuid);
    }
    import_batch(batch);
  }

  void import_batch(const std::vector<element*>& batch) {
    batch_.clear();
    owner_.clear();
    refused_.clear();
    for (auto* e : batch)
      for (auto& x : *e) {
        batch_.push_back(&x);
        owner_.push_back(e);
      }
    for (std::size_t i = 0; i < batch_.size(); ++i) examine(i);
    for (auto* x : batch_) {
      x->first = x->local;
      x->local = x->at = std::nullopt;
    }
    for (const auto i : order()) {
      if (refused_.contains(owner_[i])) continue;
      commit(i);
    }
    batch_.clear();
  }

  // §8 steps 7 and 9, of the whole element before anything is written.
  void examine(std::size_t i) {
    item& x = *batch_[i];
    if (refused_.contains(owner_[i])) return;
    locate(i);  // the first evaluation
    bool bad = x.invalid;
    if (!bad && owner_[i]->size() > 1 && !x.from->deleted)
      for (std::uint32_t f = 0; f < fields_of(x.of); ++f) {
        if (!info(x.of, f).mandatory || (x.parent && f == to_office) || x.texts[f] || x.links[f]) continue;
        bad = bad || !x.at || (!all_[*x.at].texts[f] && !all_[*x.at].links[f]);
      }
    if (!bad) return;
    if (owner_[i]->size() > 1) differs(rules::whole_element);
    refuse(i, false);
  }

  std::optional<std::size_t> locate(std::size_t i) {
    item& x = *batch_[i];
    match(x, x.parent ? locate(place_of(i, *x.parent)) : std::nullopt);
    x.before = x.at ? std::optional(all_[*x.at].version) : std::nullopt;
    return x.at;
  }

  // The place in the batch of an item's master, which stands before it in its element.
  std::size_t place_of(std::size_t i, std::size_t in_element) const {
    const item* master = &(*owner_[i])[in_element];
    return static_cast<std::size_t>(std::find(batch_.begin(), batch_.end(), master) - batch_.begin());
  }

  // What was refused is kept, the latest version of each record in the place of the first.
  void refuse(std::size_t i, bool lacks_another) {
    refused_.insert(owner_[i]);
    lacking_ += lacks_another ? 1 : 0;
    const auto& id = owner_[i]->front().uuid;
    const auto same = std::find_if(kept_.begin(), kept_.end(), [&](const kept& k) { return k.uuid == id; });
    auto& entry = same == kept_.end() ? kept_.emplace_back() : *same;
    entry = {id, *owner_[i], lacks_another};
  }

  // §7
  std::vector<std::size_t> order() {
    std::vector<std::size_t> list;
    std::vector<char> busy(batch_.size(), 0), listed(batch_.size(), 0);
    const auto append = [&](std::size_t i) {
      if (!std::exchange(listed[i], 1)) list.push_back(i);
    };
    const auto visit = [&](auto& self, std::size_t i) -> bool {
      if (busy[i] != 0) return false;
      std::vector<std::size_t> todo;
      const auto need = [&](std::size_t t) {
        if (listed[t] == 0) todo.push_back(t);
      };
      if (batch_[i]->parent) need(place_of(i, *batch_[i]->parent));
      for_each_target(*batch_[i], [&](table t, const std::string& id) {
        for (std::size_t k = 0; k < batch_.size(); ++k)
          if (batch_[k]->of == t && batch_[k]->uuid == id) {
            need(k);
            break;
          }
      });
      for (const auto t : todo) {
        busy[i] = 1;
        if (listed[t] == 0 && self(self, t)) append(t);
        busy[i] = 0;
      }
      return true;
    };
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (listed[i] == 0) visit(visit, i);
      append(i);
    }
    return list;
  }

  // §8
  void commit(std::size_t i) {
    item& x = *batch_[i];
    item* master = x.parent ? batch_[place_of(i, *x.parent)] : nullptr;
    const auto first_version = x.before;
    match(x, master != nullptr ? master->at : std::nullopt);
    if (x.first != x.local || (x.local && first_version != all_[*x.local].version)) differs(rules::looked_up_late);
    note_name(x);
    if (offered_ && x.local && all_[*x.local].imported && all_[*x.local].version.modified_on && x.from->modified_on &&
        *all_[*x.local].version.modified_on > *x.from->modified_on) {
      differs(rules::outdated);
      return;
    }
    if (master != nullptr && master->skipped) {
      x.skipped = true;
      return;
    }
    x.before = x.local ? std::optional(all_[*x.local].version) : std::nullopt;
    const verb what = decide(x);
    switch (what) {
      case verb::nothing: return;
      case verb::erase: erase(*x.local); break;
      case verb::merge:
        if (!merge(i)) return;
        break;
      default:
        if (master != nullptr && !master->at) return;
        if (!write(i, what, master)) return;
    }
    x.written = wrote_ = true;
    note_name(x);
    if (told_.synchronise_uuids && x.by_content && x.uuid_given && !x.from->deleted) rename(*x.at, x.of, x.uuid);
  }

  // What the document calls a record that has another uid here.
  void note_name(const item& x) {
    if (x.other_uid && (x.written || !all_[*x.local].version.deleted)) called_[{x.of, x.uuid}] = *x.at;
  }

  // --- §8.1, §8.2 -------------------------------------------------------------------------------------------------------

  bool write(std::size_t i, verb what, const item* master) {
    item& x = *batch_[i];
    simple_record r = x.local ? all_[*x.local] : blank(x.of);
    const bool content = what != verb::time_only && what != verb::undelete_bare;
    std::vector<waiting> open;
    std::vector<std::uint32_t> settle_these, said;
    for (std::uint32_t f = 0; f < fields_of(x.of); ++f) {
      const auto& d = info(x.of, f);
      if (master != nullptr && f == to_office) {
        said.push_back(f);
        if (content) r.links[f] = master->at;
        if (!master->written && master->local && master->before->deleted) settle_these.push_back(f);
        continue;
      }
      if (x.texts[f] && content) r.texts[f] = x.texts[f];
      if (x.links[f]) {
        said.push_back(f);
        const auto to = target(d.target, *x.links[f]);
        if (content) r.links[f] = to;
        if (!to) open.push_back({0, f, d.target, *x.links[f]});
        if (to && all_[*to].version.deleted) settle_these.push_back(f);
      }
      if (x.lists[f]) {
        if (content) r.lists[f] = *x.lists[f];
        bool deleted = false;
        for (const auto& id : *x.lists[f]) {
          const auto to = target(d.target, id);
          if (!to && content) differs(rules::list_keeps);
          deleted = deleted || (to && all_[*to].version.deleted);
        }
        if (deleted) settle_these.push_back(f);
      }
    }
    for (const auto& o : open)
      if (info(x.of, o.field).mandatory) {
        differs(rules::mandatory_waits);
        refuse(i, true);
        return false;
      }
    r.uuid = x.local ? r.uuid : x.uuid;
    r.version.deleted = false;
    r.replaced_by.clear();
    r.version.modified_on = x.from->modified_on.value_or(now);
    if (!x.local) r.version.mci = x.from->mci.value_or(2);
    for (std::uint32_t f = 0; f < fields_of(x.of); ++f) {
      if (info(x.of, f).mandatory && !r.texts[f] && !r.links[f]) {
        refuse(i, false);
        return false;
      }
      if (!info(x.of, f).unique || !r.texts[f]) continue;
      for (std::size_t k = 0; k < all_.size(); ++k) {
        if (k == x.local || all_[k].of != x.of || all_[k].texts[f] != r.texts[f]) continue;
        if (all_[k].version.deleted) {
          differs(rules::free_key);
          continue;
        }
        refuse(i, true);
        return false;
      }
    }
    r.imported = true;
    if (x.local)
      all_[*x.local] = r;
    else
      all_.push_back(r);
    x.at = x.local ? *x.local : all_.size() - 1;
    if (!content) return true;
    // What was waited for in a field that is said anew does not matter any more.
    std::erase_if(open_, [&](const waiting& w) {
      return w.holder == *x.at && std::find(said.begin(), said.end(), w.field) != said.end();
    });
    for (auto& o : open) {
      differs(rules::waits);
      o.holder = *x.at;
      open_.push_back(o);
    }
    for (const auto f : settle_these) settle(*x.at, f);
    return true;
  }

  void rename(std::size_t at, table t, const std::string& uuid) {
    if (find(t, uuid)) return;
    const std::string before = std::exchange(all_[at].uuid, uuid);
    for (auto& r : all_) {
      if (r.of == t && r.replaced_by == before) r.replaced_by = uuid;
      for (std::uint32_t f = 0; f < fields_of(r.of); ++f)
        if (info(r.of, f).what == kind::many && info(r.of, f).target == t)
          std::replace(r.lists[f].begin(), r.lists[f].end(), before, uuid);
    }
  }

  // --- §8.3, §8.4 -------------------------------------------------------------------------------------------------------

  void erase(std::size_t at) {
    if (!referrers(at).empty()) differs(rules::unrestricted);
    all_[at].version.deleted = true;
    all_[at].version.modified_on = now;
    all_[at].replaced_by.clear();
    all_[at].imported = true;
    cascade(at, now);
  }

  void cascade(std::size_t master, timestamp when) {
    if (all_[master].of != offices) return;
    for (auto& r : all_)
      if (is_part(r.of) && r.links[to_office] == master && !r.version.deleted &&
          (!r.version.modified_on || *r.version.modified_on <= when)) {
        r.version.deleted = true;
        r.version.modified_on = when;
        r.replaced_by.clear();
        r.imported = false;
      }
  }

  bool merge(std::size_t i) {
    item& x = *batch_[i];
    const auto survivor = target(x.of, x.from->replaced_by);
    if (!survivor || survivor == x.local) {
      differs(rules::merge_refused);
      refuse(i, true);
      return false;
    }
    if (all_[*survivor].version.deleted) differs(rules::merged_into_deleted);
    auto& gone = all_[*x.local];
    gone.version.deleted = true;
    gone.version.modified_on = now;
    gone.replaced_by = x.from->replaced_by;
    gone.imported = true;
    move_references(*x.local, *survivor, now);
    return true;
  }

  std::vector<std::pair<std::size_t, std::uint32_t>> referrers(std::size_t to) const {
    std::vector<std::pair<std::size_t, std::uint32_t>> found;
    for (std::uint32_t t = 0; t < tables().size(); ++t)
      for (std::uint32_t f = 0; f < fields_of(static_cast<table>(t)); ++f)
        for (std::size_t i = 0; i < all_.size(); ++i) {
          if (all_[i].of != t || info(all_[i].of, f).target != all_[to].of) continue;
          const auto& list = all_[i].lists[f];
          if (all_[i].links[f] == to || std::find(list.begin(), list.end(), all_[to].uuid) != list.end())
            found.emplace_back(i, f);
        }
    return found;
  }

  static timestamp after(std::optional<timestamp> own, timestamp cause) {
    return own ? std::max(*own + 1, cause) : cause;
  }

  static void replace_in_list(std::vector<std::string>& list, const std::string& old, const std::string& put) {
    if (std::find(list.begin(), list.end(), put) != list.end())
      std::erase(list, old);
    else
      std::replace(list.begin(), list.end(), old, put);
  }

  void move_references(std::size_t from, std::size_t to, timestamp when) {
    for (const auto& [i, f] : referrers(from)) {
      auto& holder = all_[i];
      if (holder.version.deleted) continue;
      if (info(holder.of, f).what == kind::many)
        replace_in_list(holder.lists[f], all_[from].uuid, all_[to].uuid);
      else
        holder.links[f] = i == to ? std::nullopt : std::optional(to);
      holder.version.modified_on = after(holder.version.modified_on, when);
      holder.replaced_by.clear();
      holder.imported = false;
      if (holder.of == badges && f == to_office) keep_one_badge(to);
    }
  }

  void keep_one_badge(std::size_t office) {
    const auto stays = badge_of(office);
    if (!stays) return;
    while (const auto other = badge_of(office, stays)) {
      differs(rules::only_one);
      auto& gone = all_[*other];
      const auto& kept = all_[*stays].version.modified_on;
      gone.version.deleted = true;
      gone.version.modified_on =
          gone.version.modified_on
              ? std::optional(std::max(*gone.version.modified_on + 1, kept.value_or(*gone.version.modified_on + 1)))
              : kept;
      gone.replaced_by = all_[*stays].uuid;
      gone.imported = false;
    }
  }

  // --- references that lead to deleted records --------------------------------------------------------------------------

  void settle(std::size_t at, std::uint32_t f) {
    auto& holder = all_[at];
    if (holder.version.deleted) return;
    std::optional<timestamp> merged;
    bool moved = false;
    if (info(holder.of, f).what == kind::many) {
      for (const auto& id : std::vector(holder.lists[f])) {
        const auto to = find(info(holder.of, f).target, id);
        const auto end = to ? survivor_of(*to, merged) : std::nullopt;
        if (!end) continue;
        replace_in_list(holder.lists[f], id, all_[*end].uuid);
        moved = true;
      }
    } else if (holder.links[f]) {
      const auto end = survivor_of(*holder.links[f], merged);
      if (end && *end != at) {
        holder.links[f] = *end;
        moved = true;
      }
    }
    if (moved) {
      differs(rules::followed);
      if (merged || holder.version.modified_on)
        holder.version.modified_on =
            holder.version.modified_on
                ? std::max(*holder.version.modified_on + 1, merged.value_or(*holder.version.modified_on + 1))
                : *merged;
      holder.imported = false;
      if (holder.of == badges && f == to_office) keep_one_badge(*holder.links[f]);
      return;
    }
    differs(rules::to_deleted);
    if (!is_part(holder.of) || f != to_office || !holder.links[f]) return;
    const auto& master = all_[*holder.links[f]].version;
    if (!master.deleted || !master.modified_on || holder.version.modified_on > master.modified_on) return;
    differs(rules::goes_with_master);
    holder.version.deleted = true;
    holder.version.modified_on = master.modified_on;
    holder.replaced_by.clear();
    holder.imported = false;
  }

  std::optional<std::size_t> survivor_of(std::size_t from, std::optional<timestamp>& merged) {
    std::size_t end = from;
    for (int hops = 0; all_[end].version.deleted && !all_[end].replaced_by.empty() && hops < 16; ++hops) {
      const auto next = find(all_[end].of, all_[end].replaced_by);
      if (!next) break;
      end = *next;
    }
    if (end == from || all_[end].version.deleted) return std::nullopt;
    if (!merged || all_[from].version.modified_on > merged) merged = all_[from].version.modified_on;
    return end;
  }

  // --- at the end -------------------------------------------------------------------------------------------------------

  void offer_again() {
    for (bool more = lacking_ != 0 && wrote_; more;) {
      lacking_ = 0;
      bool released = false;
      for (auto& k : std::vector(kept_)) {
        if (!k.lacks_another) continue;
        differs(rules::tried_again);
        for (auto& x : k.what) {
          x.written = x.skipped = false;
        }
        offered_ = true;
        import_batch({&k.what});
        offered_ = false;
        if (refused_.contains(&k.what)) continue;
        std::erase_if(kept_, [&](const kept& other) { return other.uuid == k.uuid; });
        released = true;
      }
      more = lacking_ != 0 && released;
    }
  }

  void fill_in() {
    for (const auto& w : std::vector(open_)) {
      const auto to = target(w.of, w.uuid);
      if (!to) continue;
      differs(rules::filled);
      all_[w.holder].links[w.field] = *to;
      if (all_[*to].version.deleted) settle(w.holder, w.field);
    }
  }

  const test_case& case_;
  const task_options& told_;
  std::vector<simple_record> all_;
  std::vector<waiting> open_;
  std::map<std::pair<table, std::string>, std::string> local_names_;
  std::map<std::pair<table, std::string>, std::size_t> called_;
  std::vector<item*> batch_;
  std::vector<element*> owner_;
  std::set<element*> refused_;
  std::vector<kept> kept_;
  std::size_t lacking_ = 0;
  bool offered_ = false;
  bool wrote_ = false;
  int made_ = 0;
  std::map<std::string, std::uint64_t> differences_;
};

}  // namespace property
