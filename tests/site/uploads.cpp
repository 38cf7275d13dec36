#include "edensync/memory/file_store.hpp"

#include "support/sites.hpp"

// Upload fields: what is fetched, from whom, and what a site serves.
namespace {

struct binder;
struct sheet;

}  // namespace

template <>
struct edensync::resource<binder> {
  static constexpr std::string_view name = "doc_binder";
  static constexpr std::array components{edensync::component_descriptor{.resource = "doc_sheet", .key = "binder_id"}};
};
template <>
struct edensync::resource<sheet> {
  static constexpr std::string_view name = "doc_sheet";
};

namespace {

using namespace edensync;
using namespace edensync::test;

struct binder {
  BOOST_HANA_DEFINE_STRUCT(binder, (edensync::uid, uuid), (std::string, name),
                           (std::optional<edensync::upload>, cover));
};
struct sheet {
  BOOST_HANA_DEFINE_STRUCT(sheet, (edensync::uid, uuid), (std::string, name), (std::optional<edensync::upload>, file),
                           (std::optional<edensync::link<binder>>, binder_id));
};

const schema& binders() {
  static const schema s = describe<binder, sheet>().value();
  return s;
}

struct file_parts : test::parts {
  using file_store = memory::file_store;
};

std::string url_of(const std::string& name) { return "http://" + name + ".example.org/eden"; }

struct desk {
  memory::manual_clock clock;
  memory::store store;
  memory::counting_uid_source uids;
  memory::file_store files;
  site<file_parts> self;
  passive_site<file_parts> answering;
  repository_id peer = 0;

  desk(const std::string& name, std::uint64_t seed, memory::manual_clock c, site_settings more = {})
      : clock(std::move(c)),
        store(binders(), name),
        uids(seed),
        self(store, binders(), clock, uids, (more.url = url_of(name), more)),
        answering(self, {.authenticate = {}, .accept_pushes = true}) {
    self.keep_files_in(files);
  }

  std::string keep(const std::string& name, std::string_view bytes) {
    auto w = files.begin().value();
    w.write(bytes).value();
    return format_upload({name, w.commit().value(), {}});
  }
  uid put(const std::string& name, const std::string& file) {
    return self.put(binder{id_of(name), name, edensync::upload(file)}).value();
  }
  std::optional<upload_content> cover(const std::string& name) {
    const auto b = self.get<binder>(id_of(name)).value();
    return b && b->cover ? parse_upload(*b->cover) : std::nullopt;
  }
  std::string bytes(const std::optional<upload_content>& u) {
    if (!u) return "no file";
    if (!u->present()) return "pending " + u->url;
    auto r = files.open(u->hash).value();
    if (!r) return "lost";
    std::string all(1000, '\0');
    all.resize(r->read(all).value());
    return u->name + ": " + all;
  }
  std::string bytes(const std::string& name) { return bytes(cover(name)); }
  // Message of the newest line about a file.
  std::string told() {
    for (const auto& e : self.log(100).value())
      if (e.action == "fetch file") return std::string(to_text(e.result)) + ": " + e.message;
    return {};
  }
};

std::string get(desk& d, const std::string& target, std::string* disposition = nullptr) {
  request_head h;
  h.target = target;
  const auto r = d.answering.handle(h);
  r->on_end();
  if (disposition != nullptr) *disposition = std::string(r->head().headers.get("Content-Disposition"));
  std::string all = std::to_string(r->head().status) + ' ', buffer(7, '\0');
  for (;;) {
    const auto n = r->read_body(buffer).value();
    if (n == 0) return all;
    all.append(buffer, 0, n);
  }
}

/// `from` is the active one; what it asks for is counted.
struct wire {
  desk& from;
  repository_id peer;
  std::vector<std::string> asked;
  std::function<std::unique_ptr<responder>(const request_head&)> instead;
  std::function<void()> before;
  memory::loopback line;

  wire(desk& a, desk& b, const std::string& name, sync_task t = {.resource = "doc_binder", .mode = sync_mode::pull})
      : from(a),
        peer(a.self.put(repository{.name = name, .url = url_of(name)}).value()),
        line([this, &b](const request_head& h) {
          if (!h.target.starts_with("/default/download/")) return b.answering.handle(h);
          asked.push_back(h.target);
          if (before) before();
          return instead ? instead(h) : b.answering.handle(h);
        }) {
    t.repository = peer;
    from.self.put(t).value();
  }

