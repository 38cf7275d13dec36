// Public data sets: what a site tells of its own, and how another one follows.

#include "edensync/site/data_sets.hpp"
#include "support/recorded.hpp"
#include "support/sites.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct public_sets {
  memory::manual_clock clock{second(1000)};
  one_site host{"host", 2, clock};
  one_site field{"field", 1, clock};
  passive_site<parts> answering{host.self};
  bool eden = true;
  std::vector<std::string> asked;
  memory::loopback line{[this](const request_head& head) {
    asked.push_back(head.method + ' ' + head.target);
    auto h = head;
    if (eden) two_sites::strip(h.headers);
    return answering.handle(h);
  }};
  repository_id peer =
      field.self.put(repository{.name = "Host", .type = "data", .url = "http://host.example.org/eden"}).value();
  dataset_id demo = put_dataset(host.self, {.code = "DEMO", .name = "Démo", .comments = "a & <b>"}).value();
  dataset_id followed = put_dataset(field.self, {.repository = peer, .code = "DEMO"}).value();

  public_sets() {
    line.on_answer([this](response_head& told) {
      if (!eden) return;
      two_sites::strip(told.headers);
      told.headers.set("Date", to_http_date(clock.now()));
    });
  }

  std::string ask(const std::string& target) {
    request_head h;
    h.target = target;
    auto r = answering.handle(h);
    r->on_end();
    std::string all = std::to_string(r->head().status) + ' ', buffer(512, '\0');
    for (;;) {
      const auto n = r->read_body(buffer).value();
      if (n == 0) return all;
      all.append(buffer, 0, n);
    }
  }

  run_report run(run_hooks hooks = {}) {
    asked.clear();
    active_site<parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    return op->report();
  }

  std::vector<std::string> lines(std::size_t n) {
    std::vector<std::string> all;
    for (const auto& l : field.log(n))
      all.insert(all.begin(), l.action + ' ' + std::string(to_text(l.result)) + ": " + l.message);
    return all;
  }
  void expect(std::vector<std::string> got, std::vector<std::string> wanted) {
    BOOST_TEST(got == wanted, boost::test_tools::per_element());
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(data_sets_are_told_with_their_tasks_and_filters, public_sets) {
  const auto t =
      put_dataset_task(host.self, {.resource = "org_office", .filters = {{"", "~.name__like=A*"}}, .dataset = demo});
  BOOST_TEST(t.has_value());
  (void)put_dataset(host.self, {.code = "OTHER"}).value();
  const auto all = ask("/sync/dataset.xml");
  BOOST_TEST(all.starts_with("200 <?xml"));
  BOOST_TEST(all.find("<data field=\"code\">DEMO</data>") != std::string::npos, all);
  BOOST_TEST(all.find("<data field=\"code\">OTHER</data>") != std::string::npos);
  BOOST_TEST(all.find("<data field=\"resource_name\">org_office</data>") != std::string::npos);
  BOOST_TEST(all.find("sync_resource_filter") == std::string::npos);
  const auto one = ask("/sync/dataset.xml?~.code=DEMO&mcomponents=None");
  BOOST_TEST(one.find("DEMO") != std::string::npos);
  BOOST_TEST(one.find("OTHER") == std::string::npos);
  BOOST_TEST(one.find("sync_task") == std::string::npos);
  BOOST_TEST(ask("/sync/dataset.xml?~.code=NOSUCH&mcomponents=None").find("success=\"false\" results=\"0\"") !=
             std::string::npos);
  const auto tasks = ask("/sync/task.xml?~.dataset_id$code=DEMO,NOSUCH");
  BOOST_TEST(tasks.find("<data field=\"filter_string\">~.name__like=A*</data>") != std::string::npos, tasks);
  BOOST_TEST(tasks.find("results=\"1\"") != std::string::npos);
  BOOST_TEST(tasks.find("<reference field=\"dataset_id\" resource=\"sync_dataset\"") != std::string::npos);
  BOOST_TEST(ask("/sync/task.xml?~.dataset_id$code=OTHER").find("results=\"0\"") != std::string::npos);
  const auto filters = ask("/sync/resource_filter.xml");
  for (const auto* name : {"sync_resource_filter", "sync_task", "sync_dataset"})
    BOOST_TEST(filters.find("<resource name=\"" + std::string(name)) != std::string::npos);
  BOOST_TEST(ask("/sync/task.json").starts_with("415 "));
}

BOOST_FIXTURE_TEST_CASE(what_belongs_to_a_repository_is_told_to_nobody, public_sets) {
  const auto r =
      host.self.put(repository{.name = "Secret", .url = "http://x", .username = "u", .password = "p"}).value();
  auto t = sync_task{.repository = r, .resource = "org_office", .uuid = uid("urn:uuid:private")};
  (void)host.self.put(t).value();
  (void)put_dataset(host.self, {.repository = r, .uuid = uid("urn:uuid:theirs"), .code = "THEIRS"}).value();
  for (const auto* what : {"dataset", "task", "resource_filter"})
    for (const auto* query : {"", "?include_deleted=True", "?~.repository_id=1"}) {
      const auto told = ask("/sync/" + std::string(what) + ".xml" + query);
      BOOST_TEST(told.find("private") == std::string::npos);
      BOOST_TEST(told.find("THEIRS") == std::string::npos);
    }
  // They stay out of reach of documents: no schema of a site may hold them.
  static constexpr std::array fields{field_descriptor{.name = "code"}};
  const std::array own{resource_descriptor{.name = "sync_dataset", .fields = fields}};
  BOOST_TEST((schema::make(own).error().code == make_error_code(error::bad_schema)));
}

BOOST_FIXTURE_TEST_CASE(who_may_not_read_learns_nothing_of_data_sets, public_sets) {
  passive_site<parts> closed(host.self, {.authenticate = [](std::string_view user, std::string_view) {
                               return edensync::access{user == "reader"   ? access_level::read
                                                       : user == "nobody" ? access_level::none
                                                                          : access_level::unknown};
                             }});
  const auto status = [&](const char* user, const char* method = "GET") {
    request_head h;
    h.method = method;
    h.target = "/sync/dataset.xml";
    h.user = user;
    return closed.handle(h)->head().status;
  };
  BOOST_TEST(status("") == 401U);
  BOOST_TEST(status("nobody") == 403U);
  BOOST_TEST(status("reader") == 200U);
  BOOST_TEST(status("reader", "POST") == 403U);
  BOOST_TEST(status("reader", "DELETE") == 405U);
}

BOOST_FIXTURE_TEST_CASE(tasks_are_taken_from_the_host_and_followed, public_sets) {
  host.put(an("A1"));
  host.put(an("B1"));
  const auto first =
      put_dataset_task(host.self, {.resource = "org_office", .filters = {{"", "~.name__like=A*"}}, .dataset = demo})
          .value();
  clock.advance(10);
  BOOST_TEST(run().ok());
  const auto own = field.self.uuid()->text();
  expect(asked,
         {"GET /sync/task.xml?~.dataset_id$code=DEMO", "GET /sync/dataset.xml?~.code=DEMO&mcomponents=None",
          "GET /sync/sync.xml?resource=org_office&repository=" + own + "&include_deleted=True&[~]~.name__like=A%2A"});
  expect(lines(2),
         {"refresh success: Successfully updated 1 tasks", "import success: Data imported successfully (1 records)"});
  const auto task = field.self.tasks(peer).value().front();
  BOOST_TEST(task.dataset == followed);
  BOOST_TEST(field.store.snapshot().datasets().front().name == "Démo");
  BOOST_TEST(field.store.snapshot().datasets().front().comments == "a & <b>");

  const auto since = to_text(*field.store.snapshot().datasets().front().last_refresh);
  const auto mark = to_text(*field.mark(task.id, direction::pull).time);
  BOOST_TEST(run().ok());
  expect(asked, {"GET /sync/task.xml?~.dataset_id$code=DEMO&msince=" + since,
                 "GET /sync/task.xml?include_deleted=True&~.deleted=True&msince=" + since,
                 "GET /sync/resource_filter.xml?include_deleted=True&~.deleted=True&msince=" + since,
                 "GET /sync/sync.xml?resource=org_office&repository=" + own + "&msince=" + mark +
                     "&include_deleted=True&[~]~.name__like=A%2A"});
  expect(lines(2),
         {"refresh success: No new/updated tasks found", "import success: No data to import (already up-to-date)"});

  // Another filter: what it lets through was never asked for.
  auto changed = host.store.snapshot().tasks(0).front();
  changed.filters = {{"", "~.name__like=B*"}};
  (void)put_dataset_task(host.self, changed).value();
  BOOST_TEST(run().ok());
  BOOST_TEST(field.self.get<office>(id_of("B1")).value().has_value());
  BOOST_TEST(field.self.tasks(peer).value().front().filters.size() == 1U);

  // One more, and the first one goes, within one second.
  const auto second =
      put_dataset_task(host.self, {.resource = "org_organisation", .components = false, .dataset = demo}).value();
  BOOST_TEST(erase_dataset_task(host.self, first).has_value());
  BOOST_TEST(second != first);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(run().ok());
    const auto now = field.self.tasks(peer).value();
    BOOST_TEST_REQUIRE(now.size() == 1U);
    BOOST_TEST(now.front().resource == "org_organisation");
    BOOST_TEST(!now.front().components);
    clock.advance(1);
  }
}

