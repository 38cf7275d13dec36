#!/usr/bin/env bash
# Fuzzes each target for so many seconds, two at a time, and prints what each reached.   tests/fuzz/soak.sh [SECONDS [TARGET...]]
#
# Begins with tests/fuzz/corpus/TARGET, and with the seed 1 unless EDENSYNC_FUZZ_SEED says another one. What new paths it finds
# stays in build/fuzz/corpus; an input that fails is put into tests/fuzz/corpus/TARGET, to be committed with the mend, and the
# status is 1. An input may take 10 seconds and a GiB.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
seed=${EDENSYNC_FUZZ_SEED:-1}
shift || true

tools/install.sh build clang >&2
cmake --preset fuzz >&2
targets=("$@")
if ((${#targets[@]} == 0)); then
  for file in tests/fuzz/*.cpp; do
    name=${file##*/}
    targets+=("${name%.cpp}")
  done
fi
cmake --build --preset fuzz --parallel "$(nproc)" --target "${targets[@]/#/fuzz_}" >&2

soak() {  # soak TARGET
  local name=$1 kept=build/fuzz/corpus/$1 seeds=tests/fuzz/corpus/$1 log=build/fuzz/$1.log
  mkdir -p "$kept" "$seeds"
  if ! build/fuzz/tests/fuzz/"fuzz_$name" -max_total_time="$seconds" -seed="$seed" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -print_final_stats=1 -artifact_prefix="$seeds/found-" "$kept" "$seeds" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "$name: FAILED; the input is in $seeds"
    return 1
  fi
  local runs paths
  runs=$(sed -nE 's/^stat::number_of_executed_units: *([0-9]+)/\1/p' "$log")
  paths=$(sed -nE 's/.*cov: ([0-9]+).*/\1/p' "$log" | tail -n 1)
  echo "$name: $runs inputs, $paths edges covered"
}

failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  pids=()
  for name in "${targets[@]:i:2}"; do
    soak "$name" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
done
exit "$failed"
