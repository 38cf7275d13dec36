#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "edensync/concepts/record_store.hpp"
#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/importer/apply.hpp"
#include "edensync/importer/batch.hpp"
#include "edensync/importer/decide.hpp"
#include "edensync/importer/fill_references.hpp"
#include "edensync/importer/identify.hpp"
#include "edensync/importer/link.hpp"
#include "edensync/importer/options.hpp"
#include "edensync/importer/pending_uploads.hpp"
#include "edensync/importer/report.hpp"
#include "edensync/importer/waiting_components.hpp"
#include "edensync/importer/walk.hpp"
#include "edensync/s3xml/reader.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Takes an S3XML document into a store, in batches, each one transaction.
///
/// Feed it pieces of any size, then finish. What could not be taken is in quarantine afterwards and in the report; it is
/// offered again at the beginning of the next import from the same repository, and at the end of this one if all it
/// lacked was a record that came later. A batch that was committed stays, whatever becomes of the rest of the document.
/// A record that comes a second time ends a batch, too.
/// Memory does not grow with the document: references to what has not come yet wait in the store.
///
/// Errors: malformed_document and its like, store errors, `cancelled`. After a failure only `report` may be called.
/// Lifetime: store and schema outlive it. Thread safety: one thread at a time.
template <record_store Store, xml_event_source EventSource>
class importer {
 public:
  importer(Store& store, const schema& s, import_options o)
      : store_(store),
        schema_(s),
        options_(std::move(o)),
        reader_(schema_, reader_options(options_), *this),
        source_(reader_, options_.limits) {}
  importer(const importer&) = delete;
  importer& operator=(const importer&) = delete;

  /// Offers what is in quarantine again, and counts what waits; to be called before the first piece.
  result<void> start() {
    return guarded([&] {
      auto s = store_.snapshot();
      waiting_ = s.count_open_references();
      if (s.count_quarantined(options_.origin) == 0) return;
      known_until_ = note_quarantined(s);
      offer_quarantined([](const quarantine_entry&) { return true; });
    });
  }

  result<void> feed(std::string_view piece) {
    fed_ += piece.size();
    return source_.feed(piece);
  }

  /// Applies what is left and fills in references. The document must be complete.
  result<import_report> finish() {
    if (auto done = source_.finish(); !done) return done.error();
    auto done = guarded([&] {
      apply_batch();
      offer_lacking();
      if (lacking_keys_ && options_.native) {
        // The whole document was seen: whoever holds a key now is not about to give it away.
        last_chance_ = true;
        offer_lacking();
      }
      if (!reader_.unknown_tuids().empty()) forget_unknown_tuids();
      if (waiting_ != 0) fill_references(store_, schema_, cache_, context(), options_);
      auto s = store_.snapshot();
      report_.open_references = s.count_open_references();
    });
    if (!done) return done.error();
    return report_;
  }

  /// Writes what came whole, if no more will come: after a failure that is none of the document, nor of the import itself.
  /// Errors: as of `feed`.
  result<void> keep() {
    return guarded([&] { apply_batch(); });
  }

  /// What has been done so far; also after a failure.
  const import_report& report() const noexcept { return report_; }

  /// The name of the document's root element; empty before it came.
  std::string_view root_name() const { return reader_.root_name(); }

  // What the reader calls.
  void element(incoming_element& e) {
    if (batch_.holds_any_of(e)) apply_batch();
    batch_.take(e, offered_);
    if (batch_.size() >= options_.batch_elements || fed_ - fed_before_batch_ >= options_.batch_bytes || ends())
      apply_batch();
  }
  void unknown_resource(std::string_view name, const uid&) {
    if (report_.unknown.size() < options_.report_limit || report_.unknown.contains(std::string(name)))
      ++report_.unknown[std::string(name)];
  }

 private:
  using transaction = decltype(std::declval<Store&>().begin(write_context{}));

  static s3xml::reader_options reader_options(const import_options& o) {
    s3xml::reader_options r;
    r.own_domain = o.domain;
    r.make_uid = o.make_uid;
    r.one_single = !o.native;
    r.uploads = o.uploads;
    return r;
  }

  write_context context() const { return {options_.now(), options_.origin}; }

  template <class F>
  result<void> guarded(F&& f) noexcept {
    try {
      f();
      return {};
    } catch (const failure_exception& e) {
      return e.why();
    } catch (const std::exception& e) {
      return make_failure(error::store_failed, e.what());
    }
  }

