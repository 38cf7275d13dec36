#include "edensync/log/log_line.hpp"

#include <boost/test/unit_test.hpp>

namespace edensync {
namespace {

failure why(error e, std::string ours = {}, std::string_view peer = {}) {
  return {make_error_code(e), diagnostics(std::move(ours), peer)};
}

record_counts quarantined(std::uint64_t n) {
  record_counts c;
  c.received = 10;
  c.quarantined = n;
  return c;
}

void check(const log_entry& e, std::string_view mode, std::string_view action, log_result result, bool remote,
           std::string_view message) {
  BOOST_TEST(e.mode == mode);
  BOOST_TEST(e.action == action);
  BOOST_TEST(to_text(e.result) == to_text(result));
  BOOST_TEST(e.remote == remote);
  BOOST_TEST(e.message == message);
  BOOST_TEST(!(e.remote && e.result == log_result::success));
}

}  // namespace

BOOST_AUTO_TEST_CASE(result_follows_from_condition_and_counts) {
  const auto is = [](log_result got, log_result wanted) { BOOST_TEST(to_text(got) == to_text(wanted)); };
  is(result_of(std::nullopt), log_result::success);
  is(result_of(std::nullopt, quarantined(1)), log_result::warning);
  record_counts forbidden;
  forbidden.refused = 1;
  is(result_of(std::nullopt, forbidden), log_result::warning);
  record_counts kept;
  kept.kept = kept.conflicts = kept.unchanged = 3;
  is(result_of(std::nullopt, kept), log_result::success);
  for (const error e : {error::unreachable, error::timed_out, error::broken_transfer, error::peer_failed,
                        error::store_locked, error::store_full, error::busy, error::cancelled})
    is(result_of(why(e)), log_result::error);
  for (const error e : {error::not_authorised, error::not_registered, error::refused, error::malformed_document,
                        error::unexpected_answer, error::not_configured, error::unknown_resource})
    is(result_of(why(e), quarantined(1)), log_result::fatal);
  is(result_of(failure{make_error_code(boost::system::errc::io_error), {}}), log_result::fatal);
}

BOOST_AUTO_TEST_CASE(remote_is_what_happened_away_from_here) {
  BOOST_TEST(is_remote(why(error::unreachable)));
  BOOST_TEST(is_remote(why(error::peer_failed)));
  BOOST_TEST(!is_remote(why(error::malformed_document)));
  BOOST_TEST(!is_remote(why(error::store_full)));
  BOOST_TEST(!is_remote(failure{make_error_code(boost::system::errc::io_error), {}}));
}

BOOST_AUTO_TEST_CASE(active_pull) {
  check(log_lines::pulled("org_office", 0, {}), "pull/outgoing", "import", log_result::success, false,
        "No data to import (already up-to-date)");
  check(log_lines::pulled("org_office", 22, {}), "pull/outgoing", "import", log_result::success, false,
        "Data imported successfully (22 records)");
  const auto e = log_lines::pulled("org_office", 9, quarantined(1), "(UID: u) org_office: a field cannot be read");
  check(e, "pull/outgoing", "import", log_result::warning, false,
        "Data imported successfully (9 records), 1 refused:\n(UID: u) org_office: a field cannot be read");
  BOOST_TEST(e.resource == "org_office");
  BOOST_TEST(e.counts.quarantined == 1U);
  check(log_lines::pull_failed("org_office", why(error::unreachable, "Connection refused")), "pull/outgoing", "fetch",
        log_result::error, true, "Peer repository unavailable (Connection refused)");
  check(log_lines::pull_failed("org_office", why(error::timed_out)), "pull/outgoing", "fetch", log_result::error, true,
        "Peer repository unavailable (the peer did not answer in time)");
  check(log_lines::pull_failed("org_office", why(error::not_authorised, "status 401", "Authentication Required")),
        "pull/outgoing", "fetch", log_result::error, true,
        "the peer refused the credentials or forbids the request: status 401: Authentication Required");
  check(log_lines::pull_failed("org_office", why(error::malformed_document)), "pull/outgoing", "import",
        log_result::fatal, false, "the document is not well-formed");
  // A failure that came with status 200 is found here.
  check(log_lines::pull_failed("org_office", why(error::refused, "x"), true), "pull/outgoing", "import",
        log_result::fatal, false, "the peer refused the request: x");
  check(log_lines::pull_failed("org_office", why(error::broken_transfer, "x"), true), "pull/outgoing", "fetch",
        log_result::error, true, "the transfer broke off or its length is wrong: x");
}

BOOST_AUTO_TEST_CASE(active_push) {
  check(log_lines::pushed("org_office", 6), "push/outgoing", "send", log_result::success, false,
        "data sent successfully (6 records)");
  check(log_lines::pushed("org_office", 6, 2), "push/outgoing", "send", log_result::warning, true,
        "data sent successfully (6 records), 2 refused");
  check(log_lines::nothing_to_push("org_office"), "push/outgoing", "send", log_result::success, false,
        "No data to send");
  check(log_lines::push_failed("org_office", why(error::not_registered, "status 403", "Registration required")),
        "push/outgoing", "send", log_result::fatal, true,
        "this site is not registered at the peer, or pushes are not accepted: status 403: Registration required");
  // What the peer answers is fatal in Eden's log, also where the same again may work; the line alone is an error.
  for (const auto e : {error::peer_failed, error::refused, error::unexpected_answer})
    BOOST_TEST((log_lines::push_failed("org_office", why(e)).result == log_result::fatal));
  for (const auto e : {error::unreachable, error::timed_out, error::broken_transfer})
    BOOST_TEST((log_lines::push_failed("org_office", why(e)).result == log_result::error));
}

BOOST_AUTO_TEST_CASE(registration) {
  check(log_lines::registered(""), "push/outgoing", "request registration", log_result::success, false,
        "Registration successful");
  check(log_lines::register_failed(why(error::unreachable, "no route")), "push/outgoing", "request registration",
        log_result::error, true, "Peer repository unavailable (no route)");
  check(log_lines::answered_registration(true), "register/incoming", "none", log_result::success, false,
        "Registration update successful");
  check(log_lines::answered_registration_failed("No repository identifier specified"), "register/incoming", "none",
        log_result::error, false, "No repository identifier specified");
}

BOOST_AUTO_TEST_CASE(answers) {
  check(log_lines::answered_pull("org_office", 22), "pull/incoming", "send", log_result::success, false,
        "Data sent to peer (22 records)");
  check(log_lines::answered_pull_failed("org_office", why(error::store_locked)), "pull/incoming", "send",
        log_result::error, false, "the database is in use by somebody else");
  check(log_lines::answered_push("org_office", {}), "push/incoming", "receive", log_result::success, false,
        "Data received from peer");
  check(log_lines::answered_push("org_office", quarantined(2), "x"), "push/incoming", "receive", log_result::warning,
        true, "Data received from peer, 2 refused:\nx");
  check(log_lines::answered_push_failed("org_office", why(error::malformed_document)), "push/incoming", "receive",
        log_result::fatal, false, "the document is not well-formed");
}

BOOST_AUTO_TEST_CASE(requests_that_are_turned_away) {
  using log_lines::asked;
  check(log_lines::turned_away(asked::push, "org_office", "Registration required"), "push/incoming", "receive",
        log_result::fatal, true, "Registration required");
  check(log_lines::turned_away(asked::pull, {}, "Mixed resource synchronization not supported"), "pull/incoming",
        "send", log_result::fatal, false, "Mixed resource synchronization not supported");
  check(log_lines::turned_away(asked::registration, {}, "Unsupported method!"), "register/incoming", "none",
        log_result::error, false, "Unsupported method!");
  check(log_lines::not_served(asked::pull, "org_office", why(error::store_locked)), "pull/incoming", "send",
        log_result::error, false, "the database is in use by somebody else");
  check(log_lines::not_served(asked::push, "org_office", why(error::store_full)), "push/incoming", "receive",
        log_result::error, false, "there is no space left to store it");
  check(log_lines::not_served(asked::registration, {}, why(error::store_full)), "register/incoming", "none",
        log_result::error, false, "there is no space left to store it");
}

BOOST_AUTO_TEST_CASE(what_is_left_undone_is_a_warning) {
  const left_undone waiting{.waiting = 3};
  check(log_lines::pulled("org_office", 0, {}, {}, waiting), "pull/outgoing", "import", log_result::warning, false,
        "No data to import (already up-to-date)\n3 records wait in quarantine");
  check(log_lines::pulled("org_office", 9, quarantined(1), "x", waiting), "pull/outgoing", "import",
        log_result::warning, false,
        "Data imported successfully (9 records), 1 refused:\nx\n3 records wait in quarantine");
  // Those of this time have been told.
  check(log_lines::pulled("org_office", 9, quarantined(3), "x", waiting), "pull/outgoing", "import",
        log_result::warning, false, "Data imported successfully (9 records), 3 refused:\nx");
  check(log_lines::nothing_to_push("org_office", waiting), "push/outgoing", "send", log_result::warning, false,
        "No data to send\n3 records wait in quarantine");
  check(log_lines::pushed("org_office", 6, 0, {}, waiting), "push/outgoing", "send", log_result::warning, false,
        "data sent successfully (6 records)\n3 records wait in quarantine");
  check(log_lines::pushed("org_office", 6, 0, "2 left out"), "push/outgoing", "send", log_result::warning, true,
        "data sent successfully (6 records):\n2 left out");
  const left_undone unknown{.unknown = {{"a_b", 2}, {"c_d", 1}}};
  const std::string words = "3 records left out, of tables that are not known here: a_b (2), c_d (1)";
  check(log_lines::pulled("org_office", 0, {}, {}, unknown), "pull/outgoing", "import", log_result::warning, false,
        "Data imported successfully (0 records)\n" + words);
  check(log_lines::answered_push("org_office", {}, {}, unknown), "push/incoming", "receive", log_result::warning, true,
        "Data received from peer\n" + words);
  left_undone many;
  for (int i = 10; i < 30; ++i) many.unknown["t_" + std::to_string(i)] = 1;
  const auto line = log_lines::pulled("org_office", 0, {}, {}, many).message;
  BOOST_TEST(line.ends_with("t_19 (1) and 10 other tables"), line);
}

BOOST_AUTO_TEST_CASE(no_line_holds_credentials) {
  BOOST_TEST(log_lines::registered("Authorization: Basic YTpi").message == "Authorization: ***");
  BOOST_TEST(log_lines::pull_failed("org_office", why(error::refused, "see http://a:b@c/d")).message ==
             "the peer refused the request: see http://***@c/d");
}

BOOST_AUTO_TEST_CASE(runs) {
  check(log_lines::already_active(), "none/none", "check", log_result::error, false,
        "Synchronization already active - skipping run");
  check(log_lines::no_url(), "none/none", "connect", log_result::fatal, false, "No URL set for repository");
  check(log_lines::run_failed(why(error::not_configured, "there is no such repository")), "none/none", "check",
        log_result::fatal, false, "the repository is not configured well enough: there is no such repository");
}

}  // namespace edensync
