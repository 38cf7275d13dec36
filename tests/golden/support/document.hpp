#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/expat/event_source.hpp"
#include "edensync/mock/xml_like.hpp"
#include "golden/support/masks.hpp"

// S3XML as a tree, for comparing documents; shares nothing with the engine's reader.
namespace edensync::test::golden {

using node = mock::xml_element;

/// None if the text is not well-formed.
inline std::optional<node> parse_tree(std::string_view text) { return mock::read_xml<expat::event_source>(text); }

/// What both sides can know of. Only a part of the recorded requests is at hand: a record that came with another one is in
/// the recorded answers, and not here.
struct world {
  /// The uids of all requests so far. Others were made by the receiver, or came with a request that is not at hand.
  std::set<std::string> told;
  /// Records that are here and not at the recorded Eden, because of a difference that is listed.
  std::set<std::string> ours_only;

  bool knows(const std::string& uuid) const { return told.contains(uuid) && !ours_only.contains(uuid); }

  void hear(const node& n) {
    if (n.name == "resource" || n.name == "reference")
      if (const auto id = n["uuid"]; !id.empty()) told.insert(id);
    for (const auto& each : n.children) hear(each);
  }

  /// Takes off what the other side cannot know; says whether there was anything.
  bool hide_unknown(node& n) const {
    const auto before = n.children.size();
    std::erase_if(n.children, [&](const node& c) { return c.name == "resource" && !knows(c["uuid"]); });
    bool any = n.children.size() != before;
    for (auto& each : n.children) any = hide_unknown(each) || any;
    return any;
  }
};

inline void collect_uids(const node& n, std::set<std::string>& into) {
  // A super-entity's record has the uid of the one that it stands for.
  if (n.name == "resource" && n["name"] != "org_site") into.insert(n["uuid"]);
  for (const auto& each : n.children) collect_uids(each, into);
}

/// One thing that a document says: what it is about, in which form it stands there, and what.
struct statement {
  std::string about;
  std::string form;
  std::string content;

  friend auto operator<=>(const statement&, const statement&) = default;
  std::string text() const { return about + " = " + form + " " + content; }
};

/// Everything that an element says, without what the masks hide. The order of elements is not kept: Eden gives none to
/// records (spec/s3xml.md §1.2).
inline void add_statements(const node& r, const std::string& where, const masks& hide, const world& both,
                           std::multiset<statement>& all) {
  const std::string self = where + r["name"] + " " + r["uuid"];
  all.insert({self, "record", ""});
  for (const auto& [name, value] : r.attributes)
    if (name != "name" && name != "uuid")
      if (const auto shown = hide.attribute(name, value)) all.insert({self, "@" + name, *shown});
  for (const auto& c : r.children) {
    const auto field = c["field"];
    if (c.name == "resource") {
      add_statements(c, self + " > ", hide, both, all);
    } else if (hide.field(r["name"], field)) {
      continue;
    } else if (c.name == "reference") {
      const bool made = !c["uuid"].starts_with('[') && !both.knows(c["uuid"]);
      all.insert({self + " " + field, "reference",
                  c["resource"] + " " + (made ? "a record made here" : masks::plain_json(c["uuid"]))});
    } else if (c.attributes.contains("value")) {
      // With a value the text is only for people.
      all.insert({self + " " + field, "value", masks::plain_json(c["value"])});
    } else {
      all.insert({self + " " + field, "text", masks::plain_json(c.text)});
    }
  }
}

/// The uids that an element refers to, its own left out.
inline void collect_references(const node& r, std::set<std::string>& into) {
  for (const auto& c : r.children) {
    if (c.name == "reference" && c["uuid"] != r["uuid"]) into.insert(c["uuid"]);
    if (c.name == "resource") collect_references(c, into);
  }
}

/// Takes off the records of super-entities, and what is there only because those refer to it.
inline bool hide_super_entities(node& root) {
  std::set<std::string> referred, needed;
  bool any = false;
  for (auto& r : root.children)
    std::erase_if(r.children, [&](const node& c) {
      if (c.name != "resource" || c["name"] != "org_site") return false;
      for (const auto& f : c.children)
        if (f.name == "reference") referred.insert(f["uuid"]);
      return any = true;
    });
  if (!any) return false;
  for (const auto& r : root.children) collect_references(r, needed);
  std::erase_if(root.children,
                [&](const node& r) { return referred.contains(r["uuid"]) && !needed.contains(r["uuid"]); });
  return true;
}

/// Puts what an Eden writes inside a record that points to it behind the masters, where ours stands.
inline bool hoist_linked(node& theirs, const node& ours) {
  std::set<std::string> by_itself;
  for (const auto& r : ours.children) by_itself.insert(r["uuid"]);
  for (const auto& r : ours.children)
    for (const auto& c : r.children)
      if (c.name == "resource") by_itself.erase(c["uuid"]);
  std::vector<node> moved;
  for (auto& r : theirs.children)
    std::erase_if(r.children, [&](node& c) {
      if (c.name != "resource" || !by_itself.contains(c["uuid"])) return false;
      c.attributes.erase("alias");
      c.attributes["url"] = "linked";
      if (std::none_of(moved.begin(), moved.end(), [&](const node& m) { return m["uuid"] == c["uuid"]; }))
        moved.push_back(c);
      return true;
    });
  const bool any = !moved.empty();
  for (auto& each : moved) theirs.children.push_back(std::move(each));
  return any;
}

/// Takes off tables of users, and references to them.
inline bool hide_users(node& n) {
  bool any = std::erase_if(n.children, [](const node& c) {
               return c["name"].starts_with("auth_") || (c.name == "reference" && c["resource"].starts_with("auth_"));
             }) != 0;
  for (auto& each : n.children) any = hide_users(each) || any;
  return any;
}

/// Takes off two lists of differences what a remedy explains: the rules that hold for every document.
inline void explain(std::vector<statement>& missing, std::vector<statement>& surplus, std::set<std::string>& remedies) {
  const auto take = [&](auto&& rule) {
    for (auto more = surplus.begin(); more != surplus.end();) {
      const auto less =
          std::find_if(missing.begin(), missing.end(), [&](const statement& m) { return rule(m, *more); });
      if (less == missing.end()) {
        ++more;
        continue;
      }
      missing.erase(less);
      more = surplus.erase(more);
    }
  };
  // A deletion keeps the time that it was received with; Eden stamps it anew.
  const auto deleted = [&](const statement& m) { return m.form == "@modified_on" && m.content == "now"; };
  take([&](const statement& m, const statement& s) {
    const bool same = deleted(m) && s.about == m.about && s.form == m.form;
    if (same) remedies.insert("I13");
    return same;
  });
  // Where a plain text would be read back as another one its JSON stands beside it; JSON columns are text only.
  take([&](const statement& m, const statement& s) {
    const bool same =
        s.about == m.about && s.content == m.content && s.form != m.form && (m.form == "text" || m.form == "value");
    if (same) remedies.insert(m.form == "text" ? "X2" : "X13");
    return same;
  });
  // What became empty is told.
  std::erase_if(surplus, [&](const statement& s) {
    if (s.form != "value" || !s.content.empty()) return false;
    remedies.insert("X1");
    return true;
  });
  // A linked record's address leads through the one that it was found in.
  for (auto m = missing.begin(); m != missing.end();) {
    if (m->form != "@url" || m->content != "linked") {
      ++m;
      continue;
    }
    std::erase_if(surplus, [&](const statement& s) { return s.about == m->about && s.form == "@url"; });
    m = missing.erase(m);
  }
  // Deletions carry the mci, so that MASTER can judge them.
  std::erase_if(surplus, [&](const statement& s) {
    if (s.form != "@mci") return false;
    const bool unknown = std::none_of(missing.begin(), missing.end(), [&](const statement& m) {
      return m.about == s.about && (m.form == "record" || m.form == "@mci");
    });
    const bool is_new = std::any_of(surplus.begin(), surplus.end(),
                                    [&](const statement& o) { return o.about == s.about && o.form == "record"; });
    if (!unknown || is_new) return false;
    remedies.insert("X3");
    return true;
  });
}

/// What two things came to: what differs, and the remedies by which other differences are explained.
struct comparison {
  std::string difference;
  std::set<std::string> remedies;