  void apply_batch() {
    fed_before_batch_ = fed_;
    if (batch_.empty()) return;
    // Who may not write any more hears of it here, and who is only to end writes what it has.
    const bool last = ends();
    const auto now = options_.now();
    origin_ = is_corrected() ? this_site : options_.origin;
    // Counted apart and added after the commit, so that a batch that is rolled back is not reported.
    import_report done;
    try {
      std::optional<transaction> open(store_.begin({now, origin_}));
      auto& t = *open;
      forget_if_changed(t);
      run_stages(open, now, done);
      if (options_.resume && offered_ == 0) {
        for (const auto& item : batch_.items())
          if (item.parent < 0 && item.resource == options_.master)
            options_.resume->done = std::max(options_.resume->done, item.incoming->sequence);
        options_.resume->youngest = std::max({options_.resume->youngest, report_.youngest, done.youngest});
        t.set_resume(options_.task, options_.resume);
      }
      seen_ = t.sequence();
      commit(t, done);
    } catch (...) {
      cache_.reset();
      batch_.clear();
      throw;
    }
    add(done);
    ++report_.batches;
    if (done.released != 0 && is_of_this_run(offered_)) take_back(batch_.element(0).front().content);
    batch_.clear();
    if (last) throw_failure(error::cancelled);
  }

  bool ends() const { return options_.cancelled && options_.cancelled(); }

  void commit(transaction& t, const import_report& done) {
    if (options_.keep) {
      auto counts = report_.total;
      counts += done.total;
      batch_ledger ledger{[&](std::string_view key) { return t.setting(key); },
                          [&](std::string_view key, std::string_view value) { t.set_setting(key, value); },
                          t.last_decision()};
      options_.keep(ledger, counts);
    }
    t.commit();
  }

  void run_stages(std::optional<transaction>& open, timestamp now, import_report& done) {
    auto& t = *open;
    count_waiting(t);
    const auto how = !options_.native ? twins::by_key_first : last_chance_ ? twins::by_uid_then_key : twins::by_uid;
    identify<transaction> find(t, schema_, cache_, how, &batch_, options_.twins);
    apply<transaction> write(t, find, cache_, schema_, options_, waiting_, now);
    failed_.assign(batch_.size(), false);
    examine(t, find, now, done);
    std::size_t written = 0;
    walk(batch_, link_order(batch_), [&](import_item& item) {
      if (batch_.quarantine_id(item.element) == 0) {
        ++done.total.received;
        ++done.by_resource[item.resource].received;
      }
      if (!failed_[item.element]) take(t, find, write, item, now, done);
      if (++written % options_.least_records == 0) let_others_in(open, now, done);
    });
    for (std::uint32_t e = 0; e < batch_.size(); ++e)
      if (batch_.quarantine_id(e) != 0 && !failed_[e]) {
        t.erase_quarantine(batch_.quarantine_id(e));
        forget_tries(batch_.element(e).front().content);
        ++done.released;
      }
  }

  // Refuses what is wrong in itself before anything of its element is written.
  void examine(transaction& t, identify<transaction>& find, timestamp now, import_report& done) {
    for (auto& item : batch_.items()) {
      if (failed_[item.element]) continue;
      const auto& errors = item.incoming->errors;
      const auto* empty =
          errors.empty() && batch_.element(item.element).size() > 1 ? empty_field(t, find, item) : nullptr;
      if (errors.empty() && empty == nullptr) continue;
      if (batch_.quarantine_id(item.element) != 0 && (locate(find, item), cannot_win(item, now))) continue;
      if (empty != nullptr)
        refuse(t, item, refusal_reason::missing_field, std::string(empty->name), now, done);
      else
        refuse(t, item, refusal_reason::invalid_field,
               name_of(item, errors.front().field) + ": " + errors.front().message, now, done);
    }
    // Where a record is, is known when its turn has come.
    for (auto& item : batch_.items()) item.handle = record_handle::none;
  }

  record_handle locate(identify<transaction>& find, import_item& item) {
    auto* master = item.parent < 0 ? nullptr : &batch_.items()[static_cast<std::size_t>(item.parent)];
    find(item, master == nullptr ? record_handle::none : locate(find, *master));
    return item.handle;
  }

