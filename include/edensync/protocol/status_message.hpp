#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/log_entry.hpp"
#include "edensync/core/uid.hpp"

namespace edensync {

/// What is wrong with one field of a record that a peer refused.
struct refused_field {
  std::string name;
  /// What was sent.
  std::string raw;
  std::string message;
  /// It is a reference.
  bool refers = false;

  friend bool operator==(const refused_field&, const refused_field&) = default;
};

/// A record that the receiver of a push did not take.
struct refused_by_peer {
  std::string resource;
  uid uuid;
  /// What is wrong with it; a message that was read ends with what is wrong with its fields.
  std::string message;
  std::vector<refused_field> fields;
  /// All that the record held, as S3JSON (spec/s3xml.md §7); only in messages that are written.
  boost::json::object content{};

  friend bool operator==(const refused_by_peer&, const refused_by_peer&) = default;
};

/// A record that the receiver of a push let be, as its own strategy and policies say.
struct untaken_record {
  std::string resource;
  uid uuid;
  std::string why;

  friend bool operator==(const untaken_record&, const untaken_record&) = default;
};

/// The answer to a push, and to whatever went wrong (spec/s3xml.md §7).
///
/// The peer's words in it are untrusted: pass them through `diagnostics` before they go anywhere.
struct status_message {
  std::string status = "success";
  /// As text, because Eden writes it so. It is not the HTTP status: a failure may come under 200.
  std::string statuscode = "200";
  std::string message;
  /// Records of the master table without an error, for answers to a push.
  std::optional<std::uint64_t> records;
  /// Local identifiers of master records at the site that answers; found ones that were kept are in them, too.
  std::vector<std::int64_t> created;
  std::vector<std::int64_t> updated;
  std::vector<std::int64_t> deleted;
  /// For answers to a registration: who answers.
  uid sender;
  std::vector<refused_by_peer> refused;
  /// What became of all records, components included. Only edensync sites say it; an Eden ignores the member.
  std::optional<record_counts> counts;
  /// Beside the counts: how many records were let be, and the first of them.
  std::uint64_t not_taken = 0;
  std::vector<untaken_record> untaken{};

  bool success() const { return status == "success"; }

  static status_message failed(unsigned code, std::string why) {
    status_message m;
    m.status = "failed";
    m.statuscode = std::to_string(code);
    m.message = std::move(why);
    return m;
  }

  friend bool operator==(const status_message&, const status_message&) = default;
};

namespace detail {

namespace json = boost::json;

inline std::string json_text(std::string_view s) { return json::serialize(json::string(s)); }

// Python writes numbers that JSON does not know; they become null, outside of strings.
inline std::string without_odd_numbers(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted && text[i] == '\\' && i + 1 < text.size()) out += text[i++];
    std::size_t odd = 0;
    if (!quoted)
      for (const std::string_view word : {"-Infinity", "Infinity", "NaN"})
        if (odd == 0 && text.substr(i).starts_with(word)) odd = word.size();
    if (odd == 0) {
      out += text[i];
    } else {
      out += "null";
      i += odd - 1;
    }
  }
  return out;
}

inline std::optional<json::object> parse_json_object(std::string_view text) {
  json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  boost::system::error_code wrong;
  json::value v = json::parse(text, wrong, {}, lenient);
  if (wrong) v = json::parse(without_odd_numbers(text), wrong, {}, lenient);
  if (wrong || !v.is_object()) return std::nullopt;
  return std::move(v.as_object());
}

inline std::string text_of(const json::value& v) {
  if (const auto* s = v.if_string()) return {s->data(), s->size()};
  return v.is_null() ? std::string() : json::serialize(v);
}

inline std::string string_member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v ? text_of(*v) : std::string();
}

inline std::vector<std::int64_t> numbers_member(const json::object& o, std::string_view name) {
  std::vector<std::int64_t> out;
  const auto* v = o.if_contains(name);
  if (const auto* list = v ? v->if_array() : nullptr)
    for (const auto& n : *list)
      if (n.is_number()) {
        boost::system::error_code wrong;
        const auto id = n.to_number<std::int64_t>(wrong);
        if (!wrong) out.push_back(id);
      }
  return out;
}

// One record of an error tree. Fields stand beside its attributes: `f` for data, `$k_f` for references.
inline refused_by_peer refused_record_of(std::string_view resource, const json::object& o) {
  refused_by_peer r{std::string(resource), uid(string_member(o, "@uuid")), string_member(o, "@error"), {}};
  for (const auto& [key, v] : o) {
    const auto* field = v.if_object();
    if (!field || key.starts_with("$_")) continue;
    std::string why = string_member(*field, "@error");
    if (why.empty()) continue;
    const std::string_view name = key.starts_with("$k_") ? std::string_view(key).substr(3) : std::string_view(key);
    r.message += (r.message.empty() ? "" : "; ") + why;
    r.fields.push_back({std::string(name), string_member(*field, "@value"), std::move(why)});
  }
  return r;
}

// Every record with an error, those inside others too.
inline void collect_refused(const json::object& tree, std::vector<refused_by_peer>& into) {
  for (const auto& [key, v] : tree) {
    if (const auto* inner = v.if_object()) collect_refused(*inner, into);
    const auto* list = v.if_array();
    if (!list || !key.starts_with("$_")) continue;
    for (const auto& item : *list) {
      const auto* o = item.if_object();
      if (!o) continue;
      if (auto r = refused_record_of(std::string_view(key).substr(2), *o); !r.message.empty())
        into.push_back(std::move(r));
      collect_refused(*o, into);
    }
  }
}

