#!/usr/bin/env bash
# Builds two sites and lets them synchronise: examples/3_sites/quickstart/run.sh tells the story.
#
#   examples/quickstart.sh [FOLDER]
#
# On a fresh Debian 12 it installs what is missing first (root or sudo). The sites' databases are in a temporary folder,
# or in FOLDER, which is kept to look at. The build is in build/quickstart; the second time there is nothing to build.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[[ ${1:-} != --help ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit; }
build=$root/build/quickstart
mkdir -p "$root/build"

"$root/tools/install.sh" build
echo "building (a minute or two the first time)"
# Only what the two programs need is built; -O1 compiles faster than -O2 and is fast enough here.
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
  -DEDENSYNC_TESTS=OFF -DEDENSYNC_BENCHMARKS=OFF -DEDENSYNC_INSTALL=OFF >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 1; }
cmake --build "$build" --target eden_pair example_compare_sites

"$root/examples/3_sites/quickstart/run.sh" "$build/examples/3_sites/quickstart/eden_pair" \
  "$build/examples/example_compare_sites" "$@"
