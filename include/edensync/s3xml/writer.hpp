#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/s3xml/uid_domain.hpp"
#include "edensync/s3xml/vocabulary.hpp"
#include "edensync/s3xml/write_field.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::s3xml {

/// Whether fields that are known to be empty are written.
enum class nulls : std::uint8_t {
  /// As Eden: not at all.
  omit,
  /// All but mandatory ones, so that emptying a field reaches the peer (spec/s3xml.md X1).
  all,
};

/// How documents are written.
struct writer_options {
  /// This site's domain, for the root and in front of uids that are no URNs.
  std::string domain{};
  /// This site's public URL, for the root and, unless the reader is an edensync site, for each record.
  std::string url{};
  /// The page of masters that was asked for, if one was.
  std::optional<std::uint64_t> start{};
  std::optional<std::uint64_t> limit{};
  s3xml::nulls nulls = s3xml::nulls::omit;
  /// The reader is an edensync site: records carry their `sequence`, null strings are told from empty ones.
  bool native = false;
  /// Further attributes of the root, each with a blank in front, escaped.
  std::string root_attributes{};
  /// Upload fields are written, if there is a `url` under which their files are to be had.
  bool uploads = false;
  /// E-mail addresses of authors and owners are written; off because every puller would get them (X15).
  bool authors = false;
};

/// Writes S3XML, appending to a string that the caller empties as he likes.
///
/// The form is Eden's with these differences, all of them readable by Eden: deletions carry `mci` (X3); references name
/// their target as its own element does, so that uids which are no URNs are found (X5); references have no display text. Passwords and blobs are never written, nor are references to tables outside the
/// schema. Precondition: calls nest as elements do.
/// Lifetime: the schema outlives it. Thread safety: one thread at a time. Source: spec/s3xml.md §1–5.
class writer {
 public:
  /// Records may come in any order.
  static constexpr bool grouped = false;

  explicit writer(const schema& s, writer_options options = {}) : schema_(&s), options_(std::move(options)) {
    plans_.resize(s.size());
  }

  /// The declaration and the root's tag. `success`: anything follows, as in Eden. `results`: the number of masters, if it
  /// is known beforehand.
  void begin(std::string& out, bool success, std::optional<std::uint64_t> results = {}) {
    empty_ = !success;
    output o(out);
    o.put("<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"");
    o.put(success ? std::string_view("true\"") : std::string_view("false\""));
    if (options_.start) put(o, word::start, *options_.start);
    if (options_.limit) put(o, word::limit, *options_.limit);
    if (results) put(o, word::results, std::to_string(*results));
    if (!options_.domain.empty()) put(o, word::domain, options_.domain);
    if (!options_.url.empty()) put(o, word::url, options_.url);
    o.put(options_.root_attributes);
    o.put(empty_ ? std::string_view("/>") : std::string_view(">"));
  }

  /// A record without its end; gives what was written. `alias`: the name by which its master knows it; `key`: the field
  /// that points to the master, which is not written. Lifetime: the view holds until the next call.
  std::string_view open(std::string& out, const stored_record& r, std::optional<std::string_view> alias = {},
                        std::optional<std::uint32_t> key = {}) {
    opened_ = out.size();
    output o(out);
    auto& p = plan_of(r.resource);
    tag(o, p, r, alias);
    const auto& v = r.version;
    if (v.deleted) o.put(" deleted=\"True\"");
    o.put(" mci=\"");
    detail::put_number(o, std::int64_t{v.mci.value_or(0)} + 1);
    o.put('"');
    if (!v.deleted) put(o, word::created_on, r.created_on);
    put(o, word::modified_on, v.modified_on);
    if (v.deleted && !r.replaced_by.empty()) put(o, word::replaced_by, r.replaced_by.text());
    if (options_.native)
      put(o, word::sequence, r.sequence);
    else if (!v.deleted && !options_.url.empty())
      put_url(o, p, r, alias, key);
    if (options_.authors && !v.deleted) put(o, r.authors);
    o.put('>');
    const auto form = options_.nulls == nulls::omit ? null_form::omit
                      : options_.native             ? null_form::exact
                                                    : null_form::empty;
    if (!v.deleted) fields(o, p, r, form, key);
    o.flush();
    return std::string_view(out).substr(opened_);
  }

  /// Takes back the record that was opened by the last call.
  void drop(std::string& out) { out.resize(opened_); }

  /// The end of the record opened last.
  void close(std::string& out) { out += "</resource>"; }

  /// The end of the document.
  void end(std::string& out) {
    if (!empty_) out += "</s3xml>";
  }

  /// A complete document of one incoming element as it was received, with what could not be read; reading it gives the
  /// same element. The first record counts as the element's own, even if it was a component.
  void write_incoming(std::string& out, const incoming_element& e) {
    // The uids are as they are stored, whatever this site calls them outside.
    const auto domain = std::exchange(options_.domain, {});
    begin(out, true);
    if (!e.empty()) {
      output o(out);
      incoming(o, e, 0);
    }
    end(out);
    options_.domain = domain;
  }

  /// How many records held characters that had to be replaced by U+FFFD (X6).
  std::uint64_t mended() const noexcept { return mended_; }

 private:
  /// What is the same in all records of a resource, made when the first one is written.
  struct plan {
    const resource_schema* resource = nullptr;
    std::string tag;
    /// `<data field="name"` or `<reference field="name"`, by field.
    std::vector<std::string> heads;
    std::vector<std::uint32_t> data;
    std::vector<std::uint32_t> references;
  };

  plan& plan_of(resource_id id) {
    auto& p = plans_[id];
    if (p.resource) return p;
    p.resource = &(*schema_)[id];
    p.tag = "<resource name=\"";
    append_attribute(p.tag, p.resource->name());
    p.tag += '"';
    const auto all = p.resource->fields();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      const bool refers = all[i].type == field_type::reference || all[i].type == field_type::list_reference;
      (refers ? p.references : p.data).push_back(i);
      p.heads.emplace_back(refers ? "<reference field=\"" : "<data field=\"");
      append_attribute(p.heads.back(), all[i].name);
      p.heads.back() += '"';
    }
    return p;
  }

