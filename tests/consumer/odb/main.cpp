// A program that keeps the records of a site as its own objects of ODB.
#include <edensync/odb/store.hpp>

#include <array>
#include <iostream>
#include <string>

int main(int count, char** words) {
  if (count != 2) return 2;
  static constexpr std::array fields{edensync::field_descriptor{.name = "name", .mandatory = true}};
  static constexpr std::array people{edensync::resource_descriptor{.name = "pr_person", .fields = fields}};
  const auto schema = edensync::schema::make(people);
  auto opened = edensync::odb::store::open(words[1], schema.value());
  if (!opened) {
    std::cerr << opened.error().text() << '\n';
    return 1;
  }
  auto& store = opened.value();
  edensync::record r;
  r.resource = 0;
  r.uuid = edensync::uid("urn:uuid:a");
  r.fields.emplace_back(std::string("Amara"));
  auto t = store.begin({});
  const bool written = t.insert(r).has_value();
  t.commit();
  return written && store.snapshot().find(0, r.uuid) ? 0 : 1;
}
