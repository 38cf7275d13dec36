// Two sites in memory exchange their records, without a file or a socket.
// Shows: describing a struct, an active and a passive site, one run. Needs: edensync, expat.

#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/expat/event_source.hpp>
#include <iostream>

// [struct]
struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (std::string, name), (std::optional<std::string>, phone1));
};

template <>
struct edensync::resource<office> {
  static constexpr std::string_view name = "org_office";
};
// [struct]

// [parts]
struct parts : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
};
// [parts]

int main() {
  // [sites]
  const auto schema = edensync::describe<office>().value();
  edensync::memory::manual_clock clock(edensync::parse_timestamp("2026-03-01T08:00:00").value());
  edensync::memory::counting_uid_source uids(1);

  edensync::memory::store field_store(schema, "field"), base_store(schema, "base");
  edensync::site<parts> field(field_store, schema, clock, uids);
  edensync::site<parts> base(base_store, schema, clock, uids);

  field.put(office{{}, "North Office", "+1 555 0100"}).value();
  base.put(office{{}, "Headquarters", {}}).value();
  // [sites]

  // [configure]
  edensync::passive_site answering(base, {.authenticate = {}, .accept_pushes = true});
  edensync::memory::loopback line([&](const auto& request) { return answering.handle(request); });

  const auto peer = field.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  field.put(edensync::sync_task{.repository = peer, .resource = "org_office"}).value();
  // [configure]

  // [run]
  edensync::active_site calling(field);
  const auto run = calling.synchronize_with(peer);
  line.run(*run);
  // [run]

  for (const auto& office : base.query<::office>([](const auto&) { return true; }).value())
    std::cout << office.name << '\n';
  return run->report().ok() && base.query<office>([](const auto&) { return true; }).value().size() == 2 ? 0 : 1;
}
