// Whole requests to a site: a target, then headers, an empty line, and a body. Whatever comes, the site answers, and takes
// a good push afterwards.
#include <string>

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/manual_clock.hpp"
#include "support/engine.hpp"
#include "support/relief.hpp"
#include "target.hpp"

using namespace edensync;
using namespace edensync::test;

namespace {

struct rig {
  memory::manual_clock clock{second(1000)};
  memory::store store{relief(), "epoch"};
  memory::counting_uid_source uids{1};
  site<parts> self{store, relief(), clock, uids};
  passive_site<parts> answering{self, {.authenticate = {}, .accept_pushes = true}};

  rig() {
    // Two peers, so that an input can speak as one of them.
    for (const std::string name : {"good", "fuzz"})
      (void)self.put(repository{.uuid = uid("urn:uuid:" + name), .name = name, .accept_push = true}).value();
  }

  std::string answer(const request_head& asked, std::string_view body) {
    const auto r = answering.handle(asked);
    for (std::size_t at = 0; at < body.size() && r->wants_body(); at += 97) r->on_body(body.substr(at, 97));
    r->on_end();
    const auto status = r->head().status;
    fuzz::require(status >= 200 && status < 600, "a request is answered");
    std::string out, buffer(4096, '\0');
    for (;;) {
      const auto n = r->read_body(buffer);
      if (!n || *n == 0) break;
      out.append(buffer, 0, *n);
      fuzz::require(out.size() < (std::size_t{1} << 22), "an answer to a short request has an end");
    }
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  rig here;
  request_head asked;
  asked.method = size % 2 == 0 ? "GET" : "PUT";
  asked.target = fuzz::next_part(rest);
  for (auto line = fuzz::next_part(rest); !line.empty(); line = fuzz::next_part(rest)) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    asked.headers.set(std::string(line.substr(0, colon)), std::string(line.substr(colon + 1)));
  }
  asked.has_body = !rest.empty();
  asked.body_length = static_cast<long long>(rest.size());
  (void)here.answer(asked, rest);

  request_head good;
  good.method = "PUT";
  good.target = "/eden/sync/sync.xml?resource=org_office&repository=urn:uuid:good";
  good.has_body = true;
  const auto document = "<s3xml>" + an_office("good", 1).text() + "</s3xml>";
  (void)here.answer(good, document);
  fuzz::require(here.store.snapshot().find(offices, id_of("good")).has_value(), "a good push is taken afterwards");
  return 0;
}
