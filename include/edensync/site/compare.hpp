#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/operation.hpp"
#include "edensync/core/utf8.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/compare_exchanges.hpp"
#include "edensync/site/compare_query.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

/// A record that two sites do not have in common.
struct record_difference {
  std::string resource;
  /// As documents name it.
  std::string uuid;
  /// Its version at this site and at the peer, without the mci; none: it is not there. The same: what is in it differs.
  std::optional<version_stamp> here, there;
};

/// How a comparison of one resource ended.
struct compare_report {
  std::string resource;
  /// The records of the peer were pulled, as from an Eden; otherwise hashes were compared.
  bool pulled = false;
  std::uint64_t here = 0, there = 0, differences = 0;
  /// The peer's records changed meanwhile: a difference may be one of time.
  bool changed = false;
  /// Why the resource could not be compared, as the table is unknown at one of the two; the others are, all the same. What
  /// ends a comparison stands with all that it had not come to.
  std::optional<failure> error{};
};

/// Compares this site with a peer, table by table: what is in the scope of tasks, their components included, deletions as
/// well. It changes nothing at either site.
///
/// Of an edensync site hashes are asked for: of everything, then of those parts that differ, at last of the records of the
/// smallest of these. Any other one is pulled from, without its cursor, and its records are looked at one by one; an Eden
/// does not tell all its deletions, so that what is deleted here and unknown there counts as equal.
/// The peer is not believed more than need be: what was not asked for, comes twice or has no end is an error, and memory
/// does not depend on what it says.
/// Lifetime: the site outlives it. Thread safety: one thread at a time.
template <class Parts>
class compare final : public operation {
 public:
  using taker = std::function<void(const record_difference&)>;

  /// `tell` gets each difference as soon as it is known. `most`: how many bytes one answer of the peer may have.
  compare(site<Parts>& s, std::vector<sync_task> tasks, taker tell, std::uint64_t most = std::uint64_t{1} << 34)
      : site_(s), tell_(std::move(tell)), most_(most), tasks_(std::move(tasks)) {}

  const std::vector<compare_report>& reports() const noexcept { return reports_; }
  /// Why it could not be brought to its end.
  const std::optional<failure>& error() const noexcept { return error_; }

  const request_head* next() override {
    for (;;) {
      if (current_ != nullptr) {
        if (const auto* head = current_->next()) return head;
        auto taken = detail::guarded([&] { collect(); });
        if (!taken) error_ = taken.error();
      }
      current_ = nullptr;
      if (!error_) {
        auto more = detail::guarded([&] { advance(); });
        if (!more) error_ = more.error();
      }
      if (error_) give_up();
      if (current_ == nullptr) return nullptr;
    }
  }

  result<std::size_t> read_body(std::span<char> into) override { return current_->read_body(into); }
  result<void> on_head(const response_head& h) override { return current_->on_head(h); }
  result<void> on_body(std::string_view piece) override { return current_->on_body(piece); }
  result<void> on_end() override { return current_->on_end(); }
  void on_failure(const failure& why) override {
    if (current_ != nullptr) current_->on_failure(why);
  }

 private:
  using snapshot_type = decltype(std::declval<typename Parts::store&>().snapshot());
  using spool_type = decltype(std::declval<snapshot_type&>().spool());
  using records_type = compared_records<snapshot_type>;

  // A table, or the components of a kind of its records.
  struct part {
    const sync_task* task;
    compare_scope scope;
    std::unique_ptr<records_type> records;
    std::size_t report = 0;
  };

  // Sets up the next request; none at the end.
  void advance() {
    if (!snapshot_) snapshot_.emplace(site_.store().snapshot());
    if (!splits_.empty()) return split();
    if (!lists_.empty()) return list();
    while (part_ == parts_.size()) {
      if (task_ == tasks_.size()) return;
      set_up(tasks_[task_++]);
    }
    if (pulls_) return pull();
    mark_.clear();
    told_ = 0;
    splits_.push_back({});
    split();
  }