  // The first mandatory field that is empty in the record and would stay empty here, or null.
  const field_descriptor* empty_field(transaction& t, identify<transaction>& find, import_item& item) {
    const auto& in = *item.incoming;
    if (in.content.version.deleted) return nullptr;
    const auto& r = schema_[in.content.resource];
    stored_record local;
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      if (!r.field(i).mandatory || (item.parent >= 0 && i == in.key_field)) continue;
      const bool absent = i >= in.content.fields.size() || is_absent(in.content.fields[i]);
      if (!absent && has_content(in.content.fields[i])) continue;
      if (!absent || locate(find, item) == record_handle::none) return &r.field(i);
      t.load(in.content.resource, item.handle, local);
      if (!has_content(local.fields[i])) return &r.field(i);
    }
    return nullptr;
  }

  // A writer that waits, an application's user for instance, gets its turn between two records of a batch. The rest of
  // the batch is written in a transaction of its own, as if it had been a later batch.
  void let_others_in(std::optional<transaction>& open, timestamp now, import_report& done) {
    if constexpr (requires { open->contended(); }) {
      if (!open->contended()) return;
      seen_ = open->sequence();
      commit(*open, done);
      add(done);
      ++report_.batches;
      done = {};
      open.reset();
      open.emplace(store_.begin({now, origin_}));
      forget_if_changed(*open);
      count_waiting(*open);
    }
  }

  // Somebody who wrote in between may have deleted or merged what is remembered.
  void forget_if_changed(transaction& t) {
    if (t.sequence() != seen_) cache_.clear();
  }

  // Others may have left references open since the last time: what is written over has to be taken off the list.
  void count_waiting(transaction& t) {
    if (waiting_ == 0) waiting_ = t.count_open_references();
  }

  void take(transaction& t, identify<transaction>& find, apply<transaction>& write, import_item& item, timestamp now,
            import_report& done) {
    auto& items = batch_.items();
    auto& in = *item.incoming;
    const auto* master = item.parent < 0 ? nullptr : &items[static_cast<std::size_t>(item.parent)];
    auto& counts = done.by_resource[in.content.resource];
    for (int attempt = 0; attempt < 2; ++attempt) {
      find(item, master == nullptr ? record_handle::none : master->handle);
      find.note_name(item);
      if (batch_.quarantine_id(item.element) != 0 && superseded(item)) return;
      if (options_.uploads) keep_files(t, item);
      bool bound = false;
      if (find.is_tie(item)) {
        write.bind(item, master);
        find.compare(item);
        bound = true;
      }
      item.input = circumstances(item, options_, now);
      item.outcome = options_.decide(item.input);
      item.match_only = item.match_only || (master != nullptr && master->match_only);
      if (item.match_only) {
        item.outcome = {.why = rule::match_only};
        break;
      }
      if (options_.as_eden && skip_as_eden(item, master)) break;
      if (master != nullptr && item.outcome.what == action::create) ask_for_place(t, item, *master, now);
      // A deletion that names nobody, and whose record is not here, has nothing to say.
      if (item.outcome.what == action::bury && !in.uid_given) item.outcome.what = action::none;
      apply_rule(t, item);
      keep_losing(t, item);
      if (item.outcome.what == action::none || item.outcome.what == action::erase) {
        if (item.outcome.what == action::erase && !check(t, item, write.erase(item), now, done)) return;
        break;
      }
      write_result written = item.handle;
      if (item.outcome.what == action::bury) {
        written = write.bury(item);
      } else if (item.outcome.what == action::merge) {
        const auto survivor = find.find_target(in.content.resource, in.content.replaced_by).handle;
        if (survivor == record_handle::none || survivor == item.handle) {
          refuse(t, item, refusal_reason::missing_reference,
                 "the record it was merged into: " + in.content.replaced_by.text(), now, done);
          return;
        }
        written = write.merge(item, survivor);
      } else if (master != nullptr && master->handle == record_handle::none) {
        // The master is not here, by decision: its component is not either, for the same reason.
        item.outcome = {.why = master->outcome.why};
        break;
      } else {
        if (!bound) write.bind(item, master);
        if (const auto* missing = write.missing_reference(item)) {
          refuse(t, item, refusal_reason::missing_reference, missing_words(item, *missing), now, done);
          return;
        }
        written = write.write(item);
        // Another record of this batch may have taken the unique key in the meantime: then that is the twin.
        if (!written && written.error().reason == refusal_reason::duplicate_key && attempt == 0) continue;
      }
      if (!check(t, item, written, now, done)) return;
      break;
    }
    if (master != nullptr && item.written && !master->written && master->handle != record_handle::none)
      t.touch(master->incoming->content.resource, master->handle);
    // A deletion says nothing of where the record was moved to here: it goes on by the master that it has here.
    if (item.written && (master == nullptr || in.content.version.deleted))
      touch_masters(t, schema_, in.content.resource, item.handle);
    find.note_name(item);
    if (item.written && !reader_.unknown_tuids().empty()) note_unknown_tuids(item);
    if (options_.uploads) note_files(t, item);
    note_twin(t, item);
    if (takes_over_uid(item)) write.take_over_uid(item);
    written_ = written_ || item.written;
    if (item.written && batch_.quarantine_id(item.element) == 0) release_older(t, in.content, done);
    if (item.outcome.why == rule::strategy_forbids) tell_forbidden(item, done);
    note(t, item, now, done);
    count(item, counts);
    count(item, done.total);
    const auto from = batch_.quarantine_id(item.element);
    if (in.content.resource == options_.master && item.outcome.why != rule::strategy_forbids &&
        (from == 0 || is_of_this_run(from))) {
      ++done.records;
      const auto at = item.input.incoming.modified_on;
      const bool beyond = options_.youngest_until && *at > *options_.youngest_until;
      // Clocks that differ a little are nothing to speak of.
      done.future += beyond && *at > *options_.youngest_until + 300;
      if (!beyond && (!done.youngest || *at > *done.youngest)) done.youngest = at;
      list(item, done);
    }
  }

  // A `tuid` holds within its document only: what refers to one that no record has at its end refers to nothing, and an Eden
  // drops it. Single references wait in the ledger until then, lists are noted here.
  void note_unknown_tuids(const import_item& item) {
    const auto& fields = item.incoming->content.fields;
    for (std::uint32_t i = 0; i < fields.size(); ++i)
      if (const auto* many = std::get_if<std::vector<reference>>(&fields[i]);
          many != nullptr &&
          std::any_of(many->begin(), many->end(), [&](const reference& each) { return is_unknown(each); }))
        lists_.push_back({item.resource, item.handle, i});
  }

  void forget_unknown_tuids() {
    auto t = store_.begin(context());
    std::int64_t after = 0;
    for (auto page = t.open_references(after, options_.batch_elements); !page.empty();
         page = t.open_references(after, options_.batch_elements)) {
      after = page.back().id;
      for (const auto& open : page)
        if (reader_.unknown_tuids().contains(open.target)) t.erase_open_reference(open.id);
    }
    stored_record holder;
    for (const auto& [resource, record, field] : lists_) {
      t.load(resource, record, holder);
      auto* many = std::get_if<std::vector<reference>>(&holder.fields[field]);
      if (many != nullptr && std::erase_if(*many, [&](const reference& each) { return is_unknown(each); }) != 0)
        (void)t.patch(resource, record, field, holder.fields[field]);
    }
    t.commit();
  }

  bool is_unknown(const reference& to) const {
    return to.handle == record_handle::none && reader_.unknown_tuids().contains(to.target);
  }

  std::string missing_words(const import_item& item, const field_descriptor& missing) const {
    const auto fields = schema_[item.incoming->content.resource].fields();
    const auto* to =
        std::get_if<reference>(&item.incoming->content.fields[static_cast<std::size_t>(&missing - fields.data())]);
    const auto& unknown = reader_.unknown_tuids();
    const auto local = to == nullptr ? unknown.end() : unknown.find(to->target);
    if (local == unknown.end()) return std::string(missing.name);
    return std::string(missing.name) + ": no record of the document has the tuid " + local->second;
  }

  // Calls `f(field, file)` for each file that a record offers.
  template <class F>
  void for_each_file(const import_item& item, F f) const {
    const auto& in = item.incoming->content;
    const auto& r = schema_[in.resource];
    for (std::uint32_t i = 0; i < r.fields().size() && i < in.fields.size(); ++i) {
      const auto* text = r.field(i).type == field_type::upload ? std::get_if<std::string>(&in.fields[i]) : nullptr;
      if (const auto file = text ? parse_upload(*text) : std::nullopt; file && !file->present()) f(i, *file);
    }
  }

  // A file that is here already stays, whatever its address is at the peer.
  void keep_files(transaction& t, import_item& item) {
    if (!item.local) return;
    for_each_file(item, [&](std::uint32_t field, const upload_content& offered) {
      stored_record local;
      t.load(item.resource, item.handle, local);
      const auto* text = field < local.fields.size() ? std::get_if<std::string>(&local.fields[field]) : nullptr;
      if (const auto here = text ? parse_upload(*text) : std::nullopt; here && is_same_upload(*here, offered))
        item.incoming->content.fields[field] = *text;
    });
  }

  // What was taken is to be fetched. A peer that had only the record when it told it tells the file with the same version.
  void note_files(transaction& t, const import_item& item) {
    const bool again = item.outcome.why == rule::same_version && item.local && item.local->origin == options_.origin;
    if (!again && !(item.written && item.outcome.write == columns::received)) return;
    for_each_file(item, [&](std::uint32_t field, const upload_content&) {
      if (again) {
        stored_record local;
        t.load(item.resource, item.handle, local);
        const auto* text = field < local.fields.size() ? std::get_if<std::string>(&local.fields[field]) : nullptr;
        if (text != nullptr && !text->empty()) return;
        if (!t.patch(item.resource, item.handle, field, item.incoming->content.fields[field])) return;
        touch_masters(t, schema_, item.resource, item.handle);
      }
      pending_uploads(options_.origin).add(t, schema_, {item.resource, item.handle, field});
    });
  }

  // What the strategy or the policy for deleted records skips takes its components along; a refused conflict does not.
  static bool skip_as_eden(import_item& item, const import_item* master) {
    const auto& d = item.outcome;
    if (master != nullptr && master->skipped) {
      item.outcome = {.why = master->outcome.why};
      item.skipped = true;
    } else {
      const bool stays_away = !item.incoming->content.version.deleted && (!item.local || item.local->version.deleted) &&
                              d.conflict != conflict_state::refused;
      item.skipped = d.what == action::none && (d.why == rule::strategy_forbids || stays_away);
    }
    return item.skipped;
  }

  // Who is who is no question of which version is taken, but an Eden writes the uid only together with the version.
  bool takes_over_uid(const import_item& item) const {
    if (!options_.twins.synchronise_uuids || !item.by_content || !item.incoming->uid_given || item.match_only)
      return false;
    if (item.written) return !item.incoming->content.version.deleted;
    return !options_.as_eden && !item.local->version.deleted && options_.allowed.allows(method::update) &&
           item.outcome.conflict != conflict_state::refused;
  }

  // What is wrong with a record from quarantine does not matter any more if it would not be taken anyway.
  bool cannot_win(import_item& item, timestamp now) {
    if (superseded(item)) return true;
    if (!item.local) return false;
    const auto why = options_.decide(circumstances(item, options_, now)).why;
    return why == rule::local_newer || why == rule::already_deleted;
  }

  // A record from quarantine that its own sender has replaced by a younger one since then.
  bool superseded(const import_item& item) const {
    return item.local && item.local->origin == options_.origin && item.local->version.modified_on &&
           item.incoming->content.version.modified_on &&
           *item.local->version.modified_on > *item.incoming->content.version.modified_on;
  }

  // What was corrected here is an edit of this site, which its sender is to hear of.
  bool is_corrected() {
    return offered_ != 0 && offered_version_ < batch_.element(0).front().content.version.modified_on;
  }

  // A record that was taken leaves no older version of it behind, nor what its sender refused of this site's.
  void release_older(transaction& t, const record& taken, import_report& done) {
    const auto waits = waits_.find({taken.resource, taken.uuid});
    if (waits == waits_.end() || waits->second.second >= taken.version.modified_on) return;
    t.erase_quarantine(waits->second.first);
    forget_tries(taken);
    waits_.erase(waits);
    ++done.released;
  }

  void forget_tries(const record& released) {
    tried_.erase({offered_ != 0 ? offered_task_ : options_.task, released.resource, released.uuid});
  }

  void apply_rule(transaction& t, import_item& item) {
    if (options_.rules == nullptr || !asks_rule(item, item.outcome)) return;
    const auto rule = options_.rules->find(item.incoming->content.resource);
    if (rule == options_.rules->end()) return;
    stored_record local;
    t.load(item.incoming->content.resource, item.handle, local);
    item.outcome = with_rule(item, item.outcome, rule->second(local, item.incoming->content, item.input));
  }

  // Between edensync sites a component of which there is only one does not take the other one's place by itself: both are
  // kept, and then one of them goes (`keep_single`). Who wants none of that, by policy, strategy or rule, is asked here.
  void ask_for_place(transaction& t, import_item& item, const import_item& master, timestamp now) {
    const auto& in = *item.incoming;
    if (!options_.native || !in.single || master.handle == record_handle::none) return;
    const auto there = single_component(t, in.content.resource, in.key_field, item.master_resource, master.handle);
    if (!there) return;
    import_item probe = item;
    probe.local = found_record{there->handle, there->version, there->sequence, there->origin};
    probe.handle = there->handle;
    probe.input = circumstances(probe, options_, now);
    probe.outcome = options_.decide(probe.input);
    apply_rule(t, probe);
    // Which of the two is younger does not matter: their uids decide.
    const auto why = probe.outcome.why;
    const bool by_age = why == rule::local_newer || why == rule::tie_broken ||
                        (why == rule::conflict_refused && options_.conflict == policy_name::take_newer);
    if (probe.outcome.what != action::none || by_age) return;
    item.input = probe.input;
    item.outcome = probe.outcome;
  }

  // What is about to be overwritten although it was changed here since the last agreement, or is not the older one, or may
  // not be known to the peer: times tell of an agreement that was cut short less than is needed (docs/design/model.md).
  void keep_losing(transaction& t, const import_item& item) {
    losing_.clear();
    if (item.outcome.what == action::none || !item.local || item.outcome.why == rule::already_deleted) return;
    const bool older = item.local->version.modified_on < item.input.incoming.modified_on;
    const bool unheard = item.local->origin == this_site && options_.origin != this_site &&
                         (!options_.last_sync || (options_.told && item.local->sequence > *options_.told));
    if (older && !unheard && item.outcome.conflict != conflict_state::accepted) return;
    stored_record local;
    t.load(item.incoming->content.resource, item.handle, local);
    s3xml::writer w(schema_, {});
    w.begin(losing_, true);
    w.open(losing_, local);
    w.close(losing_);
    w.end(losing_);
  }

  bool check(transaction& t, import_item& item, const write_result& written, timestamp now, import_report& done) {
    if (written) return true;
    refuse(t, item, written.error().reason, written.error().message, now, done);
    return false;
  }

  std::string name_of(const import_item& item, std::uint32_t field) const {
    const auto& r = schema_[item.incoming->content.resource];
    return std::string(field < r.fields().size() ? r.field(field).name : std::string_view("attribute"));
  }

  // The element goes to quarantine as a whole, because its parts make sense only together.
  void refuse(transaction& t, import_item& item, refusal_reason why, std::string message, timestamp now,
              import_report& done) {
    item.failed = true;
    failed_[item.element] = true;
    const auto& root = batch_.element(item.element).front().content;
    const auto& part = item.incoming->content;
    if (item.parent >= 0)
      message = std::string(schema_[part.resource].name()) + " " + part.uuid.text() + ": " + message;
    quarantine_entry q;
    q.repository = options_.origin;
    q.task = offered_ != 0 ? offered_task_ : options_.task;
    q.resource = schema_[root.resource].name();
    q.uuid = root.uuid;
    q.reason = why;
    q.message = message;
    // A correction is younger than what came.
    q.modified_on = offered_ != 0 ? offered_version_ : root.version.modified_on;
    q.since = now;
    s3xml::writer(schema_, {}).write_incoming(q.payload, batch_.element(item.element));
    if (offered_ == 0) keep_waiting_components(t, q, root);
    // What waited before is offered at the beginning, and again by the document: that is one try.
    q.attempts = tried_.emplace(q.task, root.resource, root.uuid).second ? 1 : 0;
    const auto id = t.add_quarantine(q);
    if (lacks_another(why)) ++lacking_;
    lacking_keys_ = lacking_keys_ || why == refusal_reason::duplicate_key;
    if (batch_.quarantine_id(item.element) != 0) return;  // it was counted when it came
    if (id <= known_until_) came_again_.insert(id);
    ++done.total.quarantined;
    ++done.by_resource[root.resource].quarantined;
    done.refused.push_back({root.resource, root.uuid, why, std::move(message), {}, {}});
    if (!has_room_for(q.payload)) return;
    done.refused.back().payload = std::move(q.payload);
    for (const auto& wrong : part.uuid == root.uuid ? item.incoming->errors : std::vector<field_error>())
      done.refused.back().errors.push_back(wrong);
  }

  // What waited already may have had components that did not come again.
  void keep_waiting_components(transaction& t, quarantine_entry& q, const record& root) {
    const auto waits = with_components_.find({root.resource, root.uuid});
    if (waits == with_components_.end()) return;
    for (const auto& before : t.quarantined(q.repository, waits->second - 1, 1))
      if (before.id == waits->second && before.task == q.task) keep_components(q.payload, before.payload);
  }

  // What the strategy forbids is no mistake of the record: it is told, and does not wait.
  void tell_forbidden(const import_item& item, import_report& done) {
    if (options_.payload_limit == 0 || batch_.quarantine_id(item.element) != 0 || item.parent >= 0) return;
    const auto& root = item.incoming->content;
    if (done.forbidden.size() + report_.forbidden.size() >= options_.report_limit) return;
    refused_record r{root.resource, root.uuid, refusal_reason::not_permitted, "Operation not permitted", {}, {}};
    s3xml::writer(schema_, {}).write_incoming(r.payload, batch_.element(item.element));
    if (!has_room_for(r.payload)) r.payload.clear();
    done.forbidden.push_back(std::move(r));
  }

  bool has_room_for(const std::string& payload) {
    if (payload.size() > options_.payload_limit - payload_bytes_) return false;
    payload_bytes_ += payload.size();
    return true;
  }

  // What another record of the same document may put right: by being there, or by giving a key away.
  static bool lacks_another(refusal_reason why) {
    return why == refusal_reason::missing_reference || why == refusal_reason::duplicate_key;
  }

  // Whether an entry holds what this document brought.
  bool is_of_this_run(std::int64_t id) const { return id > known_until_ || came_again_.contains(id); }

  // All that the element lacked was a record that came later in the document: it was never refused.
  void take_back(const record& root) {
    --report_.total.quarantined;
    --report_.by_resource[root.resource].quarantined;
    std::erase_if(report_.refused,
                  [&](const refused_record& r) { return r.resource == root.resource && r.uuid == root.uuid; });
  }

  // Keeps the decision, and the content that lost, where both sides had something to lose.
  void note(transaction& t, const import_item& item, timestamp now, import_report& done) {
    const auto& d = item.outcome;
    if (d.what == action::none && (d.why == rule::same_version || d.why == rule::already_deleted)) return;
    auto& e = noted_;
    e.at = now;
    e.repository = options_.origin;
    e.resource = schema_[item.incoming->content.resource].name();
    e.uuid = item.incoming->content.uuid;
    e.input = item.input;
    e.outcome = d;
    e.loser.clear();
    if (d.what == action::none && item.local) s3xml::writer(schema_, {}).write_incoming(e.loser, {*item.incoming});
    if (d.what != action::none) e.loser = std::move(losing_);
    t.add_decision(e);
    if (d.conflict != conflict_state::none && done.conflicts.size() < options_.report_limit)
      done.conflicts.push_back(e);
  }

  // Who asks for the record here finds decisions on one of another name only by this.
  void note_twin(transaction& t, const import_item& item) {
    noted_.twin.clear();
    if (!item.local || !item.other_uid) return;
    stored_record local;
    t.load(item.resource, item.local->handle, local);
    if (local.uuid != item.incoming->content.uuid) noted_.twin = local.uuid;
  }

  void list(const import_item& item, import_report& done) {
    // A deletion that is only noted deleted nothing here.
    if (options_.handle_limit == 0 || item.handle == record_handle::none || item.outcome.what == action::bury) return;
    auto& to = item.incoming->content.version.deleted ? done.deleted
               : item.outcome.what == action::create  ? done.created
                                                      : done.updated;
    to.push_back(item.handle);
  }

  static void count(const import_item& item, record_counts& c) {
    if (item.outcome.conflict != conflict_state::none) ++c.conflicts;
    switch (item.outcome.what) {
      case action::create: ++c.created; break;
      case action::update:
      case action::undelete: ++c.updated; break;
      case action::erase:
      case action::merge:
      case action::bury: ++c.deleted; break;
      case action::none:
        if (item.outcome.why == rule::strategy_forbids)
          ++c.refused;
        else if (item.outcome.why == rule::same_version || item.outcome.why == rule::already_deleted)
          ++c.unchanged;
        else
          ++c.kept;
    }
  }

  void add(import_report& done) {
    report_.total += done.total;
    for (const auto& [r, c] : done.by_resource) report_.by_resource[r] += c;
    report_.records += done.records;
    report_.future += done.future;
    report_.released += done.released;
    if (done.youngest && (!report_.youngest || *done.youngest > *report_.youngest)) report_.youngest = done.youngest;
    const auto append = [&](std::vector<record_handle>& to, const std::vector<record_handle>& more) {
      const auto room = options_.handle_limit - std::min(options_.handle_limit, to.size());
      to.insert(to.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(std::min(room, more.size())));
    };
    append(report_.created, done.created);
    append(report_.updated, done.updated);
    append(report_.deleted, done.deleted);
    for (auto& r : done.refused)
      if (report_.refused.size() < options_.report_limit) report_.refused.push_back(std::move(r));
    for (auto& r : done.forbidden) report_.forbidden.push_back(std::move(r));
    for (auto& c : done.conflicts)
      if (report_.conflicts.size() < options_.report_limit) report_.conflicts.push_back(std::move(c));
  }

  // Each round can only take what was made possible since the last one: it ends when nothing more was taken.
  void offer_lacking() {
    for (bool more = (lacking_ != 0 && written_) || last_chance_; more;) {
      lacking_ = 0;
      lacking_keys_ = false;
      const auto before = report_.released;
      offer_quarantined([](const quarantine_entry& q) { return lacks_another(q.reason); });
      more = lacking_ != 0 && report_.released != before;
    }
  }

  template <class Filter>
  void offer_quarantined(Filter wanted) {
    apply_batch();
    std::int64_t after = 0;
    // Entries that fail again may get new numbers; those are not offered a second time in the same round.
    std::int64_t last = 0;
    // Each import takes care of its own task's entries, and of those that belong to no task, or to none any more.
    std::set<task_id> others;
    for (bool first = true;; first = false) {
      std::vector<quarantine_entry> page;
      {
        auto s = store_.snapshot();
        if (first) {
          last = last_quarantine_id(s);
          for (const auto& t : s.tasks(options_.origin))
            if (t.id != options_.task) others.insert(t.id);
        }
        page = s.quarantined(options_.origin, after, 64);
      }
      if (page.empty()) return;
      for (const auto& q : page) {
        after = q.id;
        // What somebody imports by hand has no repository, and asks for the entries of all.
        if (q.repository != options_.origin) continue;
        if (q.id > last || others.contains(q.task) || q.reason == refusal_reason::refused_by_peer || !wanted(q))
          continue;
        offered_ = q.id;
        offered_task_ = q.task;
        offered_version_ = q.modified_on;
        s3xml::reader<importer> reader(schema_, reader_options(options_), *this);
        EventSource source(reader, options_.limits);
        const auto fed = source.feed(q.payload);
        const auto done = fed ? source.finish() : fed;
        // Only what is wrong with the payload itself is passed over.
        if (!done && !(done.error().code == condition::bad_document) && !(done.error().code == error::limit_exceeded))
          throw failure_exception(done.error());
        if (done) apply_batch();
        batch_.clear();
        offered_ = 0;
      }
    }
  }

  // What has components goes on waiting: a younger version need not have them.
  static bool stands_alone(const quarantine_entry& q) {
    return q.payload.find("<resource", q.payload.find("<resource") + 1) == std::string::npos;
  }

  template <class Snapshot>
  std::int64_t note_quarantined(Snapshot& s) {
    std::int64_t last = 0;
    for (;;) {
      const auto page = s.quarantined(options_.origin, last, 256);
      if (page.empty()) return last;
      last = page.back().id;
      for (const auto& q : page) {
        const auto r = schema_.find(q.resource);
        if (r == no_resource || q.uuid.empty() || q.repository != options_.origin) continue;
        if (stands_alone(q))
          waits_[{r, q.uuid}] = {q.id, q.modified_on};
        else
          with_components_[{r, q.uuid}] = q.id;
      }
    }
  }

  template <class Snapshot>
  std::int64_t last_quarantine_id(Snapshot& s) {
    std::int64_t last = 0;
    for (;;) {
      const auto page = s.quarantined(options_.origin, last, 256);
      if (page.empty()) return last;
      last = page.back().id;
    }
  }

  Store& store_;
  const schema& schema_;
  import_options options_;
  s3xml::reader<importer> reader_;
  EventSource source_;
  import_batch batch_;
  handle_cache cache_;
  sequence_number seen_ = 0;   // the last change when the last batch was committed
  std::uint64_t waiting_ = 0;  // references whose target was not here
  import_report report_;
  std::size_t payload_bytes_ = 0;  // of refused elements that the report holds
  std::vector<char> failed_;
  std::string losing_;
  decision_entry noted_;      // kept for its memory
  std::int64_t offered_ = 0;  // the quarantine entry that is being offered again
  task_id offered_task_ = 0;
  std::optional<timestamp> offered_version_;  // the one that came; a correction of it is younger
  repository_id origin_ = 0;                  // of the batch that is being applied
  // The entries of this origin and of earlier runs, with the version that came.
  std::map<std::pair<resource_id, uid>, std::int64_t> with_components_;
  std::map<std::pair<resource_id, uid>, std::pair<std::int64_t, std::optional<timestamp>>> waits_;
  std::int64_t known_until_ = 0;       // the last quarantine entry of earlier runs
  std::set<std::int64_t> came_again_;  // those of them whose record this document brings, too
  // Those that were put into quarantine in this run.
  std::set<std::tuple<task_id, resource_id, uid>> tried_;
  std::uint64_t lacking_ = 0;    // records refused for want of another one since the last round
  std::vector<referrer> lists_;  // that hold a tuid which no record had yet
  bool lacking_keys_ = false;    // some of them for want of a key that another one has
  bool written_ = false;         // any record
  bool last_chance_ = false;     // records without a twin may take the place of one with their key
  std::uint64_t fed_ = 0;
  std::uint64_t fed_before_batch_ = 0;
};

}  // namespace edensync
