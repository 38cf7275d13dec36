#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/laws/random_steps.hpp"

/// All that a reader of a store tells, in lines that are the same for two stores that hold the same.
namespace edensync::laws::play {

namespace s = laws::sample;

/// Asks a reader for everything. Handles, sequence numbers and ids are the store's own affair: of them only is told what
/// they lead to, and their order.
template <class Reader>
class teller {
 public:
  teller(Reader& from, const schema& resources) : from_(from), resources_(resources) {}

  std::vector<std::string> told() {
    read_all();
    for (const auto& r : resources_) {
      tell_records(r);
      tell_changes(r);
      tell_contents(r);
    }
    tell_components();
    tell_ledger();
    return std::move(lines_);
  }

 private:
  template <class... Parts>
  void tell(const Parts&... parts) {
    std::string line;
    ((line += parts), ...);
    lines_.push_back(std::move(line));
  }
  void complain(std::string_view what) { tell("NOT SOUND: ", what); }

  static std::string number(std::int64_t n) { return std::to_string(n); }
  static std::string moment(const std::optional<timestamp>& t) { return t ? number(*t - s::second(0)) : "-"; }

  void read_all() {
    for (const auto& r : resources_) {
      auto all = from_.changes({.resource = r.id(), .since = {}});
      for (stored_record each; all.next(each);) {
        numbers_.push_back(each.sequence);
        records_[r.id()].push_back(each);
      }
    }
    std::sort(numbers_.begin(), numbers_.end());
    if (from_.sequence() < (numbers_.empty() ? 0 : numbers_.back()))
      complain("the number of the state is less than that of a record");
    tell("changed last: ", numbers_.empty() || from_.sequence() != numbers_.back() ? "no record" : "a record");
  }

  /// How many records of now were written up to this number: numbers without their gaps.
  std::string place(sequence_number n) const {
    return number(std::upper_bound(numbers_.begin(), numbers_.end(), n) - numbers_.begin());
  }

  std::string name(resource_id resource, record_handle h) {
    stored_record r;
    from_.load(resource, h, r);
    return in_words(r.uuid);
  }

  std::string in_full(const stored_record& r) {
    std::string out = in_words(r.uuid) + " #" + place(r.sequence) + " written #" + place(r.written) + " from " +
                      number(r.origin) + " modified " + moment(r.version.modified_on) + " mci " +
                      (r.version.mci ? number(*r.version.mci) : "-") + " created " + moment(r.created_on) + " by " +
                      r.authors.created_by + '/' + r.authors.modified_by;
    if (r.version.deleted) out += " deleted, merged into " + in_words(r.replaced_by);
    for (std::uint32_t f = 0; f < r.fields.size(); ++f) {
      if (is_null(r.fields[f])) continue;
      out += ' ' + std::string(resources_[r.resource].field(f).name) + '=' + in_words(r.fields[f]);
      const auto leads = [&](const reference& to) {
        const auto there = from_.find(to.resource, to.target);
        return to.handle == (there ? there->handle : record_handle::none);
      };
      if (const auto* one = std::get_if<reference>(&r.fields[f]))
        if (!leads(*one)) out += " (another handle)";
      if (const auto* many = std::get_if<std::vector<reference>>(&r.fields[f]))
        if (!std::all_of(many->begin(), many->end(), leads)) out += " (other handles)";
    }
    return out;
  }

  static bool same(const found_record& a, const stored_record& b) {
    return a.handle == b.handle && a.version == b.version && a.sequence == b.sequence && a.origin == b.origin;
  }

  void tell_records(const resource_schema& r) {
    std::size_t found = 0;
    for (std::uint32_t n = 0; n < records; ++n) found += from_.find(r.id(), uid_of(r.id(), n)) ? 1U : 0U;
    if (found != records_[r.id()].size()) complain("find finds other records than changes");
    for (const auto& each : records_[r.id()]) {
      const std::string full = in_full(each);
      tell(full);
      const auto by_uid = from_.find(r.id(), each.uuid);
      if (!by_uid || !same(*by_uid, each)) complain("find tells another version than changes");
      stored_record loaded;
      from_.load(r.id(), each.handle, loaded);
      if (in_full(loaded) != full) complain("load tells something else than changes: " + in_full(loaded));
      if constexpr (requires { from_.find_version(r.id(), each.uuid, timestamp{}, loaded); }) {
        const auto version =
            from_.find_version(r.id(), each.uuid, each.version.modified_on.value_or(timestamp{}), loaded);
        if (!version || !same(*version, each)) complain("find_version tells another version than find");
      }
      std::vector<std::string> all;
      for (const referrer& from : from_.referrers(r.id(), each.handle))
        all.push_back(' ' + name(from.resource, from.record) + '.' +
                      std::string(resources_[from.resource].field(from.field).name));
      tell_sorted("  referred to by", std::move(all));
      std::string waits;
      for (const auto& o : from_.open_references_of(r.id(), each.handle))
        waits += ' ' + std::string(r.field(o.field).name) + " for " + in_words(o.target);
      tell("  waits:", waits);
      std::string decided;
      for (const auto& d : from_.decisions(r.name(), each.uuid, 3)) decided += ' ' + in_full(d);
      tell("  decided:", decided);
    }
  }

