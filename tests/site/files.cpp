// Sites that meet only in a folder: what the disk that is carried between them may do to it.

#include "edensync/job/run_words.hpp"
#include "edensync/memory/folder.hpp"
#include "edensync/site/synchronize_files.hpp"
#include "support/sites.hpp"

#include <random>

using namespace edensync;
using namespace edensync::test;

namespace {

/// A site that knows one peer by a folder.
struct folder_site : one_site {
  memory::folder disk;
  repository_id peer = 0;
  task_id task = 0;

  folder_site(std::string epoch, std::uint64_t seed, memory::manual_clock c, memory::folder d, sync_task t = {})
      : one_site(std::move(epoch), seed, std::move(c)), disk(std::move(d)) {
    peer = self.put(repository{.name = "Other", .type = "filesync", .path = "/media/stick"}).value();
    t.repository = peer;
    if (t.resource.empty()) t.resource = "org_office";
    task = self.put(t).value();
  }

  run_report run(run_hooks hooks = {}) {
    return synchronize_files(
        self, peer, [&](const std::string&) -> result<memory::folder> { return disk; }, std::move(hooks));
  }
  repository known() { return self.repositories().value().front(); }
  void change(const std::function<void(sync_task&)>& f) {
    auto t = self.tasks(peer).value().front();
    f(t);
    (void)self.put(t).value();
  }
};

struct carried {
  memory::manual_clock clock{second(1000)};
  memory::folder disk;
  folder_site field{"field", 1, clock, disk};
  folder_site base{"base", 2, clock, disk};

  void round() {
    clock.advance(10);
    BOOST_TEST(field.run().ok());
    BOOST_TEST(base.run().ok());
  }
  void expect_equal() { BOOST_TEST(field.contents() == base.contents(), boost::test_tools::per_element()); }
  std::string file_of(folder_site& s) {
    return expand_file_name(default_file_name, {s.self.uuid()->text(), "org_office", {}});
  }
};

std::size_t writes(const folder_site& s) {
  std::size_t n = 0;
  for (const auto& l : const_cast<folder_site&>(s).log()) n += l.message.starts_with("Data successfully written");
  return n;
}

std::optional<failure> first(const run_report& r) {
  if (r.error) return r.error;
  for (const auto& t : r.transfers)
    if (t.error) return t.error;
  return std::nullopt;
}

}  // namespace