  void set_up(const sync_task& t) {
    parts_.clear();
    part_ = 0;
    const auto master = site_.resources().find(t.resource);
    if (master == no_resource) {
      reports_.push_back({.resource = t.resource,
                          .error = make_failure(edensync::error::unknown_resource, "this site has no such table")});
      return;
    }
    add_part(t, master, no_resource);
    if (!t.components) return;
    for (const auto& c : site_.resources()[master].components())
      if (std::none_of(parts_.begin(), parts_.end(), [&](const part& p) { return p.scope.resource == c.resource; }))
        add_part(t, c.resource, master);
  }

  void add_part(const sync_task& t, resource_id resource, resource_id of) {
    const auto& all = site_.resources();
    auto filters =
        read_filters(filter_terms(t), of == no_resource ? resource : of, all, filter_reading::strict, site_.now());
    if (!filters) throw failure_exception(filters.error());
    auto& p = parts_.emplace_back();
    p.task = &t;
    p.scope = {resource, of, bind_filters(std::move(*filters), *snapshot_)};
    p.records = std::make_unique<records_type>(*snapshot_, all, p.scope, site_.settings().domain);
    p.report = reports_.size();
    reports_.push_back({.resource = std::string(all[resource].name())});
  }

  part& now() { return parts_[part_]; }
  compare_report& report() { return reports_[now().report]; }
  const std::string& report_name(const part& p) const { return reports_[p.report].resource; }

  compare_query question() {
    compare_query q;
    q.resource = report().resource;
    if (now().scope.of != no_resource) q.of = site_.resources()[now().scope.of].name();
    q.filters = filter_terms(*now().task);
    return q;
  }

  template <class Range>
  static std::vector<record_range> take_some(Range& from, std::size_t most) {
    std::vector<record_range> some;
    for (; !from.empty() && some.size() < most; from.pop_front()) {
      if (!some.empty() && from.front().depth != some.front().depth) break;
      some.push_back(from.front());
    }
    return some;
  }

  void split() {
    auto q = question();
    q.ranges = take_some(splits_, compare_query::most_split);
    ours_.emplace(q.ranges);
    theirs_.emplace(q.ranges);
    compared_record r;
    for (auto all = now().records->all(); all.next(r);) ours_->add(r);
    last_.reset();
    may_be_equal_ = q.ranges.front().depth == 0;
    if (may_be_equal_) {
      report().here = report().there = ours_->total().count;
      q.known = ours_->total().sum;
    }
    begin_lines(q, [this](std::string_view line) { return take_sum(line); });
  }

  void list() {
    auto q = question();
    q.records = true;
    q.ranges = listed_ = take_some(lists_, compare_query::most_listed);
    std::sort(listed_.begin(), listed_.end());
    spool_.emplace(snapshot_->spool());
    begin_lines(q, [this](std::string_view line) { return take_record(line); });
  }

  void begin_lines(const compare_query& q, fetch_lines::taker take) {
    equal_ = false;
    lines_ = std::make_unique<fetch_lines>(to_target(q), most_, [take = std::move(take)](std::string_view line) {
      return detail::guarded([&] {
        if (auto taken = take(line); !taken) throw failure_exception(taken.error());
      });
    });
    current_ = lines_.get();
  }

  // `RANGE COUNT HASH`, the ranges in their order.
  result<void> take_sum(std::string_view line) {
    if (line == "equal" && may_be_equal_ && !equal_ && !last_) {
      equal_ = true;
      return {};
    }
    const auto first = std::min(line.find(' '), line.size()), second = line.find(' ', first + 1);
    const auto part = parse_range(line.substr(0, first));
    if (!part || second == std::string_view::npos || equal_) return not_understood();
    const auto hash = parse_hash(line.substr(second + 1));
    const auto count = detail::whole_number(line.substr(first + 1, second - first - 1));
    if (!hash || !count || *count <= 0 || *count > most_records) return not_understood();
    auto* sum = theirs_->find(*part);
    if (sum == nullptr) return not_asked_for("a part");
    if (last_ && *part <= *last_) return not_understood("parts twice, or in no order");
    last_ = part;
    *sum = {static_cast<std::uint64_t>(*count), *hash};
    return {};
  }

