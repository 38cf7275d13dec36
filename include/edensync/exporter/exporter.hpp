#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "edensync/concepts/record_reader.hpp"
#include "edensync/core/result.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/exporter/select.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Writes the changes of one resource as an S3XML document, piece by piece as it is read.
///
/// Masters with their components come first, in commit order, then the records they refer to, breadth first. Nothing is
/// materialised: records are read from a cursor, and what has to be written later stands in the reader's spool.
///
/// Errors: store errors, `cancelled`; the document is then incomplete and must not be used as if it were whole.
/// Lifetime: reader and schema outlive it. Thread safety: one thread at a time.
template <record_reader Reader>
class exporter {
 public:
  exporter(Reader& reader, const schema& s, export_options o)
      : reader_(reader), schema_(s), options_(std::move(o)), writer_(s, writer_options(options_)) {}
  exporter(const exporter&) = delete;
  exporter& operator=(const exporter&) = delete;

  /// Fills a buffer; gives the number of bytes, 0 at the end of the document.
  result<std::size_t> read(std::span<char> into) {
    try {
      while (out_.size() - taken_ < into.size() && phase_ != phase::done) step();
    } catch (const failure_exception& e) {
      return e.why();
    } catch (const std::exception& e) {
      return make_failure(error::store_failed, e.what());
    }
    const auto n = std::min(into.size(), out_.size() - taken_);
    std::memcpy(into.data(), out_.data() + taken_, n);
    taken_ += n;
    report_.bytes += n;
    if (taken_ == out_.size()) {
      out_.clear();
      taken_ = 0;
    }
    return n;
  }

  /// What has been written so far; complete once `read` gave 0.
  const export_report& report() const noexcept { return report_; }

