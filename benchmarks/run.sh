#!/usr/bin/env bash
# What importing and exporting costs, beside hand-written programs that do the same with one fixed layout, in one run.
# Prints a table, and one JSON object per line and case.   benchmarks/run.sh [RECORDS] [RUNS]
#
# The limits come from ../shared/limits; without them the ratios are left out. All times are CPU seconds (user + system),
# medians of RUNS (5). Memory is measured at a tenth and at ten times RECORDS unless EDENSYNC_NO_MEMORY is set.
set -euo pipefail
cd "$(dirname "$0")/.."
records=${1:-100000}
runs=${2:-5}

tools/install.sh build >&2
cmake -S . -B build/benchmarks -G Ninja -DCMAKE_BUILD_TYPE=Release -DEDENSYNC_TESTS=OFF -DEDENSYNC_EXAMPLES=OFF >&2
cmake --build build/benchmarks --target benchmarks >&2
bench=$PWD/build/benchmarks/benchmarks/benchmark_sync_bench

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
limits=
if [[ -d ../shared/limits ]] && pkg-config --exists libxml-2.0; then
  bash ../shared/limits/build.sh "$work/limits" >&2
  limits=$work/limits
else
  echo "skipped: the ratios, ../shared/limits or libxml2 is not there" >&2
fi

document() {  # document RECORDS REVISION STEP FILE: with the limits, their documents, so that both read the same
  if [[ -n $limits ]]; then "$limits/gen" "$1" "$4" 42 "$2" "$3"; else "$bench" make "$1" "$4" --revision "$2" --step "$3"; fi
}
fresh() { rm -f "$1" "$1-wal" "$1-shm"; }
field() { sed -nE "s/.*\"$1\": ?([0-9.]+).*/\1/p"; }
median() { sort -n | awk '{v[NR]=$1} END {print NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

results=()
# measure NAME LIMIT-COMMAND... -- OUR-COMMAND...: RUNS times, the two in turn; the databases are prepared by `prepare`.
measure() {
  local name=$1 by_hand=() our_times=() their_times=() ratios=() line
  shift
  while [[ $1 != -- ]]; do by_hand+=("$1"); shift; done
  shift
  for ((i = 0; i < runs; ++i)); do
    prepare
    line=$("$@" --case "$name" 2>>"$work/log")
    our_times+=("$(field cpu_seconds <<<"$line")")
    if [[ -n $limits && ${#by_hand[@]} -gt 0 ]]; then
      their_times+=("$("${by_hand[@]}" 2>&1 | field cpu)")
      ratios+=("$(awk "BEGIN {print ${our_times[-1]} / ${their_times[-1]}}")")
    fi
  done
  local cpu ratio=
  cpu=$(printf '%s\n' "${our_times[@]}" | median)
  [[ ${#ratios[@]} -gt 0 ]] && ratio=", \"cpu_ratio_to_limit\": $(printf '%s\n' "${ratios[@]}" | median)"
  results+=("$(sed -E "s/\"cpu_seconds\": [0-9.]+/\"cpu_seconds\": $cpu$ratio/" <<<"$line")")
  echo "${results[-1]}"
}

document "$records" 0 1 "$work/new.xml"
document "$records" 1 1 "$work/updated.xml"
document "$records" 1 100 "$work/percent.xml"
"$bench" targets "$work/new.xml" "$work/countries.xml"
"$bench" forward "$work/new.xml" "$work/forward.xml"

ours=$work/ours.sqlite
hand=$work/hand.sqlite
prepare() {
  fresh "$ours"; fresh "$hand"
  "$bench" import "$ours" "$work/countries.xml" >/dev/null 2>&1
}
measure import-new "${limits:+$limits/limit_import}" "$hand" "$work/new.xml" --parser expat -- "$bench" import "$ours" "$work/new.xml"
prepare() { :; }  # what the case before left behind
measure import-unchanged "${limits:+$limits/limit_import}" "$hand" "$work/new.xml" --parser expat -- "$bench" import "$ours" "$work/new.xml"
cp "$ours" "$work/ours.kept"
[[ -n $limits ]] && cp "$hand" "$work/hand.kept"
prepare() {
  fresh "$ours"; fresh "$hand"
  cp "$work/ours.kept" "$ours"
  [[ -z $limits ]] || cp "$work/hand.kept" "$hand"
}
measure import-updated "${limits:+$limits/limit_import}" "$hand" "$work/updated.xml" --parser expat -- "$bench" import "$ours" "$work/updated.xml"
measure export "${limits:+$limits/limit_export}" "$hand" /dev/null -- "$bench" export "$ours" /dev/null
prepare() { fresh "$ours"; }
measure import-forward -- "$bench" import "$ours" "$work/forward.xml"
# A run with 1% changed: counted, not timed.
prepare() { fresh "$ours"; cp "$work/ours.kept" "$ours"; }
measure import-one-percent -- "$bench" import "$ours" "$work/percent.xml"
after=$("$bench" export "$ours" /dev/null --after 999999999 2>&1 >/dev/null | sed -nE 's/.*sequence ([0-9]+).*/\1/p')
"$bench" edit "$ours" 100
prepare() { :; }
measure export-one-percent -- "$bench" export "$ours" /dev/null --after "$after"
measure export-nothing -- "$bench" export "$ours" /dev/null --after 999999999

if [[ -z ${EDENSYNC_NO_MEMORY:-} ]]; then
  runs=1
  for n in $((records / 10)) $((records * 10)); do
    document "$n" 0 1 "$work/n.xml"
    "$bench" forward "$work/n.xml" "$work/n.forward.xml"
    rm "$work/n.xml"
    prepare() { fresh "$ours"; }
    measure import-forward -- "$bench" import "$ours" "$work/n.forward.xml"
    rm "$work/n.forward.xml"
    prepare() { :; }
    measure export -- "$bench" export "$ours" /dev/null
  done
fi

printf '\n%-20s %9s %9s %8s %9s %12s %11s\n' case records "cpu s" ratio "peak MiB" statements "rows read"
for line in "${results[@]}"; do
  name=$(sed -nE 's/.*"case": "([^"]+)".*/\1/p' <<<"$line")
  printf '%-20s %9s %9.3f %8s %9s %12s %11s\n' "$name" "$(field records <<<"$line")" "$(field cpu_seconds <<<"$line")" \
    "$(field cpu_ratio_to_limit <<<"$line" | cut -c1-5)" "$(field peak_rss_mib <<<"$line")" \
    "$(field statements <<<"$line")" "$(field records_read <<<"$line")"
done

# The store over ODB's classes beside loops by hand over the same classes: at most 1.25 times their CPU time.
odb=build/benchmarks/benchmarks/benchmark_odb
echo
if [[ -x $odb ]]; then "$odb"; else echo "skipped: the backend odb: ODB is not here" >&2; fi
