#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "edensync/memory/loopback.hpp"
#include "edensync/mock/ask.hpp"
#include "edensync/mock/eden_answers.hpp"
#include "edensync/mock/expectations.hpp"
#include "edensync/mock/scripted_peer.hpp"

// What the tests of each framework try: a peer that is asked what it expects, or not.
namespace edensync::mock::test {

/// Asks for one table where another one is expected, if `wrong`; says what the peer reports.
inline void ask_a_peer(const reporter& report, bool wrong) {
  expectations base(report);
  base.expect(registration()).answer(registered("urn:uuid:base"));
  base.expect(pull_of("org_office").no_query("msince")).answer(document()).after(5);
  memory::manual_clock clock;
  scripted_peer peer(std::ref(base));
  peer.set_clock(clock);
  ask(std::ref(peer), request("POST", "/sync/repository/register.json", "{}", "application/json"));
  ask(std::ref(peer),
      request("GET", wrong ? "/sync/sync.xml?resource=org_site" : "/sync/sync.xml?resource=org_office"));
  if (!base.verify() != wrong || (clock.now().seconds == 5) == wrong)
    throw std::logic_error("verify says something else");
}

}  // namespace edensync::mock::test
