#!/usr/bin/env bash
# Runs what C libraries call back into, and what calls them most, under valgrind: the XML parser's handlers and SQLite's functions.
# Sanitizers see only what they have compiled; valgrind also looks into the libraries.   tests/valgrind.sh BUILD
#
# BUILD: a folder that was built without sanitizers. The quicker ones of SQLite's tests: under valgrind each takes 30 times as long.
# Not those of threads: valgrind runs one thread at a time and gives the others no turn, so that they wait for a lock until they
# give up. The thread sanitizer looks at them.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1

tools/install.sh valgrind
look() {
  echo "valgrind: $*"
  valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$@"
}
look "$build/tests/test_expat"
look "$build/tests/test_s3xml"
for file in copy_file several_masters change_layout; do
  look "$build/tests/test_sqlite" -- backends/sqlite/tests/$file.cpp
done