BOOST_FIXTURE_TEST_CASE(a_data_set_that_is_added_later_is_asked_for_whole, public_sets) {
  (void)put_dataset_task(host.self, {.resource = "org_office", .dataset = demo}).value();
  const auto more = put_dataset(host.self, {.code = "MORE"}).value();
  (void)put_dataset_task(host.self, {.resource = "org_organisation", .dataset = more}).value();
  clock.advance(10);
  BOOST_TEST(run().ok());
  BOOST_TEST(field.self.tasks(peer)->size() == 1U);
  (void)put_dataset(field.self, {.repository = peer, .code = "MORE"}).value();
  const auto mine = field.self.put(sync_task{.repository = peer, .resource = "org_room"}).value();
  BOOST_TEST(run().ok());
  BOOST_TEST(asked.front() == "GET /sync/task.xml?~.dataset_id$code=DEMO,MORE");
  BOOST_TEST(field.self.tasks(peer)->size() == 3U);
  BOOST_TEST(mine != 0);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_that_fails_keeps_the_tasks_and_the_run_goes_on, public_sets) {
  (void)put_dataset_task(host.self, {.resource = "org_office", .dataset = demo}).value();
  clock.advance(10);
  BOOST_TEST(run().ok());
  host.put(an("late"));
  clock.advance(10);
  bool broken = true;
  memory::loopback bad([&](const request_head& h) -> std::unique_ptr<responder> {
    if (std::exchange(broken, false)) return std::make_unique<plain_answer>(500, "text/html", "<h1>Ticket</h1>");
    return answering.handle(h);
  });
  active_site<parts> calling(field.self);
  const auto op = calling.synchronize_with(peer);
  bad.run(*op);
  BOOST_TEST(lines(2).front().starts_with("refresh error: "), lines(2).front());
  BOOST_TEST(field.self.get<office>(id_of("late")).value().has_value());
  broken = true;
  memory::loopback page([&](const request_head& h) -> std::unique_ptr<responder> {
    if (std::exchange(broken, false)) return std::make_unique<plain_answer>(200, "text/html", "<html>Log in</html>");
    return answering.handle(h);
  });
  const auto again = calling.synchronize_with(peer);
  page.run(*again);
  BOOST_TEST(lines(2).front().starts_with("refresh fatal: "), lines(2).front());
  BOOST_TEST(field.self.tasks(peer)->size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_data_set_that_the_host_does_not_have_is_a_failure_of_its_own, public_sets) {
  (void)put_dataset_task(host.self, {.resource = "org_office", .dataset = demo}).value();
  (void)put_dataset(host.self, {.code = "EMPTY"}).value();
  (void)put_dataset(field.self, {.repository = peer, .code = "EMPTY"}).value();
  (void)put_dataset(field.self, {.repository = peer, .code = "NOSUCH"}).value();
  host.put(an("A1"));
  clock.advance(10);
  for (int i = 0; i < 2; ++i) {
    const auto told = run();
    BOOST_TEST_REQUIRE(told.transfers.size() == 2u);
    BOOST_TEST(told.transfers[0].resource == "data set NOSUCH");
    BOOST_TEST((told.transfers[0].error->code == make_error_code(error::not_configured)));
    BOOST_TEST(told.transfers[0].error->text().find("offers no data set NOSUCH") != std::string::npos);
    BOOST_TEST(!told.transfers[1].error.has_value());
    BOOST_TEST(!told.error.has_value());
  }
  BOOST_TEST(field.self.get<office>(id_of("A1")).value().has_value());
  (void)put_dataset(host.self, {.code = "NOSUCH"}).value();
  BOOST_TEST(run().ok());
}

BOOST_FIXTURE_TEST_CASE(data_sets_have_codes, public_sets) {
  for (const auto* code : {"", "1a", "a b", "a/b", "ä", "DEMO"})
    BOOST_TEST(!put_dataset(host.self, {.code = code}).has_value(), code);
  BOOST_TEST(put_dataset(host.self, {.code = "a1_-.Z"}).has_value());
  BOOST_TEST(!put_dataset_task(host.self, {.resource = "org_office", .dataset = 77}).has_value());
  BOOST_TEST(!put_dataset_task(field.self, {.resource = "org_office", .dataset = followed}).has_value());
  BOOST_TEST(!put_dataset_task(host.self, {.resource = "no_table", .dataset = demo}).has_value());
}

// What a real Eden asked and was told, with a table of this schema and one that it does not know.
BOOST_AUTO_TEST_CASE(an_eden_is_asked_for_its_data_sets_as_an_eden_asks) {
  const auto folder = recorded("eden-wire/active/20-data-repository-refresh");
  if (!folder) return;
  const auto again = recorded("eden-wire/active/21-data-repository-again");
  std::vector<std::string> asked;
  auto source = *folder;
  site_and_script run([&](const heard& h) {
    asked.push_back(h.head.target);
    scripted_answer a;
    for (const auto& file : std::filesystem::directory_iterator(source)) {
      const auto name = file.path().string();
      if (!name.ends_with(".request.http")) continue;
      const auto request = read_file(file.path());
      if (request.find(" /eden" + h.head.target + " HTTP") == std::string::npos) continue;
      const auto answer = read_file(name.substr(0, name.size() - 12) + "response.http");
      a.body = answer.substr(answer.find("\r\n\r\n") + 4);
      a.headers = {{"Date", "Sun, 22 Nov 2026 19:13:35 GMT"}};
      return a;
    }
    a.status = 404;
    return a;
  });
  run.clock.advance(400 * 86400);
  auto r = run.field.self.repositories().value().front();
  r.type = "data";
  r.uuid = {};
  (void)run.field.self.put(r).value();
  (void)put_dataset(run.field.self, {.repository = run.peer, .code = "DEMO"}).value();
  (void)run.field.self.ledger([&](auto& t) { t.set_setting("uuid", "urn:uuid:e0e2bf10-c5f0-4df1-a90f-341a365cbb7b"); });
  (void)run.run();
  const std::vector<std::string> wanted{"/sync/task.xml?~.dataset_id$code=DEMO",
                                        "/sync/dataset.xml?~.code=DEMO&mcomponents=None",
                                        "/sync/"
                                        "sync.xml?resource=org_organisation&repository=urn:uuid:e0e2bf10-c5f0-4df1-"
                                        "a90f-341a365cbb7b&include_deleted=True"};
  BOOST_TEST(asked == wanted, boost::test_tools::per_element());
  const auto tasks = run.field.self.tasks(run.peer).value();
  BOOST_TEST_REQUIRE(tasks.size() == 2U);
  BOOST_TEST(tasks[1].resource == "gis_location");
  BOOST_TEST(!tasks[1].components);
  BOOST_TEST(tasks[1].filters.front().query == "~.level=L1,L2");
  asked.clear();
  source = *again;
  (void)run.run();
  BOOST_TEST_REQUIRE(asked.size() >= 3U);
  BOOST_TEST(asked[0] == "/sync/task.xml?~.dataset_id$code=DEMO&msince=2026-11-22T18:50:24");
  BOOST_TEST(asked[1] == "/sync/task.xml?include_deleted=True&~.deleted=True&msince=2026-11-22T18:50:24");
  BOOST_TEST(asked[2] == "/sync/resource_filter.xml?include_deleted=True&~.deleted=True&msince=2026-11-22T18:50:24");
}