  void tell_sorted(std::string_view head, std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    std::string line(head);
    for (const auto& each : all) line += each;
    lines_.push_back(std::move(line));
  }

  template <class Cursor>
  static std::vector<std::string> names(Cursor&& all) {
    std::vector<std::string> out;
    for (stored_record r; all.next(r);) out.push_back(' ' + in_words(r.uuid));
    return out;
  }

  void tell_changes(const resource_schema& r) {
    const auto in_order = [&](std::string_view head, const change_query& q) {
      const auto all = names(from_.changes(q));
      std::string line(head);
      for (const auto& each : all) line += each;
      tell(line);
      if constexpr (requires { from_.count(q); })
        if (from_.count(q) != all.size()) complain("count tells another number of changes");
    };
    if (records_[r.id()].empty()) return;
    in_order("  not deleted:", {r.id(), 0, {}, false});
    in_order("  behind half of them:", {r.id(), numbers_[numbers_.size() / 2], {}, true});
    for (std::int64_t n = 0; n < moments; n += r.id() == s::site ? 1 : 6) {
      in_order("  since second " + number(n) + ":", {r.id(), 0, s::second(n), true});
      if constexpr (requires { from_.arrived(s::second(n)); })
        if (r.id() == s::site) tell_arrived(from_.arrived(s::second(n)), s::second(n));
    }
  }

  // What has a lower number did not arrive since then.
  void tell_arrived(sequence_number first, timestamp since) {
    auto all = from_.changes({s::site, 0, since, true});
    for (stored_record r; all.next(r);)
      if (r.sequence < first && !(r.version.modified_on && *r.version.modified_on >= since))
        complain("arrived tells a number that is too high");
    for (const auto& r : records_[s::site])
      if (r.sequence >= first && names(from_.changes({s::site, r.sequence - 1, since, true})).empty())
        complain("arrived tells a number that is too low");
  }

  void tell_contents(const resource_schema& r) {
    const auto handle_of = [&](resource_id to, std::uint32_t n) {
      const auto there = from_.find(to, uid_of(to, n));
      return there ? there->handle : record_handle::none;
    };
    const auto of = [&](std::uint32_t field, std::uint32_t n) { return content(r, field, n, handle_of); };
    for (std::uint32_t f = 0; f < r.fields().size(); ++f) {
      const auto type = r.field(f).type;
      if (f > s::order && type != field_type::reference) continue;
      for (std::uint32_t n = 1; n < 6; ++n) {
        const value v = of(f, n);
        const auto* to = std::get_if<reference>(&v);
        if (to != nullptr && to->handle == record_handle::none) continue;
        std::vector<std::string> live, gone;
        for (const auto& found : from_.find_key(r.id(), f, v))
          (found.version.deleted ? gone : live).push_back(' ' + name(r.id(), found.handle));
        // Which two of more than two is the store's affair.
        if (live.size() == 2) live = {" two"};
        if (gone.size() == 2) gone = {" two that are deleted"};
        if (live.size() == 1 && gone.size() == 1) gone = {" and one that is deleted"};
        live.insert(live.end(), gone.begin(), gone.end());
        if (!live.empty()) tell_sorted("  " + std::string(r.field(f).name) + ' ' + in_words(v) + ":", live);
      }
    }
    if (r.id() != s::site) return;
    for (std::uint32_t n = 1; n < 6; ++n)
      for (const bool ignore : {false, true}) {
        const auto match = [&](std::vector<field_match> fields) {
          const auto found = from_.find_match({r.id(), std::move(fields), ignore, ignore});
          return found ? ' ' + name(r.id(), found->handle) : std::string(" -");
        };
        tell("  matches ", number(n), ":", match({{s::comments, of(s::comments, n)}}),
             match({{s::name, of(s::name, n)}, {s::comments, of(s::comments, 1)}}),
             match({{s::order, of(s::order, n)}}));
      }
  }

