// Resources that no struct describes: the schema is read from an Eden's own field descriptions while the program runs.
// Shows: read_schema, records as plain values. Needs: edensync, expat.

#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/schema/field_description.hpp>
#include <edensync/expat/event_source.hpp>
#include <iostream>

struct parts : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
};

// [fields]
// What an Eden answers to GET /eden/org/organisation/fields.xml and to GET /eden/org/office/fields.xml.
constexpr std::string_view descriptions[] = {R"(<fields resource="org_organisation">
    <field name="name" type="string"/>
  </fields>)",
                                             R"(<fields resource="org_office">
    <field name="name" type="string"/>
    <field name="organisation_id" type="reference org_organisation"/>
    <field name="obsolete" type="boolean"/>
  </fields>)"};
// What those leave out.
constexpr std::string_view supplement = R"({"org_office": {"fields": [{"name": "name", "notnull": true}]}})";
// [fields]

int main() {
  // [schema]
  const auto schema = edensync::read_schema<edensync::expat::event_source>(descriptions, supplement).value();
  const auto& offices = schema[schema.find("org_office")];
  // [schema]

  edensync::memory::manual_clock clock(edensync::parse_timestamp("2026-03-01T08:00:00").value());
  edensync::memory::counting_uid_source uids(1);
  edensync::memory::store field_store(schema, "field"), base_store(schema, "base");
  edensync::site<parts> field(field_store, schema, clock, uids);
  edensync::site<parts> base(base_store, schema, clock, uids);

  // [record]
  edensync::record depot;
  depot.resource = offices.id();
  depot.uuid = uids.make();
  depot.fields.resize(offices.fields().size());
  depot.fields[offices.find_field("name").value()] = std::string("Depot");
  depot.fields[offices.find_field("obsolete").value()] = false;
  field.write([&](auto& writer) { writer.put(depot); }).value();
  // [record]

  edensync::passive_site answering(base, {.authenticate = {}, .accept_pushes = true});
  edensync::memory::loopback line([&](const auto& request) { return answering.handle(request); });
  const auto peer = field.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  field.put(edensync::sync_task{.repository = peer, .resource = "org_office"}).value();
  const auto run = edensync::active_site(field).synchronize_with(peer);
  line.run(*run);

  auto reader = base_store.snapshot();
  const auto found = reader.find(offices.id(), depot.uuid);
  edensync::stored_record arrived;
  if (found) reader.load(offices.id(), found->handle, arrived);
  std::cout << "the base has " << (found ? std::get<std::string>(arrived.fields[0]) : "nothing") << '\n';
  return run->report().ok() && found ? 0 : 1;
}
