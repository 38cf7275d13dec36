// The address of a request, with its filters: what anybody can ask a server for.
#include <algorithm>
#include <string_view>

#include "edensync/protocol/cursor.hpp"
#include "edensync/protocol/percent.hpp"
#include "edensync/protocol/register_message.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/protocol/url_filter.hpp"
#include "edensync/laws/sample.hpp"
#include "target.hpp"

using namespace edensync;

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

void pulled(const sync_query& q) {
  // What only a page says is told at the table's own address.
  const auto again = parse_sync_query(pull_target(q));
  fuzz::require(again.has_value(), "what is asked for is an address");
  fuzz::require(again->resource == q.resource && again->msince == q.msince, "an address says what it was made of");
  fuzz::require(again->filters == q.filters, "filters are told as they were read");
}

void filtered(const std::vector<filter_term>& terms) {
  static const auto resources = laws::sample::make_schema();
  for (const auto how : {filter_reading::strict, filter_reading::as_eden}) {
    url_filter filter(*resources, laws::sample::site);
    for (const auto& term : terms)
      if (const auto added = filter.add(term, how, timestamp{1'700'000'000}); !added)
        fuzz::require(!added.error().info.ours().empty(), "a filter that is refused is told why");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  fuzz::require(percent_decode(percent_encode(text)) == text, "what is escaped is read back");
  if (const auto cursor = parse_cursor(text))
    fuzz::require(parse_cursor(make_cursor(cursor->epoch, cursor->sequence)) == cursor, "a cursor is read back");
  (void)parse_register_query(text);
  if (const auto q = parse_sync_query(text)) {
    if (is_name(q->resource)) pulled(*q);
    filtered(q->filters);
  }
  filtered(parse_plain_filters(text));
  filtered(parse_filter("~", text));
  return 0;
}
