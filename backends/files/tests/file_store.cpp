#include "edensync/files/file_store.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

using namespace edensync;
using edensync::test::temporary_folder;
namespace fs = std::filesystem;

namespace {

// Of "abc", as published with the algorithm (FIPS 180-2).
const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct store_on_disk {
  temporary_folder temporary;
  files::file_store store = files::open_file_store(temporary.path().string()).value();

  std::string keep(std::string_view bytes) {
    auto w = store.begin().value();
    for (const char c : bytes) BOOST_TEST(w.write({&c, 1}).has_value());
    return w.commit().value();
  }
  std::string read(std::string_view hash) {
    auto r = store.open(hash).value();
    if (!r) return "none";
    std::string all, buffer(2, '\0');
    for (;;) {
      const auto n = r->read(buffer).value();
      if (n == 0) return all;
      all.append(buffer, 0, n);
    }
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(temporary.path()), fs::directory_iterator()));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_file_has_the_name_of_its_content, store_on_disk) {
  BOOST_TEST(keep("abc") == abc);
  BOOST_TEST(fs::exists(temporary.file(abc)));
  BOOST_TEST(read(abc) == "abc");
  BOOST_TEST(keep("abc") == abc);
  BOOST_TEST(files() == 1U);
  BOOST_TEST(keep("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(files() == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_committed_leaves_nothing, store_on_disk) {
  {
    auto w = store.begin().value();
    auto other = store.begin().value();
    BOOST_TEST(w.write("abc").has_value());
    BOOST_TEST(other.write("xyz").has_value());
    BOOST_TEST(read(abc) == "none");
    auto moved = std::move(w);
    BOOST_TEST(moved.commit().value() == abc);
  }
  BOOST_TEST(read(abc) == "abc");
  BOOST_TEST(files() == 1U);
}

BOOST_FIXTURE_TEST_CASE(nothing_but_hashes_is_opened, store_on_disk) {
  std::ofstream(temporary.file("secret")) << "x";
  const std::string link(64, 'a'), folder(64, 'b');
  fs::create_symlink(temporary.file("secret"), temporary.file(link));
  fs::create_directory(temporary.file(folder));
  for (const std::string& name : {std::string("secret"), std::string("../x"), std::string(), abc.substr(1), abc + "0",
                                  std::string(64, '.'), std::string(64, 'A'), std::string(64, '/'), abc})
    BOOST_TEST(read(name) == "none", name);
  BOOST_TEST(!store.open(link).has_value());
  BOOST_TEST(!store.open(folder).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_store_that_is_gone_or_full_says_so, store_on_disk) {
  BOOST_TEST((files::open_file_store(temporary.file("none")).error().code == make_error_code(error::unreachable)));
  auto w = store.begin().value();
  fs::remove_all(temporary.path());
  BOOST_TEST(w.write("abc").has_value());
  BOOST_TEST(!w.commit().has_value());
  BOOST_TEST(!store.begin().has_value());
  BOOST_TEST(read(abc) == "none");
}
