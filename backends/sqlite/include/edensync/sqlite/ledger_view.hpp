#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/data_set.hpp"
#include "edensync/core/ledger_entry.hpp"
#include "edensync/core/log_entry.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/core/run_state.hpp"
#include "edensync/core/sync_job.hpp"
#include "edensync/core/sync_task.hpp"
#include "edensync/sqlite/row.hpp"
#include "edensync/sqlite/state_view.hpp"

namespace edensync::sqlite {

/// Reads the ledger in the same transaction as the records; models `ledger_reader`.
class ledger_view : public virtual state_view {
 public:
  std::optional<std::string> setting(std::string_view key) {
    execution e(s().prepared("SELECT content FROM edensync_setting WHERE key=?"));
    return e.text(key).step() ? std::optional(e.get_string(0)) : std::nullopt;
  }

  std::vector<repository> repositories() {
    execution e(s().prepared("SELECT * FROM edensync_repository ORDER BY id"));
    return all<repository>(e, &read_repository);
  }

  std::optional<repository> find_repository(const uid& id) {
    if (id.empty()) return std::nullopt;
    execution e(s().prepared("SELECT * FROM edensync_repository WHERE uuid=? ORDER BY id LIMIT 1"));
    return e.text(id.text()).step() ? std::optional(read_repository(e)) : std::nullopt;
  }

  std::vector<sync_task> tasks(repository_id repo) {
    execution e(s().prepared("SELECT * FROM edensync_task WHERE repository=? ORDER BY place,id"));
    e.integer(repo);
    return all<sync_task>(e, &read_task);
  }

  std::vector<sync_job> jobs(repository_id repo) {
    execution e(s().prepared("SELECT * FROM edensync_job WHERE ?=0 OR repository=? ORDER BY id"));
    e.integer(repo).integer(repo);
    return all<sync_job>(e, &read_job);
  }

  run_state get_run(repository_id repo) {
    execution e(s().prepared("SELECT * FROM edensync_run WHERE repository=?"));
    return e.integer(repo).step() ? read_run(e) : run_state{.repository = repo};
  }

  std::vector<data_set> datasets() {
    execution e(s().prepared("SELECT * FROM edensync_dataset ORDER BY id"));
    return all<data_set>(e, [](const execution& row) {
      return data_set{row.get_integer(0), row.get_integer(1), uid(row.get_text(2)),    row.get_string(3),
                      row.get_string(4),  row.get_string(5),  row.get_integer(6) != 0, row.get_string(7),
                      row.get_moment(8),  row.get_moment(9)};
    });
  }

  watermark get_watermark(task_id task, direction d) {
    execution e(s().prepared("SELECT time,cursor FROM edensync_watermark WHERE task=? AND direction=?"));
    if (!e.integer(task).integer(static_cast<int>(d)).step()) return {};
    return {e.get_moment(0), e.get_string(1)};
  }

  std::optional<resume_state> get_resume(task_id task) {
    execution e(s().prepared("SELECT begun_from,begun_until,done,youngest FROM edensync_resume WHERE task=?"));
    if (!e.integer(task).step()) return std::nullopt;
    return resume_state{e.get_string(0), e.get_string(1), static_cast<sequence_number>(e.get_integer(2)),
                        e.get_moment(3)};
  }

  std::optional<lease> get_lease(repository_id repo) {
    execution e(s().prepared("SELECT repository,owner,expires,fence FROM edensync_lease WHERE repository=?"));
    if (!e.integer(repo).step()) return std::nullopt;
    return lease{e.get_integer(0), e.get_string(1), {e.get_integer(2)}, static_cast<std::uint64_t>(e.get_integer(3))};
  }

