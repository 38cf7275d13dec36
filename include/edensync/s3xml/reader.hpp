#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/s3xml/document_uids.hpp"
#include "edensync/s3xml/element_builder.hpp"
#include "edensync/s3xml/open_elements.hpp"
#include "edensync/s3xml/read_field.hpp"
#include "edensync/s3xml/reader_options.hpp"
#include "edensync/s3xml/record_attributes.hpp"
#include "edensync/s3xml/vocabulary.hpp"
#include "edensync/schema/json_references.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::s3xml {

/// What a reader needs of whoever takes the records.
template <class S>
concept record_sink = requires(S s, incoming_element& e, std::string_view name, const uid& id) {
  // A complete element; it may be moved out or swapped. What it throws ends the document.
  s.element(e);
  // A record, or a component, of which the schema knows nothing; what is within it was skipped.
  s.unknown_resource(name, id);
};

/// Reads S3XML and gives the sink one element after the other, as soon as it is complete.
///
/// Any root element that is in no namespace is accepted; `root` tells its name, for a caller who knows that an answer must not be HTML. Skipped
/// in silence, as in Eden: unknown elements, attributes and fields; fields that hold passwords or blobs, and uploads unless asked for (`reader_options`); fields
/// named as the meta columns are, because the record's attributes say the same; references to tables outside the
/// schema or to nothing; all but the first component of a kind of which there can be only one. A record below a
/// `<reference>`, or one inside its master that the master refers to, is given as an element of its own, before the other. Of several `<data>` for one field
/// the last holds. A field that cannot be read becomes an error of its record, which is given all the same.
/// Errors, thrown through the event source: limit_exceeded. Lifetime: schema and sink outlive it.
/// Thread safety: one thread at a time. Source: spec/s3xml.md §2–5.
template <class Sink>
class reader final : public xml_handler {
 public:
  reader(const schema& s, reader_options options, Sink& sink) : schema_(&s), sink_(&sink), uids_(std::move(options)) {}

  /// What the root element says; empty before it came.
  const document_root& root() const noexcept { return root_; }
  std::string_view root_name() const noexcept { return root_.name; }

