#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/s3json/record_events.hpp"
#include "edensync/s3json/value_tree.hpp"

namespace edensync::s3json {

/// Turns S3JSON into the events of the same document in S3XML, with Boost.JSON; models `xml_event_source`.
///
/// Members may come in any order: one record at a time is kept until it is complete. The attributes of the root are told
/// with it, so that those which come behind the first record are lost; an edensync site's mark is refused there. A text of
/// S3JSON means itself, it is not un-escaped once more as one of S3XML is. Numbers keep their spelling.
/// After a failure every call gives the same failure again.
/// Errors: malformed_document with line and column, also for a name that one object holds twice, for bytes that are not
/// UTF-8, for a NUL, for what stands in the place of a record and is none, and for JSON that is no S3JSON;
/// limit_exceeded, also for a record of more than four times the longest text; what the handler throws as
/// `failure_exception`; any other exception of the handler as store_failed with its words.
/// Lifetime: the handler must outlive it. Thread safety: one thread at a time. Source: spec/s3xml.md §7.
class event_source {
 public:
  explicit event_source(xml_handler& handler, const xml_limits& limits = {})
      : parser_(options(limits), handler, limits) {}
  event_source(const event_source&) = delete;
  event_source& operator=(const event_source&) = delete;

  /// Reads the next piece. Precondition: not after `finish`.
  result<void> feed(std::string_view piece) {
    assert(!finished_);
    if (!failed_ && !piece.empty()) parse(piece, true);
    return outcome();
  }

  /// Says that there is no more. Errors: also if the document is not complete.
  result<void> finish() {
    if (!failed_) parse({}, false);
    finished_ = true;
    return outcome();
  }

 private:
  using kind = value_tree::kind;
  using error_code = boost::system::error_code;

  // What the parser calls. False: `refusal` says why.
  struct builder {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    builder(xml_handler& h, const xml_limits& l) : to(&h), limits(l), events(h, l) {}

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& ec) { return open(kind::object, ec); }
    bool on_array_begin(error_code& ec) { return open(kind::array, ec); }
    bool on_object_end(std::size_t, error_code& ec) { return close(ec); }
    bool on_array_end(std::size_t, error_code& ec) { return close(ec); }
    bool on_key_part(std::string_view s, std::size_t n, error_code& ec) {
      if (n > limits.text) return refuse(error::limit_exceeded, "a name is too long", ec);
      if (holds_nul(s, ec)) return false;
      if (depth == 1)
        member += s;
      else
        tree.part(s);
      return fits(ec);
    }
    bool on_key(std::string_view s, std::size_t n, error_code& ec) {
      if (!on_key_part(s, n, ec)) return false;
      if (depth != 1) return tree.key({}), true;
      known = known || member.starts_with(attribute_prefix) || member.starts_with(resource_prefix);
      if (!keep(sizeof(member) + member.size(), ec)) return false;
      if (!members.insert(member).second) return twice(member, ec);
      return true;
    }
    bool on_string_part(std::string_view s, std::size_t n, error_code& ec) {
      if (depth == 0) return no_object(ec);
      if (n > limits.text) return refuse(error::limit_exceeded, "a text is too long", ec);
      if (holds_nul(s, ec)) return false;
      tree.part(s);
      return fits(ec);
    }
    bool on_string(std::string_view s, std::size_t n, error_code& ec) {
      return on_string_part(s, n, ec) && add(kind::string, {}, ec);
    }
    bool on_number_part(std::string_view s, error_code& ec) {
      if (depth == 0) return no_object(ec);
      tree.part(s);
      return fits(ec);
    }
    bool on_int64(std::int64_t, std::string_view s, error_code& ec) { return add(kind::number, s, ec); }
    bool on_uint64(std::uint64_t, std::string_view s, error_code& ec) { return add(kind::number, s, ec); }
    bool on_double(double, std::string_view s, error_code& ec) { return add(kind::number, s, ec); }
    bool on_bool(bool b, error_code& ec) { return add(kind::boolean, b ? "true" : "false", ec); }
    bool on_null(error_code& ec) { return add(kind::null, "null", ec); }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

    bool open(kind what, error_code& ec) {
      if (depth == 0 && what != kind::object) return no_object(ec);
      // The list of a resource at the top is not kept: each of its records is.
      if (depth == 1 && what == kind::array && member.starts_with(resource_prefix))
        list = true;
      else if (depth != 0)
        tree.open(what);
      ++depth;
      return fits(ec);
    }

    bool close(error_code& ec) {
      if (--depth == 0) return end(ec);
      if (list && depth == 1) {
        list = false;
        member.clear();
        return true;
      }
      const auto at = tree.close();
      if (tree.what(at) == kind::object)
        if (const auto name = tree.duplicate(at)) return twice(*name, ec);
      return complete(ec);
    }

    bool add(kind what, std::string_view rest, error_code& ec) {
      if (depth == 0) return no_object(ec);
      tree.add(what, rest);
      return fits(ec) && complete(ec);
    }

