#pragma once

#include <boost/json.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/importer/importer.hpp"
#include "edensync/schema/field_description.hpp"
#include "edensync/mock/recording.hpp"
#include "golden/support/exchange.hpp"
#include "golden/support/told_records.hpp"
#include "support/sites.hpp"

// The site that asked when the recordings were made, and the peer that says again what it was told then.
namespace edensync::test::golden {

namespace fs = std::filesystem;
namespace json = boost::json;

inline std::string text_at(const json::value& v, std::string_view name) {
  const auto* found = v.is_object() ? v.get_object().if_contains(name) : nullptr;
  if (found == nullptr || found->is_null()) return {};
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

inline json::value read_json(const fs::path& file) { return json::parse(read_file(file)); }

/// What a site knows of its tables: Eden's field descriptions, and what they leave out.
inline schema schema_of(const fs::path& eden_wire) {
  std::vector<std::string> documents;
  for (const auto& each : fs::directory_iterator(eden_wire / "fields")) documents.push_back(read_file(each.path()));
  const auto tables = eden_wire / "tables.json";
  const std::string more = fs::exists(tables) ? read_file(tables) : "{}";
  return read_schema<expat::event_source>(std::vector<std::string_view>(documents.begin(), documents.end()), more)
      .value();
}

/// The active site of the recordings.
struct asking_site {
  const schema& resources;
  memory::manual_clock clock;
  memory::store store;
  memory::counting_uid_source uids{1};
  test_site self;

  asking_site(const schema& s, const std::string& uuid, std::string domain, std::string url, timestamp now)
      : resources(s),
        clock(now),
        store(s, "b"),
        self(store, s, clock, uids, settings(std::move(domain), std::move(url))) {
    self.ledger([&](auto& t) { t.set_setting("uuid", uuid); }).value();
  }

  static site_settings settings(std::string domain, std::string url) {
    site_settings s;
    s.domain = std::move(domain);
    s.url = std::move(url);
    // The answers are as old as the recordings.
    s.clock_skew = std::numeric_limits<std::int64_t>::max();
    return s;
  }

  /// Writes records as if its own users had, from a document.
  void take_as_own(std::string_view document) {
    import_options o;
    o.origin = this_site;
    o.update = policy_name::take_remote;
    o.domain = self.settings().domain;
    o.now = [this] { return clock.now(); };
    o.make_uid = [this] { return uids.make(); };
    importer<memory::store, expat::event_source> i(store, resources, std::move(o));
    i.start().value();
    i.feed(document).value();
    i.finish().value();
  }

  /// A record by its uid, whatever its table.
  std::optional<stored_record> find(const uid& id) {
    auto s = store.snapshot();
    for (const auto& r : resources)
      if (const auto found = s.find(r.id(), id)) {
        stored_record out;
        s.load(r.id(), found->handle, out);
        return out;
      }
    return std::nullopt;
  }
};

/// Drives an operation against a peer that is asked for its answer to each request, which comes in odd pieces.
inline void drive(operation& op, scripted_peer::script peer) {
  scripted_peer there(std::move(peer));
  memory::loopback line(std::ref(there));
  line.set_piece(777);
  line.run(op);
}

/// What an HTTP target says below the application's path.
inline std::string below_base(const std::string& target) {
  const auto at = target.find("/sync/");
  return at == std::string::npos ? target : target.substr(at);
}

inline std::string parameter(const std::string& target, std::string_view name) {
  for (const auto& [key, text] : parse_form(target.substr(std::min(target.find('?'), target.size() - 1) + 1)))
    if (key == name) return text;
  return {};
}

/// What our request differs in from the recorded one, but for own header fields, which an Eden ignores; empty if nothing.
inline std::string head_difference(const http_message& wanted, const heard& ours) {
  std::string out;
  const auto differs = [&](std::string_view what, std::string_view a, std::string_view b) {
    if (a != b) out.append(what).append(": ").append(a).append(" / ").append(b).append("; ");
  };
  differs("method", wanted.method(), ours.head.method);
  differs("target", below_base(wanted.target()), ours.head.target);
  differs("type", wanted.headers.get("Content-Type"), ours.head.headers.get("Content-Type"));
  // An untouched Eden takes neither chunks nor compression (README of the recordings).
  if (ours.head.has_body) differs("length", std::to_string(ours.head.body_length), std::to_string(ours.body.size()));
  differs("coding", "", ours.head.headers.get("Content-Encoding"));
  for (const auto& h : ours.head.headers)
    if (h.name != "Content-Type" && h.name.find("Edensync-") != 0) out += "header " + h.name + "; ";
  return out;
}

inline std::string without_spaces_and_markup(std::string_view text) {
  std::string out;
  bool tag = false;
  for (const char c : text) {
    if (c == '<' || c == '>')
      tag = c == '<';
    else if (!tag && static_cast<unsigned char>(c) > ' ')
      out += c;
  }
  return out;
}

/// Whether a line of our log says what Eden's says.
///
/// Mode, action, resource, result and remote flag have to be equal. Of the messages: ours holds Eden's words, and may say
/// more. Passed over are white space and markup, and Python's `b'…'` around what a peer said. Where Eden shows an
/// exception of its own, words of our own will do; so will they, if they count what was refused, where Eden says that
/// invalid items were ignored. How many records were pushed is compared with what was really sent, as `sent` tells.
inline std::string log_difference(const json::value& wanted, const log_entry& ours, std::optional<std::size_t> sent) {
  std::string out;
  const auto differs = [&](std::string_view what, std::string_view a, std::string_view b) {
    if (a != b) out.append(what).append(": ").append(a).append(" / ").append(b).append("; ");
  };
  differs("mode", text_at(wanted, "mode"), ours.mode);
  differs("action", text_at(wanted, "action"), ours.action);
  differs("resource", text_at(wanted, "resource_name"), ours.resource);
  differs("result", text_at(wanted, "result"), to_text(ours.result));
  if (text_at(wanted, "result") != to_text(ours.result)) out += "(" + ours.message + ") ";
  differs("remote", text_at(wanted, "remote"), ours.remote ? "T" : "F");
  std::string words = text_at(wanted, "message");
  if (words.size() > 3 && words[0] == 'b' && (words[1] == '\'' || words[1] == '"') && words.back() == words[1])
    words = words.substr(2, words.size() - 3);
  constexpr std::string_view pushed = "data sent successfully (";
  bool same = false;
  if (words.starts_with("Uncaught Exception During Import"))
    same = !ours.message.empty();
  else if (words.ends_with("invalid items ignored"))
    same = ours.message.find(" refused") != std::string::npos;
  else if (words.starts_with("Peer repository unavailable ("))
    same = ours.message.starts_with("Peer repository unavailable (");
  else if (words.starts_with(pushed) && sent)
    same = ours.message.starts_with(std::string(pushed) + std::to_string(*sent) + " records)");
  else
    same = without_spaces_and_markup(ours.message).find(without_spaces_and_markup(words)) != std::string::npos;
  if (!same) out += "message: " + words + " / " + ours.message + "; ";
  return out;
}

/// Records by table and uid.
using told_map = std::map<std::pair<std::string, std::string>, told_record>;

inline told_map told_map_of(const std::string& body) {
  told_map all;
  if (body.find('<') == std::string::npos) return all;
  for (auto& r : told_records(read_tree(body))) all.insert_or_assign({r.table, r.uuid}, std::move(r));
  return all;
}

/// What our document tells otherwise than the recorded one of the records that are in both, but for their times: `fields`,
/// `mci` and `marks`; and what is in ours only, as `more`.
///
/// By rule: deletions say whose they are (`X3-mci-of-deletions`), and those of records that were never here go on
/// (`tombstones`).
inline std::map<std::string, std::string> content_differences(const told_map& wanted, const told_map& ours) {
  std::map<std::string, std::string> out{{"fields", ""}, {"mci", ""}, {"marks", ""}, {"more", ""}};
  for (const auto& [key, mine] : ours) {
    const auto found = wanted.find(key);
    if (found == wanted.end()) {
      out[mine.content.contains("deleted") ? "tombstones" : "more"] += key.first + ' ' + key.second + "; ";
      continue;
    }
    const auto& theirs = found->second;
    std::set<std::string> names;
    for (const auto& each : theirs.content) names.insert(each.first);
    for (const auto& each : mine.content) names.insert(each.first);
    const auto shown = [](const told_record& r, const std::string& name) {
      const auto at = r.content.find(name);
      return at == r.content.end() ? std::string("(nothing)") : at->second;
    };
    for (const auto& name : names) {
      if (shown(theirs, name) == shown(mine, name) || name == "modified_on" || name == "created_on") continue;
      const bool field = name[0] == '.' || name[0] == '-';
      const std::string kind = field                                                 ? "fields"
                               : name == "mci" && theirs.content.contains("deleted") ? "X3-mci-of-deletions"
                               : name == "mci"                                       ? "mci"
                                                                                     : "marks";
      out[kind] +=
          key.first + ' ' + key.second + ' ' + name + ": " + shown(theirs, name) + " / " + shown(mine, name) + "; ";
    }
  }
  return out;
}

inline std::size_t masters_in(const told_map& all, std::string_view table) {
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const auto& r) { return r.second.outermost && r.second.table == table; }));
}

/// One thing that was compared.
struct compared_thing {
  std::string what;
  std::string difference;
  /// The rule by which it differs, which stands before the name of the case: a line of the list covers all of them.
  std::string rule;
};

}  // namespace edensync::test::golden
