#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/concepts/check_document_codec.hpp"
#include "edensync/concepts/record_reader.hpp"
#include "edensync/concepts/site_ledger.hpp"
#include "edensync/core/result.hpp"
#include "edensync/exporter/length.hpp"
#include "edensync/exporter/options.hpp"
#include "edensync/exporter/select.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/schema/emptied_texts.hpp"
#include "edensync/schema/json_references.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// Writes the changes of one resource as a document, piece by piece as it is read: S3XML, or what else `Writer` writes.
///
/// Masters with their components come first, in commit order, then the records they refer to, breadth first. Nothing is
/// materialised: records are read from a cursor, and what has to be written later stands in the reader's spool. What is
/// too long for a reader is left out, and stands in the report. Where the writer wants records of one resource together,
/// those behind the masters are put in that order by a second spool for each resource, and masters carry no numbers:
/// the document cannot be resumed.
///
/// Errors: store errors, `cancelled`; the document is then incomplete and must not be used as if it were whole.
/// Lifetime: reader and schema outlive it. Thread safety: one thread at a time.
template <record_reader Reader, class Writer = s3xml::writer>
class exporter {
  static_assert(detail::check_document_writer<Writer>::value);  // says itself what is missing
  static_assert(std::is_constructible_v<Writer, const schema&, s3xml::writer_options>,
                "edensync: document_writer needs a constructor from (const schema&, s3xml::writer_options); see "
                "docs/concepts/document_codec.md");

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
    return !has_next_;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  static constexpr std::size_t window_size = 8;
  static constexpr std::size_t window_bytes = std::size_t{1} << 20;
  static constexpr std::size_t window_parts = 2048;
  static constexpr bool knows_waiting = ledger_reader<Reader>;
  static constexpr bool grouped = Writer::grouped;
  enum class phase { begin, masters, dependencies, groups, done };
  using cursor = decltype(std::declval<Reader&>().changes(change_query{}));
  using spool = decltype(std::declval<Reader&>().spool());

