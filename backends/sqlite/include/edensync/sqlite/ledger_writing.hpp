#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edensync/sqlite/ledger_view.hpp"

namespace edensync::sqlite {

/// Writes the ledger in the same transaction as the records; models `ledger_writer`.
class ledger_writing : public ledger_view {
 public:
  void set_setting(std::string_view key, std::string_view content) {
    execution e(write("INSERT OR REPLACE INTO edensync_setting VALUES(?,?)"));
    e.text(key).text(content).step();
  }

  repository_id put_repository(const repository& r) {
    execution e(
        write("INSERT OR REPLACE INTO edensync_repository VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id"));
    number_or_new(e, r.id).text(r.uuid.text()).text(r.name).text(r.url).text(r.username).text(r.password);
    e.integer(r.accept_push).text(r.account).integer(r.native).moment(r.last_connected);
    e.text(r.type).text(r.path).text(r.proxy).integer(r.synchronise_uuids).text(r.ca_file).text(r.pin).step();
    return e.get_integer(0);
  }

  void erase_repository(repository_id id) {
    for (const sync_task& t : tasks(id)) erase_task(t.id);
    for (const data_set& d : datasets())
      if (d.repository == id) erase_dataset(d.id);
    execution(write("DELETE FROM edensync_repository WHERE id=?")).integer(id).step();
    execution(write("DELETE FROM edensync_quarantine WHERE repository=?")).integer(id).step();
    execution(write("DELETE FROM edensync_job WHERE repository=?")).integer(id).step();
    execution(write("DELETE FROM edensync_run WHERE repository=?")).integer(id).step();
    erase_lease(id);
  }

  task_id put_task(const sync_task& t) {
    boost::json::array filters;
    for (const auto& f : t.filters) {
      boost::json::value at;
      if (f.modified_on) at = f.modified_on->seconds;
      filters.push_back(boost::json::array{f.table, f.query, f.uuid.text(), at});
    }
    const std::string text = boost::json::serialize(filters);
    execution e(write("INSERT OR REPLACE INTO edensync_task VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id"));
    number_or_new(e, t.id).integer(t.repository).text(t.resource).integer(code(t.mode)).integer(bits(t.allowed));
    e.integer(code(t.update)).integer(code(t.conflict)).integer(t.components).text(text);
    e.text(t.infile_pattern).text(t.outfile_pattern).integer(t.delete_input_files).integer(t.human_readable);
    e.integer(t.dataset).text(t.uuid.text()).moment(t.modified_on).integer(t.order).step();
    return e.get_integer(0);
  }

  void erase_task(task_id id) {
    execution(write("DELETE FROM edensync_task WHERE id=?")).integer(id).step();
    execution(write("DELETE FROM edensync_watermark WHERE task=?")).integer(id).step();
    set_resume(id, std::nullopt);
  }

  job_id put_job(const sync_job& j) {
    execution e(write("INSERT OR REPLACE INTO edensync_job VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id"));
    number_or_new(e, j.id).integer(j.repository).integer(j.enabled).moment(j.start).moment(j.end).integer(j.repeats);
    e.integer(j.period).integer(j.timeout).integer(code(j.status)).moment(j.next_run).moment(j.last_run);
    e.integer(j.times_run).integer(j.failures).text(j.message).step();
    return e.get_integer(0);
  }
  void erase_job(job_id id) { execution(write("DELETE FROM edensync_job WHERE id=?")).integer(id).step(); }

