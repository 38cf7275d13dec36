#!/usr/bin/env bash
# The layering check bites: each offence below must be reported at its line, and the clean tree must pass.
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/layering.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

header() { mkdir -p "$tree/$(dirname "$1")"; printf '#pragma once\n#include <%s>\n' "$2" >"$tree/$1"; }

header include/edensync.hpp                       edensync/site/pull.hpp
header include/edensync/site/pull.hpp             edensync/importer/importer.hpp
header include/edensync/core.hpp                  edensync/core/record.hpp
header include/edensync/concepts/clock.hpp        edensync/core.hpp
header include/edensync/s3xml/reader.hpp          edensync/schema/field_table.hpp
header include/edensync/core/record.hpp           edensync/detail/small.hpp
header backends/sqlite/include/edensync/sqlite/store.hpp sqlite3.h
header backends/mock/include/edensync/mock/ask.hpp edensync/memory/loopback.hpp
"$check" "$tree"

refuses() {  # refuses FILE INCLUDE SENTENCE
  cp -r "$tree" "$tree.bad"
  tree=$tree.bad header "$1" "$2"
  if said=$("$check" "$tree.bad"); then echo "accepted: $1 includes $2"; exit 1; fi
  rm -rf "$tree.bad"
  [[ $said == *"$1:2: "*"$3"* ]] || { echo "expected '$3', got '$said'"; exit 1; }
}
refuses include/edensync/core/uid.hpp         edensync/concepts/clock.hpp   "core may not include concepts"
refuses include/edensync/core.hpp             edensync/site/pull.hpp        "core may not include site"
refuses include/edensync/core/uid.hpp         edensync/memory.hpp           "core may not include memory"
refuses include/edensync/importer/apply.hpp   edensync/exporter/select.hpp  "importer may not include exporter"
refuses include/edensync/site/pull.hpp        edensync/memory/store.hpp     "site may not include memory"
refuses include/edensync/memory/store.hpp     edensync/importer/apply.hpp   "memory may not include importer"
refuses include/edensync/log/redact.hpp       edensync/schema/schema.hpp    "log may not include schema"
refuses include/edensync/site/parts.hpp       edensync.hpp                  "umbrella"
refuses include/edensync/site/parts.hpp       boost/asio/post.hpp           "backend's library"
refuses include/edensync/site/parts.hpp       sqlite3.h                     "backend's library"
refuses include/edensync/importer/link.hpp    boost/hana/for_each.hpp       "Hana"
refuses include/edensync/core/uid.hpp         boost/test/unit_test.hpp      "Boost.Test"
refuses backends/sqlite/include/edensync/sqlite/store.hpp edensync/site/pull.hpp "sqlite may not include site"
refuses backends/sqlite/include/edensync/sqlite/store.hpp edensync/expat/event_source.hpp "sqlite may not include expat"
refuses backends/mock/include/edensync/mock/ask.hpp edensync/site/pull.hpp    "mock may not include site"
refuses backends/mock/include/edensync/mock/ask.hpp boost/test/unit_test.hpp  "Boost.Test"
refuses backends/mock/include/edensync/mock/ask.hpp sqlite3.h                 "backend's library"
