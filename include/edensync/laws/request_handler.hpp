#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/check_transport.hpp"
#include "edensync/laws/transport_sample.hpp"

namespace edensync::laws {

/// Makes handlers that are alike. What they can be asked and answer with success, `requests()` gives as a vector of
/// `wire::request`, if it is there.
template <class F>
concept request_handler_factory = requires(F f) {
  f.make();
};

namespace detail {

struct answered {
  unsigned status = 0;
  std::string body;
  friend bool operator==(const answered&, const answered&) = default;
};

inline void feed(responder& to, std::string_view body, std::size_t piece) {
  for (; !body.empty() && to.wants_body(); body.remove_prefix(std::min(piece, body.size())))
    to.on_body(body.substr(0, piece));
}

inline answered hear(responder& from, std::size_t piece) {
  from.on_end();
  answered out{from.head().status, {}};
  std::string buffer(piece, '\0');
  for (;;) {
    const auto n = from.read_body(buffer);
    expect(n.has_value(), "an answer is given whole");
    if (*n == 0) return out;
    expect(*n <= buffer.size(), "no more than there is room for");
    out.body.append(buffer, 0, *n);
    expect(out.body.size() < (std::size_t{1} << 26), "an answer has an end");
  }
}

template <class Handler>
answered ask(Handler& h, const wire::request& r, std::size_t piece = 4096) {
  std::unique_ptr<responder> to = h(r.head);
  expect(to != nullptr, "each request has a responder");
  feed(*to, r.body, piece);
  return hear(*to, piece);
}

template <class F>
std::vector<wire::request> every_request(F& f) {
  std::vector<wire::request> all;
  if constexpr (requires { f.requests(); }) all = f.requests();
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "", "MADE-UP"})
    for (const char* target : {"/", "", "no/slash", "/nowhere", "/sync/sync.xml", "/sync/sync.xml?resource=",
                               "/sync/sync.xml?resource=law_nobody&msince=never", "/%", "/%00%ff/../..", "/?&&==&"}) {
      wire::request r = wire::get(target);
      r.head.method = method;
      all.push_back(r);
      r.head.has_body = true;
      r.body = "<s3xml><\xff\x01";
      r.head.body_length = static_cast<long long>(r.body.size());
      all.push_back(std::move(r));
    }
  all.push_back(wire::get("/" + std::string(100000, 'x')));
  return all;
}

template <class F>
void each_request_has_an_answer(F& f) {
  auto h = f.make();
  for (const auto& r : every_request(f)) {
    const auto a = ask(h, r);
    expect(a.status >= 200 && a.status < 600, "each request has an answer: " + r.head.method + " " + r.head.target);
  }
  if constexpr (requires { f.requests(); })
    for (const auto& r : f.requests()) {
      auto fresh = f.make();
      expect(ask(fresh, r).status / 100 == 2, "what it serves it answers with success: " + r.head.target);
    }
}

template <class F>
void pieces_do_not_matter(F& f) {
  for (const auto& r : every_request(f)) {
    auto one = f.make();
    auto other = f.make();
    expect(ask(one, r, 1) == ask(other, r), "an answer does not depend on the pieces in which it is asked and read");
  }
}

template <class F>
void who_is_cut_off_leaves_no_trace(F& f) {
  for (const auto& r : every_request(f)) {
    auto one = f.make();
    auto other = f.make();
    {
      std::unique_ptr<responder> cut = one(r.head);
      feed(*cut, std::string_view(r.body).substr(0, r.body.size() / 2), 7);
      cut->on_failure(make_failure(error::broken_transfer, "the line was cut"));
    }
    // Dropped without a word, as by a server that ends.
    { const std::unique_ptr<responder> dropped = one(r.head); }
    expect(ask(one, r) == ask(other, r), "who asks again is answered as if nothing had been");
  }
}

template <class F>
void responders_do_not_meet(F& f) {
  const auto all = every_request(f);
  for (std::size_t n = 0; n + 1 < all.size(); ++n) {
    auto one = f.make();
    auto other = f.make();
    std::unique_ptr<responder> first = one(all[n].head), second = one(all[n + 1].head);
    feed(*first, all[n].body, 5);
    feed(*second, all[n + 1].body, 5);
    const answered a = hear(*first, 100), b = hear(*second, 100);
    expect(a == ask(other, all[n]) && b == ask(other, all[n + 1]), "two at once are answered as one after the other");
  }
}

}  // namespace detail

/// The laws of `request_handler`.
template <class Factory>
inline constexpr std::array request_handler_laws{
    law<Factory>{"each request has an answer", &detail::each_request_has_an_answer<Factory>},
    law<Factory>{"pieces do not matter", &detail::pieces_do_not_matter<Factory>},
    law<Factory>{"who is cut off leaves no trace", &detail::who_is_cut_off_leaves_no_trace<Factory>},
    law<Factory>{"responders do not meet", &detail::responders_do_not_meet<Factory>},
};

/// Tries all laws of `request_handler`; `before` is told their names.
template <request_handler_factory Factory, class Before>
void request_handler(Factory& factory, Before&& before) {
  static_assert(edensync::detail::check_request_handler<decltype(factory.make())>::value);
  check_all<Factory>(request_handler_laws<Factory>, factory, before);
}

}  // namespace edensync::laws
