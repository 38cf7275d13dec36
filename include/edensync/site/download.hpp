#pragma once

#include <string>
#include <utility>

#include "edensync/site/exchange.hpp"

namespace edensync {

/// One GET whose answer is taken piece by piece: what the fetching of a catalogue, an archive and a file have in common.
///
/// Derived classes take the body and conclude. Thread safety: one thread at a time.
class download : public exchange {
 protected:
  /// `target`: below the peer's base address.
  explicit download(std::string target) : target_(std::move(target)) {}

  result<bool> prepare() final {
    head_.method = "GET";
    head_.target = target_;
    return true;
  }
  void conclude_unsent() final {}
  bool keeps_body() const final { return false; }

 private:
  std::string target_;
};

}  // namespace edensync
