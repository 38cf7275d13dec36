#include "edensync/admin/quarantine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "edensync/admin/documents.hpp"
#include "edensync/admin/explain.hpp"
#include "edensync/admin/tasks.hpp"
#include "support/sites.hpp"

namespace edensync::test {
namespace {

struct site_with_quarantine : one_site {
  site_with_quarantine() : one_site("here", 1, memory::manual_clock{second(1000)}) {
    camp.id = self.put(repository{.name = "Camp", .url = "http://camp"}).value();
    task = admin::tasks<parts>(self).add({.repository = camp.id, .resource = "org_office"}).value().id;
    auto t = store.begin({second(1000), camp.id});
    // Its name is mandatory.
    t.add_quarantine({.repository = camp.id,
                      .task = task,
                      .resource = "org_office",
                      .uuid = id_of("a"),
                      .reason = refusal_reason::missing_field,
                      .payload = nameless,
                      .since = second(1000)});
    t.commit();
  }

  const std::string nameless = R"(<s3xml><resource name="org_office" uuid=")" + id_of("a").text() + R"("/></s3xml>)";
  repository camp{.name = "Camp"};
  task_id task = 0;
  admin::quarantine<parts> all{self};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_quarantine)

// Otherwise there would be a second entry, which nobody corrects, and which could win later.
BOOST_FIXTURE_TEST_CASE(what_is_imported_by_hand_leaves_the_entries_of_repositories_alone, site_with_quarantine) {
  bool over = false;
  admin::take_document<parts>(self, "org_office", [&](std::span<char> into) -> result<std::size_t> {
    const std::string text = "<s3xml/>";
    if (std::exchange(over, true)) return std::size_t{0};
    std::copy(text.begin(), text.end(), into.begin());
    return text.size();
  }).value();
  BOOST_TEST(quarantine().size() == 1u);
  BOOST_TEST(quarantine()[0].attempts == 1u);
  BOOST_TEST(all.retry({}).value() == 0u);
  BOOST_TEST(quarantine().size() == 1u);
  BOOST_TEST(all.retry(camp).value() == 0u);
  BOOST_TEST(quarantine()[0].attempts == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_correction_is_taken_with_the_next_try, site_with_quarantine) {
  const auto id = quarantine()[0].id;
  BOOST_TEST(all.correct(id, "<s3xml/>").has_error());
  BOOST_TEST(all.correct(id + 1, nameless).has_error());
  // It is the same entry, which nobody has tried meanwhile.
  BOOST_TEST(all.correct(id, document({an_office("a")})).value() == id);
  BOOST_TEST_REQUIRE(quarantine().size() == 1u);
  BOOST_TEST(quarantine()[0].id == id);
  BOOST_TEST(quarantine()[0].attempts == 1u);
  BOOST_TEST(all.retry(camp).value() == 1u);
  BOOST_TEST(quarantine().empty());
  BOOST_TEST(!contents().empty());
}

// Younger than what came, so that it wins against that; not younger than what its sender may have written since.
BOOST_FIXTURE_TEST_CASE(a_correction_is_an_edit_of_what_came, site_with_quarantine) {
  const auto corrected = [&](std::optional<timestamp> came, std::int64_t told) {
    {
      auto t = store.begin({second(1000), camp.id});
      t.add_quarantine({.repository = camp.id,
                        .task = task,
                        .resource = "org_office",
                        .uuid = id_of("a"),
                        .reason = refusal_reason::missing_field,
                        .payload = nameless,
                        .modified_on = came,
                        .since = second(1000)});
      t.commit();
    }
    all.correct(quarantine()[0].id, document({an_office("a", told)})).value();
    const auto q = quarantine()[0];
    BOOST_TEST((q.modified_on == came));
    const auto at = q.payload.find("modified_on=\"");
    return q.payload.substr(at + 13, 19);
  };
  BOOST_TEST(corrected(second(500), 100) == to_text(second(501)));
  BOOST_TEST(corrected(second(500), 500) == to_text(second(501)));
  BOOST_TEST(corrected(second(500), 700) == to_text(second(700)));
  BOOST_TEST(corrected(std::nullopt, 700) == to_text(second(700)));
}

BOOST_FIXTURE_TEST_CASE(a_correction_of_a_record_without_a_uid_tells_its_new_number, site_with_quarantine) {
  std::int64_t id = 0;
  {
    auto t = store.begin({second(1000), camp.id});
    id = t.add_quarantine({.repository = camp.id,
                           .task = task,
                           .resource = "org_office",
                           .payload = "<s3xml><resource name=\"org_office\"/></s3xml>",
                           .since = second(1000)});
    t.commit();
  }
  const auto now = all.correct(id, document({an_office("a")})).value();
  BOOST_TEST(now != id);
  BOOST_TEST(all.find(now).value().attempts == 1u);
  BOOST_TEST(all.find(id).has_error());
}

BOOST_AUTO_TEST_CASE(the_version_that_lost_is_shown_without_what_only_sites_tell_each_other) {
  decision_entry d;
  d.loser =
      "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\"><resource name=\"org_office\" uuid=\"a\" "
      "made=\"True\" mci=\"2\" sequence=\"17\"><data field=\"name\">a sequence=\"1\" b</data><data field=\"phone1\"/>"
      "<data field=\"email\" value=\"null\"/><data field=\"floors\" value=\"3\"/><reference field=\"o\" "
      "uuid=\"b\"/></resource></s3xml>";
  BOOST_TEST(admin::loser_of(d) ==
             "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\"><resource name=\"org_office\" uuid=\"a\""
             " mci=\"2\"><data field=\"name\">a sequence=\"1\" b</data><data field=\"floors\" value=\"3\"/>"
             "<reference field=\"o\" uuid=\"b\"/></resource></s3xml>");
  BOOST_TEST(admin::loser_of({}).empty());
}

BOOST_FIXTURE_TEST_CASE(an_entry_says_what_to_do, site_with_quarantine) {
  const auto q = quarantine()[0];
  BOOST_TEST(admin::explanation(q).starts_with("a mandatory field is empty. It waits since " + to_text(second(1000)) +
                                               " UTC and was tried once. Correct the entry's document"));
  auto now = store.snapshot();
  BOOST_TEST(admin::quarantined(now, "org_office", id_of("a")).size() == 1u);
  BOOST_TEST(admin::quarantined(now, "org_office", id_of("b")).empty());
  log_entry line{.at = second(1000), .repository = camp.id, .resource = "org_office", .mode = "pull/outgoing"};
  BOOST_TEST(admin::quarantined_by(now, line, 10).size() == 1u);
  line.mode = "push/outgoing";
  BOOST_TEST(admin::quarantined_by(now, line, 10).empty());
  line.mode = "pull/outgoing";
  line.at = second(999);
  BOOST_TEST(admin::quarantined_by(now, line, 10).empty());
}

// Of a wrong table nothing would be said otherwise, and nothing be there.
BOOST_FIXTURE_TEST_CASE(a_document_of_another_table_is_refused, site_with_quarantine) {
  const auto take = [&](const std::string& text) {
    std::size_t at = 0;
    return admin::take_document<parts>(self, "org_office", [&](std::span<char> into) -> result<std::size_t> {
      const auto n = std::min<std::size_t>({into.size(), text.size() - at, 7});
      std::copy_n(text.data() + at, n, into.begin());
      at += n;
      return n;
    });
  };
  const auto refused = take(document({an_organisation("o")}));
  BOOST_TEST_REQUIRE(refused.has_error());
  BOOST_TEST(refused.error().text().find("of org_office, but of org_organisation") != std::string::npos);
  BOOST_TEST(contents().empty());
  // What an office refers to may stand before it.
  BOOST_TEST(take(document({an_organisation("o"), an_office("b")})).value().total.created == 2u);
  BOOST_TEST(take("<s3xml/>").value().total.received == 0u);
  BOOST_TEST((take("<s3xml><resource name=\"org_organisation\"").error().code == error::malformed_document));
}

BOOST_FIXTURE_TEST_CASE(a_wider_task_begins_anew, site_with_quarantine) {
  admin::tasks<parts> tasks(self);
  const auto begins_anew = [&](const std::function<void(sync_task&)>& how) {
    {
      auto t = store.begin({second(1000), this_site});
      t.set_watermark(task, direction::pull, {second(500), "x"});
      t.commit();
    }
    tasks.change(camp.id, "org_office", how).value();
    return !mark(task, direction::pull).time;
  };
  BOOST_TEST(!begins_anew([](sync_task& t) { t.allowed = strategy{method::update}; }));
  BOOST_TEST(begins_anew([](sync_task& t) { t.allowed.add(method::create); }));
  BOOST_TEST(!begins_anew([](sync_task& t) { t.components = false; }));
  BOOST_TEST(begins_anew([](sync_task& t) { t.components = true; }));
  BOOST_TEST(!begins_anew([](sync_task& t) { t.update = policy_name::take_remote; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
