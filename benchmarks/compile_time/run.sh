#!/usr/bin/env bash
# What including each public header costs, in counted quantities: lines after preprocessing (g++), and class and variable
# templates that are instantiated by including it and nothing else (clang 14). No times: those are the machine's. Each
# header is included alone and twice, so one that does not stand by itself is found, too. Those that end in .hxx are what
# ODB's compiler reads, C++14. And a scenario test of a user's own server is to cost no more than a fifth above the first
# program of the tutorial.
#   benchmarks/compile_time/run.sh            compares with counts.txt, fails where one grew by more than 3%
#   benchmarks/compile_time/run.sh --write    writes counts.txt anew; the reason belongs into docs/design/decisions.md
# A count may also grow by 100 where 3% of it is less: a small header that gets one more comment-free function is no news.
set -euo pipefail
cd "$(dirname "$0")/../.."
clang=$(command -v clang++-14 || command -v clang++) || { echo "skipped: the compile-time counts: there is no clang++"; exit 0; }
kept=benchmarks/compile_time/counts.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

roots=(include backends/*/include)
# The headers of this one include its library's, which many a machine does not have.
without=
if ! g++ -x c++ -E - <<<'#include <odb/core.hxx>' >/dev/null 2>&1; then
  echo "skipped: the headers of the backend odb: ODB is not here"
  without=^edensync/odb/
  for i in "${!roots[@]}"; do [[ ${roots[i]} != backends/odb/include ]] || unset "roots[i]"; done
fi
printf -- '-I%s\n' "${roots[@]}" >"$work/flags"
echo '-DEDENSYNC_SOURCE_DIR="."' >>"$work/flags"

count() {  # count WORK CLANG HEADER-OR-PROGRAM
  local source=$3 flags lines said standard=-std=c++20
  mapfile -t flags <"$1/flags"
  if [[ $3 != *.cpp ]]; then
    source=$(mktemp "$1/header.XXXXXX")
    printf '#include <%s>\n' "$3" "$3" >"$source"
  fi
  [[ $3 != *.hxx ]] || standard=-std=c++14
  lines=$(g++ $standard "${flags[@]}" -E -P -x c++ "$source" | wc -l)
  said=$("$2" $standard -Wall -Wextra -Werror "${flags[@]}" -fsyntax-only -Xclang -print-stats -x c++ "$source" 2>&1) || {
    printf '%s does not compile alone:\n%s\n' "$3" "$(grep -A5 ' error: ' <<<"$said")" >&2
    return 1
  }
  printf '%s %s %s\n' "$3" "$lines" \
    "$(awk '/ (Class|Var)TemplateSpecialization decls,/ { n += $1 } END { print n + 0 }' <<<"$said")"
}
export -f count

for root in "${roots[@]}"; do (cd "$root" && find . -name '*.hpp' -o -name '*.hxx' | sed 's#^\./##'); done | LC_ALL=C sort |
  xargs -P "$(nproc)" -I{} bash -c 'count "$@"' count "$work" "$clang" {} | LC_ALL=C sort >"$work/counts"

if [[ ${1:-} == --write ]]; then
  { echo "# header, lines after preprocessing (g++ 12), class and variable templates instantiated (clang 14)"
    cat "$work/counts"; } >"$kept"
  echo "$(wc -l <"$work/counts") headers written"
  exit 0
fi

bad=0
awk -v kept="$kept" -v without="$without" '
  BEGIN { while ((getline line < kept) > 0) if (line !~ /^#/) { split(line, f, " "); lines[f[1]] = f[2]; templates[f[1]] = f[3] } }
  function grown(now, before) { return now > before + 100 && now > before * 1.03 }
  !($1 in lines) { print $1 ": not in " kept ": a new header (--write)"; bad = 1; next }
  grown($2, lines[$1]) { print $1 ": " $2 " lines after preprocessing, were " lines[$1]; bad = 1 }
  grown($3, templates[$1]) { print $1 ": " $3 " templates instantiated, were " templates[$1]; bad = 1 }
  { seen[$1] = 1; n++ }
  END {
    for (h in lines) if (!(h in seen) && !(without != "" && h ~ without)) { print h ": in " kept ", but there is no such header (--write)"; bad = 1 }
    if (bad) exit 1
    print n " headers cost no more than 3% above their counts"
  }' "$work/counts" || bad=1

first=examples/1_tutorial/1_two_sites_in_memory.cpp
for program in "$first" examples/1_tutorial/6_test_with_a_mock_peer.cpp backends/mock/tests/your_server.cpp; do
  count "$work" "$clang" "$program"
done | awk '
  NR == 1 { first = $1; lines = $2; templates = $3; next }
  $2 > lines * 1.2 || $3 > templates * 1.2 { bad = 1 }
  { printf "%s: %d%% of the lines and %d%% of the templates of %s\n", $1, 100 * $2 / lines, 100 * $3 / templates, first }
  END {
    if (NR != 3) bad = 1
    if (bad) { print "a scenario test of a server is to cost no more than 120% of it"; exit 1 }
  }' || bad=1
exit "$bad"
