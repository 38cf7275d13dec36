// What the model of two and three sites decides is what the engine decides: each case that spin came by, through the
// same two functions as a record that is imported (importer/decide.hpp, policy/).

#include "edensync/importer/decide.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "edensync/policy/mirror.hpp"

using namespace edensync;

namespace {

constexpr repository_id the_peer = 7;

std::optional<policy_name> policy(const std::string& name) { return name == "-" ? std::nullopt : parse_policy(name); }

// The model has places in an order instead of times.
std::optional<timestamp> moment(const std::string& place) {
  return place == "-" ? std::nullopt : std::optional(timestamp{1000 + std::stol(place)});
}

version_stamp version(const std::string& state, const std::string& time, const std::string& mci) {
  return {moment(time), mci == "-" ? std::nullopt : std::optional(static_cast<master_index>(std::stoi(mci))),
          state == "dead"};
}

content_order order(const std::string& local) {
  return local == "equal"    ? content_order::equal
         : local == "lesser" ? content_order::local_first
                             : content_order::incoming_first;
}

struct model_case {
  bool eden = false;
  incoming_record incoming;
  import_item item;
  import_options options;
  std::string expected;

  explicit model_case(const std::string& line) {
    std::istringstream words(line);
    std::vector<std::string> w;
    for (std::string each; words >> each;) w.push_back(each);
    BOOST_TEST_REQUIRE(w.size() == 16u);
    eden = w[0] == "eden";
    options.decide = eden ? &eden_exact::decide : &standard::decide;
    options.as_eden = eden;
    options.native = !eden;
    options.origin = the_peer;
    options.update = policy(w[1]).value();
    options.conflict = policy(w[2]);
    options.last_sync = moment(w[11]);
    incoming.content.version = version(w[3], w[4], w[5]);
    item.incoming = &incoming;
    if (w[6] != "none") {
      item.local = found_record{record_handle{1}, version(w[6], w[7], w[8]), 1, w[9] == "peer" ? the_peer : this_site};
      // Contents are compared where `identify` finds a tie.
      if (item.local->version.deleted == incoming.content.version.deleted && w[7] == w[4]) item.tie = order(w[10]);
    }
    expected = w[12] + ' ' + w[13] + ' ' + w[14] + ' ' + w[15];
  }

  std::string decided() const {
    const auto d = options.decide(circumstances(item, options, timestamp{9999}));
    std::ostringstream out;
    static const std::map<action, const char*> actions{{action::none, "none"},     {action::create, "create"},
                                                       {action::update, "update"}, {action::undelete, "undelete"},
                                                       {action::erase, "erase"},   {action::bury, "bury"}};
    static const std::map<rule, const char*> rules{{rule::no_twin, "no_twin"},
                                                   {rule::nothing_to_erase, "nothing_to_erase"},
                                                   {rule::already_deleted, "already_deleted"},
                                                   {rule::same_version, "same_version"},
                                                   {rule::conflict_refused, "conflict_refused"},
                                                   {rule::policy_keeps_local, "policy_keeps_local"},
                                                   {rule::policy_takes_remote, "policy_takes_remote"},
                                                   {rule::remote_newer, "remote_newer"},
                                                   {rule::same_time, "same_time"},
                                                   {rule::tie_broken, "tie_broken"},
                                                   {rule::local_newer, "local_newer"},
                                                   {rule::from_master, "from_master"},
                                                   {rule::not_from_master, "not_from_master"}};
    static const std::map<stamp_source, const char*> stamps{
        {stamp_source::local, "local"}, {stamp_source::incoming, "incoming"}, {stamp_source::now, "now"}};
    static const std::map<conflict_state, const char*> conflicts{
        {conflict_state::none, "none"}, {conflict_state::accepted, "accepted"}, {conflict_state::refused, "refused"}};
    out << actions.at(d.what) << ' ' << rules.at(d.why) << ' ' << stamps.at(d.modified_on) << ' '
        << conflicts.at(d.conflict);
    return out.str();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(the_engine_decides_as_the_model_does) {
  std::ifstream table(EDENSYNC_MODEL_DECISIONS);
  if (!table) {
    BOOST_TEST_MESSAGE("skipped: spin has written no " EDENSYNC_MODEL_DECISIONS);
    return;
  }
  std::size_t cases = 0, differ = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    ++cases;
    const model_case c(line);
    const auto got = c.decided();
    if (got == c.expected) continue;
    if (++differ <= 20) BOOST_ERROR(line << ": here " << got);
  }
  BOOST_TEST(cases > 1000u);
  BOOST_TEST(differ == 0u);
}

// The policies that were sent are seen from the other side, as in the model.
BOOST_AUTO_TEST_CASE(policies_are_mirrored_as_in_the_model) {
  BOOST_TEST((mirror(policy_name::keep_local) == policy_name::take_remote));
  BOOST_TEST((mirror(policy_name::take_remote) == policy_name::keep_local));
  BOOST_TEST((mirror(policy_name::take_newer) == policy_name::take_newer));
  BOOST_TEST((mirror(policy_name::take_master) == policy_name::take_master));
}

BOOST_AUTO_TEST_SUITE_END()
