#!/usr/bin/env bash
# What of the engine and the backends ran in the tests, by llvm-cov: of branches and lines, for each folder.
#   tests/coverage.sh BUILD   BUILD was made with -DEDENSYNC_COVERAGE=ON and tested with LLVM_PROFILE_FILE=BUILD/profiles/%m.profraw
#
# Fails if a branch of policy/ or of importer/decide.hpp never went both ways, or if less than 90% of all lines ran. A template that
# nothing instantiates has no code and is not counted. Then prints the places of these branches.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1

llvm-profdata-14 merge -sparse -o "$build/profiles/all.profdata" "$build"/profiles/*.profraw
mapfile -t programs < <(find "$build/tests" "$build/examples" -type f -perm -u+x ! -name '*.sh' ! -path '*/CMakeFiles/*' ! -name '*.so' |
  while read -r f; do ! readelf -S "$f" 2>/dev/null | grep -q __llvm_covmap || echo "$f"; done | LC_ALL=C sort)
objects=()
for program in "${programs[@]:1}"; do objects+=(-object "$program"); done
llvm-cov-14 report "${programs[0]}" "${objects[@]}" -instr-profile="$build/profiles/all.profdata" \
  -ignore-filename-regex='(/|^)(tests|examples|benchmarks|skeleton)/|^/usr/' >"$build/profiles/report" 2>"$build/profiles/said" ||
  { cat "$build/profiles/said" >&2; exit 1; }

# Filename, then four times: all of them, missed, covered in per cent (regions, functions, lines, branches).
awk '
  /^-+$/ { table = !table; next }
  !table || NF != 13 || $1 == "TOTAL" { next }
  {
    name = $1; n = split(name, part, "/"); folder = n > 1 ? part[n - 1] : "."
    lines[folder] += $8; unrun[folder] += $9; branches[folder] += $11; untaken[folder] += $12
    all_lines += $8; all_unrun += $9; all_branches += $11; all_untaken += $12
    if ((name ~ /(^|\/)policy\// || name ~ /importer\/decide\.hpp$/) && $12 > 0) {
      print name ": " $12 " of " $11 " ways of its branches were never gone"; bad = 1
    }
    found += name ~ /importer\/decide\.hpp$/
  }
  function share(missed, of) { return of ? sprintf("%5.1f%%", 100 * (of - missed) / of) : "     -" }
  END {
    printf "%-24s %8s %7s %9s %7s\n", "folder", "lines", "ran", "branches", "gone"
    for (f in lines) printf "%-24s %8d %7s %9d %7s\n", f, lines[f], share(unrun[f], lines[f]), branches[f], share(untaken[f], branches[f]) | "LC_ALL=C sort"
    close("LC_ALL=C sort")
    printf "%-24s %8d %7s %9d %7s\n", "all", all_lines, share(all_unrun, all_lines), all_branches, share(all_untaken, all_branches)
    if (!found) { print "importer/decide.hpp is not in the report"; bad = 1 }
    if (all_unrun > 0.1 * all_lines) { print "less than 90% of the lines ran"; bad = 1 }
    exit bad
  }' "$build/profiles/report" && exit 0

# Where to look: the ways that were never gone, each with its place (LINE:COLUMN).
llvm-cov-14 show "${programs[0]}" "${objects[@]}" -instr-profile="$build/profiles/all.profdata" -show-branches=count \
  "$PWD"/include/edensync/policy/*.hpp "$PWD/include/edensync/importer/decide.hpp" 2>/dev/null |
  awk -v here="$PWD/" '/^\// { file = $0; sub(here, "", file) } /(True|False): 0[],]/ { print file $0 }'
exit 1
