#include "edensync/importer/identify.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

#include "support/import_rig.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

// Looks for twins in what was imported before.
struct identify_fixture : import_rig {
  handle_cache cache;

  incoming_record of(resource_id r, std::string_view name) {
    incoming_record in;
    in.content.resource = r;
    in.content.uuid = id_of(name);
    return in;
  }
  record_handle handle(resource_id r, std::string_view name) {
    const auto found = store.snapshot().find(r, id_of(name));
    return found ? found->handle : record_handle::none;
  }
  import_item twin_of(incoming_record& in, record_handle master = record_handle::none) {
    auto s = store.snapshot();
    identify find(s, relief(), cache);
    import_item item;
    item.incoming = &in;
    if (master != record_handle::none) item.master_resource = offices;
    find(item, master);
    return item;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(importer_identify, identify_fixture)

BOOST_AUTO_TEST_CASE(by_uid_deleted_ones_too) {
  take({an_office("a"), element("org_office", "d").at(3).deleted()}).value();
  auto a = of(offices, "a"), d = of(offices, "d"), x = of(offices, "x"), other = of(organisations, "a");
  BOOST_TEST((twin_of(a).handle == handle(offices, "a")));
  BOOST_TEST(twin_of(d).local->version.deleted);
  BOOST_TEST(!twin_of(x).local.has_value());
  BOOST_TEST((twin_of(x).handle == record_handle::none));
  BOOST_TEST(!twin_of(other).local.has_value());
  // A uid that was made here is known when the record is offered again.
  a.uid_given = x.uid_given = false;
  BOOST_TEST((twin_of(a).handle == handle(offices, "a")));
  BOOST_TEST(!twin_of(x).local.has_value());
}

BOOST_AUTO_TEST_CASE(a_unique_key_beats_the_uid_if_it_is_unambiguous) {
  take({an_organisation("o").data("code", "A"), an_organisation("p").data("code", "B")}).value();
  auto in = of(organisations, "p");
  in.content.fields = {std::string("p"), std::string("A")};
  const auto item = twin_of(in);
  BOOST_TEST((item.handle == handle(organisations, "o")));
  BOOST_TEST(item.other_uid);
  in.content.fields[1] = null_value{};
  BOOST_TEST((twin_of(in).handle == handle(organisations, "p")));
  BOOST_TEST(!twin_of(in).other_uid);
  // Two have it, both deleted: nobody can tell which of them is meant.
  take({element("org_organisation", "o").at(3).deleted(), an_organisation("q", 4).data("code", "C")}).value();
  in.content.fields[1] = std::string("nobody's");
  BOOST_TEST((twin_of(in).handle == handle(organisations, "p")));
}

BOOST_AUTO_TEST_CASE(the_only_component_of_its_kind_is_found_by_its_place) {
  take({an_office("a").with(a_badge("mine", "x")), an_office("b").with(a_badge("other", "y"))}).value();
  auto in = of(badges, "other");
  in.single = true;
  in.key_field = 1;
  BOOST_TEST((twin_of(in, handle(offices, "a")).handle == handle(badges, "mine")));
  BOOST_TEST((twin_of(in, handle(offices, "b")).handle == handle(badges, "other")));
  // Under a new master there is none yet.
  BOOST_TEST((twin_of(in).handle == handle(badges, "other")));
  take({element("org_badge", "mine").at(9).deleted()}).value();
  BOOST_TEST((twin_of(in, handle(offices, "a")).handle == handle(badges, "other")));
}

// Between edensync sites: a key, or a place, that was given to another record does not make that the same one.
BOOST_AUTO_TEST_CASE(the_uid_comes_first_between_edensync_sites) {
  take({an_organisation("o").data("code", "A"), an_organisation("p").data("code", "B"),
        an_office("a").with(a_badge("mine", "x")), an_office("b").with(a_badge("other", "y"))})
      .value();
  const auto twin = [&](incoming_record& in, twins how, record_handle master = record_handle::none) {
    auto s = store.snapshot();
    identify find(s, relief(), cache, how);
    import_item item;
    item.incoming = &in;
    item.master_resource = offices;
    find(item, master);
    return item.handle;
  };
  auto in = of(organisations, "p");
  in.content.fields = {std::string("p"), std::string("A")};
  BOOST_TEST((twin(in, twins::by_key_first) == handle(organisations, "o")));
  BOOST_TEST((twin(in, twins::by_uid) == handle(organisations, "p")));
  BOOST_TEST((twin(in, twins::by_uid_then_key) == handle(organisations, "p")));
  auto made_anew = of(organisations, "q");
  made_anew.content.fields = {std::string("q"), std::string("A")};
  BOOST_TEST((twin(made_anew, twins::by_uid) == record_handle::none));
  BOOST_TEST((twin(made_anew, twins::by_uid_then_key) == handle(organisations, "o")));
  // One that came without a uid has nothing else to be found by.
  made_anew.uid_given = false;
  BOOST_TEST((twin(made_anew, twins::by_uid) == handle(organisations, "o")));
  made_anew.uid_given = true;
  for (const auto how : {twins::by_uid, twins::by_uid_then_key}) {
    auto badge = of(badges, "new");
    badge.single = true;
    badge.key_field = 1;
    BOOST_TEST((twin(badge, how, handle(offices, "a")) == record_handle::none));
    auto known = of(badges, "other");
    known.single = true;
    known.key_field = 1;
    BOOST_TEST((twin(known, how, handle(offices, "a")) == handle(badges, "other")));
  }
  // Nor does a deleted one have a key.
  take({element("org_organisation", "o").at(3).deleted()}).value();
  BOOST_TEST((twin(made_anew, twins::by_uid_then_key) == record_handle::none));
  // A deletion means the record that it names, whoever sends it.
  auto gone = of(badges, "old");
  gone.single = true;
  gone.key_field = 1;
  gone.content.version.deleted = true;
  for (const auto how : {twins::by_key_first, twins::by_uid})
    BOOST_TEST((twin(gone, how, handle(offices, "a")) == record_handle::none));
}

BOOST_AUTO_TEST_CASE(a_tie_is_two_versions_of_one_moment) {
  take({an_office("a", 5).data("phone1", "1")}).value();
  auto s = store.snapshot();
  identify find(s, relief(), cache);
  auto in = of(offices, "a");
  in.content.fields = {std::string("a"), std::string("1")};
  import_item item;
  item.incoming = &in;
  find(item, record_handle::none);
  // A document that tells no time may still say what is known.
  BOOST_TEST(find.is_tie(item));
  in.content.version.modified_on = second(6);
  find(item, record_handle::none);
  BOOST_TEST(!find.is_tie(item));
  in.content.version.modified_on = second(5);
  find(item, record_handle::none);
  BOOST_TEST(find.is_tie(item));
  find.compare(item);
  BOOST_TEST((item.tie == content_order::equal));
  in.content.fields[1] = std::string("2");
  find.compare(item);
  BOOST_TEST((item.tie == content_order::local_first));
  in.content.version.deleted = true;
  find(item, record_handle::none);
  BOOST_TEST(!find.is_tie(item));
}

BOOST_AUTO_TEST_CASE(targets_are_found_remembered_and_forgotten) {
  take({an_office("a"), element("org_office", "d").at(3).deleted()}).value();
  auto s = store.snapshot();
  identify find(s, relief(), cache);
  BOOST_TEST((find.find_target(offices, id_of("a")).handle == handle(offices, "a")));
  BOOST_TEST((cache.find(offices, id_of("a")) == handle(offices, "a")));
  BOOST_TEST(find.find_target(offices, id_of("d")).deleted);
  BOOST_TEST((cache.find(offices, id_of("d")) == record_handle::none));
  BOOST_TEST((find.find_target(offices, id_of("x")).handle == record_handle::none));
  BOOST_TEST((find.find_target(no_resource, id_of("a")).handle == record_handle::none));
  BOOST_TEST((find.find_target(offices, uid()).handle == record_handle::none));
  cache.forget(offices, id_of("a"));
  BOOST_TEST((cache.find(offices, id_of("a")) == record_handle::none));
}

BOOST_AUTO_TEST_CASE(the_cache_tells_records_apart_that_share_a_place) {
  handle_cache c;
  for (int i = 0; i < 20000; ++i) c.remember(offices, id_of(std::to_string(i)), static_cast<record_handle>(i + 1));
  for (int i = 0; i < 20000; ++i) {
    const auto h = c.find(offices, id_of(std::to_string(i)));
    BOOST_TEST_REQUIRE((h == record_handle::none || h == static_cast<record_handle>(i + 1)));
    BOOST_TEST_REQUIRE((c.find(rooms, id_of(std::to_string(i))) == record_handle::none));
  }
}

BOOST_AUTO_TEST_SUITE_END()
