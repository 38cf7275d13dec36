#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/concepts/check_transport.hpp"
#include "edensync/laws/transport_sample.hpp"

namespace edensync::laws {

/// Makes senders, or pointers that own one: what is sent is answered by the handler that it is given, over whatever
/// lies between them. When the sender is gone, so is what served the handler.
template <class F>
concept request_sender_factory = requires(F f, wire::handler h) {
  *f.make(h);
};

namespace detail {

// Sends requests to a handler that answers all alike; notes what both sides heard.
struct exchanged {
  std::vector<wire::heard> told;
  std::vector<wire::request> asked;
  std::size_t ended = 0;
};

template <class F>
exchanged send(F& f, wire::asking op, std::function<wire::answer(const request_head&)> how) {
  auto book = std::make_shared<wire::guest_book>();
  {
    auto sender = f.make(
        [book, how](const request_head& head) { return std::make_unique<wire::answering>(head, how(head), book); });
    sender->run(op);
  }
  expect(op.wrong.empty(), "an operation is driven in its order, but: " + op.wrong);
  expect(!op.told.empty() && op.told.back().ended != op.told.back().failed, "each exchange comes to one end");
  const std::lock_guard guard(book->lock);
  return {std::move(op.told), std::move(book->asked), book->ended};
}

inline wire::answer echo(const request_head&) { return {.echo = true}; }

inline std::string bytes(std::size_t n) {
  std::string all;
  for (std::size_t i = 0; i < n; ++i) all += static_cast<char>(i * 7 + i / 251);
  return all;
}

template <class F>
void a_request_arrives_as_it_was_asked(F& f) {
  wire::request asked = wire::get("/sync/sync.xml?resource=law_site&msince=2026-01-01T00:00:00&a=%2F%20+");
  asked.head.headers.set("X-Asked", "a value; with=signs");
  const auto done = send(f, wire::asking({asked}), [](const request_head&) { return wire::answer{.body = "fine"}; });
  expect(done.asked.size() == 1 && done.ended == 1, "it arrives once");
  const auto& head = done.asked[0].head;
  expect(head.method == "GET" && head.target == asked.head.target, "with method, path and query as they are");
  expect(head.headers.get("x-asked") == "a value; with=signs", "and with its headers");
  const auto& told = done.told[0];
  expect(told.ended && told.head.status == 200 && told.head.headers.get("x-law") == "kept" && told.body == "fine",
         "the answer comes back with status, headers and body");
}

template <class F>
void bodies_pass_as_they_are(F& f) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{200001}})
    for (const bool tell_length : {true, false}) {
      const auto done = send(f, wire::asking({wire::post("/echo", bytes(size), tell_length)}), echo);
      expect(done.asked.size() == 1 && done.asked[0].body == bytes(size), "a body of any bytes and length arrives");
      expect(done.told[0].ended && done.told[0].body == bytes(size), "and comes back");
    }
}

template <class F>
void requests_follow_each_other(F& f) {
  const auto done = send(f, wire::asking({wire::get("/1"), wire::post("/2", "two"), wire::get("/3")}), echo);
  expect(done.told.size() == 3 && done.asked.size() == 3, "each request of a conversation is sent once");
  for (std::size_t n = 0; n < 3; ++n)
    expect(done.told[n].ended && done.asked[n].head.target == "/" + std::to_string(n + 1), "in its order");
  expect(done.told[1].body == "two" && done.told[2].body.empty(), "and has its own answer");
}

template <class F>
void a_refusal_is_an_answer(F& f) {
  for (const unsigned status : {301U, 403U, 404U, 500U}) {
    const auto done = send(
        f, wire::asking({wire::post("/no", bytes(300000)), wire::get("/then")}), [status](const request_head& head) {
          return head.method == "GET" ? wire::answer{.body = "then"} : wire::answer{status, "why", false, true, {}};
        });
    expect(done.told[0].ended && done.told[0].head.status == status && done.told[0].body == "why",
           "a status that is no success is told like others, with what the peer says");
    expect(done.asked[0].body.empty(), "a body that is not wanted is not given to the responder");
    expect(done.told[1].ended && done.told[1].body == "then", "the next request is sent");
  }
}

template <class F>
void half_an_answer_is_a_failure(F& f) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{100000}}) {
    const auto done = send(f, wire::asking({wire::get("/half"), wire::get("/whole")}), [at](const request_head& head) {
      wire::answer a{.body = bytes(200000)};
      if (head.target == "/half") a.breaks_off_at = at;
      return a;
    });
    // As long as nothing was sent, a server may also say that it has failed.
    expect((done.told[0].failed || done.told[0].head.status >= 500) && done.told[0].body.size() < 200000,
           "an answer that breaks off is not taken for whole");
    expect(done.told[1].ended && done.told[1].body == bytes(200000), "the next request has its answer");
  }
}

template <class F>
void half_a_request_is_no_request(F& f) {
  for (const bool tell_length : {true, false}) {
    wire::asking op({wire::post("/half", bytes(200000), tell_length)});
    op.breaks_off_at = 100000;
    const auto done = send(f, std::move(op), echo);
    expect(done.told[0].failed, "who cannot send all hears of a failure");
    expect(done.ended == 0, "and nobody takes what arrived for all of it");
  }
}

template <class F>
void an_answer_need_not_be_taken(F& f) {
  wire::asking op({wire::get("/1"), wire::get("/2")});
  op.wants_no_answer = true;
  const auto done = send(f, std::move(op), [](const request_head&) { return wire::answer{.body = bytes(200000)}; });
  expect(done.told.size() == 2 && done.told[0].failed && done.told[1].failed,
         "who does not want an answer hears of the end, and asks the next");
}

}  // namespace detail

/// The laws of `request_sender`.
template <class Factory>
inline constexpr std::array request_sender_laws{
    law<Factory>{"a request arrives as it was asked", &detail::a_request_arrives_as_it_was_asked<Factory>},
    law<Factory>{"bodies pass as they are", &detail::bodies_pass_as_they_are<Factory>},
    law<Factory>{"requests follow each other", &detail::requests_follow_each_other<Factory>},
    law<Factory>{"a refusal is an answer", &detail::a_refusal_is_an_answer<Factory>},
    law<Factory>{"half an answer is a failure", &detail::half_an_answer_is_a_failure<Factory>},
    law<Factory>{"half a request is no request", &detail::half_a_request_is_no_request<Factory>},
    law<Factory>{"an answer need not be taken", &detail::an_answer_need_not_be_taken<Factory>},
};

/// Tries all laws of `request_sender`; `before` is told their names.
template <request_sender_factory Factory, class Before>
void request_sender(Factory& factory, Before&& before) {
  static_assert(
      edensync::detail::check_request_sender<std::remove_cvref_t<decltype(*factory.make(wire::handler()))>>::value);
  check_all<Factory>(request_sender_laws<Factory>, factory, before);
}

}  // namespace edensync::laws