// What it reads is written here, as in any dry run; the folder stays as it is.
BOOST_FIXTURE_TEST_CASE(a_dry_run_reads_a_folder_and_names_what_it_would_write, carried) {
  field.change([](sync_task& t) { t.delete_input_files = true; });
  base.put(an("b"));
  BOOST_TEST(base.run().ok());
  field.put(an("a"));
  const auto names = disk.names();
  const auto told = field.run({.dry_run = true});
  BOOST_TEST(told.ok());
  BOOST_TEST(disk.names() == names, boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(told.transfers.size() == 2U);
  BOOST_TEST(told.transfers[0].file == file_of(base));
  BOOST_TEST(told.transfers[0].imported.total.created == 1U);
  BOOST_TEST(told.transfers[1].file == file_of(field));
  BOOST_TEST(told.transfers[1].exported.masters == 2U);
  BOOST_TEST(run_words(told) == "pull org_office from " + file_of(base) +
                                    ": 1 records, 1 created, 0 updated, 0 deleted\npush org_office to " +
                                    file_of(field) + ": 2 records\n");
}

BOOST_FIXTURE_TEST_CASE(two_sites_that_share_a_folder_come_to_hold_the_same, carried) {
  field.put(an("a", "1"));
  base.put(an("b", "2"));
  for (int i = 0; i < 3; ++i) round();
  expect_equal();
  BOOST_TEST(field.contents().size() == 2U);
  BOOST_TEST(field.known().native);
  BOOST_TEST(base.known().native);
  BOOST_TEST(field.known().uuid.text() == base.self.uuid()->text());

  clock.advance(10);
  field.put(an("a", "3"));
  auto emptied = an("b");
  emptied.phone1.reset();
  base.put(emptied);
  base.put(an("c"));
  for (int i = 0; i < 3; ++i) round();
  expect_equal();
  BOOST_TEST(field.self.get<office>(id_of("b")).value()->phone1.has_value() == false);
  clock.advance(10);
  BOOST_TEST(base.self.erase<office>(id_of("a")).has_value());
  for (int i = 0; i < 3; ++i) round();
  expect_equal();
  BOOST_TEST(!field.self.get<office>(id_of("a")).value().has_value());
}

BOOST_FIXTURE_TEST_CASE(where_nothing_changes_nothing_is_written, carried) {
  field.put(an("a"));
  for (int i = 0; i < 6; ++i) round();
  const auto before = disk.list().value();
  const auto sequences = std::pair(field.store.snapshot().sequence(), base.store.snapshot().sequence());
  for (int i = 0; i < 3; ++i) round();
  BOOST_TEST((disk.list().value() == before));
  BOOST_TEST((std::pair(field.store.snapshot().sequence(), base.store.snapshot().sequence()) == sequences));
  BOOST_TEST(last_line(field).ends_with("No data to send"), last_line(field));
  BOOST_TEST(writes(field) + writes(base) <= 6U);
}

BOOST_FIXTURE_TEST_CASE(what_was_confirmed_is_not_sent_again, carried) {
  field.put(an("a"));
  for (int i = 0; i < 4; ++i) round();
  clock.advance(10);
  field.put(an("b"));
  (void)field.run();
  const auto text = disk.get(file_of(field)).value();
  BOOST_TEST(text.find("urn:uuid:b") != std::string::npos);
  BOOST_TEST(text.find("urn:uuid:a\"") == std::string::npos, text);
}

BOOST_FIXTURE_TEST_CASE(a_lost_file_is_written_again, carried) {
  for (int i = 0; i < 3; ++i) round();
  field.put(an("a"));
  (void)field.run();
  disk.lose(file_of(field));
  (void)field.run();
  BOOST_TEST(disk.get(file_of(field)).has_value());
  disk.lose(file_of(field));
  field.put(an("b"));
  for (int i = 0; i < 3; ++i) round();
  expect_equal();
  BOOST_TEST(base.contents().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_there_twice_counts_once, carried) {
  field.put(an("a"));
  for (int i = 0; i < 3; ++i) round();
  field.put(an("b"));
  (void)field.run();
  disk.put("copy.xml", *disk.get(file_of(field)));
  (void)base.run();
  const auto sequence = base.store.snapshot().sequence();
  disk.put("another copy.xml", *disk.get(file_of(field)));
  BOOST_TEST(base.run().ok());
  BOOST_TEST(base.store.snapshot().sequence() == sequence);
  std::size_t had = 0;
  for (const auto& l : base.log()) had += l.message == "Everything in it was received before";
  BOOST_TEST(had == 2U);
}

BOOST_FIXTURE_TEST_CASE(files_may_come_in_any_order, carried) {
  for (int i = 0; i < 3; ++i) round();
  // Replaced by what comes later, whatever the policy.
  base.change([](sync_task& t) { t.update = t.conflict = policy_name::take_remote; });
  std::vector<std::string> written;
  for (const auto* phone : {"1", "2", "3"}) {
    clock.advance(10);
    field.put(an("a", phone));
    (void)field.run();
    written.push_back(*disk.get(file_of(field)));
  }
  disk.lose(file_of(field));
  for (const std::size_t which : {2U, 0U, 1U}) {
    disk.put("carried.xml", written[which]);
    BOOST_TEST(base.run().ok());
    BOOST_TEST(*base.self.get<office>(id_of("a")).value()->phone1 == "3");
  }
}

BOOST_FIXTURE_TEST_CASE(half_a_file_changes_nothing_and_is_taken_when_it_is_whole, carried) {
  for (int i = 0; i < 3; ++i) round();
  for (int i = 0; i < 40; ++i) field.put(an("office " + std::to_string(i)));
  (void)field.run();
  const auto whole = *disk.get(file_of(field));
  disk.lose(file_of(field));
  const auto sequence = base.store.snapshot().sequence();
  disk.put("being copied.xml", whole.substr(0, whole.size() / 2));
  // Whoever takes a few records at a time could have taken half of them.
  test_site careful(base.store, relief(), base.clock, base.uids, {.batch_elements = 4});
  const auto why =
      first(synchronize_files(careful, base.peer, [&](const std::string&) -> result<memory::folder> { return disk; }));
  BOOST_TEST((why && why->code == condition::bad_document));
  BOOST_TEST(base.store.snapshot().sequence() == sequence);
  BOOST_TEST((!first(base.run())));  // not looked at again
  disk.put("being copied.xml", whole);
  BOOST_TEST(base.run().ok());
  BOOST_TEST(base.contents().size() == 40U);
}

BOOST_FIXTURE_TEST_CASE(garbage_is_left_and_the_next_file_has_its_turn, carried) {
  for (int i = 0; i < 3; ++i) round();
  disk.put("a page.xml", "<html><body>Log in</body></html>");
  disk.put("broken.xml", "<s3xml><resource name=\"org_office\"></s3xml>");
  disk.put("empty.xml", "");
  disk.put("bomb.xml", "<!DOCTYPE s3xml [<!ENTITY a \"b\">]><s3xml>&a;</s3xml>");
  disk.put("other.txt", "no document");
  field.put(an("a"));
  (void)field.run();
  const auto report = base.run();
  BOOST_TEST(!report.ok());
  BOOST_TEST(base.contents().size() == 1U);
  std::vector<std::string> told;
  for (const auto& l : base.log())
    if (l.result == log_result::fatal) told.push_back(l.mode + ' ' + l.action);
  std::sort(told.begin(), told.end());
  const std::vector<std::string> wanted{"pull/outgoing import a page.xml", "pull/outgoing import bomb.xml",
                                        "pull/outgoing import broken.xml", "pull/outgoing import empty.xml"};
  BOOST_TEST(told == wanted, boost::test_tools::per_element());
  BOOST_TEST(disk.get("broken.xml").has_value());
  BOOST_TEST(base.run().ok());
}

// Whoever is killed leaves what was written last; the next run tells of it by the file's name.
BOOST_FIXTURE_TEST_CASE(a_file_whose_reader_was_killed_is_named_in_the_log, carried) {
  std::string text = "<s3xml>";
  for (int i = 0; i < 20000; ++i)
    text += R"(<resource name="org_office" uuid="urn:uuid:e)" + std::to_string(i) +
            R"(" modified_on="2026-03-01T08:00:01"/>)";
  disk.put("a b.xml", text + "</s3xml>");
  std::optional<unlogged_import> left;
  const auto look = [&](const auto&) {
    if (!left) left = find_unlogged(base.store.snapshot(), base.peer);
  };
  BOOST_TEST(base.run({.progress = look}).ok());
  BOOST_TEST_REQUIRE(left.has_value());
  BOOST_TEST(left->counts.received != 0U);
  BOOST_TEST(base.self.ledger([&](auto& t) { keep_unlogged(t, base.peer, *left); }).has_value());
  BOOST_TEST(base.run().ok());
  const auto log = base.log();
  const auto told = std::find_if(log.begin(), log.end(), [](const log_entry& e) {
    return e.message.find("ended without a word") != std::string::npos;
  });
  BOOST_TEST_REQUIRE((told != log.end()));
  BOOST_TEST(told->mode == "pull/outgoing");
  BOOST_TEST(told->action == "import a b.xml");
  BOOST_TEST(told->resource == "org_office");
  BOOST_TEST(told->counts.received == left->counts.received);
  BOOST_TEST(!find_unlogged(base.store.snapshot(), base.peer));
}

