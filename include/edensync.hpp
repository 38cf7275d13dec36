#pragma once

/// All of the engine: what a site is made of, without any backend.

#include "edensync/core.hpp"
#include "edensync/schema/describe.hpp"
#include "edensync/schema/schema.hpp"
#include "edensync/site/active_site.hpp"
#include "edensync/site/passive_site.hpp"
#include "edensync/site/site.hpp"
#include "edensync/system/clock.hpp"
#include "edensync/system/uid_source.hpp"
