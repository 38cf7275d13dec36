#pragma once

#include <edensync/log/stream_sink.hpp>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "data_folder.hpp"

namespace eden_site {

class open_site;

/// A command of the program: what it is called, what it takes, and what it does.
///
/// It writes what was asked for to the stream, and throws what it cannot do: `usage_error`, or a
/// `edensync::failure_exception` of the operation that it called.
struct command {
  /// One or two words.
  std::string name;
  /// One line.
  std::string purpose;
  /// Its options and words, as its help shows them.
  std::string usage;
  std::vector<option> options;
  std::function<void(const arguments&, std::ostream&)> run;
};

/// The folder that `--data` names; for commands that take no words. Errors: thrown.
data_folder folder_of(const arguments& given);

/// The same, opened.
std::unique_ptr<open_site> site_of(const arguments& given);

/// What `--proxy` and `--proxy-password-file` say; none without the first of them. Errors: thrown.
std::optional<std::string> proxy_of(const arguments& given);

/// Where a process that serves or works tells what it does: standard error, in the form that `--log-json` chooses.
edensync::stream_sink events_of(const arguments& given);

// By subject, a file each.
std::vector<command> site_commands();        // init, schema, settings
std::vector<command> user_commands();        // user
std::vector<command> repository_commands();  // repository
std::vector<command> resource_commands();    // resource
std::vector<command> dataset_commands();     // dataset
std::vector<command> document_commands();    // import, export
std::vector<command> quarantine_commands();  // quarantine
std::vector<command> log_commands();         // log, explain
std::vector<command> serve_commands();       // serve
std::vector<command> job_commands();         // job
std::vector<command> sync_commands();        // sync, status, cancel, worker
std::vector<command> check_commands();       // check, compare
std::vector<command> backup_commands();      // backup

}  // namespace eden_site
