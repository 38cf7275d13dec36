#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "edensync/concepts/check_log_sink.hpp"
#include "edensync/laws/law.hpp"

namespace edensync::laws {

/// Makes sinks, or pointers that own one, and tells what was written to one: a line for each event.
///
/// `make_broken()`, if it is there, makes one that cannot write.
template <class F>
concept log_sink_factory = requires(F f) {
  { f.written(*f.make()) } -> std::convertible_to<std::string>;
};

namespace detail {

inline log_event make_event(std::string message) {
  return {.at = {1767225600}, .level = event_level::error, .event = "law", .message = std::move(message)};
}

inline auto lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

template <class F>
void an_event_is_written(F& f) {
  auto sink = f.make();
  sink->write(make_event("first"));
  sink->write(make_event("second"));
  const std::string all = f.written(*sink);
  const auto one = all.find("first"), two = all.find("second");
  expect(one != std::string::npos && two != std::string::npos && one < two, "what is told is written, in order");
  expect(lines_in(all) == 2, "in a line for each");
  expect(all.find("law") != std::string::npos && all.find("error") != std::string::npos,
         "with the kind of event and how much it matters");
}

template <class F>
void what_is_known_of_it_is_written(F& f) {
  auto sink = f.make();
  log_event e = make_event("words of law");
  e.repository = "base of law";
  e.resource = "law_site";
  sink->write(e);
  log_event asked = make_event(std::string(1000, 'x') + "end");
  asked.method = "POST";
  asked.path = "/sync/law.xml";
  asked.user = "user@law.example";
  asked.status = 418;
  sink->write(asked);
  const std::string all = f.written(*sink);
  for (const std::string_view each :
       {"base of law", "law_site", "POST", "/sync/law.xml", "user@law.example", "418", "words of law", "xend"})
    expect(all.find(each) != std::string::npos, "what an event says is written, also: " + std::string(each));
}

template <class F>
void what_happens_again_is_written_again(F& f) {
  auto sink = f.make();
  for (int n = 0; n < 3; ++n) sink->write(make_event("again"));
  expect(lines_in(f.written(*sink)) == 3, "an event that is like the one before has a line, too");
}

template <class F>
void nobody_else_writes_its_lines(F& f) {
  auto sink = f.make();
  sink->write(make_event("a peer says\n2026-01-01T00:00:00 error law forged\r\nand\x1b[2J more"));
  const std::string all = f.written(*sink);
  expect(lines_in(all) == 1, "words of a peer make no line of their own");
  expect(all.find('\r') == std::string::npos && all.find('\x1b') == std::string::npos,
         "and send nothing to a terminal that it would do");
}

template <class F>
void odd_events_are_taken(F& f) {
  auto sink = f.make();
  sink->write({});
  sink->write(make_event(std::string("\xff\xfe\0\x80", 4)));
  sink->write(make_event(std::string(1 << 20, 'x')));
  sink->write(make_event("the last"));
  expect(std::string(f.written(*sink)).find("the last") != std::string::npos,
         "after bytes that are no text, and very many of them, it goes on");
}

template <class F>
void events_of_several_threads_are_kept_apart(F& f) {
  constexpr std::size_t writers = 4, each = 50;
  auto sink = f.make();
  const auto name = [](std::size_t w, std::size_t n) {
    return "<" + std::to_string(w) + "-" + std::to_string(n) + ">";
  };
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      for (std::size_t n = 0; n < each; ++n) sink->write(make_event(name(w, n)));
    });
  for (auto& t : threads) t.join();
  const std::string all = f.written(*sink);
  expect(lines_in(all) == writers * each, "each event has its line");
  for (std::size_t w = 0; w < writers; ++w)
    for (std::size_t n = 0; n < each; ++n) {
      const auto at = all.find(name(w, n));
      expect(at != std::string::npos, "none is lost");
      const auto begin = all.rfind('\n', at) + 1;
      const std::string line = all.substr(begin, all.find('\n', at) - begin);
      expect(std::count(line.begin(), line.end(), '>') == 1, "none runs into another");
    }
}

template <class F>
inline constexpr bool can_be_broken = requires(F f) {
  f.make_broken();
};

template <class F>
void what_cannot_be_written_is_lost(F& f) {
  if constexpr (can_be_broken<F>) {
    auto sink = f.make_broken();
    sink->write(make_event("lost"));
    sink->write(make_event("lost, too"));
  }
}

}  // namespace detail

/// The laws of `log_sink`, for those that write text.
template <class Factory>
inline constexpr std::array log_sink_laws{
    law<Factory>{"an event is written", &detail::an_event_is_written<Factory>},
    law<Factory>{"what is known of it is written", &detail::what_is_known_of_it_is_written<Factory>},
    law<Factory>{"what happens again is written again", &detail::what_happens_again_is_written_again<Factory>},
    law<Factory>{"nobody else writes its lines", &detail::nobody_else_writes_its_lines<Factory>},
    law<Factory>{"odd events are taken", &detail::odd_events_are_taken<Factory>},
    law<Factory>{"events of several threads are kept apart",
                 &detail::events_of_several_threads_are_kept_apart<Factory>},
    law<Factory>{"what cannot be written is lost", &detail::what_cannot_be_written_is_lost<Factory>,
                 detail::can_be_broken<Factory> ? "" : "the factory has no `make_broken`"},
};

/// Tries all laws of `log_sink`; `before` is told their names, and which of them are not tried, and why.
template <log_sink_factory Factory, class Before>
void log_sink(Factory& factory, Before&& before) {
  static_assert(edensync::detail::check_log_sink<std::remove_cvref_t<decltype(*factory.make())>>::value);
  check_all<Factory>(log_sink_laws<Factory>, factory, before);
}

}  // namespace edensync::laws