  void set_run(const run_state& r) {
    execution e(write("INSERT OR REPLACE INTO edensync_run VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    e.integer(r.repository).moment(r.requested).text(r.requested_by).text(r.owner).integer(r.job).moment(r.began);
    e.moment(r.alive).text(r.resource).integer(code(r.way)).integer(number(r.task)).integer(number(r.tasks));
    e.integer(number(r.records)).integer(number(r.bytes)).integer(r.cancel).integer(number(r.runs)).moment(r.ended);
    e.integer(code(r.how)).integer(r.took).text(r.words).text(r.message).step();
  }

  dataset_id put_dataset(const data_set& d) {
    execution e(write("INSERT OR REPLACE INTO edensync_dataset VALUES(?,?,?,?,?,?,?,?,?,?) RETURNING id"));
    number_or_new(e, d.id).integer(d.repository).text(d.uuid.text()).text(d.code).text(d.name).text(d.archive_url);
    e.integer(d.use_archive).text(d.comments).moment(d.modified_on).moment(d.last_refresh).step();
    return e.get_integer(0);
  }

  void erase_dataset(dataset_id id) {
    std::vector<task_id> its;
    {
      execution e(s().prepared("SELECT id FROM edensync_task WHERE dataset=?"));
      e.integer(id);
      while (e.step()) its.push_back(e.get_integer(0));
    }
    for (const auto each : its) erase_task(each);
    execution(write("DELETE FROM edensync_dataset WHERE id=?")).integer(id).step();
  }

  void set_watermark(task_id task, direction d, const watermark& w) {
    execution e(write("INSERT OR REPLACE INTO edensync_watermark VALUES(?,?,?,?)"));
    e.integer(task).integer(code(d)).moment(w.time).text(w.cursor).step();
  }

  void set_resume(task_id task, const std::optional<resume_state>& resume) {
    if (!resume) {
      execution(write("DELETE FROM edensync_resume WHERE task=?")).integer(task).step();
      return;
    }
    execution e(write("INSERT OR REPLACE INTO edensync_resume VALUES(?,?,?,?,?)"));
    e.integer(task).text(resume->from).text(resume->until).integer(number(resume->done));
    e.moment(resume->youngest).step();
  }

  void set_lease(const lease& right) {
    execution e(write("INSERT OR REPLACE INTO edensync_lease VALUES(?,?,?,?)"));
    e.integer(right.repository).text(right.owner).integer(right.expires.seconds).integer(number(right.fence)).step();
  }
  void erase_lease(repository_id repo) {
    execution(write("DELETE FROM edensync_lease WHERE repository=?")).integer(repo).step();
  }

  std::int64_t add_quarantine(const quarantine_entry& q) {
    {
      execution e(write(
          "UPDATE edensync_quarantine SET attempts=attempts+?,reason=?,message=?,payload=?,modified_on=?,last_tried=?"
          " WHERE repository=? AND task=? AND resource=? AND uuid=? AND (uuid<>'' OR payload=?)"
          " RETURNING id"));
      e.integer(q.attempts).integer(code(q.reason)).text(q.message).text(q.payload).moment(q.modified_on);
      e.integer(q.since.seconds)
          .integer(q.repository)
          .integer(q.task)
          .text(q.resource)
          .text(q.uuid.text())
          .text(q.payload);
      if (e.step()) return e.get_integer(0);
    }
    execution e(write("INSERT INTO edensync_quarantine VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?) RETURNING id"));
    e.integer(q.repository).integer(q.task).text(q.resource).text(q.uuid.text()).integer(code(q.reason));
    e.text(q.message).text(q.payload).moment(q.modified_on).integer(q.since.seconds).integer(q.attempts);
    e.integer(q.since.seconds).step();
    return e.get_integer(0);
  }

  void erase_quarantine(std::int64_t id) {
    execution(write("DELETE FROM edensync_quarantine WHERE id=?")).integer(id).step();
  }

  void add_open_reference(const open_reference& o) {
    execution e(
        write("INSERT INTO edensync_open_reference(resource,record,field,target_resource,target) VALUES(?,?,?,?,?)"
              " ON CONFLICT DO UPDATE SET target_resource=excluded.target_resource, target=excluded.target"));
    e.text(name_of(o.resource)).integer(static_cast<std::int64_t>(o.record));
    e.text(s().resources()[o.resource].field(o.field).name)
        .text(name_of(o.target_resource))
        .text(o.target.text())
        .step();
    some_wait_ = true;
  }
  void erase_open_reference(std::int64_t id) {
    if (none_waits()) return;
    execution(write("DELETE FROM edensync_open_reference WHERE id=?")).integer(id).step();
  }
  void erase_open_references(resource_id resource, record_handle record) {
    if (none_waits()) return;
    execution e(write("DELETE FROM edensync_open_reference WHERE record=? AND resource=?"));
    e.integer(static_cast<std::int64_t>(record)).text(name_of(resource)).step();
  }

  void add_decision(const decision_entry& d) {
    execution e(
        write("INSERT INTO edensync_decision VALUES"
              "(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    const decide_input& in = d.input;
    e.integer(number(state_.sequence)).integer(d.at.seconds).integer(d.repository).text(d.resource).text(d.uuid.text());
    e.integer(in.erase).integer(in.merge);
    version(e, in.incoming);
    e.integer(in.local.has_value());
    version(e, in.local.value_or(version_stamp{}));
    e.moment(in.last_sync).integer(code(in.update));
    in.conflict ? e.integer(code(*in.conflict)) : e.null();
    e.integer(bits(in.allowed)).integer(code(in.tie)).integer(in.has_links);
    e.integer(code(d.outcome.what)).integer(code(d.outcome.write)).integer(code(d.outcome.modified_on));
    e.integer(code(d.outcome.why)).integer(code(d.outcome.conflict)).text(d.loser).integer(lost_or_refused(d));
    e.text(d.twin.text()).step();
  }

  void add_log(const log_entry& l) {
    execution e(write("INSERT INTO edensync_log VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
    e.integer(l.at.seconds).integer(l.repository).text(l.repository_name).text(l.resource).text(l.mode).text(l.action);
    e.integer(code(l.result)).integer(l.remote).text(l.message);
    const record_counts& c = l.counts;
    for (const std::uint64_t n :
         {c.received, c.created, c.updated, c.deleted, c.unchanged, c.kept, c.conflicts, c.refused, c.quarantined})
      e.integer(number(n));
    e.integer(l.decisions_after).integer(l.decisions_until).step();
  }

  void forget_before(timestamp before) {
    execution(write("DELETE FROM edensync_log WHERE at<?")).integer(before.seconds).step();
    // The last one stays: from it on they are numbered.
    execution(write("DELETE FROM edensync_decision WHERE at<? AND id<(SELECT max(id) FROM edensync_decision)"))
        .integer(before.seconds)
        .step();
  }

 protected:
  /// A statement that writes. SQLite may have ended the transaction (a full disk does it): then nothing is written, lest
  /// the rest of the transaction be committed alone.
  statement& write(std::string_view sql) {
    check_open();
    return s().prepared(sql);
  }

  void check_open() {
    if (!s().db.in_transaction())
      throw_failure(error::store_failed, "the transaction was rolled back by an earlier failure");
  }

 private:
  template <class Enumeration>
  static std::int64_t code(Enumeration e) {
    return static_cast<std::int64_t>(e);
  }

  static std::int64_t bits(strategy s) {
    std::int64_t all = 0;
    for (const method m : {method::create, method::update, method::erase, method::merge})
      if (s.allows(m)) all |= code(m);
    return all;
  }

  static execution& number_or_new(execution& e, std::int64_t id) { return id == 0 ? e.null() : e.integer(id); }

  static void version(execution& e, const version_stamp& v) {
    e.moment(v.modified_on);
    v.mci ? e.integer(*v.mci) : e.null();
    e.integer(v.deleted);
  }
};

}  // namespace edensync::sqlite