  std::vector<quarantine_entry> quarantined(repository_id repo, std::int64_t after, std::size_t limit) {
    execution e(
        s().prepared("SELECT id,repository,task,resource,uuid,reason,message,payload,modified_on,since,attempts,"
                     "last_tried"
                     " FROM edensync_quarantine WHERE id>? AND (?=0 OR repository=?) ORDER BY id LIMIT ?"));
    e.integer(after).integer(repo).integer(repo).integer(at_most(limit));
    return all<quarantine_entry>(e, [](const execution& row) {
      return quarantine_entry{row.get_integer(0),
                              row.get_integer(1),
                              row.get_integer(2),
                              row.get_string(3),
                              uid(row.get_text(4)),
                              static_cast<refusal_reason>(row.get_integer(5)),
                              row.get_string(6),
                              row.get_string(7),
                              row.get_moment(8),
                              {row.get_integer(9)},
                              static_cast<std::uint32_t>(row.get_integer(10)),
                              {row.get_integer(11)}};
    });
  }

  std::uint64_t count_quarantined(repository_id repo) {
    execution e(s().prepared("SELECT count(*) FROM edensync_quarantine WHERE ?=0 OR repository=?"));
    e.integer(repo).integer(repo).step();
    return static_cast<std::uint64_t>(e.get_integer(0));
  }

  std::vector<open_reference> open_references(std::int64_t after, std::size_t limit) {
    if (none_waits()) return {};
    execution e(
        s().prepared("SELECT id,resource,record,field,target_resource,target FROM edensync_open_reference"
                     " WHERE id>? ORDER BY id LIMIT ?"));
    e.integer(after).integer(at_most(limit));
    return read_open(e);
  }

  std::vector<open_reference> open_references_of(resource_id resource, record_handle record) {
    if (none_waits()) return {};
    execution e(
        s().prepared("SELECT id,resource,record,field,target_resource,target FROM edensync_open_reference"
                     " WHERE record=? AND resource=? ORDER BY id"));
    e.integer(static_cast<std::int64_t>(record)).text(name_of(resource));
    return read_open(e);
  }

  std::uint64_t count_open_references() {
    if (none_waits()) return 0;
    execution e(s().prepared("SELECT count(*) FROM edensync_open_reference"));
    e.step();
    return static_cast<std::uint64_t>(e.get_integer(0));
  }

  std::vector<decision_entry> decisions(std::string_view resource, const uid& id, std::size_t limit) {
    static constexpr std::string_view one =
        "SELECT * FROM edensync_decision WHERE resource=? AND ? IN (uuid,twin) ORDER BY id DESC LIMIT ?";
    static constexpr std::string_view lost =
        "SELECT * FROM edensync_decision WHERE resource=? AND notable=1 ORDER BY id DESC LIMIT ?";
    execution e(s().prepared(id.empty() ? lost : one));
    e.text(resource);
    if (!id.empty()) e.text(id.text());
    e.integer(at_most(limit));
    return all<decision_entry>(e, &read_decision);
  }

  std::int64_t last_decision() {
    execution e(s().prepared("SELECT max(id) FROM edensync_decision"));
    e.step();
    return e.get_integer(0);
  }

  std::vector<decision_entry> decisions_between(repository_id repo, std::int64_t after, std::int64_t until,
                                                std::size_t limit) {
    execution e(
        s().prepared("SELECT * FROM edensync_decision WHERE id>? AND id<=? AND +repository=? AND +notable=1"
                     " ORDER BY id LIMIT ?"));
    e.integer(after).integer(until).integer(repo).integer(at_most(limit));
    return all<decision_entry>(e, &read_decision);
  }

  std::vector<log_entry> log_after(repository_id repo, std::int64_t after, std::size_t limit) {
    execution e(s().prepared("SELECT * FROM edensync_log WHERE id>? AND (?=0 OR repository=?) ORDER BY id LIMIT ?"));
    e.integer(after).integer(repo).integer(repo).integer(at_most(limit));
    return all<log_entry>(e, &read_log);
  }

  std::vector<log_entry> log(repository_id repo, std::size_t limit) {
    static constexpr std::string_view every = "SELECT * FROM edensync_log ORDER BY id DESC LIMIT ?";
    static constexpr std::string_view one = "SELECT * FROM edensync_log WHERE repository=? ORDER BY id DESC LIMIT ?";
    execution e(s().prepared(repo == 0 ? every : one));
    if (repo != 0) e.integer(repo);
    e.integer(at_most(limit));
    return all<log_entry>(e, &read_log);
  }

