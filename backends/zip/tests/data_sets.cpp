// Data sets that come in an archive.

#include "edensync/site/data_sets.hpp"
#include "edensync/zip/archive.hpp"
#include "support/recorded.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct packing : parts {
  using archive = edensync::zip::archive;
};

constexpr const char* address = "/default/download/DEMO.zip";

// The parts of this site name an archive; for the rest as `one_site`.
struct follower {
  memory::manual_clock clock;
  memory::store store{relief(), "field"};
  memory::counting_uid_source uids{1};
  site<packing> self{store, relief(), clock, uids};

  explicit follower(memory::manual_clock c) : clock(std::move(c)) {}
};

struct packed_sets {
  memory::manual_clock clock{second(1000)};
  one_site host{"host", 2, clock};
  follower field{clock};
  bool eden = false;
  std::string archive;
  std::vector<std::string> asked;
  passive_site<parts> answering{host.self, {.download = [this](std::string_view name) -> member_source {
                                  if (name != "DEMO.zip" || archive.empty()) return {};
                                  return
                                      [this, at = std::size_t{0}](std::span<char> into) mutable -> result<std::size_t> {
                                        const auto n = std::min(into.size(), archive.size() - at);
                                        std::memcpy(into.data(), archive.data() + at, n);
                                        at += n;
                                        return n;
                                      };
                                }}};
  memory::loopback line{[this](const request_head& head) {
    asked.push_back(head.target.substr(0, head.target.find('?')));
    auto h = head;
    if (eden) two_sites::strip(h.headers);
    return answering.handle(h);
  }};
  repository_id peer =
      field.self.put(repository{.name = "Host", .type = "data", .url = "http://host.example.org/eden"}).value();
  dataset_id demo = put_dataset(host.self, {.code = "DEMO", .name = "Demo"}).value();
  task_id offices = put_dataset_task(host.self, {.resource = "org_office", .dataset = demo}).value();

  packed_sets() {
    line.on_answer([this](response_head& told) {
      if (!eden) return;
      two_sites::strip(told.headers);
      told.headers.set("Date", to_http_date(clock.now()));
    });
    (void)put_dataset(field.self, {.repository = peer, .code = "DEMO"}).value();
  }

  void pack() {
    archive.clear();
    BOOST_TEST(
        write_dataset_archive<edensync::zip::archive>(host.self, demo, [&](std::string_view piece) -> result<void> {
          archive += piece;
          return {};
        }).has_value());
    publish(address);
  }
  void publish(const std::string& url) {
    auto d = host.store.snapshot().datasets().front();
    d.archive_url = url;
    d.use_archive = true;
    (void)put_dataset(host.self, d).value();
  }

  /// An archive whose member ends after so many quarters of its document.
  void pack_part(std::size_t quarters) {
    pack();
    const auto member = host.store.snapshot().tasks(0).front().uuid.text() + ".xml";
    edensync::zip::reader whole(archive_limits{});
    BOOST_TEST_REQUIRE((whole.feed(archive).has_value() && whole.finish().has_value() && whole.open(member).value()));
    const auto text = read_all(whole);
    edensync::zip::writer part;
    const auto source = [text, left = text.size() * quarters / 4,
                         at = std::size_t{0}](std::span<char> into) mutable -> result<std::size_t> {
      const auto n = std::min(into.size(), left - at);
      std::memcpy(into.data(), text.data() + at, n);
      at += n;
      return n;
    };
    BOOST_TEST_REQUIRE((part.add(member, source, clock.now()).has_value() && part.finish().has_value()));
    archive = read_all(part);
  }
  template <class From>
  static std::string read_all(From& from) {
    std::string all, buffer(4096, '\0');
    for (std::size_t n = 1; n != 0; all.append(buffer, 0, n)) n = from.read(buffer).value();
    return all;
  }

  /// In batches of ten records.
  run_report run_in_tens(run_hooks hooks = {}) {
    clock.advance(10);
    site<packing> self(field.store, relief(), clock, field.uids, {.batch_elements = 10});
    const auto op = active_site<packing>(self).synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }
  /// The newest lines of the log, the oldest of them first, each with how many records came and were created.
  std::vector<std::string> counted_lines(std::size_t n) {
    std::vector<std::string> all;
    for (const auto& l : field.self.log(n).value())
      all.insert(all.begin(), l.mode + ' ' + l.action + ' ' + std::string(to_text(l.result)) + ' ' + l.resource + ' ' +
                                  std::to_string(l.counts.received) + ' ' + std::to_string(l.counts.created));
    return all;
  }