  /// See `document_uids::unknown`.
  const auto& unknown_tuids() const noexcept { return uids_.unknown(); }

  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    if (skip_ != 0) {
      ++skip_;
      return;
    }
    if (open_.empty()) return open_root(name, attributes);
    bool taken = false;
    switch (top().what) {
      case kind::root:
      case kind::reference: taken = name == word::resource && open_element(attributes); break;
      case kind::data: break;
      case kind::record:
        if (top().closed) break;
        if (name == word::data)
          taken = open_data(attributes);
        else if (name == word::reference)
          taken = open_reference(attributes);
        else if (name == word::resource)
          taken = open_component(attributes);
    }
    if (!taken) skip_ = 1;
  }

  void text(std::string_view piece) override {
    if (skip_ != 0 || into_ == nullptr) return;
    count_bytes(piece.size());
    into_->append(piece);
  }

  void end(std::string_view) override {
    if (skip_ != 0) {
      --skip_;
      return;
    }
    if (top().what == kind::record) close_record();
    if (top().what == kind::data) close_data();
    open_.pop();
  }

 private:
  using kind = open_elements::kind;
  using frame = open_elements::frame;

  frame& push(kind what) { return open_.push(what); }
  frame& top() { return open_.top(); }
  incoming_record& record_of(const frame& f) { return levels_[f.at.level][f.at.part]; }

  void open_root(std::string_view name, std::span<const xml_attribute> attributes) {
    root_.name = name;
    for (const auto& a : attributes) {
      if (a.name == word::domain) root_.domain = a.value;
      if (a.name == word::url) root_.url = a.value;
      if (a.name == word::success) root_.success = is_true(a.value);
      if (a.name == word::results) root_.results = attribute_number<std::uint64_t>(a.value);
      // What is in a namespace is not S3XML, whatever it is called.
      if (a.name == word::xmlns && !a.value.empty()) skip_ = 1;
    }
    uids_.set_domain(root_.domain);
    if (skip_ == 0) push(kind::root);
  }

  // A record that stands by itself: below the root, or below a reference.
  bool open_element(std::span<const xml_attribute> attributes) {
    const record_attributes a(attributes);
    const auto* resource = find_resource(a.name);
    if (!resource) return unknown(a);
    const std::uint32_t level = top().what == kind::root ? 0 : top().at.level + 1;
    if (level == 0) {
      bytes_ = records_ = 0;
      linked_.clear();
    }
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].clear();
    auto& r = open_record(a, *resource, level);
    r.parent = -1;
    r.key_field = 0;
    r.single = false;
    return true;
  }

  bool open_component(std::span<const xml_attribute> attributes) {
    const record_attributes a(attributes);
    const auto master = top().at;
    const auto* link = find_component(*schema_, *top().resource, a.name, a.alias);
    if (!link) return open_linked(a, attributes);
    auto& element = levels_[master.level];
    if (!link->multiple && uids_.options().one_single)
      for (std::size_t i = master.part + 1; i < element.size(); ++i)
        if (element[i].parent == static_cast<std::int32_t>(master.part) && element[i].key_field == link->key_field &&
            element[i].content.resource == link->resource && !element[i].content.version.deleted &&
            !is_true(a.deleted)) {
          count_record();
          return false;
        }
    auto& r = open_record(a, (*schema_)[link->resource], master.level);
    r.parent = static_cast<std::int32_t>(master.part);
    r.key_field = link->key_field;
    r.single = !link->multiple;
    return true;
  }

  // An Eden writes the record that a master points to inside of it where a link table makes it a component, several times if
  // there are several names for it: it is a record by itself.
  bool open_linked(const record_attributes& a, std::span<const xml_attribute> attributes) {
    const auto* resource = find_resource(a.name);
    if (!resource || a.uuid.empty()) return unknown(a);
    uid id;
    uids_.of_target(id, a.uuid);
    const frame& f = top();
    const auto& fields = record_of(f).content.fields;
    bool pointed_to = false;
    for (std::size_t i = 0; i < fields.size() && !pointed_to; ++i)
      if (const auto* to = f.seen[i] ? std::get_if<reference>(&fields[i]) : nullptr)
        pointed_to = to->resource == resource->id() && to->target == id;
    if (!pointed_to) return unknown(a);
    if (std::find(linked_.begin(), linked_.end(), std::pair(resource->id(), id)) != linked_.end()) return false;
    linked_.emplace_back(resource->id(), std::move(id));
    return open_element(attributes);
  }

  incoming_record& open_record(const record_attributes& a, const resource_schema& resource, std::uint32_t level) {
    count_record();
    frame& f = push(kind::record);
    f.at.level = level;
    f.at.part = static_cast<std::uint32_t>(levels_[level].size());
    f.next = 0;
    f.resource = &resource;
    f.seen.assign(resource.fields().size(), 0);
    auto& r = levels_[level].add();
    r.errors.clear();
    r.content.resource = resource.id();
    r.content.fields.resize(resource.fields().size());
    identify(r, a);
    fill_record(r, a);
    r.content.replaced_by.clear();
    if (!a.replaced_by.empty()) uids_.of_target(r.content.replaced_by, a.replaced_by);
    f.closed = r.content.version.deleted && r.uid_given;
    return r;
  }

  void identify(incoming_record& r, const record_attributes& a) {
    r.uid_given = a.gives_uid();
    if (!a.uuid.empty()) {
      r.content.uuid.assign(uids_.of_record(a.uuid));
    } else if (!a.tuid.empty()) {
      r.content.uuid = uids_.of_local(a.name, a.tuid, true);
    } else {
      r.content.uuid = uids_.make();
    }
  }

  void close_record() {
    const frame& f = top();
    auto& fields = record_of(f).content.fields;
    // What stands there from an earlier record was kept for its memory only.
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!f.seen[i]) fields[i] = value();
    if (f.at.part != 0) return;
    if (frame& outer = open_.top(1); outer.what == kind::reference && outer.wants_target)
      add_target(outer, record_of(f).content.resource, record_of(f).content.uuid);
    sink_->element(levels_[f.at.level].finish());
  }

  bool open_data(std::span<const xml_attribute> attributes) {
    const xml_attribute *name = nullptr, *content = nullptr, *url = nullptr, *file = nullptr;
    for (const auto& a : attributes) {
      if (a.name == word::field) name = &a;
      if (a.name == word::value) content = &a;
      if (a.name == word::url) url = &a;
      if (a.name == word::filename) file = &a;
    }
    frame& f = top();
    if (!name || !f.find_field(name->value)) return false;
    const auto type = f.resource->field(f.field).type;
    if (type == field_type::password || type == field_type::blob) return false;
    if (type == field_type::upload) return url && uids_.options().uploads && open_upload(f, url->value, file);
    begin_field(f);
    auto& r = record_of(f);
    if (content) {
      count_bytes(content->value.size());
      settle(r, f.field, type, text_source::value, content->value);
    } else if (type == field_type::string || type == field_type::text) {
      // The most frequent case is read into its place at once.
      into_ = &detail::hold<std::string>(r.content.fields[f.field]);
      into_->clear();
    } else {
      into_ = &text_;
      text_.clear();
    }
    push(kind::data);
    return true;
  }

  // `local`, and what is no complete address, says nothing (spec/s3xml.md §3.3).
  bool open_upload(frame& f, std::string_view url, const xml_attribute* file) {
    if (!is_upload_url(url)) return false;
    begin_field(f);
    count_bytes(url.size() + (file ? file->value.size() : 0));
    const auto path = url.substr(0, url.find_first_of("?#"));
    record_of(f).content.fields[f.field] = format_upload(
        {.name = std::string(file ? std::string_view(file->value) : path), .hash = {}, .url = std::string(url)});
    push(kind::data);
    return true;
  }

  void close_data() {
    if (into_ == nullptr) return;
    const frame& f = open_.top(1);
    if (into_ == &text_)
      settle(record_of(f), f.field, f.resource->field(f.field).type, text_source::text, text_);
    else
      finish_text(record_of(f), f);
    into_ = nullptr;
  }

  bool open_reference(std::span<const xml_attribute> attributes) {
    std::string_view name, resource, uuid, tuid;
    for (const auto& a : attributes) {
      if (a.name == word::field) name = a.value;
      if (a.name == word::resource) resource = a.value;
      if (a.name == word::uuid) uuid = a.value;
      if (a.name == word::tuid) tuid = a.value;
    }
    frame& f = top();
    if (!f.find_field(name)) return false;
    const auto& d = f.resource->field(f.field);
    if (d.type != field_type::reference && d.type != field_type::list_reference) return false;
    f.target = f.resource->target(f.field);
    count_bytes(uuid.size() + tuid.size());
    const bool named = !resource.empty() && (f.target == no_resource || (*schema_)[f.target].name() != resource);
    if (named) {
      const auto* other = find_resource(resource);
      // A super-entity stands for several tables, but never for itself; a table of the schema only for itself.
      const bool allowed =
          other && (f.resource->targets(f.field).empty() || f.resource->may_point_to(f.field, other->id()));
      if (other && !allowed && d.target != resource) return refuse_reference(f, uuid);
      f.target = allowed ? other->id() : no_resource;
    }
    if (f.target == no_resource) return false;
    const bool list = d.type == field_type::list_reference;
    const bool local = uuid.empty();
    bool wants_target = false;
    if (local && tuid.empty()) {
      wants_target = true;
    } else if (list) {
      begin_field(f);
      auto& into = detail::hold<std::vector<reference>>(record_of(f).content.fields[f.field]);
      if (!uids_.of_targets(into, target_of(f), local ? tuid : uuid, local))
        return refuse_reference(f, local ? tuid : uuid);
    } else if (const auto id = local ? tuid : uuid; !id.starts_with('[') && id != "None") {
      begin_field(f);
      uids_.of_target(detail::hold<reference>(record_of(f).content.fields[f.field]), target_of(f), id, local);
    }
    const auto [at, field, target] = std::tuple(f.at, f.field, f.target);
    frame& r = push(kind::reference);
    r.at = at;
    r.field = field;
    r.target = target;
    r.wants_target = wants_target;
    return true;
  }

  const resource_schema& target_of(const frame& f) const { return (*schema_)[f.target]; }

  bool refuse_reference(frame& f, std::string_view raw) {
    begin_field(f);
    record_of(f).content.fields[f.field] = value();
    record_of(f).errors.push_back({f.field, std::string(raw), std::string(detail::not_a_reference)});
    return false;
  }

  // The record below a reference is what it points to: the first one, or all of them for a list.
  void add_target(frame& outer, resource_id resource, const uid& id) {
    if (resource != outer.target) return;
    frame& owner = open_.top(2);
    auto& v = record_of(outer).content.fields[outer.field];
    if (owner.resource->field(outer.field).type == field_type::list_reference) {
      if (!owner.seen[outer.field]) v = std::vector<reference>();
      auto& list = detail::hold<std::vector<reference>>(v);
      list.push_back({resource, id});
    } else {
      v = reference{resource, id};
      outer.wants_target = false;
    }
    owner.field = outer.field;
    begin_field(owner);
  }

  void finish_text(incoming_record& r, const frame& f) {
    unescape_again(*into_);
    if (const auto wrong = too_long(f.resource->field(f.field), *into_); !wrong.empty()) {
      r.errors.push_back({f.field, *into_, wrong});
      r.content.fields[f.field] = value();
    }
  }

  static std::string too_long(const field_descriptor& f, std::string_view text) {
    if (f.length == 0 || text.size() <= f.length) return {};
    const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    const auto characters = text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), follows));
    return characters <= f.length
               ? std::string()
               : "has " + std::to_string(characters) + " characters, " + std::to_string(f.length) + " are allowed";
  }

  void settle(incoming_record& r, std::uint32_t field, field_type type, text_source from, std::string_view in) {
    auto& into = r.content.fields[field];
    std::string wrong(read_field(type, from, in, into));
    if (const auto* text = std::get_if<std::string>(&into); wrong.empty() && text != nullptr)
      wrong = too_long((*schema_)[r.content.resource].field(field), *text);
    if (wrong.empty()) {
      if (type == field_type::json && (*schema_)[r.content.resource].field(field).holds_references)
        resolve_references(into);
      return;
    }
    into = value();
    r.errors.push_back({field, std::string(in), std::move(wrong)});
  }

  // What a document calls its records means nothing outside of it.
  void resolve_references(value& json) {
    if (auto* text = std::get_if<std::string>(&json))
      resolve_json_references(*text, [&](const json_reference& r) {
        if (r.local) return uids_.of_local(r.resource, r.id, false).text();
        uid target;
        uids_.of_target(target, r.id);
        return target.text();
      });
  }

  void begin_field(frame& f) {
    // Said twice: what was wrong the first time does not matter any more.
    if (f.seen[f.field]) std::erase_if(record_of(f).errors, [&](const field_error& e) { return e.field == f.field; });
    f.seen[f.field] = 1;
  }

  const resource_schema* find_resource(std::string_view name) {
    if (last_ && last_->name() == name) return last_;
    const auto id = schema_->find(name);
    return id == no_resource ? nullptr : last_ = &(*schema_)[id];
  }

  bool unknown(const record_attributes& a) {
    sink_->unknown_resource(a.name, uid(uids_.of_record(a.uuid)));
    return false;
  }

  void count_record() {
    if (++records_ > uids_.options().element_limit)
      throw_failure(error::limit_exceeded, "too many records in one element");
  }

  void count_bytes(std::size_t n) {
    if ((bytes_ += n) > uids_.options().element_bytes)
      throw_failure(error::limit_exceeded, "too much content in one element");
  }

  const schema* schema_;
  Sink* sink_;
  document_uids uids_;
  document_root root_;
  open_elements open_;
  /// Elements open within one that is skipped, itself included.
  std::size_t skip_ = 0;
  std::deque<element_builder> levels_;
  /// The records within the present element that were read as records by themselves.
  std::vector<std::pair<resource_id, uid>> linked_;
  const resource_schema* last_ = nullptr;
  /// Where text goes: a field, or `text_` until it is complete; null: nowhere.
  std::string* into_ = nullptr;
  std::string text_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
};

}  // namespace edensync::s3xml
