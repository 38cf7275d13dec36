#include "edensync/files/folder.hpp"

#include "edensync/site/synchronize_files.hpp"
#include "support/sites.hpp"
#include "support/temporary_folder.hpp"

#include <sys/stat.h>
#include <filesystem>
#include <fstream>

using namespace edensync;
using namespace edensync::test;
namespace fs = std::filesystem;

namespace {

struct folder_on_disk {
  temporary_folder temporary;
  files::folder folder = files::open_folder(temporary.path().string()).value();

  void write(const std::string& name, const std::string& text) { std::ofstream(temporary.file(name)) << text; }
  std::string read(const std::string& name) {
    auto in = folder.open(name).value();
    std::string all, buffer(3, '\0');
    for (;;) {
      const auto n = in.read(buffer).value();
      if (n == 0) return all;
      all.append(buffer, 0, n);
    }
  }
  std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& f : folder.list().value()) all.push_back(f.name);
    std::sort(all.begin(), all.end());
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_file_is_there_when_it_is_whole, folder_on_disk) {
  {
    auto out = folder.create("a.xml").value();
    BOOST_TEST(out.write("one ").has_value());
    BOOST_TEST(names().empty());
    BOOST_TEST(out.write("two").has_value());
    const auto told = out.commit().value();
    BOOST_TEST((std::vector{told} == folder.list().value()));
  }
  BOOST_TEST(read("a.xml") == "one two");
  {
    auto out = folder.create("a.xml").value();
    BOOST_TEST(out.write("never").has_value());
  }
  BOOST_TEST(read("a.xml") == "one two");
  BOOST_TEST(std::distance(fs::directory_iterator(temporary.path()), fs::directory_iterator()) == 1);
  write(".edensync-a.xml", "left by a crash");
  BOOST_TEST(names().size() == 1U);
  auto again = folder.create("a.xml").value();
  BOOST_TEST(again.write("three").has_value());
  BOOST_TEST(again.commit().has_value());
  BOOST_TEST(read("a.xml") == "three");
  BOOST_TEST(folder.remove("a.xml").has_value());
  BOOST_TEST(folder.remove("a.xml").has_value());
  BOOST_TEST(names().empty());
}

BOOST_FIXTURE_TEST_CASE(a_reader_keeps_its_file_and_sees_that_it_changes, folder_on_disk) {
  write("a.xml", "one");
  const auto before = folder.list().value().front();
  auto in = folder.open("a.xml").value();
  auto out = folder.create("a.xml").value();
  BOOST_TEST(out.write("another").has_value());
  BOOST_TEST(out.commit().has_value());
  std::string buffer(16, '\0');
  BOOST_TEST(in.read(buffer).value() == 3U);
  BOOST_TEST(in.state().value().bytes == before.bytes);
  auto second = folder.open("a.xml").value();
  std::ofstream(temporary.file("a.xml"), std::ios::app) << " one";
  BOOST_TEST(second.state().value().bytes == 11U);
}

BOOST_FIXTURE_TEST_CASE(nothing_leads_out_of_the_folder, folder_on_disk) {
  write("real", "x");
  fs::create_symlink(temporary.file("real"), temporary.file("link.xml"));
  fs::create_directory(temporary.file("sub.xml"));
  BOOST_TEST(::mkfifo(temporary.file("pipe.xml").c_str(), 0600) == 0);
  const std::vector<std::string> wanted{"real"};
  BOOST_TEST(names() == wanted, boost::test_tools::per_element());
  for (const auto* name : {"link.xml", "sub.xml", "pipe.xml", "../x", "/etc/passwd", "", ".", ".."})
    BOOST_TEST(!folder.open(name).has_value(), name);
  for (const auto* name : {"../x", "a/b", "", ".."}) {
    BOOST_TEST(!folder.create(name).has_value(), name);
    BOOST_TEST(!folder.remove(name).has_value(), name);
  }
  // A link that stands in the way is replaced, not followed.
  fs::create_symlink(temporary.file("real"), temporary.file(".edensync-a.xml"));
  auto out = folder.create("a.xml").value();
  BOOST_TEST(out.write("y").has_value());
  BOOST_TEST(out.commit().has_value());
  BOOST_TEST(read("real") == "x");
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_is_an_error_that_goes_away, folder_on_disk) {
  BOOST_TEST((files::open_folder(temporary.file("no such")).error().code == make_error_code(error::unreachable)));
  BOOST_TEST((folder.open("none.xml").error().code == condition::retry_later));
  write("file", "x");
  BOOST_TEST((files::open_folder(temporary.file("file")).error().code == make_error_code(error::unreachable)));
  fs::remove_all(temporary.path());
  BOOST_TEST((folder.create("a.xml").error().code == make_error_code(error::unreachable)));
}

BOOST_FIXTURE_TEST_CASE(two_sites_meet_on_a_disk, folder_on_disk) {
  memory::manual_clock clock{second(1000)};
  one_site field{"field", 1, clock}, base{"base", 2, clock};
  const auto knows = [&](one_site& s) {
    const auto r =
        s.self.put(repository{.name = "Stick", .type = "filesync", .path = temporary.path().string()}).value();
    (void)s.self.put(sync_task{.repository = r, .resource = "org_office", .outfile_pattern = "$sender $timestamp.xml"});
    return r;
  };
  const auto there = knows(base);
  const auto synchronise = [stick = knows(field)](test_site& site) {
    // [run]
    const auto report = edensync::synchronize_files(site, stick, edensync::files::open_folder);
    // [run]
    return report.ok();
  };
  BOOST_TEST(there == 1);
  field.put(an("a", "1"));
  base.put(an("b"));
  for (int i = 0; i < 4; ++i) {
    clock.advance(10);
    if (i == 1) field.put(an("a", "2"));
    write("half" + std::to_string(i) + ".xml", "<s3xml><resource name=\"org_off");
    BOOST_TEST(!synchronise(base.self));
    BOOST_TEST(synchronise(base.self));
    BOOST_TEST(!synchronise(field.self));
  }
  BOOST_TEST(synchronise(base.self));
  BOOST_TEST(field.contents() == base.contents(), boost::test_tools::per_element());
  BOOST_TEST(field.contents().size() == 2U);
  const auto before = names();
  for (auto* s : {&field, &base}) BOOST_TEST(synchronise(s->self));
  BOOST_TEST(names() == before, boost::test_tools::per_element());
}