  static s3xml::writer_options writer_options(const export_options& o) {
    s3xml::writer_options w;
    w.domain = o.domain;
    w.url = o.url;
    if (o.page) {
      w.start = o.page->start;
      w.limit = o.page->limit;
    }
    w.root_attributes = o.root_attributes;
    w.native = o.native;
    w.authors = o.authors;
    w.uploads = o.uploads;
    w.nulls = o.native || o.nulls ? s3xml::nulls::all : s3xml::nulls::omit;
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
      case phase::groups: next_of_groups(); break;
      case phase::done: break;
    }
  }

  void begin() {
    if constexpr (knows_waiting) {
      waiting_ = reader_.count_open_references() != 0;
      emptied_ = !options_.native && emptied_texts::any(reader_);
    }
    const auto results = count_masters();
    if (options_.masters.since) {
      arrived_ = std::numeric_limits<sequence_number>::max();
      if constexpr (requires { reader_.arrived(timestamp{}); }) arrived_ = reader_.arrived(*options_.masters.since);
    }
    masters_.emplace(reader_.changes(options_.masters));
    phase_ = phase::masters;
    while (!find_next() && masters_) read_masters();
    writer_.begin(out_, has_next_, results);
  }

  // Eden tells in the root how many masters there are on this page; an edensync site does not ask.
  std::optional<std::uint64_t> count_masters() {
    if (options_.native) return std::nullopt;
    const bool all =
        options_.echo_of == 0 && options_.passed_until == 0 && !options_.filters.contains(options_.masters.resource);
    if constexpr (requires { reader_.count(options_.masters); })
      if (all) return on_this_page(reader_.count(options_.masters));
    std::uint64_t n = 0;
    auto each = reader_.changes(options_.masters);
    for (stored_record r; on_this_page(n) < most_on_page() && each.next(r);)
      n += r.sequence > options_.passed_until && passes_filter(options_, r) && !is_echo(options_, r) &&
           !is_second_hand(options_, r);
    return on_this_page(n);
  }
  std::uint64_t most_on_page() const {
    return options_.page ? options_.page->limit : std::numeric_limits<std::uint64_t>::max();
  }
  std::uint64_t on_this_page(std::uint64_t all) const {
    const auto before = options_.page ? options_.page->start.value_or(0) : 0;
    return std::min(all - std::min(all, before), most_on_page());
  }

  void next_master() {
    if (!page_ended() && find_next()) {
      write_master(window_[next_++]);
      has_next_ = false;
    } else if (masters_ && !page_ended()) {
      read_masters();
    } else {
      phase_ = phase::dependencies;
    }
  }

  struct part {
    stored_record content;
    const component_link* link = nullptr;
    std::uint32_t next = none;  // component of the same master
    bool apart = false;         // it stands by itself, because its master's element is full
  };

  struct master {
    stored_record content;
    std::uint32_t first = none, last = none;  // components
    bool echoes = false;                      // one of its components came from the receiver
    bool complete = false;                    // its components were read
  };

  // Goes to the next master of the window that has anything to tell; says whether there is one.
  bool find_next() {
    while (!has_next_ && next_ < window_used_) {
      auto& m = window_[next_];
      if (!m.complete) {
        parts_used_ = 0;
        read_components(next_, 1, std::numeric_limits<std::size_t>::max());
      }
      // A master that came from the receiver goes back only as the frame of a component that did not. One that is here
      // only because such a component touched it has nothing to tell either.
      const bool only_touched = m.echoes && m.content.written <= options_.masters.after;
      has_next_ = (m.first != none || (!is_echo(options_, m.content) && !only_touched)) && is_sent(m.content) &&
                  on_page(m.content);
      if (!has_next_) ++next_;
    }
    return has_next_;
  }

  // Whether a record that has something to tell may be sent as far as its birthplace goes.
  bool is_sent(const stored_record& r) {
    const bool second_hand = is_second_hand(options_, r);
    report_.second_hand += second_hand;
    return !second_hand;
  }

  // Whether a master with something to tell is on the page; it is counted.
  bool on_page(const stored_record& m) {
    if (m.sequence <= options_.passed_until) return false;
    if (!options_.page) return true;
    if (passed_over_ < options_.page->start.value_or(0)) {
      ++passed_over_;
      return false;
    }
    if (on_page_++ == 0) page_first_ = m.sequence;
    page_last_ = m.sequence;
    return true;
  }
  bool page_ended() const { return options_.page && on_page_ == options_.page->limit && !has_next_; }
  bool is_on_page(const stored_record& r) const {
    if (r.sequence <= options_.passed_until) return false;
    return !options_.page || (on_page_ != 0 && r.sequence >= page_first_ && r.sequence <= page_last_);
  }

  // Fills the window: a few masters at a time, so that their components are found by one query for each kind. Where there
  // are many of these, or long ones, they are read for one master at a time, when it is written.
  void read_masters() {
    window_used_ = next_ = parts_used_ = 0;
    if (parts_.size() > window_parts) parts_.resize(window_parts);
    std::size_t bytes = 0;
    for (std::size_t n = 0; n < window_size && bytes < window_bytes && masters_; ++n) {
      if (window_used_ == window_.size()) window_.emplace_back();
      auto& m = window_[window_used_];
      if (!masters_->next(m.content)) {
        masters_.reset();
        break;
      }
      ++report_.read;
      if (!passes_filter(options_, m.content)) continue;
      settle_references(m.content);
      bytes += text_bytes(m.content);
      m.complete = !options_.components;
      m.first = m.last = none;
      m.echoes = false;
      ++window_used_;
    }
    if (options_.components) read_components(0, window_used_, window_parts);
  }

  // Components of components are not written, as Eden does not write them; they travel with a task of their own.
  // Reads none if there are more than `most`, or longer ones than fit the window.
  void read_components(std::size_t first, std::size_t masters, std::size_t most) {
    handles_.clear();
    places_.clear();
    for (auto i = static_cast<std::uint32_t>(first); i < first + masters; ++i) {
      auto& m = window_[i];
      m.first = m.last = none;
      m.echoes = false;
      m.complete = true;
      if (m.content.version.deleted && !options_.native) continue;
      handles_.push_back(m.content.handle);
      places_.emplace_back(m.content.handle, i);
    }
    if (handles_.empty()) return;
    const auto read_before = report_.read;
    std::size_t bytes = 0;
    std::sort(places_.begin(), places_.end());
    for (const auto& link : schema_[options_.masters.resource].components()) {
      auto all = reader_.components(link.resource, link.key_field, options_.masters.resource, handles_,
                                    options_.masters.after);
      for (;;) {
        if (parts_used_ == parts_.size()) parts_.emplace_back();
        auto& p = parts_[parts_used_];
        if (!all.next(p.content)) break;
        ++report_.read;
        bytes += text_bytes(p.content);
        if (masters > 1 && (parts_used_ >= most || bytes > window_bytes)) {
          report_.read = read_before;
          for (auto i = first; i < first + masters; ++i) window_[i].complete = false;
          return;
        }
        auto& m = master_of(p.content, link);
        const bool echo = is_echo(options_, p.content);
        m.echoes = m.echoes || echo;
        if (echo || !passes_filter(options_, p.content) || !is_sent(p.content)) continue;
        settle_references(p.content, &m.content);
        p.link = &link;
        p.next = none;
        p.apart = false;
        const auto place = static_cast<std::uint32_t>(parts_used_++);
        (m.first == none ? m.first : parts_[m.last].next) = place;
        m.last = place;
      }
    }
  }

  master& master_of(const stored_record& component, const component_link& link) {
    const auto h = std::get<reference>(component.fields[link.key_field]).handle;
    return window_[std::lower_bound(places_.begin(), places_.end(), std::pair(h, std::uint32_t{0}))->second];
  }

  void write_master(master& m) {
    auto& content = m.content;
    report_.last = content.sequence;
    const bool again = content.sequence <= options_.written_before;
    const bool frame = !content.version.deleted;
    const bool split = frame && !again && options_.native && set_apart(m);
    // Only the number of a later master says that what stands behind this one was received.
    if (split || grouped) content.sequence = 0;
    // Inside a deleted element nothing would be read, so there the components stand by themselves: before it, because a
    // receiver who has the master says so when he resumes, and is not sent again what belongs to it.
    if (!frame) write_components(m, again, placed::apart);
    bool open = false;
    if (!again) {
      if (content.version.modified_on && (!report_.youngest || *content.version.modified_on > *report_.youngest))
        report_.youngest = content.version.modified_on;
      open = open_record(content);
      report_.masters += open;
    }
    remember_targets(content, 1, none);
    if (frame) write_components(m, again, open || again ? placed::inside : placed::apart);
    if (open) writer_.close(out_);
    if (split && open) write_components(m, again, placed::behind);
  }

  // What was found out of a record that others refer to.
  struct target {
    resource_id resource = no_resource;
    record_handle handle = record_handle::none;
    bool tells = false;
  };

  // Inside their master all that is not set apart, or behind it all that is; apart: all of them by themselves.
  enum class placed { inside, behind, apart };

  void write_components(const master& m, bool again, placed where) {
    for (auto i = m.first; i != none; i = parts_[i].next) {
      auto& p = parts_[i];
      if (where != placed::apart && p.apart != (where == placed::behind)) continue;
      remember_targets(p.content, 1, p.link->key_field);
      if (again) continue;
      if constexpr (grouped)
        if (where != placed::inside) {
          put_in_group(p.content, 0);
          continue;
        }
      bool open = false;
      if (where == placed::inside) {
        open = open_record(p.content, p.link->alias, p.link->key_field);
      } else {
        p.content.sequence = 0;  // only masters have a place from which an export is resumed
        open = open_record(p.content);
      }
      if (!open) continue;
      ++report_.components;
      writer_.close(out_);
    }
  }

  // Marks the components that are too many, or too long, for their master's element; says whether there are any.
  bool set_apart(const master& m) {
    bool any = false;
    std::size_t count = 0, bytes = text_bytes(m.content);
    for (auto i = m.first; i != none; i = parts_[i].next) {
      auto& p = parts_[i];
      const auto size = text_bytes(p.content);
      // One of which there can be only one is found by its place.
      p.apart = (count >= options_.element_components && p.link->multiple) || bytes + size > options_.element_bytes;
      any = any || p.apart;
      if (p.apart) continue;
      ++count;
      bytes += size;
    }
    return any;
  }

  // Begins a record; false if it is left out because it is too long.
  template <class... How>
  bool open_record(stored_record& r, How... how) {
    if (!options_.native && !r.replaced_by.empty() && !sends_survivor(r)) r.replaced_by.clear();
    const std::string_view written = writer_.open(out_, r, how...);
    const auto bytes = written.size();
    // So many members have more bytes.
    const auto list = bytes < options_.list_members ? std::nullopt : list_longer_than(options_.list_members, r);
    if (!list && (bytes <= options_.text_bytes || has_no_text_over(options_.text_bytes, written))) return true;
    writer_.drop(out_);
    if (report_.too_long++ < 50)
      report_.left_out.push_back({r.resource, r.uuid, list ? *list : longest_text(r), bytes});
    return false;
  }

  // An Eden that does not find the record that another one was merged into does nothing at all; told of a deletion only, it
  // deletes.
  bool sends_survivor(const stored_record& r) {
    const auto survivor = reader_.find(r.resource, r.replaced_by);
    if (!survivor || survivor->version.deleted) return false;
    reader_.load(r.resource, survivor->handle, survivor_);
    return passes_filter(options_, survivor_);
  }

  void next_dependency() {
    const auto e = spool_ ? spool_->next() : std::nullopt;
    if (!e) return grouped ? void(phase_ = phase::groups) : end();
    reader_.load(e->resource, e->record, dependency_);
    ++report_.read;
    if (is_master(options_, dependency_, arrived_) && is_on_page(dependency_)) return;
    if (is_echo(options_, dependency_)) return;
    if (dependency_.version.deleted && !options_.native) return;
    if (!passes_filter(options_, dependency_) || !is_sent(dependency_)) return;
    settle_references(dependency_);
    if constexpr (grouped) {
      put_in_group(dependency_, e->depth);
    } else {
      // Only masters have a place from which an interrupted export is resumed.
      dependency_.sequence = 0;
      if (!open_record(dependency_)) return;
      ++report_.dependencies;
      writer_.close(out_);
    }
    remember_targets(dependency_, e->depth + 1, none);
  }

  void end() {
    writer_.end(out_);
    phase_ = phase::done;
  }

  // Leaves a record that stands by itself until its resource has its turn; depth 0: a component.
  void put_in_group(const stored_record& r, std::uint32_t depth) {
    auto group = groups_.find(r.resource);
    if (group == groups_.end()) group = groups_.emplace(r.resource, reader_.spool()).first;
    group->second.add({r.resource, r.handle, depth});
  }

  // The masters' own resource is first, because they stand there already.
  void next_of_groups() {
    auto group = groups_.find(options_.masters.resource);
    if (group == groups_.end()) group = groups_.begin();
    if (group == groups_.end()) return end();
    const auto e = group->second.next();
    if (!e) {
      groups_.erase(group);
      return;
    }
    reader_.load(e->resource, e->record, dependency_);
    settle_references(dependency_);
    dependency_.sequence = 0;
    if (!open_record(dependency_)) return;
    ++(e->depth == 0 ? report_.components : report_.dependencies);
    writer_.close(out_);
  }

  // An edensync site is told all references; an Eden only those whose records are here, live, and pass the filters: it names
  // no others itself, and of those that it is told it drops the ones that it cannot find. `master`: of a component.
  void settle_references(stored_record& r, const stored_record* master = nullptr) {
    if (options_.native) return add_waiting(r);
    if (r.version.deleted) return;
    if constexpr (knows_waiting)
      if (emptied_) emptied_texts::tell(reader_, schema_, r);
    for (auto& v : r.fields) {
      if (const auto* one = std::get_if<reference>(&v)) {
        if (!is_live(*one, master) && !tells(*one)) v = null_value{};
      } else if (auto* many = std::get_if<std::vector<reference>>(&v)) {
        std::erase_if(*many, [&](const reference& each) { return !tells(each); });
      }
    }
  }

  // Masters passed the filters when they were read.
  static bool is_live(const reference& to, const stored_record* master) {
    return master != nullptr && to.handle == master->handle && to.resource == master->resource &&
           !master->version.deleted;
  }

  bool tells(const reference& to) {
    if (to.handle == record_handle::none) return false;
    auto& known = told_[(static_cast<std::uint64_t>(to.handle) * 31 + to.resource) % told_.size()];
    if (known.resource != to.resource || known.handle != to.handle) known = {to.resource, to.handle, can_follow(to)};
    return known.tells;
  }

  bool can_follow(const reference& to) {
    const auto found = reader_.find(to.resource, to.target);
    if (!found || found->version.deleted) return false;
    if (!options_.filters.contains(to.resource)) return true;
    reader_.load(to.resource, to.handle, survivor_);
    return passes_filter(options_, survivor_);
  }

  // A reference whose record is not here is sent as it came: as an empty field it would be lost at its origin.
  void add_waiting(stored_record& r) {
    if constexpr (knows_waiting) {
      if (!waiting_ || r.version.deleted || !has_empty_reference(r)) return;
      for (const auto& open : reader_.open_references_of(r.resource, r.handle))
        if (open.field < r.fields.size() && is_null(r.fields[open.field]))
          r.fields[open.field] = reference{open.target_resource, open.target, record_handle::none};
    }
  }

  bool has_empty_reference(const record& r) const {
    const auto fields = schema_[r.resource].fields();
    for (std::uint32_t i = 0; i < r.fields.size(); ++i)
      if (fields[i].type == field_type::reference && is_null(r.fields[i])) return true;
    return false;
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
      } else if (schema_[r.resource].field(i).holds_references) {
        remember_in_json(v, depth);
      }
    }
  }

  void remember_in_json(const value& v, std::uint32_t depth) {
    if (const auto* json = std::get_if<std::string>(&v))
      for_each_json_reference(*json, [&](const json_reference& to) {
        const auto resource = schema_.find(to.resource);
        const auto found = resource == no_resource ? std::nullopt : reader_.find(resource, uid(to.id));
        if (found) remember(resource, found->handle, depth);
      });
  }

  void remember(resource_id resource, record_handle h, std::uint32_t depth) {
    if (resource == no_resource || h == record_handle::none) return;
    if (!spool_) spool_.emplace(reader_.spool());
    spool_->add({resource, h, depth});
  }

  Reader& reader_;
  const schema& schema_;
  export_options options_;
  Writer writer_;
  phase phase_ = phase::begin;
  std::optional<cursor> masters_;
  std::optional<spool> spool_;
  std::map<resource_id, spool> groups_;  // what is written behind the masters, if it has to be grouped
  // The masters that were read together, and their components; the memory of both is kept.
  std::vector<master> window_;
  std::size_t window_used_ = 0;
  std::size_t next_ = 0;
  bool has_next_ = false;
  std::uint64_t passed_over_ = 0, on_page_ = 0;
  sequence_number page_first_ = 0, page_last_ = 0;
  std::vector<part> parts_;
  std::size_t parts_used_ = 0;
  std::vector<record_handle> handles_;
  std::vector<std::pair<record_handle, std::uint32_t>> places_;  // in the window, by handle
  sequence_number arrived_ = 0;
  stored_record dependency_;
  stored_record survivor_;          // or another record that is only looked at
  std::array<target, 256> told_{};  // the ones that were looked at last
  bool waiting_ = false;            // there are references whose record is not here
  bool emptied_ = false;            // there are texts that an Eden has to be told as empty strings
  std::string out_;
  std::size_t taken_ = 0;
  export_report report_;
};

}  // namespace edensync
