// When both sites changed an office, the application's own rule decides: an office that is closed stays closed.
// Shows: on_conflict, and how a decision is explained afterwards. Needs: edensync, expat.

#include <edensync.hpp>
#include <edensync/memory/loopback.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/expat/event_source.hpp>
#include <iostream>

#include "../data/relief.hpp"

struct parts : edensync::default_parts, edensync::memory::parts {
  using event_source = edensync::expat::event_source;
};

int main() {
  const auto schema = relief::schema().value();
  edensync::memory::manual_clock clock(edensync::parse_timestamp("2026-03-01T08:00:00").value());
  edensync::memory::counting_uid_source uids(1);
  edensync::memory::store field_store(schema, "field"), base_store(schema, "base");
  edensync::site<parts> field(field_store, schema, clock, uids);
  edensync::site<parts> base(base_store, schema, clock, uids);

  // [rule]
  const auto closed_stays_closed = [](const relief::office& ours, const relief::office& theirs) {
    return theirs.obsolete.value_or(false) || !ours.obsolete.value_or(false);  // whether theirs is taken
  };
  field.on_conflict<relief::office>(closed_stays_closed);
  base.on_conflict<relief::office>(closed_stays_closed);
  // [rule]

  edensync::passive_site answering(base, {.authenticate = {}, .accept_pushes = true});
  edensync::memory::loopback line([&](const auto& request) { return answering.handle(request); });
  const auto peer = field.put(edensync::repository{.name = "Base", .url = "http://base.example.org/eden"}).value();
  field.put(edensync::sync_task{.repository = peer, .resource = "org_office"}).value();
  const auto synchronise = [&] {
    const auto run = edensync::active_site(field).synchronize_with(peer);
    line.run(*run);
    return run->report().ok();
  };

  // [both]
  relief::office depot{.name = "Depot"};
  depot.uuid = field.put(depot).value();
  synchronise();

  clock.advance(60);
  depot.obsolete = true;
  field.put(depot).value();  // the field office closes it

  clock.advance(60);
  depot.obsolete = false;
  depot.phone1 = "+1 555 0100";
  base.put(depot).value();  // a minute later the base changes it, and does not know
  synchronise();
  // [both]

  // [why]
  for (const auto& d : field.decisions("org_office", depot.uuid, 1).value())
    std::cout << edensync::to_text(d.outcome.what) << ", because " << edensync::to_text(d.outcome.why) << '\n';
  // [why]
  const auto here = field.get<relief::office>(depot.uuid).value();
  const auto there = base.get<relief::office>(depot.uuid).value();
  return here->obsolete == true && there->obsolete == true && !there->phone1 ? 0 : 1;
}
