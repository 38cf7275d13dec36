#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "edensync/mock/scripted_answer.hpp"

// What an Eden says, so that scripts need not spell it out. Source: spec/protocol.md §2 to §4.
namespace edensync::mock {

/// To a registration: who the peer is.
inline scripted_answer registered(std::string_view sender) {
  return {200,
          R"({"status": "success", "statuscode": "200", "message": "Registration successful", "sender": ")" +
              std::string(sender) + R"("})",
          "application/json"};
}

/// To a pull: an S3XML document with these `<resource>` elements.
inline scripted_answer document(std::string_view elements = {}) {
  return {200, "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\">" + std::string(elements) + "</s3xml>"};
}

/// To a push: all was taken. Eden calls the type `text/html`.
inline scripted_answer taken(std::size_t records = 1) {
  return {200, R"({"status": "success", "statuscode": "200", "records": )" + std::to_string(records) + "}",
          "text/html"};
}

/// To a push: one record was refused, the others were taken.
inline scripted_answer refused(std::string_view table, std::string_view uuid, std::string_view why) {
  return {200,
          R"({"status": "success", "statuscode": "200", "message": ")" + std::string(why) +
              R"( - invalid items ignored", "records": 0, "tree": {"$_)" + std::string(table) + R"(": [{"@uuid": ")" +
              std::string(uuid) + R"(", "@error": ")" + std::string(why) + R"("}]}})",
          "text/html"};
}

/// To a push of a site that has not registered.
inline scripted_answer not_registered() {
  return {403, R"({"status": "failed", "statuscode": "403", "message": "Registration required"})", "application/json"};
}

}  // namespace edensync::mock
