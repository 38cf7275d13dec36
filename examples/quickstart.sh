#!/usr/bin/env bash
# Builds two sites and lets them synchronise: examples/3_sites/quickstart/run.sh tells the story.
#
#   examples/quickstart.sh [--store sqlite|odb] [FOLDER]
#
# On a fresh Debian 12 it installs what is missing first (root or sudo). The sites' databases are in a temporary folder,
# or in FOLDER, which is kept to look at. With --store odb the records are objects of ODB's persistent classes; that needs
# ODB, which is not to be had everywhere. The build is in build/quickstart; the second time there is nothing to build.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=eden_pair
folder=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit ;;
    --store)
      case ${2:-} in
        sqlite) program=eden_pair ;;
        odb) program=eden_pair_odb ;;
        *) echo "quickstart.sh: --store takes sqlite or odb" >&2; exit 2 ;;
      esac
      shift 2 ;;
    -*) echo "quickstart.sh: there is no option $1" >&2; exit 2 ;;
    *)
      [[ ${#folder[@]} -eq 0 ]] || { echo "quickstart.sh: one folder is enough: $1" >&2; exit 2; }
      folder=("$1"); shift ;;
  esac
done
build=$root/build/quickstart
mkdir -p "$root/build"

if [[ $program == eden_pair ]]; then "$root/tools/install.sh" build
else "$root/tools/install.sh" build odb; fi
echo "building (a minute or two the first time)"
# Only what the two programs need is built; -O1 compiles faster than -O2 and is fast enough here.
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" \
  -DEDENSYNC_TESTS=OFF -DEDENSYNC_BENCHMARKS=OFF -DEDENSYNC_INSTALL=OFF >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 1; }
if [[ $program == eden_pair_odb ]] && grep -q '^EDENSYNC_ODB_SQLITE_LIBRARY:FILEPATH=.*NOTFOUND' "$build/CMakeCache.txt"; then
  echo "quickstart.sh: ODB's runtime is not to be had here" >&2
  exit 1
fi
cmake --build "$build" --target "$program" example_compare_sites

"$root/examples/3_sites/quickstart/run.sh" "$build/examples/3_sites/quickstart/$program" \
  "$build/examples/example_compare_sites" "${folder[@]}"
