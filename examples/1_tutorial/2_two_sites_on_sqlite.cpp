// The same two sites, each with its records in an SQLite file that outlives the program.
// Shows: parts of one's own, a store in a file, reading it again. Needs: edensync, expat, sqlite.

#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/sqlite/store.hpp>
#include <filesystem>
#include <iostream>
#include <random>

#include "../data/relief.hpp"

// [parts]
struct parts : edensync::default_parts {
  using store = edensync::sqlite::store;
  using clock = edensync::system_clock;
  using uid_source = edensync::random_uid_source;
  using event_source = edensync::expat::event_source;
};
// [parts]

int main() {
  const auto folder = std::filesystem::temp_directory_path() / ("edensync-" + std::to_string(std::random_device()()));
  std::filesystem::create_directory(folder);

  // [open]
  const auto schema = relief::schema().value();
  auto field_store = edensync::sqlite::store::open(folder / "field.sqlite", schema).value();
  auto base_store = edensync::sqlite::store::open(folder / "base.sqlite", schema).value();

  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::site<parts> field(field_store, schema, clock, uids);
  edensync::site<parts> base(base_store, schema, clock, uids);
  // [open]

  // [write]
  const auto partner = field.put(relief::organisation{.name = "Hilltop Water Trust"}).value();
  const auto depot = field.put(relief::office{.name = "Depot", .organisation_id = {{partner}}}).value();
  // [write]

  edensync::passive_site answering(base, {.authenticate = {}, .accept_pushes = true});
  edensync::memory::loopback line([&](const auto& request) { return answering.handle(request); });
  const auto peer = field.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  // [tasks]
  for (const auto* resource : {"org_organisation", "org_office"})
    field.put(edensync::sync_task{.repository = peer, .resource = resource}).value();
  // [tasks]
  const auto run = edensync::active_site(field).synchronize_with(peer);
  line.run(*run);

  // [again]
  auto reopened = edensync::sqlite::store::open(folder / "base.sqlite", schema).value();
  edensync::site<parts> later(reopened, schema, clock, uids);
  const auto office = later.get<relief::office>(depot).value();
  // [again]
  const bool arrived = run->report().ok() && office && office->organisation_id->target == partner;
  if (arrived) std::cout << office->name << " of " << office->organisation_id->target.text() << '\n';
  std::filesystem::remove_all(folder);
  return arrived ? 0 : 1;
}
