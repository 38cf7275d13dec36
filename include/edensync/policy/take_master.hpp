#pragma once

#include "edensync/concepts/update_policy.hpp"

namespace edensync {

/// MASTER: a version is taken only if it comes straight from the site where the record was created (spec/import.md §8.5).
///
/// An incoming version without a master copy index counts as one that came over several sites (2); a local one without
/// counts as not created here.
struct take_master {
  static constexpr policy_name name = policy_name::take_master;

  static constexpr verdict create(const version_stamp& incoming) { return straight(comes_from_master(incoming)); }

  static constexpr verdict update(const version_stamp& local, const version_stamp& incoming) {
    return straight(!born_here(local) && comes_from_master(incoming));
  }

  /// Not the same question as `update`: where the record was created a foreign change is let through. It comes to
  /// nothing there, because the update policy refuses it, unless that is another one (spec/import.md I4).
  static constexpr bool resolve(const version_stamp& local, const version_stamp& incoming) {
    return born_here(local) || comes_from_master(incoming);
  }

 private:
  static constexpr bool born_here(const version_stamp& local) { return local.mci == 0; }
  static constexpr bool comes_from_master(const version_stamp& incoming) { return incoming.mci.value_or(2) == 1; }
  static constexpr verdict straight(bool yes) {
    return yes ? verdict{true, rule::from_master} : verdict{false, rule::not_from_master};
  }
};

}  // namespace edensync
