// What sites tell each other in JSON: registrations and their answers, answers to pushes.
#include "edensync/protocol/register_message.hpp"
#include "edensync/protocol/status_message.hpp"
#include "target.hpp"

using namespace edensync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (const auto asked = parse_register_request(text))
    fuzz::require(parse_register_request(to_json(*asked)) == asked, "a registration is told as it was read");
  (void)parse_register_reply(text);
  if (const auto m = parse_status_message(text)) {
    const auto again = parse_status_message(to_json(*m));
    fuzz::require(again.has_value(), "a message is JSON");
    fuzz::require(again->success() == m->success() && again->sender == m->sender, "a message is told as it was read");
    // Where records are refused and nothing is said, something is.
    fuzz::require(again->message == m->message || (m->message.empty() && !m->refused.empty()), "words are told");
  }
  return 0;
}
