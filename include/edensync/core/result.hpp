#pragma once

#include <boost/system/result.hpp>
#include <exception>
#include <string>
#include <utility>

#include "edensync/core/diagnostics.hpp"
#include "edensync/core/error.hpp"

namespace edensync {

/// An operation that could not be done: a code to compare and words to read.
struct failure {
  boost::system::error_code code;
  diagnostics info;

  /// One line for people: the code's meaning and the words that go with it.
  std::string text() const {
    const std::string words = info.text();
    return words.empty() ? code.message() : code.message() + ": " + words;
  }
};

/// A failure on its way from a store or codec to the front door, which turns it into a `result`.
///
/// Stores and codecs throw it; `site`, `operation` and `responder` never let it out.
class failure_exception : public std::exception {
 public:
  explicit failure_exception(failure f) : failure_(std::move(f)), text_(failure_.text()) {}

  const failure& why() const noexcept { return failure_; }

  const char* what() const noexcept override { return text_.c_str(); }

 private:
  failure failure_;
  std::string text_;
};

/// Makes a failure of a code and our words.
inline failure make_failure(error code, std::string ours = {}) {
  return {make_error_code(code), diagnostics(std::move(ours))};
}

/// Throws a failure as `failure_exception`.
[[noreturn]] inline void throw_failure(error code, std::string ours = {}) {
  throw failure_exception(make_failure(code, std::move(ours)));
}

/// What `boost::system::result` calls when a value is asked for that is not there.
[[noreturn]] inline void throw_exception_from_error(const failure& f, const boost::source_location&) {
  throw failure_exception(f);
}

/// A value, or the reason why there is none.
template <class T>
using result = boost::system::result<T, failure>;

}  // namespace edensync
