#pragma once

// A site of this program: what it is made of, and how it is opened from the command line.

#include <edensync/core/ledger_entry.hpp>
#include <edensync/core/result.hpp>
#include <edensync/schema/schema.hpp>
#include <edensync/site/parts.hpp>
#include <edensync/site/site.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/system/clock.hpp>
#include <edensync/system/uid_source.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#ifdef EDEN_PAIR_ODB
#include <edensync/odb/store.hpp>
#else
#include <edensync/sqlite/store.hpp>
#endif

#include "../../data/relief.hpp"
#include "arguments.hpp"

namespace eden_pair {

/// The computer's clock, put forward if it must be: a site must not be behind the records that it was given.
struct office_clock {
  std::int64_t ahead = 0;
  edensync::timestamp now() const { return edensync::system_clock().now() + ahead; }
};

// Where the records are, and nothing else, is another thing in the program eden_pair_odb.
#ifdef EDEN_PAIR_ODB
using records = edensync::odb::store;
#else
using records = edensync::sqlite::store;
#endif

struct parts : edensync::default_parts {
  using store = records;
  using clock = office_clock;
  using uid_source = edensync::random_uid_source;
  using event_source = edensync::expat::event_source;
};

/// The site whose database the command line names.
struct node {
  explicit node(const arguments& given)
      : resources(std::make_shared<const edensync::schema>(relief::schema().value())),
        clock{given.number("ahead", 0)},
        is_base(given.text("site") == "base"),
        store(records::open(given.text("db"), resources).value()),
        site(store, *resources, clock, uids, {.domain = is_base ? "base.example.org" : "field.example.org"}) {}

  std::string_view own_name() const { return is_base ? "the base" : "the field office"; }
  std::string_view peer_name() const { return is_base ? "the field office" : "the base"; }

  std::shared_ptr<const edensync::schema> resources;
  office_clock clock;
  edensync::random_uid_source uids;
  bool is_base;
  records store;
  edensync::site<parts> site;
};

// One function for each command, in a file of its own.
void load(const arguments& given);
void fill(const arguments& given);
void edit(const arguments& given);
void passive(const arguments& given);
void register_site(const arguments& given);
void active(const arguments& given);
void decisions(const arguments& given);
void print_log(const arguments& given);

/// Writes those conflicts of this site for which `wanted` holds, and how they were decided, in words.
void tell_decisions(node& here, const std::function<bool(const edensync::decision_entry&)>& wanted);

}  // namespace eden_pair