  std::size_t run(run_hooks hooks = {}) {
    asked.clear();
    active_site<file_parts> calling(from.self);
    const auto op = calling.synchronize_with(peer, std::move(hooks));
    line.run(*op);
    BOOST_TEST(!two_sites::first_error(op->report()), two_sites::first_error(op->report()).message());
    return asked.size();
  }
};

struct desks {
  memory::manual_clock clock{second(1000)};
  desk base{"base", 1, clock};
  desk field{"field", 2, clock, {.upload_bytes = 100, .upload_seconds = 60}};
  wire line{field, base, "base"};
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_file_travels_on_from_site_to_site, desks) {
  desk far{"far", 3, clock};
  wire further{far, field, "field"};
  base.put("a", base.keep("Plan \"A\".pdf", "the plan"));
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a") == "Plan \"A\".pdf: the plan");
  BOOST_TEST((field.cover("a") == base.cover("a")));
  BOOST_TEST(field.told() == "success: File Plan \"A\".pdf downloaded successfully");
  BOOST_TEST(further.run() == 1U);
  BOOST_TEST(far.bytes("a") == "Plan \"A\".pdf: the plan");
  const auto before = field.self.get<binder>(id_of("a")).value();
  BOOST_TEST(line.run() == 0U);
  BOOST_TEST(further.run() == 0U);
  // An edit of something else.
  clock.advance(10);
  auto edited = *base.self.get<binder>(id_of("a")).value();
  edited.name = "new";
  base.self.put(edited).value();
  BOOST_TEST(line.run() == 0U);
  BOOST_TEST(field.self.get<binder>(id_of("a")).value()->name == "new");
  BOOST_TEST(field.bytes("a") == "Plan \"A\".pdf: the plan");
  // Another file.
  clock.advance(10);
  base.put("a", base.keep("B.pdf", "another"));
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a") == "B.pdf: another");
}

BOOST_FIXTURE_TEST_CASE(fetching_is_no_edit, desks) {
  base.put("a", base.keep("a.pdf", "a"));
  clock.advance(100);
  line.run();
  auto s = field.store.snapshot();
  const auto found = s.find(0, id_of("a"));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->version.modified_on == second(1000)));
  BOOST_TEST(found->origin == line.peer);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_comes_after_its_record_is_taken, desks) {
  desk far{"far", 3, clock};
  wire further{far, field, "field"};
  base.put("a", base.keep("a.pdf", "a"));
  line.before = [&] { BOOST_TEST(further.run() == 0U); };
  line.run();
  BOOST_TEST(far.bytes("a") == "no file");
  BOOST_TEST(further.run() == 1U);
  BOOST_TEST(far.bytes("a") == "a.pdf: a");
}

BOOST_FIXTURE_TEST_CASE(components_have_files_too, desks) {
  desk far{"far", 3, clock};
  wire further{far, field, "field"};
  base.put("a", base.keep("a.pdf", "a"));
  base.self.put(sheet{id_of("s"), "s", edensync::upload(base.keep("s.pdf", "s")), edensync::link<binder>{id_of("a")}})
      .value();
  line.before = [&] { further.run(); };
  BOOST_TEST(line.run() == 2U);
  further.run();
  for (auto* d : {&field, &far})
    BOOST_TEST(d->bytes(parse_upload(*d->self.get<sheet>(id_of("s")).value()->file)) == "s.pdf: s");
}

BOOST_FIXTURE_TEST_CASE(a_push_brings_files_from_who_can_be_asked, desks) {
  wire back{base, field, "field", {.resource = "doc_sheet", .mode = sync_mode::pull}};
  wire out{field, base, "base", {.resource = "doc_binder", .mode = sync_mode::push}};
  field.put("a", field.keep("a.pdf", "a"));
  out.run();
  // The peer registered itself: nobody told where it is.
  BOOST_TEST(base.bytes("a") == "no file");
  auto known = base.self.repositories().value();
  for (auto& r : known)
    if (r.uuid == field.self.uuid().value()) {
      r.url = url_of("field");
      r.accept_push = true;
      base.self.put(r).value();
      back.peer = r.id;
    }
  clock.advance(10);
  field.put("a", field.keep("b.pdf", "b"));
  out.run();
  BOOST_TEST(base.bytes("a").starts_with("pending http://field.example.org/eden/default/download/"), base.bytes("a"));
  BOOST_TEST(back.run() == 1U);
  BOOST_TEST(base.bytes("a") == "b.pdf: b");
}

