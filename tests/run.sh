#!/usr/bin/env bash
# Builds everything with clang and with the address and undefined behaviour sanitizers, warnings as errors, and runs every test.
# On a fresh Debian 12 it installs what is missing first (root or sudo).   tests/run.sh [--coverage]
# With --coverage it also counts what of the engine ran, prints it, and fails where that is too little: tests/coverage.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
coverage=OFF
case ${1:-} in
  "") ;;
  --coverage) coverage=ON ;;
  *) echo "run.sh: there is no option $1" >&2; exit 2 ;;
esac

purposes=(build test clang odb)
[[ $coverage == OFF ]] || purposes+=(coverage)
tools/install.sh "${purposes[@]}"

cmake --preset test -DEDENSYNC_COVERAGE=$coverage
cmake --build --preset test --parallel "$(nproc)"

failed=0
if [[ $coverage == ON ]]; then
  rm -rf build/test/profiles
  # Programs of one kind add up in a few files.
  export LLVM_PROFILE_FILE=$PWD/build/test/profiles/%4m.profraw
fi
ctest --preset test --parallel "$(nproc)" --output-on-failure --no-tests=error || failed=$?

[[ $coverage == OFF ]] || tests/coverage.sh build/test || failed=1

skipped() { echo "skipped: $1"; }
grep -q '^EDENSYNC_ODB_SQLITE_LIBRARY:FILEPATH=.*NOTFOUND' build/test/CMakeCache.txt &&
  skipped "the backend odb: its runtime is not to be had here"
grep -q '^EDENSYNC_CLANG_FORMAT:FILEPATH=.*NOTFOUND' build/test/CMakeCache.txt &&
  skipped "the format check: there is no clang-format"
[[ -d ../shared/eden-wire ]] ||
  skipped "what compares with recorded exchanges of a real Eden: ../shared/eden-wire is not there"
exit "$failed"
