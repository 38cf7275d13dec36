#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/document_codec.hpp"
#include "edensync/core/incoming_record.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/s3xml/reader.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/laws/law.hpp"
#include "edensync/laws/sample.hpp"

namespace edensync::laws::detail {

namespace s = sample;

}  // namespace edensync::laws::detail

/// The documents on which the laws of `document_codec` are tried, and how they are written, read and compared.
namespace edensync::laws::codec {

namespace s = sample;

/// A record that stands by itself, with its components.
struct written {
  record content;
  std::vector<record> parts;
};

inline written element(record r) { return {std::move(r), {}}; }

inline record site_with(std::uint32_t field, value v) {
  record r = s::make_site("a site");
  return s::with(r, field, std::move(v));
}

/// Texts that a careless codec takes for something else.
inline constexpr std::array<std::string_view, 31> awkward_texts{
    "a & b",     "&amp;",       "&amp;lt;",     "<b>\"x\"</b>",     "]]>",        "null",       "true",   "False",
    "1.50",      "007",         "-0",           "[1, 2]",           "{\"a\":1}",  "\"quoted\"", "\"half", "\\n \\u0041",
    " blank ",   "two  blanks", "\ttab",        "two\nlines",       "return\r\n", "@name",      "$",      "$_law_site",
    "$k_parent", "\xC3\xA4",    "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "/* c */",    "None",       "'"};

/// A record with a field of each type, at one end of what it may be or at the other.
inline record full_site(std::string_view name, bool most) {
  using bounds = std::numeric_limits<std::int64_t>;
  record r = s::make_site(name, s::second(most ? 59 : 0));
  r.version.mci = most ? 7 : 0;
  r.created_on = s::second(1);
  s::with(r, s::comments, most ? "first\nsecond & <third>" + std::string(5000, '.') : std::string());
  s::with(r, s::order, std::int64_t{most ? 1 : -1});
  s::with(r, s::big, most ? bounds::max() : bounds::min());
  s::with(r, s::ratio, most ? 1.7976931348623157e308 : -1.0 / 3);
  s::with(r, s::price, std::string(most ? "12.50" : "-0.00"));
  s::with(r, s::open, most);
  s::with(r, s::founded, most ? to_date({9999, 12, 31}) : to_date({1900, 2, 28}));
  s::with(r, s::opens, most ? time_of_day{24 * 3600 - 1} : time_of_day{0});
  s::with(r, s::seen, s::second(most ? 100000 : -100000));
  s::with(r, s::extra, std::string(most ? R"({"a": [1, 2.50, null, "x"], "b": {"c": true}})" : "[]"));
  using texts = std::vector<std::string>;
  using numbers = std::vector<std::int64_t>;
  s::with(r, s::tags, most ? texts{"a", "b, c", "\"d\"", "1"} : texts{"1"});
  s::with(r, s::numbers, most ? numbers{bounds::min(), 0, bounds::max()} : numbers{});
  const reference other{s::site, uid("urn:uuid:other"), record_handle{1}};
  s::with(r, s::parent, most ? value(other) : value(null_value{}));
  s::with(r, s::partner, reference{s::site, uid("without domain"), record_handle{2}});
  using references = std::vector<reference>;
  s::with(r, s::friends, most ? references{other, {s::site, uid("plain"), record_handle{2}}} : references{other});
  return r;
}

/// Records of all kinds, those of one resource one after the other.
inline std::vector<written> everything() {
  std::vector<written> all;
  all.push_back(element(full_site("least", false)));
  all.push_back(element(full_site("most", true)));
  written master = element(s::make_site("a master"));
  for (const auto* name : {"one", "two"}) {
    master.parts.push_back(s::make_part(name, record_handle{1}));
    master.parts.push_back(s::make_note(name, s::site, record_handle{1}));
  }
  master.parts[2].version.deleted = true;
  all.push_back(std::move(master));
  record plain = s::make_site("of this site");
  plain.uuid = uid("of this site");
  plain.version.modified_on.reset();
  all.push_back(element(std::move(plain)));
  for (const bool merged : {false, true}) {
    record gone = s::make_site(merged ? "merged" : "gone", s::second(30));
    gone.version.deleted = true;
    gone.version.mci = 3;
    gone.fields.clear();
    if (merged) gone.replaced_by = uid("urn:uuid:least");
    all.push_back(element(std::move(gone)));
  }
  all.push_back(element(s::make_base("a base")));
  all.push_back(element(s::make_note("a note", s::base, record_handle{1})));
  std::get<reference>(all.back().content.fields[s::about]).target = uid("urn:uuid:a base");
  return all;
}

inline s3xml::writer_options options() {
  s3xml::writer_options o;
  o.domain = "law.example";
  o.url = "https://law.example";
  o.nulls = s3xml::nulls::all;
  o.native = true;
  o.uploads = true;
  o.authors = true;
  o.root_attributes = " edensync-sender=\"a &amp; b\"";
  return o;
}

inline stored_record stored(const record& r, sequence_number n) {
  stored_record out;
  static_cast<record&>(out) = r;
  out.authors.modified_by = "ann@law.example";
  out.handle = record_handle{1};
  out.sequence = n;
  return out;
}

/// A document of these records. `with_dropped`: before each one another is opened and taken back.
template <class C>
std::string write(const std::vector<written>& all, bool with_dropped = false) {
  const auto resources = s::make_schema();
  typename C::writer w(*resources, options());
  std::string out;
  w.begin(out, !all.empty(), all.size());
  const auto dropped = stored(full_site("dropped", true), 1);
  sequence_number n = 0;
  for (const auto& e : all) {
    if (with_dropped) {
      w.open(out, dropped);
      w.drop(out);
    }
    w.open(out, stored(e.content, ++n));
    for (const auto& part : e.parts) {
      const auto key = part.resource == s::part ? std::uint32_t{s::part_of} : std::uint32_t{s::about};
      const std::optional<std::string_view> alias(part.resource == s::part ? "part" : "note");
      if (with_dropped) {
        w.open(out, stored(part, 0), alias, key);
        w.drop(out);
      }
      w.open(out, stored(part, 0), alias, key);
      w.close(out);
    }
    w.close(out);
  }
  w.end(out);
  return out;
}

/// What became of a document.
struct reading {
  std::vector<incoming_element> elements;
  /// How many elements there were when the last piece had been read.
  std::size_t early = 0;
  bool failed = false;
  boost::system::error_code code;
  std::string words;

  bool bad_document() const { return failed && code == condition::bad_document; }
};

/// Reads a document in pieces of a size; `stop`: after so many elements the sink throws.
template <class C>
reading read(std::string_view document, std::size_t size = std::size_t{1} << 20, const xml_limits& limits = {},
             std::size_t stop = static_cast<std::size_t>(-1)) {
  struct sink {
    std::size_t stop;
    reading got;
    void element(incoming_element& e) {
      if (got.elements.size() == stop) throw_failure(error::cancelled, "by the sink");
      got.elements.push_back(e);
    }
    void unknown_resource(std::string_view, const uid&) {}
  } into{stop, {}};
  const auto resources = s::make_schema();
  s3xml::reader_options how;
  how.own_domain = "law.example";
  how.uploads = true;
  s3xml::reader<sink> reader(*resources, how, into);
  typename C::event_source source(reader, limits);
  result<void> done;
  for (std::size_t at = 0; done && at < document.size(); at += size) done = source.feed(document.substr(at, size));
  into.got.early = into.got.elements.size();
  if (done) done = source.finish();
  if (!done) {
    into.got.failed = true;
    into.got.code = done.error().code;
    into.got.words = done.error().text();
  }
  return std::move(into.got);
}

inline value without_handles(value v) {
  if (auto* one = std::get_if<reference>(&v)) one->handle = record_handle::none;
  if (auto* many = std::get_if<std::vector<reference>>(&v))
    for (auto& each : *many) each.handle = record_handle::none;
  return v;
}

inline void expect_same(const record& told, const incoming_record& got, std::optional<std::uint32_t> key = {}) {
  const auto& c = got.content;
  const std::string name = " of " + told.uuid.text();
  expect(got.errors.empty(), "no error is found in the record" + name);
  expect(c.resource == told.resource && c.uuid == told.uuid && got.uid_given, "the identity is kept" + name);
  expect(c.version.modified_on == told.version.modified_on && c.version.deleted == told.version.deleted,
         "the version is kept" + name);
  expect(c.version.mci == told.version.mci.value_or(0) + 1, "mci counts the way" + name);
  expect(c.replaced_by == told.replaced_by, "the record it was merged into is kept" + name);
  if (!told.version.deleted)
    expect(c.created_on == told.created_on && c.authors.modified_by == "ann@law.example",
           "who made it and when is kept" + name);
  for (std::uint32_t i = 0; i < told.fields.size() && !told.version.deleted; ++i)
    if (i != key)
      expect(i < c.fields.size() && without_handles(c.fields[i]) == without_handles(told.fields[i]),
             "the field " + std::string(s::resources[told.resource].fields[i].name) + " is kept" + name);
}

/// Components may come in the order of their resources.
inline void expect_same(const written& told, const incoming_element& got) {
  expect(got.size() == 1 + told.parts.size(), "the components come with their master");
  expect_same(told.content, got.front());
  for (const auto& part : told.parts) {
    const auto here = std::find_if(got.begin() + 1, got.end(), [&](const incoming_record& r) {
      return r.content.resource == part.resource && r.content.uuid == part.uuid;
    });
    expect(here != got.end() && here->parent == 0, "a component is found in its master");
    expect_same(part, *here, here->key_field);
  }
}

inline void expect_same(const incoming_element& whole, const incoming_element& got) {
  expect(whole.size() == got.size(), "the same records are read");
  for (std::size_t i = 0; i < whole.size(); ++i)
    expect(whole[i].content.uuid == got[i].content.uuid && whole[i].content.fields == got[i].content.fields &&
               whole[i].sequence == got[i].sequence && whole[i].parent == got[i].parent,
           "the same record is read");
}

}  // namespace edensync::laws::codec