BOOST_FIXTURE_TEST_CASE(only_the_peer_itself_is_asked, desks) {
  for (const auto* elsewhere :
       {"http://evil.example.org/eden/default/download/x", "https://base.example.org/eden/default/download/x",
        "http://base.example.org:8080/eden/default/download/x", "http://base.example.org.evil.org/eden/x",
        "http://me@base.example.org/eden/default/download/x", "http://base.example.org@evil.org/eden/x",
        "http://base.example.org/other/x", "http://base.example.org/edenx/y"})
    BOOST_TEST(!target_at_peer(elsewhere, url_of("base")), elsewhere);
  BOOST_TEST(target_at_peer("http://BASE.example.org:80/eden/x?y=1#z", url_of("base")).value() == "/x?y=1");
  BOOST_TEST(target_at_peer("https://h/x", "https://h:443").value() == "/x");

  desk evil{"evil", 4, clock};
  evil.put("a", evil.keep("a.pdf", "a"));
  passive_site<file_parts> liar(evil.self);
  memory::loopback straight([&](const request_head& h) {
    line.asked.push_back(h.target);
    return liar.handle(h);
  });
  active_site<file_parts> calling(field.self);
  const auto op = calling.synchronize_with(line.peer, {});
  straight.run(*op);
  BOOST_TEST(std::count_if(line.asked.begin(), line.asked.end(),
                           [](const std::string& t) { return t.starts_with("/default"); }) == 0);
  BOOST_TEST(op->report().ok());
  BOOST_TEST(field.bytes("a").starts_with("pending http://evil.example.org/"), field.bytes("a"));
  BOOST_TEST(field.told().find("not at the peer: http://evil.example.org") != std::string::npos, field.told());
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_had_stays_pending, desks) {
  base.put("long", base.keep("long.pdf", std::string(101, 'x')));
  base.put("right", base.keep("right.pdf", std::string(100, 'x')));
  BOOST_TEST(line.run() == 2U);
  BOOST_TEST(field.bytes("long").starts_with("pending http://base.example.org/eden/default/download/"));
  BOOST_TEST(field.bytes("right") == "right.pdf: " + std::string(100, 'x'));
  BOOST_TEST(field.files.size() == 1U);
  BOOST_TEST(line.run() == 0U);

  base.put("gone", base.keep("gone.pdf", "gone"));
  line.instead = [](const request_head&) { return std::make_unique<plain_answer>(404, "text/html", "no"); };
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(line.run() == 0U);
  BOOST_TEST(field.bytes("gone").starts_with("pending "));

  // What may go well the next time is asked for again.
  base.put("ill", base.keep("ill.pdf", "ill"));
  line.instead = [](const request_head&) { return std::make_unique<plain_answer>(503, "text/html", "later"); };
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.told().starts_with("error: "), field.told());
  line.instead = {};
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("ill") == "ill.pdf: ill");
  BOOST_TEST(line.run() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_breaks_off_or_is_another_one_leaves_nothing, desks) {
  base.put("a", base.keep("a.pdf", "a long enough file"));
  line.instead = [](const request_head&) {
    return std::make_unique<plain_answer>(200, "application/octet-stream", "something else");
  };
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a").starts_with("pending "), field.bytes("a"));
  struct breaks final : plain_answer {
    breaks() : plain_answer(200, "application/octet-stream", {}) {}
    result<std::size_t> read_body(std::span<char> into) override {
      if (sent_++ != 0) return make_failure(error::broken_transfer);
      into[0] = 'a';
      return std::size_t{1};
    }
    int sent_ = 0;
  };
  line.instead = [](const request_head&) { return std::make_unique<breaks>(); };
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a").starts_with("pending "), field.bytes("a"));
  BOOST_TEST(field.files.size() == 1U);  // the other one, which no record has
  line.instead = {};
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a") == "a.pdf: a long enough file");
}

