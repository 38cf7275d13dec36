#include <edensync/core.hpp>
#include <edensync/beast/client.hpp>
#include <edensync/beast/server.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/mock/failing_store.hpp>
#include <edensync/mock/json_like.hpp>
#include <edensync/mock/recording.hpp>
#include <edensync/mock/scripted_peer.hpp>
#include <string_view>

std::string_view other() { return edensync::to_text(edensync::policy_name::take_newer); }