  void tag(output& out, const plan& p, const record& r, std::optional<std::string_view> alias) {
    out.put(std::string_view(p.tag));
    const auto usual = p.resource->name().substr(p.resource->name().find('_') + 1);
    if (alias && *alias != usual) put(out, word::alias, *alias);
    out.put(" uuid=\"");
    put_uid(out, r.uuid.text());
    out.put('"');
  }

  void put(output& out, std::string_view name, std::string_view text) {
    out.put(' ');
    out.put(name);
    out.put("=\"");
    put_attribute(out, text);
    out.put('"');
  }
  void put(output& out, std::string_view name, std::uint64_t number) { put(out, name, std::to_string(number)); }
  void put(output& out, std::string_view name, const std::optional<timestamp>& t) {
    if (!t) return;
    out.put(' ');
    out.put(name);
    out.put("=\"");
    detail::put_time(out, *t);
    out.put('"');
  }
  // Where people find the record: `BASE/prefix/name/ID`, a component below its master.
  void put_url(output& out, const plan& p, const stored_record& r, std::optional<std::string_view> alias,
               std::optional<std::uint32_t> key) {
    const auto* master = key && *key < r.fields.size() ? std::get_if<reference>(&r.fields[*key]) : nullptr;
    const auto name = master ? (*schema_)[master->resource].name() : p.resource->name();
    const auto cut = std::min(name.find('_'), name.size());
    out.put(" url=\"");
    put_attribute(out, options_.url);
    out.put('/');
    put_attribute(out, name.substr(0, cut));
    out.put('/');
    put_attribute(out, name.substr(std::min(cut + 1, name.size())));
    out.put('/');
    detail::put_number(out, static_cast<std::int64_t>(master ? master->handle : r.handle));
    if (master) {
      out.put('/');
      put_attribute(out, alias.value_or(p.resource->name()));
      out.put('/');
      detail::put_number(out, static_cast<std::int64_t>(r.handle));
    }
    out.put('"');
  }
  void put(output& out, const authorship& a) {
    if (!a.created_by.empty()) put(out, word::created_by, a.created_by);
    if (!a.modified_by.empty()) put(out, word::modified_by, a.modified_by);
    if (!a.owned_by_user.empty()) put(out, word::owned_by_user, a.owned_by_user);
    if (!a.owned_by_group.empty()) put(out, word::owned_by_group, a.owned_by_group);
  }

  void put_uid(output& out, std::string_view id) {
    if (options_.domain.empty() || has_domain(id))
      put_attribute(out, id);
    else
      put_attribute(out, export_uid(id, options_.domain));
  }

