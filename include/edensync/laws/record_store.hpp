#pragma once

#include <array>

#include "edensync/concepts/check_store.hpp"
#include "edensync/laws/change_feed.hpp"
#include "edensync/laws/reading_and_writing.hpp"
#include "edensync/laws/relations.hpp"
#include "edensync/laws/twins.hpp"

namespace edensync::laws {

namespace detail {

template <class F>
inline constexpr bool can_reopen = requires(F& f) {
  f.reopen(f.make(s::make_schema()), s::make_schema());
};

template <class F>
void a_store_outlives_its_program(F& f) {
  if constexpr (can_reopen<F>) {
    auto store = f.make(s::make_schema());
    const record_handle a = put(store, "a", 5, 5);
    (void)store.serve();
    {
      auto t = store.begin(s::at_second(5));
      record full = everything();
      s::with(full, s::parent, reference{s::site, {}, a});
      s::add(t, full);
      t.set_setting("k", "v");
      t.commit();
      auto dropped = store.begin(s::at_second(6));
      s::add(dropped, s::make_site("dropped"));
    }
    const auto epoch = store.snapshot().epoch();
    const auto sequence = store.snapshot().sequence();
    auto again = f.reopen(std::move(store), s::make_schema());
    auto now = again.snapshot();
    expect(now.epoch() == epoch && now.sequence() == sequence, "epoch and sequence are kept");
    expect(s::changed(now) == texts{"a", "all types"}, "the records are kept");
    const auto found = now.find(s::site, uid("urn:uuid:all types"));
    record full = everything();
    s::with(full, s::parent, reference{s::site, uid("urn:uuid:a"), a});
    expect_same(full, s::load(now, s::site, found->handle));
    expect(now.setting("k") == "v", "the ledger is kept");
    put(again, "b", 5, 5);
    expect(s::changed(again.serve(), since(6)) == texts{"all types", "b"}, "what was served is kept");
    expect(again.snapshot().find(s::site, uid("urn:uuid:b"))->sequence > sequence, "numbers go on");
  }
}

}  // namespace detail

/// The laws of `record_store`. With a factory that has no `reopen` the last one is not tried.
template <class Factory>
inline constexpr std::array record_store_laws{
    law<Factory>{"find finds what was committed", &detail::finds_what_was_committed<Factory>},
    law<Factory>{"every type comes back as written", &detail::every_type_comes_back<Factory>},
    law<Factory>{"update leaves what is absent", &detail::update_leaves_what_is_absent<Factory>},
    law<Factory>{"a dropped transaction leaves no trace", &detail::a_dropped_transaction_leaves_no_trace<Factory>},
    law<Factory>{"a transaction sees its own writes", &detail::a_transaction_sees_its_own_writes<Factory>},
    law<Factory>{"a refused write leaves the transaction usable",
                 &detail::a_refused_write_leaves_the_transaction_usable<Factory>},
    law<Factory>{"tombstones need no content", &detail::tombstones_need_no_content<Factory>},
    law<Factory>{"snapshots do not move", &detail::snapshots_do_not_move<Factory>},
    law<Factory>{"missing records are errors", &detail::missing_records_are_errors<Factory>},
    law<Factory>{"references lead to records", &detail::references_lead_to_records<Factory>},
    law<Factory>{"a version is found with its content", &detail::a_version_is_found_with_its_content<Factory>},
    law<Factory>{"referrers are found", &detail::referrers_are_found<Factory>},
    law<Factory>{"components are found", &detail::components_are_found<Factory>},
    law<Factory>{"resources are kept apart", &detail::resources_are_kept_apart<Factory>},
    law<Factory>{"keys are found", &detail::keys_are_found<Factory>},
    law<Factory>{"records are matched by several fields", &detail::records_are_matched_by_several_fields<Factory>},
    law<Factory>{"a record can be renamed", &detail::a_record_can_be_renamed<Factory>},
    law<Factory>{"a spool gives each once", &detail::a_spool_gives_each_once<Factory>},
    law<Factory>{"changes come once, in commit order", &detail::changes_come_once_in_commit_order<Factory>},
    law<Factory>{"deleted records come if asked for", &detail::deleted_records_come_if_asked_for<Factory>},
    law<Factory>{"since looks at arrival and modified_on", &detail::since_looks_at_arrival_and_modified_on<Factory>},
    law<Factory>{"what follows a served state arrives later",
                 &detail::what_follows_a_served_state_arrives_later<Factory>},
    law<Factory>{"patch and touch move to the end", &detail::patch_and_touch_move_to_the_end<Factory>},
    law<Factory>{"a peer misses nothing", &detail::a_peer_misses_nothing<Factory>},
    law<Factory>{"a peer misses nothing while others write",
                 &detail::a_peer_misses_nothing_while_others_write<Factory>},
    law<Factory>{"a store outlives its program", &detail::a_store_outlives_its_program<Factory>,
                 detail::can_reopen<Factory> ? "" : "the factory has no `reopen`"},
};

/// Tries all laws of `record_store` on stores of this factory.
///
/// `before` is told the name of each law. Errors: `violation` for the first law that is broken. It needs no test
/// framework: in a test, `laws::record_store(factory, [](std::string_view name) { … })` is enough.
template <store_factory Factory, class Before>
void record_store(Factory& factory, Before&& before) {
  using made = decltype(factory.make(sample::make_schema()));
  static_assert(edensync::detail::check_record_store<made>::value);
  if constexpr (edensync::record_store<made>) check_all<Factory>(record_store_laws<Factory>, factory, before);
}

template <store_factory Factory>
void record_store(Factory& factory) {
  record_store(factory, [](std::string_view) {});
}

}  // namespace edensync::laws
