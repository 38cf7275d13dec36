#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/concepts/document_folder.hpp"
#include "edensync/core/record.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/core/timestamp.hpp"

namespace edensync {

/// The file that a task wrote last.
struct written_file {
  folder_file file{};
  std::string from{};
  std::string until{};
  std::string received{};
  /// By which rules: filters, form and the like. Under others the same records are written again.
  std::string how{};
  std::optional<timestamp> youngest{};
};

/// What a task that exchanges files must remember beside its watermarks. Kept as a setting of the ledger.
struct folder_state {
  /// Files that need not be looked at again, as long as they stay as they are.
  std::vector<folder_file> done{};
  /// Of the file that was written last, or begun to be written.
  std::uint64_t number = 0;
  std::optional<written_file> written{};
  /// The peer's epoch, and the highest number that came from it.
  std::string epoch{};
  std::uint64_t seen = 0;
  /// Up to where the peer thinks that this site has its changes.
  sequence_number believed = 0;
  /// Its last file was not written for an edensync site: it does not know yet that this is one.
  bool stranger = false;
  /// This site's sequence number when such a file was taken last. Fields that were empty there may not be so here, and
  /// the peer is to hear of it, although the records came from there.
  sequence_number mixed_until = 0;
  /// Epochs that the peer had before: what still comes from them says nothing about the present one.
  std::vector<std::string> former{};

  bool is_done(const folder_file& f) const { return std::find(done.begin(), done.end(), f) != done.end(); }

  void add_done(const folder_file& f) {
    std::erase_if(done, [&](const folder_file& d) { return d.name == f.name; });
    done.push_back(f);
  }

  static std::string key(task_id task) { return "folder." + std::to_string(task); }

  std::string to_json() const {
    boost::json::object o;
    boost::json::array all;
    for (const auto& f : done) all.push_back(file(f));
    o["done"] = std::move(all);
    o["number"] = number;
    o["epoch"] = epoch;
    o["seen"] = seen;
    o["believed"] = believed;
    o["stranger"] = stranger;
    o["mixed_until"] = mixed_until;
    boost::json::array before;
    for (const auto& f : former) before.emplace_back(f);
    o["former"] = std::move(before);
    if (written) {
      boost::json::object w{{"file", file(written->file)},
                            {"from", written->from},
                            {"until", written->until},
                            {"received", written->received},
                            {"how", written->how}};
      if (written->youngest) w["youngest"] = written->youngest->seconds;
      o["written"] = std::move(w);
    }
    return boost::json::serialize(o);
  }

  /// What cannot be read is as if it had never been: everything is then looked at and written again.
  static folder_state of_json(std::string_view text) {
    folder_state s;
    boost::system::error_code bad;
    const auto v = boost::json::parse(text, bad);
    try {
      if (bad) return s;
      const auto& o = v.as_object();
      for (const auto& f : o.at("done").as_array()) s.done.push_back(file(f));
      s.number = o.at("number").to_number<std::uint64_t>();
      s.epoch = o.at("epoch").as_string();
      s.seen = o.at("seen").to_number<std::uint64_t>();
      s.believed = o.at("believed").to_number<sequence_number>();
      s.stranger = o.at("stranger").as_bool();
      s.mixed_until = o.at("mixed_until").to_number<sequence_number>();
      for (const auto& f : o.at("former").as_array()) s.former.emplace_back(f.as_string());
      if (const auto* w = o.if_contains("written")) {
        written_file out;
        out.file = file(w->at("file"));
        out.from = w->at("from").as_string();
        out.until = w->at("until").as_string();
        out.received = w->at("received").as_string();
        out.how = w->at("how").as_string();
        if (const auto* y = w->as_object().if_contains("youngest")) out.youngest = timestamp{y->as_int64()};
        s.written = std::move(out);
      }
    } catch (const std::exception&) {
      return {};
    }
    return s;
  }

 private:
  static boost::json::value file(const folder_file& f) { return boost::json::array{f.name, f.bytes, f.written}; }
  static folder_file file(const boost::json::value& v) {
    return {std::string(v.at(0).as_string()), v.at(1).to_number<std::uint64_t>(), v.at(2).to_number<std::int64_t>()};
  }
};

/// Reads the state of a task in a snapshot or transaction.
template <class Ledger>
folder_state get_folder_state(Ledger& from, task_id task) {
  const auto text = from.setting(folder_state::key(task));
  return text ? folder_state::of_json(*text) : folder_state();
}

}  // namespace edensync
