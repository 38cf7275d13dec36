#pragma once

#include "edensync/core/timestamp.hpp"
#include "edensync/core/uid.hpp"

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

namespace simulation {

/// Something that must always hold did not.
struct violated : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What happened, one line per event; costs nothing unless it is wanted.
class trace {
 public:
  explicit trace(bool on) : on_(on) {}

  template <class... Words>
  void say(const Words&... words) {
    if (!on_) return;
    (append(words), ...);
    text_ += '\n';
  }

  bool on() const { return on_; }
  const std::string& text() const { return text_; }

 private:
  void append(std::string_view s) { text_ += s; }
  void append(char c) { text_ += c; }
  void append(std::integral auto n) { text_ += std::to_string(n); }
  void append(edensync::timestamp t) { text_ += edensync::to_text(t); }
  // Enough of an identifier to tell it from the others.
  void append(const edensync::uid& u) { text_ += u.text().size() > 17 ? u.text().substr(9, 8) : u.text(); }

  bool on_;
  std::string text_;
};

}  // namespace simulation