 protected:
  std::string_view name_of(resource_id resource) {
    if (resource >= s().resources().size()) throw_failure(error::unknown_resource);
    return s().resources()[resource].name();
  }

  /// Whether no reference waits at all, as is the case most of the time; asked once per reader.
  bool none_waits() {
    if (!some_wait_) {
      execution e(s().prepared("SELECT EXISTS(SELECT 1 FROM edensync_open_reference)"));
      e.step();
      some_wait_ = e.get_integer(0) != 0;
    }
    return !*some_wait_;
  }

  std::optional<bool> some_wait_;

 private:
  std::vector<open_reference> read_open(execution& e) {
    std::vector<open_reference> found;
    while (e.step()) {
      // What a schema does not know any more waits in vain; its number still counts as read.
      open_reference o{e.get_integer(0),
                       s().resources().find(e.get_text(1)),
                       static_cast<record_handle>(e.get_integer(2)),
                       0,
                       s().resources().find(e.get_text(4)),
                       uid(e.get_text(5))};
      const auto field =
          o.resource == no_resource ? std::nullopt : s().resources()[o.resource].find_field(e.get_text(3));
      if (field)
        o.field = *field;
      else
        o.resource = no_resource;
      found.push_back(std::move(o));
    }
    return found;
  }

  static std::int64_t at_most(std::size_t limit) {
    return static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
  }

  template <class T, class Read>
  static std::vector<T> all(execution& e, Read read) {
    std::vector<T> rows;
    while (e.step()) rows.push_back(read(e));
    return rows;
  }

  static repository read_repository(const execution& e) {
    repository r;
    r.id = e.get_integer(0);
    r.uuid = uid(e.get_text(1));
    r.name = e.get_string(2);
    r.url = e.get_string(3);
    r.username = e.get_string(4);
    r.password = e.get_string(5);
    r.accept_push = e.get_integer(6) != 0;
    r.account = e.get_string(7);
    r.native = e.get_integer(8) != 0;
    r.last_connected = e.get_moment(9);
    r.type = e.get_string(10);
    r.path = e.get_string(11);
    r.proxy = e.get_string(12);
    r.synchronise_uuids = e.get_integer(13) != 0;
    r.ca_file = e.get_string(14);
    r.pin = e.get_string(15);
    return r;
  }

  static strategy read_strategy(std::int64_t bits) {
    strategy s{std::initializer_list<method>{}};
    for (const method m : {method::create, method::update, method::erase, method::merge})
      if ((bits & static_cast<int>(m)) != 0) s.add(m);
    return s;
  }

  static sync_task read_task(const execution& e) {
    sync_task t;
    t.id = e.get_integer(0);
    t.repository = e.get_integer(1);
    t.resource = e.get_string(2);
    t.mode = static_cast<sync_mode>(e.get_integer(3));
    t.allowed = read_strategy(e.get_integer(4));
    t.update = static_cast<policy_name>(e.get_integer(5));
    t.conflict = static_cast<policy_name>(e.get_integer(6));
    t.components = e.get_integer(7) != 0;
    const std::string text = e.get_string(8);
    boost::system::error_code bad;
    const boost::json::value filters = boost::json::parse(text, bad);
    if (bad || !filters.is_array()) throw_failure(error::store_damaged, "the filters of a task cannot be read");
    for (const auto& f : filters.get_array()) {
      t.filters.push_back(
          {std::string(f.at(0).as_string()), std::string(f.at(1).as_string()), uid(f.at(2).as_string())});
      if (const auto* at = f.at(3).if_int64()) t.filters.back().modified_on = timestamp{*at};
    }
    t.infile_pattern = e.get_string(9);
    t.outfile_pattern = e.get_string(10);
    t.delete_input_files = e.get_integer(11) != 0;
    t.human_readable = e.get_integer(12) != 0;
    t.dataset = e.get_integer(13);
    t.uuid = uid(e.get_text(14));
    t.modified_on = e.get_moment(15);
    t.order = static_cast<std::int32_t>(e.get_integer(16));
    return t;
  }