  // `VERSION HASH UID`
  result<void> take_record(std::string_view line) {
    const auto first = std::min(line.find(' '), line.size()), second = line.find(' ', first + 1);
    if (second == std::string_view::npos) return not_understood();
    const auto hash = parse_hash(line.substr(first + 1, second - first - 1));
    auto time = line.substr(0, first);
    version_stamp v;
    v.deleted = time.ends_with('!');
    if (v.deleted) time.remove_suffix(1);
    if (time != "-") v.modified_on = parse_timestamp(time);
    const auto uuid = percent_decode(line.substr(second + 1));
    if (!hash || (time != "-" && !v.modified_on) || uuid.empty() || !is_utf8(uuid)) return not_understood();
    if (!asked_for(uuid)) return not_asked_for("a record");
    // It may have got some since it told how many there are.
    if (++told_ > report().there + report().there / 4 + 1024) return not_understood("more records than it has");
    if (!look_at(now(), uuid, v, *hash)) return not_understood("a record twice");
    return {};
  }

  bool asked_for(const std::string& uuid) const {
    return std::binary_search(listed_.begin(), listed_.end(), record_range::of(uuid, listed_.front().depth));
  }

  static failure not_understood(const std::string& what = "lines that cannot be understood") {
    return make_failure(edensync::error::unexpected_answer, "the peer answers a comparison with " + what);
  }
  static failure not_asked_for(const std::string& what) { return not_understood(what + " that it was not asked for"); }

  // A record of the peer; false if there was one of its uid before, as an Eden may send one twice.
  bool look_at(part& p, const std::string& uuid, const version_stamp& there, content_hash hash) {
    compared_record ours;
    if (p.records->find(uid(s3xml::import_uid(uuid, site_.settings().domain)), ours)) {
      if (!spool_->add({p.scope.resource, ours.handle, 0})) return false;
      if (ours.hash != hash) tell(p, {{}, uuid, ours.version, there});
      return true;
    }
    // What is not here has no handle; the hash of its uid stands for it, in the place of a table that is none.
    const auto stands_for = static_cast<record_handle>(hash_of(report_name(p) + ' ' + uuid).high >> 1U);
    if (!spool_->add({no_resource, stands_for, 0})) return false;
    tell(p, {{}, uuid, std::nullopt, there});
    return true;
  }

  void tell(part& p, record_difference d) {
    auto& r = reports_[p.report];
    ++r.differences;
    d.resource = r.resource;
    for (auto* v : {&d.here, &d.there})
      if (*v) (*v)->mci.reset();
    tell_(d);
  }

  void collect() {
    if (pull_) {
      const auto done = std::move(pull_);
      if (!done->error())
        end_pull();
      else if (refuses_one_table(done->status()))
        leave_out(*done->error());
      else
        error_ = done->error();
      return;
    }
    if (!lines_) return;
    const auto done = std::move(lines_);
    lines_.reset();
    if (done->error()) {
      const auto status = done->status();
      // Only a site that knows the question knows as well that it has no such table.
      if (done->peer_is_native() && status == 400)
        leave_out(*done->error());
      else if (!compares_ && knows_no_comparing(status))
        pulls_ = true;
      else
        error_ = done->error();
      return;
    }
    compares_ = true;
    if (!mark_.empty() && mark_ != done->mark()) report().changed = true;
    mark_ = done->mark();
    if (ours_)
      end_split();
    else
      end_list();
    if (splits_.empty() && lists_.empty()) ++part_;
  }

  // The table of the task, and with it those of its components; or the one of a component.
  void leave_out(const failure& why) {
    const bool all = part_ == 0;
    for (; part_ < parts_.size(); ++part_) {
      report() = {.resource = report().resource, .error = why};
      if (!all) break;
    }
    if (!all) ++part_;
    ours_.reset();
    theirs_.reset();
    spool_.reset();
    splits_.clear();
    lists_.clear();
  }

  // What was not compared to its end is said so.
  void give_up() {
    for (; part_ < parts_.size(); ++part_) report().error = error_;
    for (; task_ < tasks_.size(); ++task_) reports_.push_back({.resource = tasks_[task_].resource, .error = error_});
  }