  comparison& operator+=(const comparison& other) {
    difference += other.difference;
    remedies.insert(other.remedies.begin(), other.remedies.end());
    return *this;
  }
};

/// Compares two documents as a client reads them.
inline comparison compare_documents(std::string_view recorded, std::string_view ours, const masks& hide,
                                    const world& both, std::optional<timestamp> since = {}) {
  auto a = parse_tree(recorded), b = parse_tree(ours);
  if (!a) return {"\n  the recorded document cannot be read", {}};
  if (!b) return {"\n  our document is not well-formed", {}};
  const bool hidden_a = both.hide_unknown(*a), hidden_b = both.hide_unknown(*b);
  comparison out;
  bool late = false;
  if (since) {
    // What arrived since is told, however old it is; Eden forgets it.
    std::set<std::string> theirs;
    collect_uids(*a, theirs);
    const auto is_old = [&](const node& r) {
      const auto at = parse_timestamp(r["modified_on"]);
      return r.name == "resource" && at && *at < *since && !theirs.contains(r["uuid"]);
    };
    late = std::erase_if(b->children, is_old) != 0;
    for (auto& r : b->children) {
      // At an Eden such a record may be there only because another one refers to it, and then without its components.
      const auto at = parse_timestamp(r["modified_on"]);
      const bool may_be_alone = at && *at < *since;
      const auto hidden = [&](const node& c) { return c.name == "resource" && (may_be_alone || is_old(c)); };
      late = std::erase_if(r.children, hidden) != 0 || late;
    }
    if (late) out.remedies.insert("I8");
  }
  if (hidden_a || hidden_b || late)
    for (node* root : {&*a, &*b})
      for (const auto name : {"results", "success"}) root->attributes.erase(name);
  // Nobody reads what stands inside a deleted record.
  for (node* root : {&*a, &*b})
    for (auto& r : root->children)
      if (!r["deleted"].empty()) r.children.clear();
  if (hide_super_entities(*a)) out.remedies.insert("super-entity");
  if (hoist_linked(*a, *b)) out.remedies.insert("linked");
  if (hide_users(*a)) out.remedies.insert("X9");
  if (late) {
    std::set<std::string> theirs;
    collect_uids(*a, theirs);
    std::erase_if(b->children, [&](const node& r) { return !theirs.contains(r["uuid"]); });
  }
  std::multiset<statement> all[2];
  for (int i = 0; i < 2; ++i) {
    const node& root = i == 0 ? *a : *b;
    all[i].insert({"root", "name", root.name});
    for (const auto& [name, value] : root.attributes) all[i].insert({"root", "@" + name, value});
    for (const auto& r : root.children) add_statements(r, "", hide, both, all[i]);
  }
  std::vector<statement> missing, surplus;
  std::set_difference(all[0].begin(), all[0].end(), all[1].begin(), all[1].end(), std::back_inserter(missing));
  std::set_difference(all[1].begin(), all[1].end(), all[0].begin(), all[0].end(), std::back_inserter(surplus));
  explain(missing, surplus, out.remedies);
  for (const auto& each : missing) out.difference += "\n  - " + each.text();
  for (const auto& each : surplus) out.difference += "\n  + " + each.text();
  return out;
}

}  // namespace edensync::test::golden
