#pragma once

#include "station.hpp"

#include <memory>

namespace simulation {

/// A site that does as an Eden does (../eden.cpp): its rules and losses, its watermarks, its whole pushes.
std::unique_ptr<station> make_eden(const station_settings& s);

}  // namespace simulation