  void end_split() {
    const auto ours = std::move(*ours_), theirs = std::move(*theirs_);
    ours_.reset();
    theirs_.reset();
    if (equal_) return;
    if (ours.depth() == 0) report().there = theirs.total().count;
    ours.for_each_difference(theirs, [this](record_range r, const range_sum& a, const range_sum& b) {
      // So few records cost less than the sums of their parts.
      const bool few = a.count + b.count <= 32 || a.count == 0 || b.count == 0 || r.depth == record_range::deepest;
      (few ? lists_ : splits_).push_back(r);
    });
    // Where so much differs all records are asked for at once.
    if (splits_.size() > 4 * compare_query::most_split || lists_.size() > 4 * compare_query::most_listed) {
      splits_.clear();
      lists_.assign(1, record_range{});
    }
  }

  void end_list() {
    tell_only_here(now(), [this](const compared_record& r) {
      return std::binary_search(listed_.begin(), listed_.end(), record_range::of(r.uuid, listed_.front().depth));
    });
    spool_.reset();
  }

  template <class Wanted>
  void tell_only_here(part& p, Wanted wanted) {
    compared_record r;
    for (auto all = p.records->all(); all.next(r);)
      if (wanted(r) && spool_->add({p.scope.resource, r.handle, 0})) tell(p, {{}, r.uuid, r.version, std::nullopt});
  }

  // All parts of the task at once: the components come with their masters.
  void pull() {
    ours_.reset();
    theirs_.reset();
    const auto own = site_.uuid();
    if (!own) throw failure_exception(own.error());
    const auto& t = *now().task;
    sync_query q;
    q.resource = t.resource;
    q.repository = *own;
    q.components = t.components;
    q.include_deleted = true;
    q.filters = filter_terms(t);
    spool_.emplace(snapshot_->spool());
    for (auto& p : parts_) {
      reports_[p.report].pulled = true;
      reports_[p.report].there = 0;
    }
    pull_ = std::make_unique<fetch_records<typename Parts::event_source>>(
        pull_target(q), most_, site_.resources(), site_.settings().domain,
        [this](incoming_record& r) { take_pulled(r); });
    current_ = pull_.get();
  }

  void take_pulled(incoming_record& r) {
    for (auto& p : parts_) {
      const bool component = p.scope.of != no_resource;
      if (p.scope.resource != r.content.resource || component != (r.parent >= 0) || r.content.uuid.empty()) continue;
      ++reports_[p.report].there;
      const auto& domain = site_.settings().domain;
      look_at(p, s3xml::export_uid(r.content.uuid.text(), domain), r.content.version,
              hash_of(r.content, site_.resources(), domain));
    }
  }

  void end_pull() {
    for (auto& p : parts_) tell_only_here(p, [](const compared_record& r) { return !r.version.deleted; });
    spool_.reset();
    part_ = parts_.size();
  }

  static constexpr std::int64_t most_records = std::int64_t{1} << 40;

  site<Parts>& site_;
  taker tell_;
  std::uint64_t most_;
  std::vector<sync_task> tasks_;
  std::size_t task_ = 0;
  std::optional<snapshot_type> snapshot_;
  std::deque<part> parts_;
  std::size_t part_ = 0;
  std::deque<record_range> splits_, lists_;
  std::vector<record_range> listed_;
  std::optional<range_sums> ours_, theirs_;
  std::optional<spool_type> spool_;  // our records that the peer has, too
  bool may_be_equal_ = false, equal_ = false;
  std::optional<record_range> last_;  // of which the peer told the sum
  std::uint64_t told_ = 0;            // records of the peer in lists
  bool compares_ = false;             // the peer has answered such a question
  std::string mark_;                  // how far the peer had come in its last answer
  std::unique_ptr<fetch_lines> lines_;
  std::unique_ptr<fetch_records<typename Parts::event_source>> pull_;
  bool pulls_ = false;
  operation* current_ = nullptr;
  std::vector<compare_report> reports_;
  std::optional<failure> error_;
};

}  // namespace edensync
