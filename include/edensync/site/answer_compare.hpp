#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "edensync/protocol/cursor.hpp"
#include "edensync/site/compare_query.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

/// Answers a site that compares itself with this one: with sums, and where these differ with uids and hashes.
///
/// Each answer goes once through the records of a table; the memory that it takes does not depend on how many they are.
template <class Parts>
class answer_compare final : public plain_answer {
 public:
  answer_compare(site<Parts>& s, compare_query q) : site_(s), query_(std::move(q)) {
    auto ready = detail::guarded([&] { prepare(); });
    if (ready) return;
    records_.reset();
    const bool asked_wrongly = ready.error().code == make_error_code(error::bad_filter);
    say_failed(asked_wrongly ? 400 : 503, ready.error().text());
  }

  result<std::size_t> read_body(std::span<char> into) override {
    if (!records_) return plain_answer::read_body(into);
    auto read = detail::guarded([&] {
      while (out_.size() - taken_ < into.size() && !done_) step();
    });
    if (!read) return read.error();
    const auto n = std::min(into.size(), out_.size() - taken_);
    std::memcpy(into.data(), out_.data() + taken_, n);
    taken_ += n;
    if (taken_ == out_.size() || taken_ > std::size_t{1} << 16) {
      out_.erase(0, taken_);
      taken_ = 0;
    }
    return n;
  }

 private:
  using snapshot_type = decltype(std::declval<typename Parts::store&>().snapshot());

  void prepare() {
    snapshot_.emplace(site_.store().snapshot());
    const auto& all = site_.resources();
    scope_.resource = all.find(query_.resource);
    scope_.of = query_.of.empty() ? no_resource : all.find(query_.of);
    auto filters = read_filters(query_.filters, scope_.of == no_resource ? scope_.resource : scope_.of, all,
                                filter_reading::strict, site_.now());
    if (!filters) throw failure_exception(filters.error());
    scope_.filters = bind_filters(std::move(*filters), *snapshot_);
    records_.emplace(*snapshot_, all, scope_, site_.settings().domain);
    all_.emplace(records_->all());
    std::sort(query_.ranges.begin(), query_.ranges.end());
    if (!query_.records) sums_.emplace(query_.ranges);
    say(200, "text/plain; charset=utf-8", {});
  }

  void step() {
    compared_record r;
    while (all_->next(r)) {
      if (sums_) {
        sums_->add(r);
      } else if (std::binary_search(query_.ranges.begin(), query_.ranges.end(),
                                    record_range::of(r.uuid, query_.ranges.front().depth))) {
        out_ += r.version.modified_on ? to_text(*r.version.modified_on) : "-";
        out_.append(r.version.deleted ? "! " : " ").append(to_text(r.hash)).append(1, ' ');
        out_.append(percent_encode(r.uuid, "/:")).append(1, '\n');
        return;
      }
    }
    if (sums_ && query_.known == sums_->total().sum)
      out_ += "equal\n";
    else if (sums_)
      sums_->for_each([this](record_range part, const range_sum& s) {
        out_ += to_text(part) + ' ' + std::to_string(s.count) + ' ' + to_text(s.sum) + '\n';
      });
    out_ += "end " + make_cursor(snapshot_->epoch(), snapshot_->sequence()) + '\n';
    done_ = true;
  }

  site<Parts>& site_;
  compare_query query_;
  compare_scope scope_;
  std::optional<snapshot_type> snapshot_;
  std::optional<compared_records<snapshot_type>> records_;
  std::optional<typename compared_records<snapshot_type>::cursor> all_;
  std::optional<range_sums> sums_;
  std::string out_;
  std::size_t taken_ = 0;
  bool done_ = false;
};

}  // namespace edensync
