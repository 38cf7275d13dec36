#pragma once

namespace edensync::sqlite {

/// Of the tables of the site; all but this one and the one before cannot be read.
inline constexpr int layout_version = 5;

/// The tables that a site keeps beside its records. Times in them are seconds since 1970, enumerations are numbers.
inline constexpr const char* ledger_tables = R"(
CREATE TABLE IF NOT EXISTS edensync_state(id INTEGER PRIMARY KEY CHECK(id=1), layout INTEGER NOT NULL, epoch TEXT NOT NULL,
  sequence INTEGER NOT NULL, arrival INTEGER, youngest INTEGER, served INTEGER);
CREATE TABLE IF NOT EXISTS edensync_arrival(sequence INTEGER PRIMARY KEY, arrival INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS edensync_arrival_arrival ON edensync_arrival(arrival);
CREATE TABLE IF NOT EXISTS edensync_setting(key TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edensync_repository(id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, name TEXT NOT NULL,
  url TEXT NOT NULL, username TEXT NOT NULL, password TEXT NOT NULL, accept_push INTEGER NOT NULL, account TEXT NOT NULL,
  native INTEGER NOT NULL, last_connected INTEGER, type TEXT NOT NULL, path TEXT NOT NULL, proxy TEXT NOT NULL,
  synchronise_uuids INTEGER NOT NULL, ca_file TEXT NOT NULL, pin TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS edensync_task(id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL,
  resource TEXT NOT NULL, mode INTEGER NOT NULL, allowed INTEGER NOT NULL, update_policy INTEGER NOT NULL,
  conflict_policy INTEGER NOT NULL, components INTEGER NOT NULL, filters TEXT NOT NULL, infile_pattern TEXT NOT NULL,
  outfile_pattern TEXT NOT NULL, delete_input_files INTEGER NOT NULL, human_readable INTEGER NOT NULL,
  dataset INTEGER NOT NULL, uuid TEXT NOT NULL, modified_on INTEGER, place INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS edensync_task_repository ON edensync_task(repository);
CREATE TABLE IF NOT EXISTS edensync_job(id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL,
  enabled INTEGER NOT NULL, begins INTEGER, ends INTEGER, repeats INTEGER NOT NULL, period INTEGER NOT NULL,
  timeout INTEGER NOT NULL, status INTEGER NOT NULL, next_run INTEGER, last_run INTEGER, times_run INTEGER NOT NULL,
  failures INTEGER NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS edensync_run(repository INTEGER PRIMARY KEY, requested INTEGER, requested_by TEXT NOT NULL,
  owner TEXT NOT NULL, job INTEGER NOT NULL, began INTEGER, alive INTEGER, resource TEXT NOT NULL,
  direction INTEGER NOT NULL, task INTEGER NOT NULL, tasks INTEGER NOT NULL, records INTEGER NOT NULL,
  bytes INTEGER NOT NULL, cancel INTEGER NOT NULL, runs INTEGER NOT NULL, ended INTEGER, how INTEGER NOT NULL,
  took INTEGER NOT NULL, words TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS edensync_dataset(id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL,
  uuid TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, archive_url TEXT NOT NULL, use_archive INTEGER NOT NULL,
  comments TEXT NOT NULL, modified_on INTEGER, last_refresh INTEGER);
CREATE TABLE IF NOT EXISTS edensync_watermark(task INTEGER, direction INTEGER, time INTEGER, cursor TEXT NOT NULL,
  PRIMARY KEY(task, direction)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edensync_resume(task INTEGER PRIMARY KEY, begun_from TEXT NOT NULL, begun_until TEXT NOT NULL,
  done INTEGER NOT NULL, youngest INTEGER);
CREATE TABLE IF NOT EXISTS edensync_lease(repository INTEGER PRIMARY KEY, owner TEXT NOT NULL, expires INTEGER NOT NULL,
  fence INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS edensync_quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, repository INTEGER NOT NULL,
  task INTEGER NOT NULL, resource TEXT NOT NULL, uuid TEXT NOT NULL, reason INTEGER NOT NULL, message TEXT NOT NULL,
  payload TEXT NOT NULL, modified_on INTEGER, since INTEGER NOT NULL, attempts INTEGER NOT NULL,
  last_tried INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS edensync_quarantine_record ON edensync_quarantine(repository, task, resource, uuid);
CREATE TABLE IF NOT EXISTS edensync_open_reference(id INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL,
  record INTEGER NOT NULL, field TEXT NOT NULL, target_resource TEXT NOT NULL, target TEXT NOT NULL,
  UNIQUE(record, resource, field));
CREATE TABLE IF NOT EXISTS edensync_decision(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, at INTEGER NOT NULL,
  repository INTEGER NOT NULL, resource TEXT NOT NULL, uuid TEXT NOT NULL, erase INTEGER NOT NULL, merge INTEGER NOT NULL,
  incoming_modified_on INTEGER, incoming_mci INTEGER, incoming_deleted INTEGER NOT NULL,
  has_local INTEGER NOT NULL, local_modified_on INTEGER, local_mci INTEGER, local_deleted INTEGER, last_sync INTEGER,
  update_policy INTEGER NOT NULL, conflict_policy INTEGER, allowed INTEGER NOT NULL, tie INTEGER NOT NULL,
  has_links INTEGER NOT NULL, action INTEGER NOT NULL, columns INTEGER NOT NULL, modified_on_from INTEGER NOT NULL,
  rule INTEGER NOT NULL, conflict INTEGER NOT NULL, loser TEXT NOT NULL, notable INTEGER NOT NULL,
  twin TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS edensync_decision_notable ON edensync_decision(resource) WHERE notable=1;
CREATE TABLE IF NOT EXISTS edensync_log(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,
  repository INTEGER NOT NULL, repository_name TEXT NOT NULL, resource TEXT NOT NULL, mode TEXT NOT NULL,
  action TEXT NOT NULL, result INTEGER NOT NULL, remote INTEGER NOT NULL, message TEXT NOT NULL, received INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER NOT NULL, unchanged INTEGER NOT NULL,
  kept INTEGER NOT NULL, conflicts INTEGER NOT NULL, refused INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  decisions_after INTEGER NOT NULL, decisions_until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS edensync_log_repository ON edensync_log(repository);
)";

}  // namespace edensync::sqlite