    // A value is complete: a record, or another member of the root.
    bool complete(error_code& ec) {
      if (depth != (list ? 2U : 1U)) return true;
      if (member.starts_with(resource_prefix)) {
        if (tree.what(0) != kind::object) return no_record(ec);
        try {
          start();
          events.tell(tree, 0, std::string_view(member).substr(resource_prefix.size()), 2);
        } catch (const beyond_limit& e) {
          return refuse(error::limit_exceeded, e.what(), ec);
        } catch (const no_record_there&) {
          return no_record(ec);
        }
      } else if (member.starts_with(attribute_prefix)) {
        const auto name = std::string_view(member).substr(attribute_prefix.size());
        if (attributes.size() == limits.attributes)
          return refuse(error::limit_exceeded, "an element has too many attributes", ec);
        if (started && name.starts_with("edensync-"))
          return refuse(error::malformed_document, "what an edensync site says comes behind the first record", ec);
        attributes.emplace_back(name, record_events::attribute_text(tree, 0, name));
        if (!keep(attributes.back().second.size(), ec)) return false;
      }
      if (!list) member.clear();
      tree.clear();
      return true;
    }

    void start() {
      if (std::exchange(started, true)) return;
      std::vector<xml_attribute> all;
      for (const auto& [name, text] : attributes) all.push_back({name, text});
      to->start(word::root, all);
    }

    bool end(error_code& ec) {
      if (!known) return refuse(error::malformed_document, "this is JSON, but not S3JSON", ec);
      start();
      to->end(word::root);
      return true;
    }

    bool fits(error_code& ec) {
      return tree.bytes() <= 4 * limits.text || refuse(error::limit_exceeded, "a record is too long", ec);
    }
    // What is kept of the root itself.
    bool keep(std::size_t bytes, error_code& ec) {
      return (kept += bytes) <= 4 * limits.text || refuse(error::limit_exceeded, "the document's root is too long", ec);
    }
    bool holds_nul(std::string_view s, error_code& ec) {
      return s.find('\0') != std::string_view::npos && !refuse(error::malformed_document, "a text holds a NUL", ec);
    }
    bool no_record(error_code& ec) {
      return refuse(error::malformed_document, "what stands in the place of a record is no object", ec);
    }
    bool no_object(error_code& ec) { return refuse(error::malformed_document, "the document is no JSON object", ec); }
    bool twice(std::string_view name, error_code& ec) {
      return refuse(error::malformed_document,
                    "one object holds the name \"" + std::string(name.substr(0, 100)) + "\" twice", ec);
    }
    bool refuse(error why, std::string words, error_code& ec) {
      ec = make_error_code(why);
      refusal = std::move(words);
      return false;
    }

    xml_handler* to;
    xml_limits limits;
    record_events events;
    value_tree tree;
    std::string member;  // of the root, whose value is being read
    std::set<std::string, std::less<>> members;
    std::size_t kept = 0;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::size_t depth = 0;
    bool list = false;     // within the list of a resource at the top
    bool started = false;  // the root was told
    bool known = false;    // there was a member that is S3JSON
    std::string refusal;
  };

  static boost::json::parse_options options(const xml_limits& limits) {
    boost::json::parse_options o;
    // An element is an object, mostly within an array; what is in a `value` comes on top.
    o.max_depth = 2 * limits.depth + 32;
    return o;
  }

  void parse(std::string_view piece, bool more) noexcept {
    try {
      error_code wrong;
      const auto n = parser_.write_some(more, piece.data(), piece.size(), wrong);
      if (!wrong && n < piece.size()) wrong = make_error_code(boost::json::error::extra_data);
      count(piece.substr(0, n));
      if (wrong) failed_ = why(wrong);
    } catch (const failure_exception& e) {
      failed_ = e.why();
    } catch (const std::bad_alloc&) {
      failed_ = make_failure(error::limit_exceeded, "out of memory");
    } catch (const std::exception& e) {
      failed_ = make_failure(error::store_failed, e.what());
    } catch (...) {
      failed_ = make_failure(error::store_failed, "for a reason that it does not tell");
    }
  }

  void count(std::string_view read) {
    lines_ += static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
    const auto last = read.rfind('\n');
    columns_ = last == std::string_view::npos ? columns_ + read.size() : read.size() - last - 1;
  }

  failure why(const error_code& wrong) const {
    const auto place = " at line " + std::to_string(lines_ + 1) + ", column " + std::to_string(columns_ + 1);
    if (const auto& ours = parser_.handler().refusal; !ours.empty()) return {wrong, diagnostics(ours + place)};
    const bool deep = wrong == boost::json::error::too_deep;
    return make_failure(deep ? error::limit_exceeded : error::malformed_document, wrong.message() + place);
  }

  result<void> outcome() const {
    if (failed_) return *failed_;
    return {};
  }

  boost::json::basic_parser<builder> parser_;
  std::optional<failure> failed_;
  std::size_t lines_ = 0;
  std::size_t columns_ = 0;
  bool finished_ = false;
};

}  // namespace edensync::s3json