BOOST_FIXTURE_TEST_CASE(a_full_store_waits_for_space, desks) {
  base.put("a", base.keep("a.pdf", "long file"));
  base.put("b", base.keep("b.pdf", "longer file"));
  field.files.set_space(3);
  BOOST_TEST(line.run() == 1U);
  field.files.set_space({});
  BOOST_TEST(line.run() == 2U);
  BOOST_TEST(field.bytes("a") == "a.pdf: long file");
  BOOST_TEST(field.bytes("b") == "b.pdf: longer file");
}

BOOST_FIXTURE_TEST_CASE(who_takes_too_long_is_not_listened_to, desks) {
  base.put("a", base.keep("a.pdf", "a file"));
  struct slow final : plain_answer {
    explicit slow(memory::manual_clock& c) : plain_answer(200, "application/octet-stream", {}), clock(c) {}
    result<std::size_t> read_body(std::span<char> into) override {
      clock.advance(40);
      into[0] = 'a';
      return std::size_t{sent++ < 50 ? 1U : 0U};
    }
    memory::manual_clock& clock;
    int sent = 0;
  };
  line.instead = [&](const request_head&) { return std::make_unique<slow>(clock); };
  const auto began = clock.now();
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST((clock.now() == began + 80));
  line.instead = {};
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a") == "a.pdf: a file");
}

