#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "edensync/concepts/check_policy.hpp"
#include "edensync/policy/check_policy_set.hpp"
#include "edensync/policy/conflict.hpp"
#include "edensync/policy/method_of.hpp"
#include "edensync/policy/mirror.hpp"
#include "edensync/laws/law.hpp"

namespace edensync::laws {

namespace detail {

/// Versions of few times, of each master copy index, live and deleted.
inline std::vector<version_stamp> every_stamp() {
  std::vector<version_stamp> all;
  for (const std::int64_t time : {-1, 1, 2, 3})
    for (const int mci : {-1, 0, 1, 2})
      for (const bool deleted : {false, true}) {
        version_stamp v{.deleted = deleted};
        if (time > 0) v.modified_on = timestamp{time};
        if (mci >= 0) v.mci = mci;
        all.push_back(v);
      }
  return all;
}

/// Calls `f` with everything that a set of rules may be asked, thinned out: each is one of few contents.
template <class Call>
void each_input(Call&& f) {
  const auto stamps = every_stamp();
  std::vector<std::optional<version_stamp>> locals(stamps.begin(), stamps.end());
  locals.emplace_back();
  std::uint32_t turn = 0;
  for (const int removes : {0, 1, 2})
    for (const auto& incoming : stamps) {
      if (incoming.deleted != (removes != 0)) continue;
      for (const auto& local : locals)
        for (const auto update :
             {policy_name::keep_local, policy_name::take_remote, policy_name::take_newer, policy_name::take_master})
          for (const int synced : {-1, 0, 2, 4}) {
            decide_input in{.erase = removes == 1, .merge = removes == 2, .incoming = incoming, .local = local};
            in.update = update;
            if (synced >= 0) in.last_sync = timestamp{synced};
            // What is left goes round, so that it meets everything else in turn.
            ++turn;
            if (turn % 5 != 0) in.conflict = static_cast<policy_name>(turn % 5 - 1);
            if (turn % 7 == 0) in.allowed = strategy(std::initializer_list<method>{});
            if (turn % 7 == 1) in.allowed = {method::create, method::erase};
            if (turn % 7 == 2) in.allowed = {method::update, method::merge};
            in.tie = static_cast<content_order>(turn / 3 % 4);
            in.has_links = turn / 2 % 2 == 0;
            f(in);
          }
    }
}

// By these nothing is taken, and by these nothing is kept; others say both.
inline constexpr std::initializer_list<rule> rules_to_keep{
    rule::policy_keeps_local, rule::local_newer, rule::not_from_master, rule::strategy_forbids, rule::conflict_refused};
inline constexpr std::initializer_list<rule> rules_to_take{rule::no_twin, rule::policy_takes_remote, rule::remote_newer,
                                                           rule::from_master};

inline bool is_one_of(rule r, std::initializer_list<rule> some) {
  for (const rule each : some)
    if (each == r) return true;
  return false;
}

template <class P>
void a_policy_says_the_same_again(P&) {
  const auto all = every_stamp();
  std::vector<verdict> first;
  for (const auto& local : all)
    for (const auto& incoming : all) first.push_back(P::update(local, incoming));
  auto told = first.rbegin();
  for (auto local = all.rbegin(); local != all.rend(); ++local)
    for (auto incoming = all.rbegin(); incoming != all.rend(); ++incoming, ++told)
      expect(P::update(*local, *incoming) == *told, "the same versions, the same verdict, whatever was asked before");
  for (const auto& incoming : all) expect(P::create(incoming) == P::create(incoming), "also about what is new");
}

template <class P>
void it_is_known_by_its_name(P&) {
  const policy_name name = P::name;
  expect(parse_policy(to_text(name)) == name, "its name is a word that documents and tasks know");
}

template <class P>
void a_verdict_names_its_rule(P&) {
  const auto fits = [](const verdict& v) { return !is_one_of(v.why, v.take ? rules_to_keep : rules_to_take); };
  for (const auto& incoming : every_stamp()) {
    expect(fits(P::create(incoming)), "the rule says what the verdict says, of what is new");
    for (const auto& local : every_stamp()) {
      const verdict v = P::update(local, incoming);
      expect(fits(v), "the rule says what the verdict says");
      expect(v.why != rule::same_time || (local.modified_on && local.modified_on == incoming.modified_on),
             "the same time is said of equal times only");
    }
  }
}

template <class P>
void a_conflict_is_judged_the_same_again(P&) {
  const auto all = every_stamp();
  std::vector<bool> first;
  for (const auto& local : all)
    for (const auto& incoming : all) {
      first.push_back(P::resolve(local, incoming));
      (void)P::resolve(incoming, local);
      expect(P::resolve(local, incoming) == first.back(), "the same versions, the same judgement");
    }
  auto told = first.rbegin();
  for (auto local = all.rbegin(); local != all.rend(); ++local)
    for (auto incoming = all.rbegin(); incoming != all.rend(); ++incoming, ++told)
      expect(P::resolve(*local, *incoming) == *told, "the same versions, the same judgement");
}

template <class S>
void a_decision_can_be_taken_again(S&) {
  each_input([last = std::optional<std::pair<decide_input, decision>>()](const decide_input& in) mutable {
    const decision d = S::decide(in);
    if (last) expect(S::decide(last->first) == last->second, "the same input, the same decision, whenever it is asked");
    last.emplace(in, d);
  });
}

template <class S>
void an_action_fits_what_is_here(S&) {
  each_input([](const decide_input& in) {
    const bool removes = in.erase || in.merge, buried = in.local && in.local->deleted;
    switch (S::decide(in).what) {
      case action::none: return;
      case action::create: return expect(!in.local && !removes, "only what is not here is created");
      case action::bury: return expect(!in.local && removes, "only what is not here is buried");
      case action::update: return expect(in.local && !buried && !removes, "only what is alive is updated");
      case action::undelete: return expect(buried && !removes, "only what is deleted is undeleted");
      case action::erase:
      case action::merge: return expect(in.local && removes, "what is here is deleted if the element says so");
    }
  });
}

template <class S>
void nothing_is_written_by_the_way(S&) {
  each_input([](const decide_input& in) {
    const decision d = S::decide(in);
    expect(d.what != action::none || (d.write == columns::none && d.modified_on == stamp_source::local),
           "who does nothing writes nothing");
    const bool removes = d.what == action::erase || d.what == action::merge || d.what == action::bury;
    expect(!removes || d.write == columns::none, "a deletion writes no content");
  });
}

template <class S>
void a_decision_names_its_rule(S&) {
  each_input([](const decide_input& in) {
    const decision d = S::decide(in);
    expect(!is_one_of(d.why, d.what == action::none ? rules_to_take : rules_to_keep),
           "the rule that explains a decision is one that decides so");
  });
}

template <class S>
void the_strategy_is_kept(S&) {
  each_input([](decide_input in) {
    in.allowed = strategy(std::initializer_list<method>{});
    expect(S::decide(in).what == action::none, "a task that allows nothing changes nothing");
  });
}

template <class S>
void a_conflict_needs_two(S&) {
  each_input([](const decide_input& in) {
    const decision d = S::decide(in);
    expect(d.conflict == conflict_state::none || both_changed(in), "only what both sides changed is a conflict");
    expect(d.conflict != conflict_state::refused || d.what == action::none, "a refused conflict changes nothing");
  });
}

// Seen from one side: the version here, the one that comes, and how their contents compare.
inline decide_input seen(const version_stamp& here, const version_stamp& comes, policy_name p, content_order tie) {
  decide_input in{.erase = comes.deleted, .incoming = comes, .local = here};
  in.update = p;
  in.tie = tie;
  return in;
}

template <class S>
void two_sites_come_to_the_same_end(S&) {
  for (const auto& a : every_stamp())
    for (const auto& b : every_stamp()) {
      if (!a.modified_on || !b.modified_on) continue;
      const bool same = a.modified_on == b.modified_on && a.deleted == b.deleted;
      for (const auto p : {policy_name::keep_local, policy_name::take_remote, policy_name::take_newer})
        for (const auto tie : {content_order::equal, content_order::local_first, content_order::incoming_first}) {
          // The content of two deletions is none, and that of a deletion is not that of a live record.
          if (a.deleted && b.deleted ? tie != content_order::equal
                                     : a.deleted != b.deleted && tie == content_order::equal)
            continue;
          const auto mirrored = tie == content_order::local_first      ? content_order::incoming_first
                                : tie == content_order::incoming_first ? content_order::local_first
                                                                       : tie;
          const bool first_takes = S::decide(seen(a, b, p, tie)).what != action::none;
          const bool second_takes = S::decide(seen(b, a, mirror(p), mirrored)).what != action::none;
          expect(!(first_takes && second_takes), "two sites do not exchange their versions");
          expect(first_takes || second_takes || (same && tie == content_order::equal) ||
                     (a.deleted && b.deleted && p != policy_name::take_newer),
                 "two sites do not both keep their own");
        }
    }
}

}  // namespace detail

/// The laws of `update_policy`.
template <class P>
inline constexpr std::array update_policy_laws{
    law<P>{"it is known by its name", &detail::it_is_known_by_its_name<P>},
    law<P>{"a policy says the same again", &detail::a_policy_says_the_same_again<P>},
    law<P>{"a verdict names its rule", &detail::a_verdict_names_its_rule<P>},
};

/// The laws of `conflict_policy`.
template <class P>
inline constexpr std::array conflict_policy_laws{
    law<P>{"it is known by its name", &detail::it_is_known_by_its_name<P>},
    law<P>{"a conflict is judged the same again", &detail::a_conflict_is_judged_the_same_again<P>},
};

/// The laws of `policy_set`. One that stands for an Eden need not bring two sites together, nor explain what it does by the way.
template <class S>
inline constexpr std::array policy_set_laws{
    law<S>{"a decision can be taken again", &detail::a_decision_can_be_taken_again<S>},
    law<S>{"an action fits what is here", &detail::an_action_fits_what_is_here<S>},
    law<S>{"nothing is written by the way", &detail::nothing_is_written_by_the_way<S>},
    law<S>{"a decision names its rule", &detail::a_decision_names_its_rule<S>,
           imitates_eden<S> ? "the set stands for an Eden" : ""},
    law<S>{"the strategy is kept", &detail::the_strategy_is_kept<S>},
    law<S>{"a conflict needs two", &detail::a_conflict_needs_two<S>},
    law<S>{"two sites come to the same end", &detail::two_sites_come_to_the_same_end<S>,
           imitates_eden<S> ? "the set stands for an Eden" : ""},
};

/// Tries the laws of a policy that is one for updates, one for conflicts, or both.
template <class P, class Before>
void policy(Before&& before) {
  static_assert(edensync::detail::check_some_policy<P>());
  P p;
  if constexpr (edensync::update_policy<P>) check_all<P>(update_policy_laws<P>, p, before);
  if constexpr (edensync::conflict_policy<P>) check_all<P>(conflict_policy_laws<P>, p, before);
}

/// Tries the laws of a complete set of rules.
template <class S, class Before>
void policy_set(Before&& before) {
  static_assert(edensync::detail::check_policy_set<S>::value);
  if constexpr (edensync::policy_set<S>) {
    S s;
    check_all<S>(policy_set_laws<S>, s, before);
  }
}

}  // namespace edensync::laws
