#pragma once

#include <boost/assert/source_location.hpp>
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/operation.hpp"
#include "edensync/memory/loopback.hpp"
#include "edensync/mock/heard.hpp"
#include "edensync/mock/message_like.hpp"
#include "edensync/mock/reporter.hpp"
#include "edensync/mock/told.hpp"

namespace edensync::mock {

/// A request to be sent: `request("GET", "/sync/sync.xml?resource=org_office")`.
inline heard request(std::string method, std::string target, std::string body = {}, std::string type = "text/xml") {
  heard h;
  h.head.method = std::move(method);
  h.head.target = std::move(target);
  h.head.has_body = !body.empty();
  h.head.body_length = static_cast<long long>(body.size());
  if (h.head.has_body) h.head.headers.set("Content-Type", std::move(type));
  h.body = std::move(body);
  return h;
}

/// One request and its answer, driven by whoever has a connection: a loopback, or a client of a backend.
class one_exchange final : public operation {
 public:
  explicit one_exchange(heard request) : request_(std::move(request)) {}

  const told& answer() const { return answer_; }

  const request_head* next() override { return std::exchange(asked_, true) ? nullptr : &request_.head; }
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = std::min(into.size(), request_.body.size() - sent_);
    std::memcpy(into.data(), request_.body.data() + sent_, n);
    sent_ += n;
    return n;
  }
  result<void> on_head(const response_head& head) override {
    answer_.head = head;
    return {};
  }
  result<void> on_body(std::string_view piece) override {
    if (request_.head.method != "HEAD") answer_.body += piece;
    return {};
  }
  result<void> on_end() override { return {}; }
  void on_failure(const failure& why) override { answer_.broken = why; }

 private:
  heard request_;
  told answer_;
  std::size_t sent_ = 0;
  bool asked_ = false;
};

/// Asks a server in this thread, for instance `passive_site::handle`. User and password are those of the request.
inline told ask(memory::loopback::handler server, heard request) {
  auto user = request.head.user, password = request.head.password;
  memory::loopback line(std::move(server), std::move(user), std::move(password));
  one_exchange op(std::move(request));
  line.run(op);
  return op.answer();
}

/// Reports in what an answer is not as it should be; says whether it is.
inline bool check(const reporter& report, const told& came, const message_like& wanted,
                  boost::source_location where = BOOST_CURRENT_LOCATION) {
  const auto all = wanted.mismatches(came);
  if (all.empty()) return true;
  std::string said =
      "the answer is not " + wanted.text() + " (" + where.file_name() + ':' + std::to_string(where.line()) + ')';
  for (const auto& m : all) said += "\n    " + m.text();
  said += "\n  it is " + std::to_string(came.head.status) + ' ' + detail::in_quotes(came.body, 400);
  report(said);
  return false;
}

}  // namespace edensync::mock
