#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "edensync/site/active_site.hpp"
#include "edensync/site/passive_site.hpp"
#include "../../backends/beast/tests/support.hpp"
#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"
#include "edensync/expat/event_source.hpp"
#include "edensync/sqlite/store.hpp"
#include "support/relief.hpp"
#include "support/temporary_folder.hpp"

// Sites as they are used: a SQLite file each, and sockets between them.
namespace edensync::test {

struct parts : default_parts {
  using store = sqlite::store;
  using clock = memory::manual_clock;
  using uid_source = memory::counting_uid_source;
  using event_source = expat::event_source;
};

/// Nobody waits for a lock here.
inline sqlite::options at_once(int max_pages = 0) {
  sqlite::options o;
  o.busy_timeout = std::chrono::milliseconds(0);
  o.max_pages = max_pages;
  return o;
}

/// A site on a file.
struct one_site {
  std::string file;
  memory::manual_clock clock;
  sqlite::store store;
  memory::counting_uid_source uids;
  site<parts> self;

  one_site(std::string path, std::uint64_t seed, memory::manual_clock c, sqlite::options o)
      : file(std::move(path)),
        clock(std::move(c)),
        store(sqlite::store::open(file, relief(), std::move(o)).value()),
        uids(seed),
        self(store, relief(), clock, uids) {}

  void put(std::string name, std::string phone = {}) {
    office o;
    o.uuid = id_of(name);
    o.name = std::move(name);
    if (!phone.empty()) o.phone1 = std::move(phone);
    self.put(o).value();
  }
  std::vector<std::string> contents() { return test::contents(store.snapshot()); }
  bool has(std::string_view name) { return !line_of(store.snapshot(), offices, name).empty(); }
  std::size_t lines() { return self.log(1000).value().size(); }

  /// Expects a line in the log, among those after the first `known`, that holds all of these words.
  void expect_line(std::size_t known, std::initializer_list<std::string_view> words) {
    auto log = self.log(1000).value();
    std::string all;
    BOOST_TEST_REQUIRE(log.size() >= known);
    log.resize(log.size() - known);  // the newest come first
    for (const auto& l : log) {
      const std::string text =
          l.mode + " " + l.action + " " + std::string(to_text(l.result)) + " " + l.resource + ": " + l.message;
      all += "\n  " + text;
      if (std::all_of(words.begin(), words.end(), [&](auto w) { return text.find(w) != std::string::npos; })) return;
    }
    std::string wanted;
    for (const auto w : words) wanted += " " + std::string(w);
    BOOST_ERROR("no line in the log with:" << wanted << "; there is:" << all);
  }
};

/// A field office that calls a base.
struct wire {
  temporary_folder folder;
  memory::manual_clock clock{second(1000)};
  one_site field, base;
  passive_site<parts> answering{
      base.self,
      {.authenticate = [](std::string_view user,
                          std::string_view word) { return user == "field-office" && word == "right"; },
       .accept_pushes = true}};
  beast::server server{[this](const request_head& h) { return answering.handle(h); }};
  repository_id peer = 0;

  explicit wire(sqlite::options at_field = at_once(), sqlite::options at_base = at_once())
      : field(folder.file("field.sqlite"), 1, clock, std::move(at_field)),
        base(folder.file("base.sqlite"), 2, clock, std::move(at_base)) {
    server.start().value();
    peer = field.self.put(repository{.name = "Base", .url = url(), .username = "field-office", .password = "right"})
               .value();
  }

  std::string url() const { return beast::test::url_of(server.port()); }

  task_id add_task(std::string_view resource = "org_office", sync_mode mode = sync_mode::both) {
    return field.self.put(sync_task{.repository = peer, .resource = std::string(resource), .mode = mode}).value();
  }
  watermark mark(task_id t, direction d) { return field.store.snapshot().get_watermark(t, d); }

  /// Changes what the field office knows of its peer.
  template <class F>
  void change_peer(F change) {
    auto known = field.self.repositories().value().front();
    change(known);
    field.self.put(known).value();
  }

  run_report run(beast::client_options o = {}) {
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer);
    const auto known = field.self.repositories().value().front();
    beast::client client(known, o);
    (void)client.run(*op);
    return op->report();
  }

  beast::test::test_answer ask(beast::test::test_request r, const std::string& password = "right") {
    beast::client client(url(), "field-office", password);
    beast::test::test_operation op(std::move(r));
    (void)client.run(op);
    return op.last();
  }

  /// Pushes a document as the field office would.
  beast::test::test_answer push(std::string document, const uid& as) {
    sync_query q;
    q.resource = "org_office";
    q.repository = as;
    return ask(beast::test::post(push_target(q), std::move(document)));
  }
  beast::test::test_answer push(std::string document) { return push(std::move(document), field.self.uuid().value()); }

  /// That a good exchange works, whatever went before.
  void expect_works() {
    const auto name = "good" + std::to_string(++good_);
    field.put(name);
    const auto r = run();
    BOOST_TEST(!r.error, (r.error ? r.error->text() : std::string()));
    for (const auto& t : r.transfers) BOOST_TEST(!t.error, (t.error ? t.error->text() : std::string()));
    BOOST_TEST(base.has(name));
  }

 private:
  int good_ = 0;
};

/// The first failure of a run.
inline failure first_failure(const run_report& r) {
  if (r.error) return *r.error;
  for (const auto& t : r.transfers)
    if (t.error) return *t.error;
  BOOST_FAIL("nothing failed");
  return make_failure(error::store_failed);
}

inline void expect_failure(const failure& why, error code, std::initializer_list<std::string_view> words) {
  BOOST_TEST((why.code == code), why.text());
  for (const auto w : words) BOOST_TEST(why.text().find(w) != std::string::npos, w << " is not in: " << why.text());
  BOOST_TEST(why.text().find("right") == std::string::npos, why.text());  // the password
}

/// Another program that holds the write lock of a file.
class locked {
 public:
  explicit locked(const std::string& path) {
    BOOST_TEST_REQUIRE(sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
    BOOST_TEST_REQUIRE(sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  locked(const locked&) = delete;
  locked& operator=(const locked&) = delete;
  ~locked() { sqlite3_close(db_); }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace edensync::test
