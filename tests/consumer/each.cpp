// Of each component that is here something that needs its library, so that who says that he wants it has it.   each FOLDER
#include <edensync/memory/store.hpp>

#include <array>
#include <iostream>
#include <string>
#include <string_view>

#if __has_include(<edensync/crypt/password_hash.hpp>)
#include <edensync/crypt/password_hash.hpp>
#endif
#if __has_include(<edensync/files/file_store.hpp>)
#include <edensync/files/file_store.hpp>
#endif
#if __has_include(<edensync/journal/store.hpp>)
#include <edensync/journal/store.hpp>
#endif
#if __has_include(<edensync/skeleton/store.hpp>)
#include <edensync/skeleton/store.hpp>
#endif
#if __has_include(<edensync/sqlite/store.hpp>)
#include <edensync/sqlite/store.hpp>
#endif
#if __has_include(<edensync/vault/key_file.hpp>)
#include <edensync/vault/key_file.hpp>
#endif
#if __has_include(<edensync/zip/archive.hpp>)
#include <edensync/zip/archive.hpp>
#endif

namespace {

constexpr std::array resources{edensync::resource_descriptor{.name = "org_office"}};

bool all_work = true;

void tell(std::string_view component, bool works) {
  std::cout << component << (works ? " works\n" : " does not work\n");
  all_work = all_work && works;
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  const std::string folder = words[1];
  const auto schema = std::make_shared<const edensync::schema>(edensync::schema::make(resources).value());
  tell("core", edensync::memory::store(schema).snapshot().sequence() == 0);
#if __has_include(<edensync/crypt/password_hash.hpp>)
  tell("crypt", edensync::crypt::password_matches("secret", edensync::crypt::hash_password("secret").value()));
#endif
#if __has_include(<edensync/files/file_store.hpp>)
  auto files = edensync::files::open_file_store(folder).value();
  auto file = files.begin().value();
  tell("files", file.write("abc") && file.commit().value().starts_with("ba7816bf"));
#endif
#if __has_include(<edensync/journal/store.hpp>)
  tell("journal", edensync::journal::store::open(folder + "/journal", schema).has_value());
#endif
#if __has_include(<edensync/skeleton/store.hpp>)
  tell("skeleton", edensync::skeleton::store(schema).schema().size() == 1);
#endif
#if __has_include(<edensync/sqlite/store.hpp>)
  tell("sqlite", edensync::sqlite::store::open(folder + "/sqlite", schema).has_value());
#endif
#if __has_include(<edensync/vault/key_file.hpp>)
  const edensync::vault::key_file vault(folder + "/key");
  tell("vault", vault.open(vault.seal("secret").value()).value() == "secret");
#endif
#if __has_include(<edensync/zip/archive.hpp>)
  edensync::zip::archive::writer packed;
  const auto nothing = [](std::span<char>) -> edensync::result<std::size_t> { return std::size_t{0}; };
  tell("zip", packed.add("a.xml", nothing, {}) && packed.finish().value() > 0);
#endif
  return all_work ? 0 : 1;
}
