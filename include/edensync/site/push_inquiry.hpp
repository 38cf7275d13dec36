#pragma once

#include <string>

#include "edensync/core/message.hpp"

namespace edensync {

/// Makes of the head of a push one that only asks whether a push would be taken, and gives its body.
///
/// An edensync site is sent no document at all: it says what it thinks of a push, and does nothing. An Eden is sent one
/// without records, after which nothing but its log is another one. Pure. Source: spec/protocol.md §4.3.
inline std::string inquire(request_head& head, bool native) {
  std::string body;
  if (!native) body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<s3xml success=\"false\" results=\"0\"/>";
  head.headers.set("Content-Type", native ? "text/xml; charset=utf-8" : "application/x-www-form-urlencoded");
  head.has_body = !body.empty();
  head.body_length = static_cast<long long>(body.size());
  return body;
}

}  // namespace edensync
