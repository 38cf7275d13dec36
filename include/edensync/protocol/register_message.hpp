#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/uid.hpp"
#include "edensync/protocol/percent.hpp"
#include "edensync/protocol/status_message.hpp"

namespace edensync {

/// What a push is answered with by a site at which the sender has not registered (spec/protocol.md §4.3).
inline constexpr std::string_view words_of_unregistered = "Registration required";

/// What a site says of itself when it registers at a peer (spec/protocol.md §6).
struct register_request {
  /// Empty: it is not said, and nobody is registered.
  uid uuid;
  /// The host name by which the peer's list shows it. An Eden needs it for a site that it does not know.
  std::string name;
  std::string apitype = "eden";

  friend bool operator==(const register_request&, const register_request&) = default;
};

/// The answer to a registration.
struct register_reply {
  bool success = true;
  std::string message;
  /// The identifier of the site that answers.
  uid sender;

  friend bool operator==(const register_reply&, const register_reply&) = default;
};

inline std::string to_json(const register_request& r) {
  std::string out = "{";
  if (!r.uuid.empty()) out += "\"uuid\": " + detail::json_text(r.uuid.text()) + ", ";
  if (!r.name.empty()) out += "\"name\": " + detail::json_text(r.name) + ", ";
  return out + "\"apitype\": " + detail::json_text(r.apitype) + "}";
}

/// A refusal has the status code 400, under the HTTP status 200.
inline std::string to_json(const register_reply& r) {
  status_message m;
  if (!r.success) m = status_message::failed(400, r.message);
  m.message = r.message;
  m.sender = r.sender;
  return to_json(m);
}

/// Reads a registration; none if the text is no JSON object. What is missing or of another type is empty, and so is a
/// `uuid` that is not given: it is for the caller to refuse that.
inline std::optional<register_request> parse_register_request(std::string_view text) {
  const auto object = detail::parse_json_object(text);
  if (!object) return std::nullopt;
  register_request r;
  r.uuid = uid(detail::string_member(*object, "uuid"));
  r.name = detail::string_member(*object, "name");
  if (object->contains("apitype")) r.apitype = detail::string_member(*object, "apitype");
  return r;
}

/// Reads a registration from an address, as Edens of 2011 to 2016 wrote it: `…/register.xml?repository=UUID[&name=NAME]`.
inline register_request parse_register_query(std::string_view target) {
  register_request r;
  const auto question = target.find('?');
  if (question == std::string_view::npos) return r;
  for (auto& [name, text] : parse_form(target.substr(question + 1))) {
    if (name == "repository") r.uuid = uid(std::move(text));
    if (name == "name") r.name = std::move(text);
  }
  return r;
}

/// Reads the answer to a registration; none if the text is no JSON object. An Eden takes such an answer for success
/// without details.
inline std::optional<register_reply> parse_register_reply(std::string_view text) {
  const auto m = parse_status_message(text);
  if (!m) return std::nullopt;
  return register_reply{m->success(), m->message, m->sender};
}

}  // namespace edensync