BOOST_FIXTURE_TEST_CASE(so_many_in_one_run, desks) {
  desk poor{"poor", 5, clock, {.uploads_per_run = 2}};
  wire thin{poor, base, "base"};
  for (const auto* name : {"a", "b", "c"}) base.put(name, base.keep(name, name));
  BOOST_TEST(thin.run() == 2U);
  BOOST_TEST(thin.run() == 1U);
  BOOST_TEST(thin.run() == 0U);
  BOOST_TEST(poor.files.size() == 3U);
  // The places begin anew.
  auto s = poor.store.snapshot();
  BOOST_TEST(pending_uploads(thin.peer).first(s) == 0U);
  BOOST_TEST(pending_uploads(thin.peer).end(s) == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_the_policy_keeps_away_is_not_fetched, desks) {
  desk own{"own", 6, clock};
  wire careful{
      own, base, "base", {.resource = "doc_binder", .mode = sync_mode::pull, .update = policy_name::keep_local}};
  own.self.put(binder{id_of("a"), "a", {}}).value();
  base.put("a", base.keep("a.pdf", "a"));
  BOOST_TEST(careful.run() == 0U);
  BOOST_TEST(own.bytes("a") == "no file");
  clock.advance(10);
  base.put("a", base.keep("b.pdf", "b"));
  BOOST_TEST(careful.run() == 0U);
  BOOST_TEST(own.bytes("a") == "no file");
  BOOST_TEST(own.files.size() == 0U);
  auto s = own.store.snapshot();
  BOOST_TEST(pending_uploads(careful.peer).end(s) == 0U);
}

BOOST_FIXTURE_TEST_CASE(of_two_files_of_the_same_second_one_is_left, desks) {
  wire back{base, field, "field"};
  base.put("a", base.keep("a.pdf", "of the base"));
  field.put("a", field.keep("a.pdf", "of the field"));
  for (int i = 0; i < 2; ++i) {
    line.run();
    back.run();
  }
  BOOST_TEST((field.cover("a") == base.cover("a")));
  BOOST_TEST(field.cover("a")->present());
}

BOOST_FIXTURE_TEST_CASE(an_edit_or_deletion_meanwhile_wins, desks) {
  base.put("a", base.keep("a.pdf", "a"));
  base.put("b", base.keep("b.pdf", "b"));
  line.before = [&] {
    line.before = {};
    clock.advance(1);
    field.put("a", field.keep("mine.pdf", "mine"));
    field.self.erase<binder>(id_of("b")).value();
  };
  BOOST_TEST(line.run() == 1U);
  BOOST_TEST(field.bytes("a") == "mine.pdf: mine");
  BOOST_TEST(line.run() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_eden_s_file_is_known_by_its_address, desks) {
  const auto said = [&](std::int64_t at, const std::string& file) {
    return "<s3xml success=\"true\"><resource name=\"doc_binder\" uuid=\"urn:uuid:a\" mci=\"1\" modified_on=\"" +
           to_text(second(at)) + "\"><data field=\"name\">a" + std::to_string(at) +
           "</data><data field=\"cover\" url=\"http://other.example.org/eden/default/download/" + file +
           "\" filename=\"a.pdf\"/></resource></s3xml>";
  };
  std::string now = said(1, "doc.cover.1.pdf");
  std::vector<std::string> asked;
  scripted_peer eden([&](const heard& h) -> scripted_answer {
    if (!h.head.target.starts_with("/default")) return {.body = now};
    asked.push_back(h.head.target);
    return {.body = "eden's file", .type = "application/pdf"};
  });
  memory::loopback wired([&](const request_head& h) { return eden(h); });
  const auto peer = field.self.put(repository{.uuid = id_of("peer"), .name = "Other", .url = url_of("other")}).value();
  field.self.put(sync_task{.repository = peer, .resource = "doc_binder", .mode = sync_mode::pull}).value();
  const auto run = [&] {
    active_site<file_parts> calling(field.self);
    const auto op = calling.synchronize_with(peer, {});
    wired.run(*op);
    BOOST_TEST(op->report().ok());
  };
  run();
  const std::vector<std::string> once{"/default/download/doc.cover.1.pdf"};
  BOOST_TEST(asked == once, boost::test_tools::per_element());
  BOOST_TEST(field.bytes("a") == "a.pdf: eden's file");
  run();
  now = said(5, "doc.cover.1.pdf");
  run();
  BOOST_TEST(field.self.get<binder>(id_of("a")).value()->name == "a5");
  BOOST_TEST(asked.size() == 1U);
  BOOST_TEST(field.bytes("a") == "a.pdf: eden's file");
  now = said(9, "doc.cover.2.pdf");
  run();
  BOOST_TEST(asked.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_file_is_served_to_whoever_may_pull, desks) {
  const auto file = parse_upload(base.keep("Plan \"A\".pdf", "the plan")).value();
  std::string disposition;
  BOOST_TEST(get(base, "/default/download/" + upload_address(file), &disposition) == "200 the plan");
  BOOST_TEST(disposition == "attachment; filename=\"Plan__A_.pdf\"");
  BOOST_TEST(get(base, "/default/download/" + file.hash) == "200 the plan");
  BOOST_TEST(get(base, "/default/download/" + file.hash + ".a%22%0d%0ab", &disposition) == "200 the plan");
  BOOST_TEST(disposition.find_first_of("\r\n%") == std::string::npos, disposition);
  BOOST_TEST(get(base, "/default/download/" + std::string(64, '0') + ".pdf").starts_with("404"));
  BOOST_TEST(get(base, "/default/download/../../etc/passwd").starts_with("404"));
  BOOST_TEST(get(base, "/default/download/").starts_with("404"));
  passive_site<file_parts> strict(base.self,
                                  {.authenticate = [](std::string_view user, std::string_view) -> edensync::access {
                                    return user == "reader" ? access_level::read : access_level::unknown;
                                  }});
  request_head h;
  h.target = "/default/download/" + upload_address(file);
  BOOST_TEST(strict.handle(h)->head().status == 401U);
  h.user = "reader";
  BOOST_TEST(strict.handle(h)->head().status == 200U);
}

BOOST_FIXTURE_TEST_CASE(without_a_store_uploads_do_not_travel, desks) {
  site<file_parts> plain(field.store, binders(), field.clock, field.uids);
  base.put("a", base.keep("a.pdf", "a"));
  std::size_t asked = 0;
  memory::loopback wired([&](const request_head& h) {
    asked += h.target.starts_with("/default") ? 1U : 0U;
    return base.answering.handle(h);
  });
  active_site<file_parts> calling(plain);
  const auto op = calling.synchronize_with(line.peer, {});
  wired.run(*op);
  BOOST_TEST(asked == 0U);
  BOOST_TEST(field.bytes("a") == "no file");
  BOOST_TEST(field.self.get<binder>(id_of("a")).value().has_value());
}
