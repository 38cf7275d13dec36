// Links with other.cpp, which includes the same headers: nothing in them is defined twice.
#include <edensync/core.hpp>
#include <edensync/expat/event_source.hpp>
#include <string_view>

std::string_view other();

int main() { return other() == edensync::to_text(edensync::policy_name::take_newer) ? 0 : 1; }
