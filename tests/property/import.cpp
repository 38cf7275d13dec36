// Random documents meet random records: the importer under Eden's policies against a second, simple one that was written
// from the specification. A case that fails is made smaller until nothing can be left out, and printed.
//
// EDENSYNC_CASES: how many cases, from EDENSYNC_FIRST_CASE on; each is its own seed.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "property/support/engine_import.hpp"
#include "property/support/generate.hpp"
#include "property/support/shrink.hpp"
#include "property/support/simple_import.hpp"

namespace {

using namespace property;

struct outcome {
  std::vector<std::string> engine;
  std::vector<std::string> simple;
  std::map<std::string, std::uint64_t> differences;
  std::string failure;

  bool same() const { return failure.empty() && engine == simple; }
};

outcome compare(const test_case& c) {
  outcome o;
  engine_import engine(c);
  if (const auto failed = engine.run()) o.failure = failed->text();
  o.engine = lines_of(engine.records());
  simple_import simple(c);
  simple.run();
  o.simple = lines_of(simple.records());
  o.differences = simple.differences();
  return o;
}

std::string describe(const test_case& c, const outcome& o) {
  std::string out = "\nmaster " + std::string(tables()[c.told.master].name) + ", strategy " + to_text(c.told.allowed) +
                    ", update " + std::string(to_text(c.told.update)) + ", conflict " +
                    std::string(c.told.conflict ? to_text(*c.told.conflict) : "-") + ", last_sync " +
                    (c.told.last_sync ? std::to_string(*c.told.last_sync - second(0)) : "-") +
                    (c.told.synchronise_uuids ? ", uids synchronised" : "") + "\nhere before:\n";
  for (const auto& line : lines_of(simple_import(c).records())) out += "  " + line + "\n";
  out += xml_of(c.document) + "\n" + o.failure + "engine:\n";
  for (const auto& line : o.engine)
    out += (std::count(o.simple.begin(), o.simple.end(), line) == 0 ? "* " : "  ") + line + "\n";
  out += "simple:\n";
  for (const auto& line : o.simple)
    out += (std::count(o.engine.begin(), o.engine.end(), line) == 0 ? "* " : "  ") + line + "\n";
  return out;
}

std::uint64_t number_of(const char* variable, std::uint64_t usual) {
  const char* text = std::getenv(variable);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(property_import)

BOOST_AUTO_TEST_CASE(the_importer_does_what_a_simple_one_does) {
  const auto cases = number_of("EDENSYNC_CASES", 40000), first = number_of("EDENSYNC_FIRST_CASE", 1);
  std::map<std::string, std::uint64_t> differences;
  for (const auto* rule : rules::all) differences[rule] = 0;
  std::size_t failed = 0;
  for (auto seed = first; seed < first + cases && failed < 3; ++seed) {
    const test_case c = generate(seed);
    const outcome o = compare(c);
    for (const auto& [rule, times] : o.differences) differences[rule] += times;
    if (o.same()) continue;
    ++failed;
    const auto smallest = shrink(c, [](const test_case& smaller) { return !compare(smaller).same(); });
    BOOST_ERROR("case " << seed << describe(smallest, compare(smallest)));
  }
  BOOST_TEST_MESSAGE(cases << " cases; how often the importer differed from an Eden on purpose:");
  for (const auto& [rule, times] : differences) {
    BOOST_TEST_MESSAGE("  " << times << ": " << rule);
    // A rule that never applies is none any more.
    if (cases >= 20000) BOOST_TEST(times != 0U, rule);
  }
  BOOST_TEST(failed == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
