#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <thread>
#include <utility>

#include "edensync/concepts/check_clock.hpp"
#include "edensync/laws/law.hpp"

namespace edensync::laws {

/// Makes clocks. One that is set by hand has `advance(clock, seconds)`; for one that tells the computer's time the factory
/// says `static constexpr bool tells_real_time = true`.
template <class F>
concept clock_factory = requires(F f) {
  f.make();
};

namespace detail {

template <class F>
inline constexpr bool can_advance = requires(F& f, decltype(f.make())& c) {
  f.advance(c, std::int64_t{1});
};
template <class F>
inline constexpr bool tells_real_time = requires {
  requires F::tells_real_time;
};

template <class F>
void a_time_can_be_written(F& f) {
  auto c = f.make();
  const timestamp now = c.now();
  expect(date_of(now) >= to_date({1900, 1, 1}) && date_of(now) <= to_date({9999, 12, 31}),
         "what it tells are seconds since 1970, of a year that documents can hold");
  expect(parse_timestamp(to_text(now)) == now, "what is written is read back");
}

template <class F>
void it_tells_utc(F& f) {
  if constexpr (tells_real_time<F>) {
    const auto truth = [] {
      using namespace std::chrono;
      return timestamp{duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
    };
    auto c = f.make();
    const timestamp before = truth(), now = c.now(), after = truth();
    expect(before <= now && now <= after, "it tells the seconds of UTC, of now");
  }
}

template <class F>
void it_goes_as_time_goes(F& f) {
  if constexpr (can_advance<F>) {
    auto c = f.make();
    const timestamp first = c.now();
    f.advance(c, 61);
    expect(c.now() == first + 61, "after a minute and a second it is a minute and a second later");
    expect(c.now() == first + 61, "looking at it changes nothing");
  }
}

template <class F>
void it_may_be_read_while_it_goes(F& f) {
  if constexpr (can_advance<F>) {
    auto c = f.make();
    const timestamp first = c.now();
    // A jump that a half-written number would give away.
    constexpr std::int64_t jump = (std::int64_t{1} << 32) + 1;
    std::atomic<bool> fine = true, done = false;
    std::thread reader([&] {
      while (!done) {
        const timestamp seen = c.now();
        if (seen != first && seen != first + jump) fine = false;
      }
    });
    f.advance(c, jump);
    done = true;
    reader.join();
    expect(fine && c.now() == first + jump, "who reads it sees a time that it has told");
  }
}

}  // namespace detail

/// The laws of `clock`.
template <class Factory>
inline constexpr std::array clock_laws{
    law<Factory>{"a time can be written", &detail::a_time_can_be_written<Factory>},
    law<Factory>{"it tells UTC", &detail::it_tells_utc<Factory>,
                 detail::tells_real_time<Factory> ? "" : "the factory does not say `tells_real_time`"},
    law<Factory>{"it goes as time goes", &detail::it_goes_as_time_goes<Factory>,
                 detail::can_advance<Factory> ? "" : "the factory has no `advance`"},
    law<Factory>{"it may be read while it goes", &detail::it_may_be_read_while_it_goes<Factory>,
                 detail::can_advance<Factory> ? "" : "the factory has no `advance`"},
};

/// Tries all laws of `clock`; `before` is told their names, and which of them are not tried, and why.
template <clock_factory Factory, class Before>
void clock(Factory& factory, Before&& before) {
  using made = decltype(factory.make());
  static_assert(edensync::detail::check_clock<made>::value);
  if constexpr (edensync::clock<made>) check_all<Factory>(clock_laws<Factory>, factory, before);
}

}  // namespace edensync::laws
