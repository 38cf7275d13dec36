#include "edensync/vault/key_file.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "edensync/concepts/secret_vault.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;

namespace {

using edensync::error;
using edensync::test::temporary_folder;
using edensync::vault::key_file;

static_assert(edensync::secret_vault<key_file>);

struct place {
  temporary_folder temporary;
  const fs::path folder = temporary.path();
  key_file vault{folder / "key"};
};

template <class Result>
bool is_refused(const Result& r) {
  return r.has_error() && r.error().code == error::bad_setting;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vault)

BOOST_FIXTURE_TEST_CASE(what_is_sealed_can_be_opened_and_does_not_show, place) {
  for (const auto& text : std::vector<std::string>{"open sesame", "x", "p\xc3\xa4ss:w@rd/#?", std::string(5000, 'y')}) {
    const auto sealed = vault.seal(text).value();
    BOOST_TEST(key_file::is_sealed(sealed));
    BOOST_TEST((text.size() < 3 || sealed.find(text) == std::string::npos));
    BOOST_TEST(sealed.find_first_of(" :@/?#%&") == std::string::npos);
    BOOST_TEST(vault.open(sealed).value() == text);
    BOOST_TEST(vault.seal(text).value() != sealed);  // a fresh nonce each time
  }
}

BOOST_FIXTURE_TEST_CASE(what_never_was_sealed_and_what_is_empty_stay_as_they_are, place) {
  BOOST_TEST(vault.open("plain").value() == "plain");
  BOOST_TEST(vault.open("").value().empty());
  BOOST_TEST(vault.seal("").value().empty());
  BOOST_TEST(!fs::exists(vault.path()));
}

BOOST_FIXTURE_TEST_CASE(another_process_finds_the_same_key_which_is_the_owners_alone, place) {
  const auto sealed = vault.seal("secret").value();
  BOOST_TEST(key_file(vault.path()).open(sealed).value() == "secret");
  BOOST_TEST((fs::status(vault.path()).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  BOOST_TEST(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_missing_key_another_one_and_changes_are_refused, place) {
  const auto sealed = vault.seal("secret").value();
  for (std::size_t i = 9; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    BOOST_TEST(is_refused(vault.open(changed)), i);
    BOOST_TEST(is_refused(vault.open(sealed.substr(0, i))), i);
  }
  BOOST_TEST(is_refused(vault.open(sealed + "00")));
  BOOST_TEST(is_refused(vault.open(sealed + "zz")));
  fs::remove(vault.path());
  BOOST_TEST(is_refused(vault.open(sealed)));
  vault.seal("other").value();
  BOOST_TEST(is_refused(vault.open(sealed)));
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_none_or_open_to_others_is_refused, place) {
  const auto sealed = vault.seal("secret").value();
  fs::permissions(vault.path(), fs::perms::group_read, fs::perm_options::add);
  BOOST_TEST(is_refused(vault.open(sealed)));
  BOOST_TEST(is_refused(vault.seal("more")));
  fs::permissions(vault.path(), fs::perms::group_read, fs::perm_options::remove);
  BOOST_TEST(vault.open(sealed).value() == "secret");
  std::ofstream(vault.path(), std::ios::app) << "x";
  BOOST_TEST(is_refused(vault.open(sealed)));
  std::ofstream(vault.path(), std::ios::trunc) << "short";
  BOOST_TEST(is_refused(vault.open(sealed)));
  BOOST_TEST(is_refused(vault.seal("more")));
  BOOST_TEST(is_refused(key_file(folder / "none" / "key").seal("more")));
}

BOOST_AUTO_TEST_SUITE_END()
