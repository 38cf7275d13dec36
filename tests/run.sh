#!/usr/bin/env bash
# Builds everything with clang and with the address and undefined behaviour sanitizers, warnings as errors, and runs every test.
# On a fresh Debian 12 it installs what is missing first (root or sudo).   tests/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."

tools/install.sh build test clang odb

cmake --preset test
cmake --build --preset test --parallel "$(nproc)"

failed=0
ctest --preset test --parallel "$(nproc)" --output-on-failure --no-tests=error || failed=$?

skipped() { echo "skipped: $1"; }
grep -q '^EDENSYNC_ODB_SQLITE_LIBRARY:FILEPATH=.*NOTFOUND' build/test/CMakeCache.txt &&
  skipped "the backend odb: its runtime is not to be had here"
grep -q '^EDENSYNC_CLANG_FORMAT:FILEPATH=.*NOTFOUND' build/test/CMakeCache.txt &&
  skipped "the format check: there is no clang-format"
[[ -d ../shared/eden-wire ]] ||
  skipped "what compares with recorded exchanges of a real Eden: ../shared/eden-wire is not there"
exit "$failed"