  run_report run(run_hooks hooks = {}) {
    asked.clear();
    clock.advance(10);
    active_site<packing> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }

  std::vector<std::string> lines(std::size_t n) {
    std::vector<std::string> all;
    for (const auto& l : field.self.log(n).value())
      all.insert(all.begin(), l.action + ' ' + std::string(to_text(l.result)) + ": " + l.message);
    return all;
  }
  void expect(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
    BOOST_TEST(got == wanted, boost::test_tools::per_element());
  }
  void expect_equal() {
    BOOST_TEST(contents(field.store.snapshot()) == contents(host.store.snapshot()), boost::test_tools::per_element());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_task_that_was_never_pulled_gets_its_records_from_the_archive, packed_sets) {
  eden = true;
  {
    for (int i = 0; i < 200; ++i) host.put(an("office " + std::to_string(i)));
    pack();
    BOOST_TEST(run().ok());
    expect(asked, {"/sync/task.xml", "/sync/dataset.xml", address});
    expect(lines(3), {"refresh success: Successfully updated 1 tasks",
                      "fetch archive success: Dataset DEMO archive downloaded successfully",
                      "import success: Data imported successfully (200 records, from archive)"});
    expect_equal();
    // What came in the last second of the archive, and later, is not missing.
    host.put(an("late"));
    (void)host.self.erase<office>(id_of("office 7"));
    BOOST_TEST(run().ok());
    expect_equal();
    BOOST_TEST(asked.back() == "/sync/sync.xml");
    BOOST_TEST(run().ok());
    BOOST_TEST(lines(1).front() == "import success: No data to import (already up-to-date)");
  }
}

BOOST_FIXTURE_TEST_CASE(from_an_edensync_site_the_next_pull_goes_on_where_the_archive_ends, packed_sets) {
  for (int i = 0; i < 20; ++i) host.put(an("office " + std::to_string(i)));
  pack();
  host.put(an("in the same second"));
  BOOST_TEST(run().ok());
  BOOST_TEST(run().ok());
  expect_equal();
  BOOST_TEST(lines(1).front() == "import success: Data imported successfully (1 records)");
}

BOOST_FIXTURE_TEST_CASE(what_was_here_before_is_asked_for_whole_after_an_archive, packed_sets) {
  host.put(an("a"));
  clock.advance(1);
  auto here = an("a", "1");
  BOOST_TEST(field.self.put(here).has_value());
  clock.advance(10);
  host.put(an("a"));  // its phone is empty
  pack();
  BOOST_TEST(run().ok());
  BOOST_TEST(run().ok());
  expect_equal();
}

BOOST_FIXTURE_TEST_CASE(an_archive_is_fetched_once_for_all_tasks, packed_sets) {
  (void)put_dataset_task(host.self, {.resource = "org_organisation", .dataset = demo}).value();
  host.put(an("a"));
  pack();
  (void)put_dataset_task(host.self, {.resource = "hrm_post", .dataset = demo}).value();  // not in it
  BOOST_TEST(run().ok());
  expect(asked, {"/sync/task.xml", "/sync/dataset.xml", address, "/sync/sync.xml"});
}

BOOST_FIXTURE_TEST_CASE(without_the_archive_the_task_is_pulled, packed_sets) {
  host.put(an("a"));
  pack();
  const auto good = archive;
  const auto falls_back = [&](const std::string& bytes, const std::string& line) {
    archive = bytes;
    follower anew{clock};
    const auto r = anew.self.put(repository{.name = "Host", .type = "data", .url = "http://x"}).value();
    (void)put_dataset(anew.self, {.repository = r, .code = "DEMO"}).value();
    active_site<packing> calling(anew.self);
    const auto op = calling.synchronize_with(r);
    this->line.run(*op);
    BOOST_TEST(op->report().ok());
    BOOST_TEST(contents(anew.store.snapshot()) == contents(host.store.snapshot()), boost::test_tools::per_element());
    std::string failed;
    for (const auto& l : anew.self.log(10).value())
      if (l.action == "fetch archive" && l.result != log_result::success) failed = l.message;
    BOOST_TEST(failed.find(line) != std::string::npos, failed);
    BOOST_TEST(anew.self.log(1).value().front().message == "Data imported successfully (1 records)");
  };
  falls_back("", "404");
  falls_back("<html>Log in</html>", "no archive");
  falls_back(good.substr(0, good.size() / 2), "no archive");
  auto bad_sum = good;
  bad_sum[good.find(".xml") + 30] = static_cast<char>(bad_sum[good.find(".xml") + 30] ^ 0x10);
  falls_back(bad_sum, "the archive");
}

BOOST_FIXTURE_TEST_CASE(an_archive_that_breaks_in_the_middle_tells_what_was_committed_of_it, packed_sets) {
  for (int i = 0; i < 28; ++i) host.put(an("office " + std::to_string(i)));
  pack_part(3);
  const auto told = run_in_tens();
  BOOST_TEST_REQUIRE(told.transfers.size() == 2U);
  BOOST_TEST(told.transfers[0].imported.total.created == 20U);
  BOOST_TEST_REQUIRE(told.transfers[0].given_up.has_value());
  BOOST_TEST((told.transfers[0].given_up->code == error::malformed_document));
  BOOST_TEST(told.transfers[1].imported.total.created == 8U);
  BOOST_TEST(!told.transfers[1].given_up.has_value());
  // The pull has brought everything.
  BOOST_TEST(told.ok());
  expect_equal();
  expect(counted_lines(2),
         {"pull/outgoing fetch archive fatal org_office 20 20", "pull/outgoing import success org_office 28 8"});
}

BOOST_FIXTURE_TEST_CASE(an_archive_that_is_cancelled_tells_what_was_committed_of_it_in_one_line, packed_sets) {
  for (int i = 0; i < 28; ++i) host.put(an("office " + std::to_string(i)));
  pack();
  const auto cancelled = [&] { return contents(field.store.snapshot()).size() >= 10U; };
  const auto told = run_in_tens({.progress = {}, .cancelled = cancelled, .elsewhere = {}});
  BOOST_TEST_REQUIRE(told.error.has_value());
  BOOST_TEST((told.error->code == error::cancelled));
  BOOST_TEST_REQUIRE(told.transfers.size() == 1U);
  const auto& t = told.transfers.front();
  BOOST_TEST_REQUIRE(t.error.has_value());
  BOOST_TEST((t.error->code == error::cancelled));
  BOOST_TEST(!t.given_up.has_value());
  const auto there = contents(field.store.snapshot()).size();
  BOOST_TEST(there < 28U);
  BOOST_TEST(t.imported.total.created == there);
  BOOST_TEST(!find_unlogged(field.store.snapshot(), peer));
  const auto counted = std::to_string(t.imported.total.received) + ' ' + std::to_string(there);
  expect(counted_lines(2),
         {"pull/outgoing fetch archive success org_office 0 0", "pull/outgoing import error org_office " + counted});
  // Nobody ended without a word, and the rest comes.
  BOOST_TEST(run_in_tens().ok());
  expect_equal();
  for (const auto& l : field.self.log(20).value())
    BOOST_TEST(l.message.find("ended without a word") == std::string::npos, l.message);
}

BOOST_FIXTURE_TEST_CASE(of_an_archive_bytes_are_told_while_it_comes_and_records_while_it_is_taken, packed_sets) {
  // More than one piece of what is read at once.
  for (int i = 0; i < 400; ++i) host.put(an("office " + std::to_string(i)));
  pack();
  std::uint64_t fetched = 0, records = 0, bytes = 0;
  bool whose = true;
  const auto progress = [&](const run_progress& p) {
    whose = whose && p.resource == "org_office" && p.way == direction::pull && p.task == 1 && p.tasks == 1;
    if (p.records == 0 && bytes == 0 && p.bytes <= archive.size()) fetched = p.bytes;
    if (p.records != 0) {
      records = p.records;
      bytes = p.bytes;
      BOOST_TEST(contents(field.store.snapshot()).size() >= records - 10);
    }
  };
  const auto told = run_in_tens({.progress = progress, .cancelled = {}, .elsewhere = {}});
  BOOST_TEST(told.ok());
  BOOST_TEST(whose);
  BOOST_TEST(fetched == archive.size());
  BOOST_TEST_REQUIRE(told.transfers.size() == 1U);
  BOOST_TEST(records > 100U);
  BOOST_TEST(bytes == told.transfers[0].bytes);
}

BOOST_FIXTURE_TEST_CASE(an_archive_elsewhere_is_asked_for_without_credentials_if_somebody_does_it, packed_sets) {
  host.put(an("a"));
  pack();
  publish("https://files.example.org:8443/sets/DEMO.zip?v=1#top");
  BOOST_TEST(run().ok());
  BOOST_TEST(asked.back() == "/sync/sync.xml");
  BOOST_TEST(lines(2).front().starts_with("fetch archive fatal: "), lines(2).front());
  for (const auto& t : field.self.tasks(peer).value())
    (void)field.self.ledger([&](auto& x) { x.set_watermark(t.id, direction::pull, {}); });
  std::string base, target;
  const auto elsewhere = [&](const std::string& where, operation& op) {
    base = where;
    memory::loopback other([&](const request_head& h) {
      target = h.target;
      auto at_home = h;
      at_home.target = address;
      return answering.handle(at_home);
    });
    other.run(op);
  };
  BOOST_TEST(run({.progress = {}, .cancelled = {}, .elsewhere = elsewhere}).ok());
  BOOST_TEST(base == "https://files.example.org:8443");
  BOOST_TEST(target == "/sets/DEMO.zip?v=1");
  BOOST_TEST(lines(1).front().find("from archive") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_packed_says_why, packed_sets) {
  const auto nowhere = [](std::string_view) -> result<void> { return {}; };
  const auto why = [&](auto& s, dataset_id d) {
    return write_dataset_archive<edensync::zip::archive>(s, d, nowhere).error().info.text();
  };
  BOOST_TEST(why(host.self, 77) == "Data Set not found");
  BOOST_TEST(why(field.self, 1) == "Cannot create archive from remote data set");
  BOOST_TEST(why(host.self, put_dataset(host.self, {.code = "EMPTY"}).value()) == "No resources defined for dataset");
  host.put(an("a"));
  const auto full = [](std::string_view) -> result<void> { return make_failure(error::store_full); };
  BOOST_TEST((write_dataset_archive<edensync::zip::archive>(host.self, demo, full).error().code ==
              make_error_code(error::store_full)));
}

BOOST_AUTO_TEST_CASE(the_archive_of_an_eden_is_asked_for_and_taken) {
  const auto folder = recorded("eden-wire/active/22-data-repository-archive");
  const auto before = recorded("eden-wire/active/20-data-repository-refresh");
  if (!folder || !before) return;
  memory::manual_clock clock{second(400 * 86400)};
  follower field{clock};
  const auto r = field.self.put(repository{.name = "Eden", .type = "data", .url = "http://x"}).value();
  (void)put_dataset(field.self, {.repository = r, .code = "DEMO"}).value();
  std::vector<std::string> asked;
  auto source = *before;
  scripted_peer peer([&](const heard& h) {
    asked.push_back(h.head.target);
    scripted_answer a{.status = 404};
    for (const auto& file : std::filesystem::directory_iterator(source)) {
      const auto name = file.path().string();
      if (!name.ends_with(".request.http") ||
          read_file(file.path()).find(" /eden" + h.head.target + " HTTP") == std::string::npos)
        continue;
      const auto answer = read_file(name.substr(0, name.size() - 12) + "response.http");
      a.status = 200;
      a.body = answer.substr(answer.find("\r\n\r\n") + 4);
      a.headers = {{"Date", "Sun, 22 Nov 2026 19:13:35 GMT"}};
    }
    return a;
  });
  memory::loopback line([&](const request_head& h) { return peer(h); });
  active_site<packing> calling(field.self);
  // The tasks of the first run; nothing was pulled.
  const auto first = calling.synchronize_with(r);
  line.run(*first);
  for (const auto& t : field.self.tasks(r).value())
    (void)field.self.ledger([&](auto& x) { x.set_watermark(t.id, direction::pull, {}); });
  asked.clear();
  source = *folder;
  const auto second = calling.synchronize_with(r);
  line.run(*second);
  const std::vector<std::string> wanted{
      "/sync/task.xml?~.dataset_id$code=DEMO&msince=2026-11-22T18:50:24",
      "/sync/task.xml?include_deleted=True&~.deleted=True&msince=2026-11-22T18:50:24",
      "/sync/resource_filter.xml?include_deleted=True&~.deleted=True&msince=2026-11-22T18:50:24",
      "/sync/dataset.xml?~.code=DEMO&mcomponents=None",
      "/default/download/sync_dataset_archive.archive.83967e09508071b4.REVNTy56aXA=.zip"};
  BOOST_TEST(asked == wanted, boost::test_tools::per_element());
  bool taken = false;
  for (const auto& l : field.self.log(20).value())
    taken =
        taken || (l.resource == "org_organisation" && l.message.find("records, from archive)") != std::string::npos);
  BOOST_TEST(taken);
}