inline json::object error_tree(const std::vector<refused_by_peer>& refused) {
  json::object tree;
  for (const auto& r : refused) {
    json::object o = r.content;
    for (const auto& f : r.fields)
      o[(f.refers ? "$k_" : "") + f.name] = {{f.refers ? "@uuid" : "@value", f.raw}, {"@error", f.message}};
    if (!r.uuid.empty()) o["@uuid"] = r.uuid.text();
    o["@error"] = r.message.empty() ? "Validation error" : r.message;
    auto& list = tree["$_" + r.resource];
    if (!list.is_array()) list = json::array();
    list.as_array().push_back(std::move(o));
  }
  return tree;
}

struct named_count {
  std::string_view name;
  std::uint64_t record_counts::*place;
};
inline constexpr named_count counted[] = {
    {"received", &record_counts::received},      {"created", &record_counts::created},
    {"updated", &record_counts::updated},        {"deleted", &record_counts::deleted},
    {"unchanged", &record_counts::unchanged},    {"kept", &record_counts::kept},
    {"conflicts", &record_counts::conflicts},    {"refused", &record_counts::refused},
    {"quarantined", &record_counts::quarantined}};

// What only edensync sites say.
inline std::string extension_text(const status_message& m) {
  std::string out;
  for (const auto& n : counted)
    out += (out.empty() ? "{\"" : ", \"") + std::string(n.name) + "\": " + std::to_string((*m.counts).*n.place);
  if (m.not_taken == 0) return out + '}';
  json::array all;
  for (const auto& r : m.untaken)
    all.push_back(json::object{{"resource", r.resource}, {"uuid", r.uuid.text()}, {"why", r.why}});
  return out + ", \"not_taken\": " + std::to_string(m.not_taken) + ", \"untaken\": " + json::serialize(all) + '}';
}

inline void read_untaken(const json::object& o, status_message& m) {
  const auto* v = o.if_contains("edensync");
  const auto* from = v ? v->if_object() : nullptr;
  const auto* number = from ? from->if_contains("not_taken") : nullptr;
  const auto* all = from ? from->if_contains("untaken") : nullptr;
  if (!number || !number->is_number() || !all || !all->is_array()) return;
  boost::system::error_code wrong;
  const auto n = number->to_number<std::uint64_t>(wrong);
  if (!wrong) m.not_taken = n;
  for (const auto& each : all->get_array())
    if (const auto* r = each.if_object())
      m.untaken.push_back({string_member(*r, "resource"), uid(string_member(*r, "uuid")), string_member(*r, "why")});
}

inline std::optional<record_counts> counts_member(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  const auto* from = v ? v->if_object() : nullptr;
  if (!from) return std::nullopt;
  record_counts c;
  for (const auto& n : counted) {
    const auto* number = from->if_contains(n.name);
    boost::system::error_code wrong;
    const auto found = number && number->is_number() ? number->to_number<std::uint64_t>(wrong) : 0;
    if (!wrong) c.*n.place = found;
  }
  return c;
}

inline void put_numbers(std::string& out, std::string_view name, const std::vector<std::int64_t>& numbers) {
  if (numbers.empty()) return;
  out += ", \"" + std::string(name) + "\": [";
  for (std::size_t i = 0; i < numbers.size(); ++i) out += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
  out += ']';
}

}  // namespace detail

/// Writes a message with its members in Eden's order, and behind them ours. With refused records there is always a message, because Eden
/// looks for the tree only then: if none is given, it is what is wrong with the first of them.
inline std::string to_json(const status_message& m) {
  std::string out =
      "{\"status\": " + detail::json_text(m.status) + ", \"statuscode\": " + detail::json_text(m.statuscode);
  std::string message = m.message;
  if (message.empty() && !m.refused.empty()) {
    const auto& first = m.refused.front().message;
    message = (first.empty() ? "Validation error" : first) + " - invalid items ignored";
  }
  if (!message.empty()) out += ", \"message\": " + detail::json_text(message);
  if (m.records) out += ", \"records\": " + std::to_string(*m.records);
  detail::put_numbers(out, "created", m.created);
  detail::put_numbers(out, "updated", m.updated);
  detail::put_numbers(out, "deleted", m.deleted);
  if (!m.sender.empty()) out += ", \"sender\": " + detail::json_text(m.sender.text());
  if (!m.refused.empty()) out += ", \"tree\": " + detail::json::serialize(detail::error_tree(m.refused));
  if (m.counts) out += ", \"edensync\": " + detail::extension_text(m);
  return out + '}';
}

/// Reads a message; none if the text is no JSON object with a `status`. Members of another type than expected are left
/// out, and a byte order mark is passed over: what is said there is no reason to repeat a push.
inline std::optional<status_message> parse_status_message(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto o = detail::parse_json_object(text);
  if (!o || !o->contains("status")) return std::nullopt;
  status_message m;
  m.status = detail::string_member(*o, "status");
  m.statuscode = detail::string_member(*o, "statuscode");
  m.message = detail::string_member(*o, "message");
  if (const auto* n = o->if_contains("records"); n && n->is_number()) {
    boost::system::error_code wrong;
    const auto records = n->to_number<std::uint64_t>(wrong);
    if (!wrong) m.records = records;
  }
  m.created = detail::numbers_member(*o, "created");
  m.updated = detail::numbers_member(*o, "updated");
  m.deleted = detail::numbers_member(*o, "deleted");
  m.sender = uid(detail::string_member(*o, "sender"));
  if (const auto* tree = o->if_contains("tree"); tree && tree->is_object())
    detail::collect_refused(tree->get_object(), m.refused);
  m.counts = detail::counts_member(*o, "edensync");
  if (m.counts) detail::read_untaken(*o, m);
  return m;
}

}  // namespace edensync
