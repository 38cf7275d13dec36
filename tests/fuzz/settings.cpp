// What an administrator types, one value in a line: addresses, times, periods, words of the configuration.
#include "edensync/core/host_port.hpp"
#include "edensync/core/method.hpp"
#include "edensync/core/policy_name.hpp"
#include "edensync/core/proxy_address.hpp"
#include "edensync/core/timestamp.hpp"
#include "edensync/core/upload.hpp"
#include "edensync/protocol/file_name.hpp"
#include "edensync/admin/job_text.hpp"
#include "edensync/beast/basic_credentials.hpp"
#include "edensync/beast/url.hpp"
#include "target.hpp"

using namespace edensync;

namespace {

template <class Result>
void told(const Result& r) {
  if (!r) fuzz::require(!r.error().text().empty(), "an error is told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (auto rest = fuzz::text_of(data, size); !rest.empty();) {
    const auto line = fuzz::next_part(rest);
    told(parse_host_port(line));
    told(parse_proxy_address(line));
    told(beast::parse_base_url(line));
    told(admin::parse_duration(line));
    told(admin::parse_moment(line));
    (void)beast::parse_authorization(line);
    (void)parse_upload(line);
    (void)matches_file_pattern(line, "$resource-*.xml");
    (void)matches_file_pattern("org_office-1.xml", line);
    const auto name = expand_file_name(line, {"org_office", "urn:uuid:1", {}});
    fuzz::require(name.find('/') == std::string::npos, "a file's name leads to no other folder");
    if (const auto t = parse_timestamp(line)) fuzz::require(parse_timestamp(to_text(*t)) == t, "a time is read back");
    if (const auto s = parse_strategy(line)) fuzz::require(parse_strategy(to_text(*s)) == s, "a strategy is read back");
    (void)parse_policy(line);
  }
  return 0;
}