  void fields(output& out, const plan& p, const record& r, null_form nulls, std::optional<std::uint32_t> key = {}) {
    bool kept = true;
    for (const auto i : p.data) {
      if (i >= r.fields.size()) continue;
      if (p.resource->field(i).type == field_type::upload)
        upload(out, p.heads[i], r.fields[i], nulls);
      else
        kept = put_data(out, p.heads[i], p.resource->field(i), r.fields[i], nulls) && kept;
    }
    for (const auto i : p.references)
      if (i < r.fields.size() && i != key) put_reference(out, p, i, r.fields[i], nulls);
    if (!kept) ++mended_;
  }

  // Of an incoming record the address is written with which it came.
  void upload(output& out, std::string_view head, const value& v, null_form nulls) {
    const auto* text = std::get_if<std::string>(&v);
    const auto u = text ? parse_upload(*text) : std::nullopt;
    if (!u) return;
    if (nulls == null_form::every) {
      if (!u->url.empty()) detail::put_upload_address(out, head, u->url, u->name);
    } else if (options_.uploads) {
      put_upload(out, head, *u, options_.url);
    }
  }

  void put_reference(output& out, const plan& p, std::uint32_t i, const value& v, null_form nulls) {
    if (is_null(v)) {
      if (!writes_null(p.resource->field(i), nulls)) return;
      out.put("<data field=\"");
      put_attribute(out, p.resource->field(i).name);
      out.put("\"/>");
      return;
    }
    const auto* one = std::get_if<reference>(&v);
    const auto* list = std::get_if<std::vector<reference>>(&v);
    if ((!one && !list) || (one && one->target.empty())) return;
    if (list && list->empty() && nulls == null_form::omit) return;
    auto target = one ? one->resource : list->empty() ? no_resource : list->front().resource;
    if (target == no_resource) target = p.resource->target(i);
    if (target == no_resource) return;
    out.put(std::string_view(p.heads[i]));
    out.put(" resource=\"");
    put_attribute(out, (*schema_)[target].name());
    out.put("\" uuid=\"");
    if (one)
      put_uid(out, one->target.text());
    else
      put_list(out, *list);
    out.put("\"/>");
  }

  void put_list(output& out, const std::vector<reference>& list) {
    std::string json = "[";
    for (const auto& r : list) {
      if (json.size() > 1) json += ", ";
      append_json_string(json, export_uid(r.target.text(), options_.domain));
    }
    put_attribute(out, json += ']');
  }

  void incoming(output& out, const incoming_element& e, std::size_t at) {
    const auto& r = e[at];
    const auto& c = r.content;
    auto& p = plan_of(c.resource);
    tag(out, p, c, at == 0 ? std::nullopt : alias_of(e, r));
    if (!r.uid_given) put(out, word::made, "True");
    if (c.version.deleted) put(out, word::deleted, "True");
    if (c.version.mci) put(out, word::mci, std::to_string(*c.version.mci));
    put(out, word::created_on, c.created_on);
    put(out, word::modified_on, c.version.modified_on);
    if (!c.replaced_by.empty()) put(out, word::replaced_by, c.replaced_by.text());
    if (r.sequence != 0) put(out, word::sequence, r.sequence);
    put(out, c.authors);
    for (const auto& wrong : r.errors) {
      if (wrong.field == field_error::modified_on) put(out, word::modified_on, wrong.raw);
      if (wrong.field == field_error::created_on) put(out, word::created_on, wrong.raw);
      if (wrong.field == field_error::mci) put(out, word::mci, wrong.raw);
    }
    out.put('>');
    fields(out, p, c, null_form::every);
    for (const auto& wrong : r.errors) {
      if (wrong.field >= p.resource->fields().size()) continue;
      out.put("<data field=\"");
      put_attribute(out, p.resource->field(wrong.field).name);
      out.put('"');
      put(out, word::value, wrong.raw);
      out.put("/>");
    }
    for (std::size_t i = at + 1; i < e.size(); ++i)
      if (e[i].parent == static_cast<std::int32_t>(at)) incoming(out, e, i);
    out.put("</resource>");
  }

  std::optional<std::string_view> alias_of(const incoming_element& e, const incoming_record& r) const {
    const auto& master = (*schema_)[e[static_cast<std::size_t>(r.parent)].content.resource];
    for (const auto& link : master.components())
      if (link.resource == r.content.resource && link.key_field == r.key_field) return link.alias;
    return std::nullopt;
  }

  const schema* schema_;
  writer_options options_;
  std::vector<plan> plans_;
  std::size_t opened_ = 0;
  std::uint64_t mended_ = 0;
  bool empty_ = false;
};

}  // namespace edensync::s3xml