  static sync_job read_job(const execution& e) {
    sync_job j;
    j.id = e.get_integer(0);
    j.repository = e.get_integer(1);
    j.enabled = e.get_integer(2) != 0;
    j.start = e.get_moment(3);
    j.end = e.get_moment(4);
    j.repeats = static_cast<std::uint32_t>(e.get_integer(5));
    j.period = e.get_integer(6);
    j.timeout = e.get_integer(7);
    j.status = static_cast<job_status>(e.get_integer(8));
    j.next_run = e.get_moment(9);
    j.last_run = e.get_moment(10);
    j.times_run = static_cast<std::uint32_t>(e.get_integer(11));
    j.failures = static_cast<std::uint32_t>(e.get_integer(12));
    j.message = e.get_string(13);
    return j;
  }

  static run_state read_run(const execution& e) {
    const auto count = [&e](int column) { return static_cast<std::uint64_t>(e.get_integer(column)); };
    run_state r;
    r.repository = e.get_integer(0);
    r.requested = e.get_moment(1);
    r.requested_by = e.get_string(2);
    r.owner = e.get_string(3);
    r.job = e.get_integer(4);
    r.began = e.get_moment(5);
    r.alive = e.get_moment(6);
    r.resource = e.get_string(7);
    r.way = static_cast<direction>(e.get_integer(8));
    r.task = count(9);
    r.tasks = count(10);
    r.records = count(11);
    r.bytes = count(12);
    r.cancel = e.get_integer(13) != 0;
    r.runs = count(14);
    r.ended = e.get_moment(15);
    r.how = static_cast<run_end>(e.get_integer(16));
    r.took = e.get_integer(17);
    r.words = e.get_string(18);
    r.message = e.get_string(19);
    return r;
  }

  static version_stamp read_version(const execution& e, int column) {
    return {e.get_moment(column), detail::read_mci(e, column + 1), e.get_integer(column + 2) != 0};
  }

  // The columns are those of the table, in its order; see ledger_tables.hpp.
  static decision_entry read_decision(const execution& e) {
    decision_entry d;
    d.id = e.get_integer(0);
    d.sequence = static_cast<sequence_number>(e.get_integer(1));
    d.at = {e.get_integer(2)};
    d.repository = e.get_integer(3);
    d.resource = e.get_string(4);
    d.uuid = uid(e.get_text(5));
    d.input.erase = e.get_integer(6) != 0;
    d.input.merge = e.get_integer(7) != 0;
    d.input.incoming = read_version(e, 8);
    if (e.get_integer(11) != 0) d.input.local = read_version(e, 12);
    d.input.last_sync = e.get_moment(15);
    d.input.update = static_cast<policy_name>(e.get_integer(16));
    if (!e.is_null(17)) d.input.conflict = static_cast<policy_name>(e.get_integer(17));
    d.input.allowed = read_strategy(e.get_integer(18));
    d.input.tie = static_cast<content_order>(e.get_integer(19));
    d.input.has_links = e.get_integer(20) != 0;
    d.outcome = {static_cast<action>(e.get_integer(21)), static_cast<columns>(e.get_integer(22)),
                 static_cast<stamp_source>(e.get_integer(23)), static_cast<rule>(e.get_integer(24)),
                 static_cast<conflict_state>(e.get_integer(25))};
    d.loser = e.get_string(26);
    d.twin = uid(e.get_text(28));
    return d;
  }

  static log_entry read_log(const execution& e) {
    const auto count = [&e](int column) { return static_cast<std::uint64_t>(e.get_integer(column)); };
    return {e.get_integer(0),
            {e.get_integer(1)},
            e.get_integer(2),
            e.get_string(3),
            e.get_string(4),
            e.get_string(5),
            e.get_string(6),
            static_cast<log_result>(e.get_integer(7)),
            e.get_integer(8) != 0,
            e.get_string(9),
            {count(10), count(11), count(12), count(13), count(14), count(15), count(16), count(17), count(18)},
            e.get_integer(19),
            e.get_integer(20)};
  }
};

}  // namespace edensync::sqlite
