// Two sites over HTTP: a server on the loopback address, a client, a user name and a password.
// Shows: the beast backend, which drives the same operation and the same responder. Needs: edensync, expat, beast.

#include <edensync.hpp>
#include <edensync/memory/parts.hpp>
#include <edensync/beast/client.hpp>
#include <edensync/beast/server.hpp>
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
  base.put(relief::office{.name = "Headquarters"}).value();

  // [server]
  edensync::passive_site answering(
      base,
      {.authenticate = [](auto user, auto password) { return user == "field-office" && password == "open sesame"; },
       .accept_pushes = true});
  edensync::beast::server server([&](const auto& request) { return answering.handle(request); });
  server.start().value();  // on 127.0.0.1, at a free port; it has threads of its own
  // [server]

  // [client]
  edensync::repository peer{.name = "Base",
                            .url = "http://127.0.0.1:" + std::to_string(server.port()) + "/eden",
                            .username = "field-office",
                            .password = "open sesame"};
  peer.id = field.put(peer).value();
  field.put(edensync::sync_task{.repository = peer.id, .resource = "org_office"}).value();

  const auto run = edensync::active_site(field).synchronize_with(peer.id);
  edensync::beast::client client(peer);
  client.run(*run).value();
  // [client]

  // [report]
  for (const auto& t : run->report().transfers)
    std::cout << (t.way == edensync::direction::pull ? "pull " : "push ") << t.resource << ": "
              << t.imported.total.created << " created here, " << t.peer_created << " created there\n";
  // [report]

  // [refused]
  const auto attempt = edensync::active_site(field).register_at(peer);
  edensync::beast::client(peer.url, "field-office", "guessed").run(*attempt).value();
  const bool refused = attempt->why_not() && attempt->why_not()->code == edensync::error::not_authorised;
  // [refused]
  server.stop();
  return run->report().ok() && run->report().transfers.front().imported.total.created == 1 && refused ? 0 : 1;
}
