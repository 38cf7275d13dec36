#include "edensync/admin/repositories.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "edensync/admin/logged_repository.hpp"
#include "support/sites.hpp"

namespace edensync::test {
namespace {

struct site_with_repositories : one_site {
  site_with_repositories() : one_site("here", 1, memory::manual_clock{second(1000)}) {}
  admin::repositories<parts> all{self};

  bool is_refused(const repository& r) { return all.add(r).has_error(); }

  const uid base{"urn:uuid:00000000-0000-4000-8000-0000000000ba"};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(admin_repositories)

BOOST_FIXTURE_TEST_CASE(nothing_is_there_twice, site_with_repositories) {
  all.add({.uuid = base, .name = "Base", .url = "http://base/eden"}).value();
  all.add({.name = "Stick", .type = "filesync", .path = "/media/stick"}).value();
  BOOST_TEST(is_refused({.name = "Base"}));
  BOOST_TEST(is_refused({.uuid = base, .name = "x"}));
  BOOST_TEST(is_refused({.name = "x", .url = "http://base/eden/"}));
  BOOST_TEST(is_refused({.name = "x", .type = "filesync", .path = "/media/stick"}));
  // The data sets that a site offers are another thing than the site.
  BOOST_TEST(!is_refused({.name = "Sets", .type = "data", .url = "http://base/eden"}));
}

BOOST_FIXTURE_TEST_CASE(addresses_that_cannot_be_right_are_refused, site_with_repositories) {
  for (const std::string url : {"http://h:0", "http://h:99999", "http://h:x", "http://h:", "http://:80", "http://[::1",
                                "http://h/eden?x=y", "http://h/eden#x", "http://me:secret@h", "ftp://h"})
    BOOST_TEST(is_refused({.name = "x", .url = url}), url);
  int n = 0;
  for (const std::string url : {"http://h", "https://h:8443/eden", "http://[::1]:80/eden", "http://[::1]"})
    BOOST_TEST(!is_refused({.name = "good" + std::to_string(++n), .url = url}), url);
}

// A peer that registered itself under a long UUID is called by it, and may still be allowed to push.
BOOST_FIXTURE_TEST_CASE(only_new_names_are_short, site_with_repositories) {
  const std::string name(100, 'n');
  BOOST_TEST(is_refused({.name = name}));
  BOOST_TEST(is_refused({.name = "bad\xff"}));
  self.put(repository{.uuid = uid(name), .name = name}).value();
  all.change(name, [](repository& r) { r.accept_push = true; }).value();
  BOOST_TEST(all.find(name).value().accept_push);
  BOOST_TEST(all.change(name, [](repository& r) { r.name += 'n'; }).has_error());
}

BOOST_FIXTURE_TEST_CASE(a_uuid_that_is_typed_is_one, site_with_repositories) {
  for (const std::string text : {"urn:uuid:", "urn:uuid:0000", "urn:uuid:00000000-0000-4000-8000-00000000000g",
                                 "urn:uuid:00000000-0000-4000-8000-00000000000aa",
                                 "urn:uuid:00000000+0000-4000-8000-00000000000a", "a b", "a&b", "a?b", "caf\xc3\xa9"})
    BOOST_TEST(is_refused({.uuid = uid(text), .name = "x"}), text);
  BOOST_TEST(is_refused({.uuid = uid(std::string(129, 'u')), .name = "x"}));
  BOOST_TEST(all.add({.uuid = uid("urn:uuid:00000000-0000-4000-8000-0000000000AB"), .name = "x"}).value().uuid.text() ==
             "urn:uuid:00000000-0000-4000-8000-0000000000ab");
  BOOST_TEST(!is_refused({.uuid = uid("office-17.example.org"), .name = "y"}));
  // What a peer calls itself is its own business.
  self.put(repository{.uuid = uid("urn:uuid:odd one"), .name = "Odd"}).value();
  BOOST_TEST(all.change("Odd", [](repository& r) { r.accept_push = true; }).has_value());
  BOOST_TEST(all.change("Odd", [](repository& r) { r.uuid = uid("urn:uuid:odder"); }).has_error());
}

// Whoever registers gives himself a name.
BOOST_FIXTURE_TEST_CASE(a_uuid_is_nobodys_name, site_with_repositories) {
  all.add({.uuid = base, .name = "Base"}).value();
  self.put(repository{.uuid = id_of("other"), .name = base.text()}).value();
  BOOST_TEST(all.find(base.text()).value().name == "Base");
}

BOOST_FIXTURE_TEST_CASE(the_log_knows_repositories_by_names_that_they_had, site_with_repositories) {
  const auto number = [&](const std::string& name) { return admin::logged_repository(self, name); };
  const auto base = all.add({.uuid = uid("urn:uuid:00000000-0000-4000-8000-00000000000b"), .name = "Base"}).value();
  const auto note = [&](const repository& r) {
    log_entry l;
    l.repository = r.id;
    l.repository_name = r.name;
    self.note(l);
  };
  note(base);
  BOOST_TEST(number("Base").value() == base.id);
  all.change("Base", [](repository& r) { r.name = "Centre"; }).value();
  BOOST_TEST(number("Base").value() == base.id);
  all.remove("Centre").value();
  BOOST_TEST(number("Base").value() == base.id);
  // It left no line under this name.
  BOOST_TEST((number("Centre").error().code == make_error_code(error::no_such_entry)));
  BOOST_TEST(number("Centre").error().text().find("line of the log") != std::string::npos);
  const auto other = all.add({.name = "Base"}).value();
  BOOST_TEST(number("Base").value() == other.id);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test
