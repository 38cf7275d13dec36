#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/loopback.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/site.hpp"
#include "support/engine.hpp"
#include "support/relief.hpp"

// Sites in memory, lines between them, and peers that say what a test tells them to say.
namespace edensync::test {

using test_site = site<parts>;

/// A site with all that it stands on.
struct one_site {
  memory::manual_clock clock;
  memory::store store;
  memory::counting_uid_source uids;
  test_site self;

  one_site(std::string epoch, std::uint64_t seed, memory::manual_clock c)
      : clock(std::move(c)), store(relief(), std::move(epoch)), uids(seed), self(store, relief(), clock, uids) {}

  uid put(office o) { return self.put(std::move(o)).value(); }
  std::vector<std::string> contents(with_mci m = with_mci::no) { return test::contents(store.snapshot(), m); }
  std::vector<log_entry> log(std::size_t limit = 1000) { return self.log(limit).value(); }
  std::vector<quarantine_entry> quarantine() { return self.quarantine(1000).value(); }
  watermark mark(task_id t, direction d) { return store.snapshot().get_watermark(t, d); }
};

inline office an(std::string name, std::string phone = {}) {
  office o;
  o.uuid = id_of(name);
  o.name = std::move(name);
  if (!phone.empty()) o.phone1 = std::move(phone);
  return o;
}

/// The newest line of a log as `mode action result: message`.
inline std::string last_line(one_site& s) {
  const auto all = s.log(1);
  if (all.empty()) return {};
  return all[0].mode + " " + all[0].action + " " + std::string(to_text(all[0].result)) +
         (all[0].remote ? " (remote)" : "") + ": " + all[0].message;
}

/// An active and a passive site and the line between them.
struct two_sites {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock};
  one_site base{"base", 2, clock};
  passive_site<parts> answering{base.self, {.authenticate = {}, .accept_pushes = true}};
  /// Takes away, in both directions, what tells an edensync site from an Eden.
  bool eden = false;
  memory::loopback line{[this](const request_head& asked) {
    auto head = asked;
    if (eden) strip(head.headers);
    return answering.handle(head);
  }};
  repository_id peer = 0;

  explicit two_sites(bool as_eden = false) : eden(as_eden) {
    line.on_answer([this](response_head& told) {
      if (!eden) return;
      strip(told.headers);
      told.headers.set("Date", to_http_date(clock.now()));
    });
    peer = field.self.put(repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  }

  static void strip(header_fields& h) {
    for (const auto name : {headers::version, headers::cursor, headers::resume}) h.set(std::string(name), "");
  }

  task_id add_task(sync_task t = {.resource = "org_office"}) {
    t.repository = peer;
    return field.self.put(t).value();
  }

  run_report run(run_hooks hooks = {}) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }

  /// The first error of a run, whichever part of it failed; none if all went well.
  static boost::system::error_code first_error(const run_report& r) {
    if (r.error) return r.error->code;
    for (const auto& t : r.transfers)
      if (t.error) return t.error->code;
    return {};
  }

  /// That both sites hold the same, but for what each knows for itself.
  void expect_equal() { BOOST_TEST(field.contents() == base.contents(), boost::test_tools::per_element()); }
};

/// What a scripted peer says to one request.
struct scripted_answer {
  unsigned status = 200;
  std::string body{};
  std::string type = "text/xml";
  std::vector<header_field> headers{};
};

/// A request as it came, with its body.
struct heard {
  request_head head;
  std::string body;
};

/// A peer that answers what it is told to, and remembers what it was asked. Without more it looks like an Eden.
class scripted_peer {
 public:
  using script = std::function<scripted_answer(const heard&)>;

  explicit scripted_peer(script s) : script_(std::move(s)) {}
  explicit scripted_peer(scripted_answer always)
      : script_([always = std::move(always)](const heard&) { return always; }) {}

  std::vector<heard> requests;

  std::unique_ptr<responder> operator()(const request_head& head) { return std::make_unique<answering>(*this, head); }

 private:
  class answering final : public responder {
   public:
    answering(scripted_peer& p, const request_head& head) : peer_(p) { request_.head = head; }

    bool wants_body() const override { return true; }
    void on_body(std::string_view piece) override { request_.body += piece; }
    void on_end() override {
      auto said = peer_.script_(request_);
      peer_.requests.push_back(std::move(request_));
      head_.status = said.status;
      head_.headers.set("Content-Type", said.type);
      for (auto& h : said.headers) head_.headers.set(h.name, h.value);
      body_ = std::move(said.body);
    }
    const response_head& head() const override { return head_; }
    result<std::size_t> read_body(std::span<char> into) override {
      const auto n = std::min(into.size(), body_.size() - sent_);
      std::memcpy(into.data(), body_.data() + sent_, n);
      sent_ += n;
      return n;
    }
    void on_failure(const failure&) override {}

   private:
    scripted_peer& peer_;
    heard request_;
    response_head head_;
    std::string body_;
    std::size_t sent_ = 0;
  };

  script script_;
};

/// An active site that talks to a scripted peer whose identifier it knows already.
struct site_and_script {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock};
  scripted_peer other;
  memory::loopback line{[this](const request_head& h) { return other(h); }};
  repository_id peer;

  template <class Script>
  explicit site_and_script(Script s, bool native = false) : other(std::move(s)) {
    peer = field.self
               .put(repository{
                   .uuid = id_of("peer"), .name = "Other", .url = "http://other.example.org/eden", .native = native})
               .value();
  }

  task_id add_task(sync_mode mode, std::string resource = "org_office") {
    return field.self.put(sync_task{.repository = peer, .resource = std::move(resource), .mode = mode}).value();
  }

  run_report run(run_hooks hooks = {}) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }
};

/// The `msince` of a request, as seconds of the tests; -1 if there is none.
inline std::int64_t msince_of(const heard& h) {
  const auto q = parse_sync_query(h.head.target);
  return q && q->msince ? *q->msince - second(0) : -1;
}

}  // namespace edensync::test
