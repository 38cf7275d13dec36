// Links with other.cpp, which includes the same headers: nothing in them is defined twice. The implementation of the
// backend beast is in http.cpp.
#include <edensync/core.hpp>
#include <edensync/beast/client.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/mock/failing_store.hpp>
#include <edensync/mock/json_like.hpp>
#include <edensync/mock/recording.hpp>
#include <edensync/mock/scripted_peer.hpp>
#include <string_view>

std::string_view other();

int main() {
  const edensync::beast::client peer("http://127.0.0.1/eden");
  const bool silent = peer.traffic().requests == 0;
  return silent && other() == edensync::to_text(edensync::policy_name::take_newer) ? 0 : 1;
}
