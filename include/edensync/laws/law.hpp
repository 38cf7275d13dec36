#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "edensync/concepts/record_store.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::laws {

/// A model does not keep a law of its concept. The text names the law and says in a sentence what was expected.
class violation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Makes the stores that the laws are tried on. Each law asks for stores of its own and drops them at its end.
///
/// A store that outlives its program has also `reopen(store, resources)`, which closes it and opens the same one again;
/// one that two programs can open, `another(store)` (`concurrency.hpp`).
template <class F>
concept store_factory = requires(F f, std::shared_ptr<const schema> resources) {
  // A new, empty store for these resources.
  { f.make(resources) } -> std::move_constructible;
};

/// One law: what it says, and the test of it, which throws `violation`.
template <class Factory>
struct law {
  std::string_view name;
  void (*check)(Factory&);
  /// Why it is not tried with this model; empty if it is.
  std::string_view not_tried{};
};

/// Says what must be true; the sentence is what a reader of the test's output sees.
inline void expect(bool holds, std::string_view sentence) {
  if (!holds) throw violation(std::string(sentence));
}

/// Tries one law. Errors: `violation`, with the law's name; whatever else the model throws passes.
template <class Factory>
void check(const law<Factory>& l, Factory& factory) {
  try {
    l.check(factory);
  } catch (const violation& v) {
    throw violation("the law \"" + std::string(l.name) + "\" is broken: " + v.what());
  }
}

/// Tries all of them, one after the other, and tells `before` the name of each, also of those that cannot be tried, and why.
template <class Factory, class Before>
void check_all(std::span<const law<Factory>> all, Factory& factory, Before&& before) {
  for (const auto& l : all) {
    if (!l.not_tried.empty()) {
      before("NOT TRIED: " + std::string(l.name) + " (" + std::string(l.not_tried) + ")");
      continue;
    }
    before(l.name);
    check(l, factory);
  }
}

/// Whether an operation fails with this error.
template <class Operation>
bool fails_with(error code, Operation&& operation) {
  try {
    operation();
  } catch (const failure_exception& e) {
    return e.why().code == code;
  }
  return false;
}

}  // namespace edensync::laws