  /// Whether there is no master to send: known before anything is written, so that an empty push can be left out.
  result<bool> empty() {
    try {
      if (phase_ == phase::begin) begin();
    } catch (const failure_exception& e) {
      return e.why();
    } catch (const std::exception& e) {
      return make_failure(error::store_failed, e.what());
    }
    return !has_first_;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  enum class phase { begin, masters, dependencies, done };
  using cursor = decltype(std::declval<Reader&>().changes(change_query{}));
  using spool = decltype(std::declval<Reader&>().spool());

  static s3xml::writer_options writer_options(const export_options& o) {
    s3xml::writer_options w;
    w.domain = o.domain;
    w.url = o.url;
    w.native = o.native;
    w.nulls = o.native ? s3xml::nulls::all : s3xml::nulls::omit;
    return w;
  }

  void step() {
    if (options_.cancelled && options_.cancelled()) throw_failure(error::cancelled);
    // What was taken is dropped here and not at each read, so that a small buffer does not cost a move each time.
    if (taken_ > std::size_t{1} << 16) {
      out_.erase(0, taken_);
      taken_ = 0;
    }
    switch (phase_) {
      case phase::begin: begin(); break;
      case phase::masters: next_master(); break;
      case phase::dependencies: next_dependency(); break;
      case phase::done: break;
    }
  }

  void begin() {
    masters_.emplace(reader_.changes(options_.masters));
    phase_ = phase::masters;
    while (!has_first_ && masters_->next(master_)) has_first_ = prepare_master();
    writer_.begin(out_, has_first_);
  }

  void next_master() {
    if (!has_first_) {
      bool found = false;
      while (!found && masters_->next(master_)) found = prepare_master();
      if (!found) {
        masters_.reset();
        phase_ = phase::dependencies;
        return;
      }
    }
    has_first_ = false;
    write_master();
  }

  // Reads the components of the master; says whether there is anything to write or to remember.
  bool prepare_master() {
    ++report_.read;
    parts_used_ = echoes_ = 0;
    if (!passes_filter(options_, master_)) return false;
    if (options_.components && (!master_.version.deleted || options_.native)) read_components();
    if (parts_used_ != 0) return true;
    // A master that came from the receiver goes back only as the frame of a component that did not. One that is here only
    // because such a component touched it has nothing to tell either.
    const bool only_touched = echoes_ != 0 && master_.written <= options_.masters.after;
    return !is_echo(options_, master_) && !only_touched;
  }

  struct part {
    stored_record content;
    const component_link* link = nullptr;
  };

  // Components of components are not written, as Eden does not write them; they travel with a task of their own.
  void read_components() {
    for (const auto& link : schema_[master_.resource].components()) {
      auto all = reader_.components(link.resource, link.key_field, master_.handle, options_.masters.after);
      for (;;) {
        if (parts_used_ == parts_.size()) parts_.emplace_back();
        auto& p = parts_[parts_used_];
        if (!all.next(p.content)) break;
        ++report_.read;
        if (is_echo(options_, p.content)) ++echoes_;
        if (is_echo(options_, p.content) || !passes_filter(options_, p.content)) continue;
        p.link = &link;
        ++parts_used_;
      }
    }
  }

  void write_master() {
    const bool again = master_.sequence <= options_.written_before;
    const bool frame = !master_.version.deleted;
    // Inside a deleted element nothing would be read, so there the components stand by themselves: before it, because a
    // receiver who has the master says so when he resumes, and is not sent again what belongs to it.
    if (!frame) write_components(again, frame);
    if (!again) {
      ++report_.masters;
      if (master_.version.modified_on && (!report_.youngest || *master_.version.modified_on > *report_.youngest))
        report_.youngest = master_.version.modified_on;
      writer_.open(out_, master_);
    }
    remember_targets(master_, 1, none);
    if (frame) write_components(again, frame);
    if (!again) writer_.close(out_);
  }

  void write_components(bool again, bool frame) {
    for (std::size_t i = 0; i < parts_used_; ++i) {
      auto& p = parts_[i];
      remember_targets(p.content, 1, p.link->key_field);
      if (again) continue;
      ++report_.components;
      if (frame) {
        writer_.open(out_, p.content, p.link->alias, p.link->key_field);
      } else {
        p.content.sequence = 0;  // only masters have a place from which an export is resumed
        writer_.open(out_, p.content);
      }
      writer_.close(out_);
    }
  }

  void next_dependency() {
    const auto e = spool_ ? spool_->next() : std::nullopt;
    if (!e) {
      writer_.end(out_);
      phase_ = phase::done;
      return;
    }
    reader_.load(e->resource, e->record, dependency_);
    ++report_.read;
    if (is_master(options_, dependency_) || is_echo(options_, dependency_)) return;
    if (dependency_.version.deleted && !options_.native) return;
    if (!passes_filter(options_, dependency_)) return;
    ++report_.dependencies;
    // Only masters have a place from which an interrupted export is resumed.
    dependency_.sequence = 0;
    writer_.open(out_, dependency_);
    writer_.close(out_);
    remember_targets(dependency_, e->depth + 1, none);
  }

  // `key_field`: the field that points to the master, which is being written anyway.
  void remember_targets(const stored_record& r, std::uint32_t depth, std::uint32_t key_field) {
    if (depth > options_.depth) return;
    if (!r.replaced_by.empty()) {
      if (const auto survivor = reader_.find(r.resource, r.replaced_by)) remember(r.resource, survivor->handle, depth);
    }
    if (r.version.deleted) return;
    for (std::uint32_t i = 0; i < r.fields.size(); ++i) {
      const auto& v = r.fields[i];
      if (i == key_field) continue;
      if (const auto* one = std::get_if<reference>(&v)) {
        remember(one->resource, one->handle, depth);
      } else if (const auto* many = std::get_if<std::vector<reference>>(&v)) {
        for (const auto& each : *many) remember(each.resource, each.handle, depth);
      }
    }
  }

  void remember(resource_id resource, record_handle h, std::uint32_t depth) {
    if (resource == no_resource || h == record_handle::none) return;
    if (!spool_) spool_.emplace(reader_.spool());
    spool_->add({resource, h, depth});
  }

  Reader& reader_;
  const schema& schema_;
  export_options options_;
  s3xml::writer writer_;
  phase phase_ = phase::begin;
  std::optional<cursor> masters_;
  std::optional<spool> spool_;
  stored_record master_;
  stored_record dependency_;
  std::vector<part> parts_;
  std::size_t parts_used_ = 0;
  std::size_t echoes_ = 0;  // components of the master that came from the receiver
  bool has_first_ = false;
  std::string out_;
  std::size_t taken_ = 0;
  export_report report_;
};

}  // namespace edensync
