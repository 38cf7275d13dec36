#!/usr/bin/env bash
# Simulates seeds for so many seconds, optimised and on every processor, and prints how many there were and each that
# failed.   tests/simulation/soak.sh [SECONDS [FIRST_SEED]]
#
# A seed that failed is replayed by what is printed with it, and put into kept_seeds.hpp with the mend. Exits 1 if one failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
next=${2:-1}
chunk=500

tools/install.sh build test >&2
cmake -S . -B build/soak -G Ninja -DCMAKE_BUILD_TYPE=Release -DEDENSYNC_EXAMPLES=OFF -DEDENSYNC_BENCHMARKS=OFF >&2
cmake --build build/soak --parallel "$(nproc)" --target test_simulation >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
begun=$SECONDS first=$next failed=0
while ((SECONDS - begun < seconds)); do
  pids=()
  for ((i = 0; i < $(nproc); ++i)); do
    EDENSYNC_FIRST_SEED=$next EDENSYNC_SEEDS=$chunk build/soak/tests/test_simulation --run_test=every_seed_ends_well \
      >"$work/$i" 2>&1 &
    pids+=($!)
    next=$((next + chunk))
  done
  for i in "${!pids[@]}"; do
    wait "${pids[i]}" || {
      failed=1
      cat "$work/$i"
    }
  done
done
spent=$((SECONDS - begun))
echo "$((next - first)) seeds from $first on, $(((next - first) / (spent > 0 ? spent : 1))) per second"
exit "$failed"
