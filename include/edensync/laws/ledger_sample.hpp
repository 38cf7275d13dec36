#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "edensync/laws/sample.hpp"

/// What the laws of `site_ledger` write, and how it is compared.
namespace edensync::laws::detail {

namespace s = laws::sample;

/// Does something in a transaction of its own and commits it.
template <class Store, class Work>
void in_transaction(Store& store, Work&& work) {
  auto t = store.begin(s::at_second(0));
  work(t);
  t.commit();
}

inline repository make_repository(std::string name) {
  repository r;
  r.uuid = uid("urn:uuid:" + name);
  r.name = std::move(name);
  r.url = "https://example.org/eden";
  r.username = "sync";
  r.password = "pässword";
  r.type = "filesync";
  r.path = "/media/stick";
  r.proxy = "http://proxy.example.org:3128";
  r.ca_file = "/etc/ssl/relief.pem";
  r.pin = std::string(64, 'f');
  r.synchronise_uuids = true;
  r.accept_push = true;
  r.account = "account@example.org";
  r.native = true;
  r.last_connected = s::second(3);
  return r;
}

inline bool same(const repository& a, const repository& b) {
  return a.id == b.id && a.uuid == b.uuid && a.name == b.name && a.url == b.url && a.username == b.username &&
         a.password == b.password && a.type == b.type && a.path == b.path && a.proxy == b.proxy &&
         a.ca_file == b.ca_file && a.pin == b.pin && a.synchronise_uuids == b.synchronise_uuids &&
         a.accept_push == b.accept_push && a.account == b.account && a.native == b.native &&
         a.last_connected == b.last_connected;
}

inline sync_task make_task(repository_id repo, std::string resource) {
  sync_task t;
  t.repository = repo;
  t.resource = std::move(resource);
  t.mode = sync_mode::pull;
  t.allowed = {method::create, method::merge};
  t.update = policy_name::take_master;
  t.conflict = policy_name::keep_local;
  t.components = false;
  t.filters = {{"", "~.name__like=F\"oo*"}, {"law_part", "~.status=1", uid("urn:uuid:filter"), s::second(4)}};
  t.order = -3;
  t.infile_pattern = "*.xml";
  t.outfile_pattern = "$year/$resource \"1\".xml";
  t.delete_input_files = true;
  t.human_readable = true;
  t.uuid = uid("urn:uuid:task");
  t.modified_on = s::second(5);
  return t;
}

inline sync_job make_job(repository_id repo) {
  return {.repository = repo,
          .enabled = false,
          .start = s::second(1),
          .end = s::second(2),
          .repeats = 3,
          .period = 4,
          .timeout = 5,
          .status = job_status::needs_person,
          .next_run = s::second(6),
          .last_run = s::second(7),
          .times_run = 8,
          .failures = 9,
          .message = "wörds"};
}

inline run_state make_run(repository_id repo) {
  return {.repository = repo,
          .requested = s::second(1),
          .requested_by = "böss",
          .owner = "urn:uuid:owner",
          .job = 2,
          .began = s::second(3),
          .alive = s::second(4),
          .resource = "law_site",
          .way = direction::push,
          .task = 5,
          .tasks = 6,
          .records = 7,
          .bytes = 1234567890123,
          .cancel = true,
          .runs = 8,
          .ended = s::second(9),
          .how = run_end::timed_out,
          .took = 10,
          .words = "pull law_site: 1 records\n",
          .message = "too löng"};
}

inline data_set make_dataset(repository_id repo, std::string code) {
  return {.repository = repo,
          .uuid = uid("urn:uuid:" + code),
          .code = std::move(code),
          .name = "Dätä set",
          .archive_url = "/default/download/x.zip",
          .use_archive = true,
          .comments = "<i>of a law</i>",
          .modified_on = s::second(1),
          .last_refresh = s::second(2)};
}

inline bool same(const data_set& a, const data_set& b) {
  return a.id == b.id && a.repository == b.repository && a.uuid == b.uuid && a.code == b.code && a.name == b.name &&
         a.archive_url == b.archive_url && a.use_archive == b.use_archive && a.comments == b.comments &&
         a.modified_on == b.modified_on && a.last_refresh == b.last_refresh;
}

inline bool same(const sync_task& a, const sync_task& b) {
  if (a.filters.size() != b.filters.size()) return false;
  for (std::size_t i = 0; i < a.filters.size(); ++i)
    if (a.filters[i].table != b.filters[i].table || a.filters[i].query != b.filters[i].query ||
        a.filters[i].uuid != b.filters[i].uuid || a.filters[i].modified_on != b.filters[i].modified_on)
      return false;
  return a.id == b.id && a.repository == b.repository && a.resource == b.resource && a.mode == b.mode &&
         a.allowed == b.allowed && a.update == b.update && a.conflict == b.conflict && a.components == b.components &&
         a.order == b.order && a.infile_pattern == b.infile_pattern && a.outfile_pattern == b.outfile_pattern &&
         a.delete_input_files == b.delete_input_files && a.human_readable == b.human_readable &&
         a.dataset == b.dataset && a.uuid == b.uuid && a.modified_on == b.modified_on;
}

inline quarantine_entry make_quarantine(repository_id repo, task_id task, std::string id) {
  return {.repository = repo,
          .task = task,
          .resource = "law_site",
          .uuid = uid(std::move(id)),
          .reason = refusal_reason::missing_reference,
          .message = "site_id: not here",
          .payload = "<s3xml/>",
          .modified_on = s::second(1),
          .since = s::second(2)};
}

}  // namespace edensync::laws::detail