BOOST_FIXTURE_TEST_CASE(a_document_of_an_eden_is_taken_and_gone_if_asked, carried) {
  base.change([](sync_task& t) {
    t.delete_input_files = true;
    t.infile_pattern = "export*.xml";
  });
  const std::string text =
      "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\" results=\"1\" domain=\"eden.example.org\" "
      "url=\"http://eden.example.org/eden\">\n  <resource name=\"org_office\" uuid=\"urn:uuid:e\" mci=\"1\" "
      "modified_on=\"2026-03-01T08:00:01\">\n    <data field=\"name\">Éden</data>\n  </resource>\n</s3xml>";
  disk.put("export 1.xml", text);
  disk.put("not this.xml", text);
  BOOST_TEST(base.run().ok());
  BOOST_TEST(base.self.get<office>(id_of("e")).value()->name == "Éden");
  BOOST_TEST(!disk.get("export 1.xml").has_value());
  BOOST_TEST(disk.get("not this.xml").has_value());
  BOOST_TEST(!base.known().native);
  bool logged = false;
  for (const auto& l : base.log())
    logged = logged || (l.action == "import export 1.xml" && l.message == "Data imported successfully (1 records)");
  BOOST_TEST(logged);
  // Whoever does not confirm gets everything each time, and is asked nothing that an Eden could not read.
  const auto out = *disk.get(file_of(base));
  BOOST_TEST(out.find("urn:uuid:e") != std::string::npos);
  BOOST_TEST(out.find("sequence=") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_site_that_lost_its_records_gets_them_back, carried) {
  field.put(an("a"));
  base.put(an("b"));
  for (int i = 0; i < 4; ++i) round();
  // The last file that waits for it goes on from what was confirmed, and is not all that it lacks.
  clock.advance(10);
  base.put(an("c"));
  BOOST_TEST(base.run().ok());
  const auto own = field.self.uuid().value();
  folder_site anew("anew", 3, clock, disk);
  (void)anew.self.ledger([&](auto& t) { t.set_setting("uuid", own.text()); });
  for (int i = 0; i < 4; ++i) {
    clock.advance(10);
    BOOST_TEST(anew.run().ok());
    BOOST_TEST(base.run().ok());
  }
  BOOST_TEST(anew.contents() == base.contents(), boost::test_tools::per_element());
  BOOST_TEST(anew.contents().size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(nobody_replaces_a_file_of_somebody_else, carried) {
  base.change([](sync_task& t) { t.outfile_pattern = "theirs.xml"; });
  base.put(an("b"));
  disk.put("theirs.xml", "<s3xml><!-- whoever --></s3xml>");
  const auto why = first(base.run());
  BOOST_TEST((why && why->code == make_error_code(error::not_configured)));
  BOOST_TEST(*disk.get("theirs.xml") == "<s3xml><!-- whoever --></s3xml>");
  (void)base.self.put(sync_task{.repository = base.peer, .resource = "org_organisation", .outfile_pattern = "one.xml"});
  base.change([](sync_task& t) { t.outfile_pattern = "one.xml"; });
  BOOST_TEST((first(base.run())->code == make_error_code(error::not_configured)));
}

BOOST_FIXTURE_TEST_CASE(a_disk_that_is_away_or_full_is_an_error_and_loses_nothing, carried) {
  field.put(an("a"));
  disk.set_present(false);
  BOOST_TEST((first(field.run())->code == make_error_code(error::unreachable)));
  BOOST_TEST((first(field.run())->code == condition::retry_later));
  disk.set_present(true);
  disk.set_space(10);
  BOOST_TEST((first(field.run())->code == make_error_code(error::store_full)));
  BOOST_TEST(disk.names().empty());
  disk.set_space({});
  for (int i = 0; i < 2; ++i) round();
  expect_equal();
  field.change([](sync_task&) {});
  auto r = field.known();
  r.path.clear();
  (void)field.self.put(r);
  BOOST_TEST((field.run().error->code == make_error_code(error::not_configured)));
  BOOST_TEST(last_line(field) == "none/none connect fatal: No path set for repository");
}

BOOST_FIXTURE_TEST_CASE(a_file_is_written_for_people_if_asked, carried) {
  field.change([](sync_task& t) {
    t.human_readable = true;
    t.outfile_pattern = "$resource-$year.xml";
  });
  field.put(an("a", " 1\n2 "));
  (void)field.run();
  BOOST_TEST(disk.get("org_office-2026.xml")->find("\n    <data field=\"name\">") != std::string::npos);
  BOOST_TEST(last_line(field) ==
             "push/outgoing data export success: Data successfully written to org_office-2026.xml (1 records)");
  BOOST_TEST(base.run().ok());
  expect_equal();
}

BOOST_FIXTURE_TEST_CASE(a_run_can_be_cancelled_and_is_not_done_twice_at_once, carried) {
  field.put(an("a"));
  (void)field.run();
  BOOST_TEST(
      (first(base.run({.progress = {}, .cancelled = [] { return true; }}))->code == make_error_code(error::cancelled)));
  BOOST_TEST(base.contents().empty());
  held_lease<parts> other(base.self, base.peer);
  BOOST_TEST(other.take().has_value());
  BOOST_TEST((base.run().error->code == make_error_code(error::busy)));
  other.release();
  BOOST_TEST(base.run().ok());
  expect_equal();
}

BOOST_AUTO_TEST_CASE(three_sites_may_share_one_folder) {
  memory::manual_clock clock{second(1000)};
  memory::folder disk;
  folder_site a{"a", 1, clock, disk}, b{"b", 2, clock, disk}, c{"c", 3, clock, disk};
  // In a line: a and b, b and c; each knows whose files are for it.
  const auto knows = [](folder_site& s, repository_id r, folder_site& other, const std::string& name) {
    auto known = s.self.repositories().value();
    repository entry = r == 0 ? repository{.type = "filesync", .path = "/media/stick"} : known.front();
    entry.uuid = *other.self.uuid();
    entry.name = name;
    entry.native = true;
    return s.self.put(entry).value();
  };
  knows(a, a.peer, b, "B");
  knows(b, b.peer, a, "A");
  knows(c, c.peer, b, "B");
  const auto third = knows(b, 0, c, "C");
  (void)b.self.put(sync_task{.repository = third, .resource = "org_office", .outfile_pattern = "b to c.xml"});
  a.put(an("x"));
  c.put(an("y"));
  for (int i = 0; i < 5; ++i) {
    clock.advance(10);
    for (auto* s : {&a, &b, &c}) BOOST_TEST(s->run().ok());
    const auto run =
        synchronize_files(b.self, third, [&](const std::string&) -> result<memory::folder> { return disk; });
    BOOST_TEST(run.ok());
  }
  BOOST_TEST(a.contents() == b.contents(), boost::test_tools::per_element());
  BOOST_TEST(b.contents() == c.contents(), boost::test_tools::per_element());
  BOOST_TEST(a.contents().size() == 2U);
}

// Two sites with a disk each and somebody who carries files from one to the other: now and then, twice, in any order,
// half, or not at all. Once he takes care they hold the same.
BOOST_AUTO_TEST_CASE(whatever_happens_to_the_files_both_sites_come_to_hold_the_same) {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 dice(seed);
    const auto one_of = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
    memory::manual_clock clock{second(1000)};
    const sync_task by_time{.outfile_pattern = "$sender-$timestamp.xml"};
    folder_site here{"here", 1, clock, {}, seed % 2 == 0 ? by_time : sync_task{}};
    folder_site there{"there", 2, clock, {}, seed % 3 == 0 ? by_time : sync_task{}};
    std::vector<std::pair<std::string, std::string>> bag[2];
    folder_site* sites[2] = {&here, &there};
    for (int step = 0; step < 60; ++step) {
      clock.advance(static_cast<std::int64_t>(one_of(3)));
      const auto who = one_of(2);
      auto& s = *sites[who];
      switch (one_of(8)) {
        case 0:
        case 1: {
          auto o = an("o" + std::to_string(one_of(6)), std::to_string(step) + (who == 0 ? "h" : "t"));
          if (one_of(4) == 0) o.phone1.reset();
          s.put(o);
          break;
        }
        case 2: (void)s.self.erase<office>(id_of("o" + std::to_string(one_of(6)))); break;
        case 3:
        case 4: (void)s.run(); break;
        case 5:  // somebody copies what he finds
          for (const auto& name : s.disk.names()) bag[who].emplace_back(name, *s.disk.get(name));
          break;
        case 6:  // and leaves some of it at the other place
          for (std::size_t n = one_of(3); n != 0 && !bag[1 - who].empty(); --n) {
            auto [name, text] = bag[1 - who][one_of(bag[1 - who].size())];
            if (one_of(4) == 0) text.resize(text.size() / 2);
            if (one_of(3) == 0) name = std::to_string(one_of(100)) + ".xml";
            s.disk.put(name, text);
          }
          break;
        case 7:
          for (const auto& name : s.disk.names())
            if (one_of(2) == 0) s.disk.lose(name);
          break;
        default: break;
      }
    }
    for (int round = 0; round < 5; ++round)
      for (int who : {0, 1}) {
        clock.advance(5);
        auto& other = *sites[1 - who];
        for (const auto& name : other.disk.names()) sites[who]->disk.put(name, *other.disk.get(name));
        (void)sites[who]->run();
      }
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(here.contents() == there.contents(), boost::test_tools::per_element());
    }
    const auto quiet = std::pair(here.store.snapshot().sequence(), there.store.snapshot().sequence());
    (void)here.run();
    (void)there.run();
    BOOST_TEST((std::pair(here.store.snapshot().sequence(), there.store.snapshot().sequence()) == quiet));
  }
}
