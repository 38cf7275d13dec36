#pragma once

#include <functional>
#include <string>

namespace edensync::mock {

/// Tells a test framework that something is not as it should be; the text says what, in several lines.
///
/// One line for each framework:
/// Boost.Test `[](const std::string& said) { BOOST_ERROR(said); }`,
/// GoogleTest `[](const std::string& said) { ADD_FAILURE() << said; }`,
/// Catch2 `[](const std::string& said) { FAIL_CHECK(said); }`.
/// It does not throw: what calls it may be a destructor.
using reporter = std::function<void(const std::string& said)>;

}  // namespace edensync::mock
