#pragma once

#include <string>

/// What an application does with its objects by ODB alone: it knows nothing of edensync.
namespace application {

/// Opens the file and creates its tables if they are not there.
void start(const std::string& path);
void stop();

void found(const std::string& organisation, const std::string& acronym);
void open_office(const std::string& name, const std::string& organisation);
void rename(const std::string& organisation, const std::string& to);
void close_down(const std::string& organisation);
/// "name of NAME, N desks, N nicknames" for each office, in order of name.
std::string offices();
/// The names of the organisations that are not deleted, each followed by a blank.
std::string organisations();

}  // namespace application