  void tell_components() {
    const auto tell_of = [&](resource_id part, std::uint32_t field, resource_id of) {
      std::vector<record_handle> masters;
      for (const auto& r : records_[of]) masters.push_back(r.handle);
      for (const sequence_number after : {sequence_number{0}, numbers_[numbers_.size() / 2]})
        tell_sorted("components " + std::string(resources_[part].name()) + " of all " +
                        std::string(resources_[of].name()) + ":",
                    names(from_.components(part, field, of, masters, after)));
      for (const auto& h : masters)
        tell_sorted("of " + name(of, h) + ":", names(from_.components(part, field, of, {&h, 1}, 0)));
    };
    if (numbers_.empty()) return;
    tell_of(s::part, s::part_of, s::site);
    tell_of(s::note, s::about, s::site);
    tell_of(s::note, s::about, s::base);
  }

  std::string in_full(const decision_entry& d) const {
    return '[' + in_words(d.uuid) + " at " + moment(d.at) + " #" + place(d.sequence) + " lost \"" + d.loser +
           "\" twin " + in_words(d.twin) + ']';
  }

  void tell_ledger() {
    for (const char* key : {"a", "b"}) tell("setting ", key, ": ", from_.setting(key).value_or("-"));
    std::map<repository_id, std::string> known{{0, "no repository"}};
    for (const auto& r : from_.repositories()) {
      known[r.id] = r.name;
      const auto found = from_.find_repository(r.uuid);
      tell("repository ", r.name, " at ", r.url, found && found->id == r.id ? "" : ", not found by its uid");
    }
    const auto of = [&](repository_id r) { return known.contains(r) ? known[r] : std::string("gone"); };
    std::map<dataset_id, std::string> sets;
    for (const auto& d : from_.datasets()) {
      sets[d.id] = d.code + " of " + of(d.repository);
      tell("data set ", sets[d.id], " ", in_words(d.uuid), " ", d.comments, " refreshed ", moment(d.last_refresh));
    }
    for (const auto& [repo, name] : known) {
      const auto right = from_.get_lease(repo);
      tell(name, ": lease ", right ? right->owner + " until " + moment(right->expires) : "-", ", in quarantine ",
           number(static_cast<std::int64_t>(from_.count_quarantined(repo))));
      for (const auto& t : from_.tasks(repo)) {
        const auto pulled = from_.get_watermark(t.id, direction::pull);
        const auto resume = from_.get_resume(t.id);
        tell("  task ", t.resource, " order ", number(t.order), " of ",
             sets.contains(t.dataset) ? sets[t.dataset] : "-", " pulled ", pulled.cursor, " resumes ",
             resume ? resume->from : "-");
      }
      for (const auto& j : from_.jobs(repo))
        tell("  job of ", of(j.repository), " next ", moment(j.next_run), " ", to_text(j.status), " every ",
             number(j.period), " ", j.message);
      const auto run = from_.get_run(repo);
      tell("  run ", run.owner, " ", number(static_cast<std::int64_t>(run.runs)), " ended ", moment(run.ended), " ",
           to_text(run.how), " ", run.words);
      for (const auto& q : from_.quarantined(repo, 0, 100))
        tell("  quarantine ", of(q.repository), " ", in_words(q.uuid), " attempts ", number(q.attempts), " since ",
             moment(q.since), " tried ", moment(q.last_tried), " ", q.message);
      for (const auto& e : from_.log(repo, 3)) tell("  log ", of(e.repository), " at ", moment(e.at), " ", e.message);
      for (const auto& e : from_.log_after(repo, 0, 2)) tell("  first ", moment(e.at), " ", e.message);
      for (const auto& d : from_.decisions_between(repo, 0, from_.last_decision(), 10)) tell("  lost ", in_full(d));
    }
    for (const auto& o : from_.open_references(0, 100))
      tell("waits: ", name(o.resource, o.record), " for ", in_words(o.target));
    tell("waiting: ", number(static_cast<std::int64_t>(from_.count_open_references())));
  }

  Reader& from_;
  const schema& resources_;
  std::map<resource_id, std::vector<stored_record>> records_;
  std::vector<sequence_number> numbers_;
  std::vector<std::string> lines_;
};

template <class Reader>
std::vector<std::string> told(Reader&& from, const schema& resources) {
  return teller<std::remove_reference_t<Reader>>(from, resources).told();
}

}  // namespace edensync::laws::play
