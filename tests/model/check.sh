#!/usr/bin/env bash
# Asks spin what becomes of two and three sites, and compares with what the page says.   check.sh WHAT FOLDER [--write]
#
# WHAT is verdicts (the tables of docs/design/model.md; writes FOLDER/decisions.txt, which decisions.cpp compares with the
# engine's code), traces (the page's examples) or mistakes (planted ones are found). The checker is built in FOLDER. With
# --write the page says what spin says now.
# Exits 0 and says "skipped: ..." where there is no spin. Takes a minute of one processor at most.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
page=$here/../../docs/design/model.md
what=$1 folder=$2 write=${3:-}
command -v spin >/dev/null || { echo "skipped: spin is not here"; exit 0; }

declare -A number=([THIS]=1 [OTHER]=2 [NEWER]=3 [MASTER]=4 [pair]=0 [tasks]=1 [mutual]=2 [star]=3 [ring]=4 [edensync]=0 [eden]=1)

# build NAME OPTIONS...
build() {
  mkdir -p "$folder"
  (cd "$folder" && cp "$here/sites.pml" "$here/observe.h" . && spin -a sites.pml >/dev/null &&
    ${CC:-cc} -O1 -w -DSAFETY -DNOCLAIM -DNOREDUCE "${@:2}" -o "$1" pan.c)
}

# settings RULES SHAPE UPDATE/CONFLICT [UPDATE/CONFLICT of the others] – as the model reads them
settings() {
  export EDEN=${number[$1]} SHAPE=${number[$2]} UPDATE=${number[${3%/*}]} CONFLICT=${number[${3#*/}]}
  local others=${4:-$3}
  export UPDATE_OF_OTHERS=${number[${others%/*}]} CONFLICT_OF_OTHERS=${number[${others#*/}]}
  export EDITS=3 MISTAKE=0 WANTED=0
}

# Searches all states; sets same, kept, offered and states.
search() {
  (cd "$folder" && REPORT=report nice ./search -E -m100000 -w18 >searched)
  if ! grep -q 'errors: 0$' "$folder/searched" || grep -q 'max search depth too small' "$folder/searched"; then
    cat "$folder/searched" >&2
    exit 1
  fi
  states=$(awk '/states, stored/ { print $1; exit }' "$folder/searched")
  read -r _ differs loses passes <"$folder/report"
  same=$( ((differs)) && echo differ || echo same)
  kept=$( ((loses)) && echo lost || echo kept)
  offered=$( ((passes)) && echo passed || echo offered)
  total=$((total + states))
}
total=0

# replace BLOCK FILE: what stands in the page between the marks of BLOCK must be what FILE holds.
offences=0
replace() {
  local now
  now=$(awk -v block="$1" '$0 == "<!-- model: " block " -->" { on = 1; next } $0 == "<!-- end -->" { on = 0 } on' "$page")
  [[ $now == "$(cat "$2")" ]] && return
  if [[ $write == --write ]]; then
    awk -v block="$1" -v file="$2" '
      $0 == "<!-- end -->" { on = 0 }
      !on { print }
      $0 == "<!-- model: " block " -->" { on = 1; while ((getline line < file) > 0) print line }' "$page" >"$folder/page"
    cp "$folder/page" "$page"
  else
    echo "docs/design/model.md: the block \"$1\" is not what spin says now:"
    diff <(echo "$now") "$2" | sed 's/^/    /' || true
    offences=$((offences + 1))
  fi
}

verdicts() {
  build search
  : >"$folder/decisions"
  local rules shape u c
  for rules in edensync eden; do
    {
      echo "| update / conflict | A calls B | A calls B, which has a task | A and B pull | A and C call B | states |"
      echo "|---|---|---|---|---|---|"
      for u in THIS OTHER NEWER MASTER; do
        for c in THIS OTHER NEWER MASTER; do
          local row="| $u / $c |" sum=0
          for shape in pair tasks mutual star; do
            settings $rules $shape $u/$c
            search
            [[ $rules == eden ]] && row+=" $same, $offered |" || row+=" $same, $kept, $offered |"
            sum=$((sum + states))
            grep '^decision' "$folder/report" >>"$folder/decisions"
          done
          echo "$row $sum |"
        done
      done
    } >"$folder/$rules.md"
    replace "$rules" "$folder/$rules.md"
  done

  # Two tasks with any policies: = where the two end up equal. Both rows and columns are update / conflict, by their initials.
  {
    printf '```\nA \\ B '
    for u in T O N M; do for c in T O N M; do printf ' %s/%s' $u $c; done; done
    echo
    for u in THIS OTHER NEWER MASTER; do
      for c in THIS OTHER NEWER MASTER; do
        printf ' %s/%s  ' ${u:0:1} ${c:0:1}
        for v in THIS OTHER NEWER MASTER; do
          for d in THIS OTHER NEWER MASTER; do
            settings edensync tasks $u/$c $v/$d
            search
            printf '  %s ' "$([[ $same == same ]] && echo = || echo .)"
            [[ $offered == offered ]] || { echo "a watermark passed a change under $u/$c and $v/$d" >&2; exit 1; }
            grep '^decision' "$folder/report" >>"$folder/decisions"
          done
        done
        echo
      done
    done | sed 's/ *$//'
    echo '```'
  } >"$folder/matrix.md"
  replace "matrix" "$folder/matrix.md"

  settings edensync ring NEWER/NEWER
  export EDITS=2
  search
  [[ "$same $kept $offered" == "same kept offered" ]] || { echo "a ring: $same, $kept, $offered"; offences=$((offences + 1)); }
  grep '^decision' "$folder/report" >>"$folder/decisions"

  {
    echo "# What the model met, and decided, in the order:"
    echo "# rules update conflict  incoming: state time mci  local: state time mci from content"
    echo "# last agreement  action rule time conflict"
    sed 's/^decision //' "$folder/decisions" | sort -u
  } >"$folder/decisions.txt"
  local cases
  cases=$(grep -vc '^#' "$folder/decisions.txt")
  echo "$total states, $cases different decisions" | tee "$folder/figures.md"
  replace figures "$folder/figures.md"
}

# trace BLOCK PROPERTY: a shortest way to break the property under the present settings, in words.
trace() {
  export WANTED=$2
  (
    cd "$folder" && rm -f ./*.trail
    nice ./shortest -E -i -m100 -w18 >searched || true
    if [[ -f sites.pml.trail ]]; then ./shortest -r -S | grep '^ *-'; else echo "- No way is found any more."; fi
  ) >"$folder/trace.md"
  replace "$1" "$folder/trace.md"
}

traces() {
  # Shortest trails need each state's depth.
  build shortest -DREACH
  settings edensync pair NEWER/NEWER; MISTAKE=10 trace "edensync loses" 2
  settings edensync tasks THIS/THIS; trace "both THIS" 1
  settings edensync mutual OTHER/OTHER; trace "both OTHER" 1
  settings edensync pair MASTER/MASTER; trace "MASTER" 1
  settings edensync pair NEWER/THIS; trace "NEWER and THIS" 1
  settings eden pair NEWER/NEWER; trace "eden passes" 3
  settings eden mutual NEWER/NEWER; trace "eden ties" 1
}

mistakes() {
  build search
  # number, shape, what is found without and with the mistake, its name
  while read -r mistake shape expected name; do
    settings edensync $shape NEWER/NEWER
    search
    local before=$same,$kept,$offered
    export MISTAKE=$mistake
    search
    echo "$name ($shape): $same, $kept, $offered"
    [[ $before,$same,$kept,$offered == $expected ]] || { echo "    expected $expected"; offences=$((offences + 1)); }
  done <<'END'
1 pair same,kept,offered,differ,lost,passed the watermark is the youngest time and a second
2 star same,kept,offered,same,lost,offered a deletion does not stand against what is older
3 mutual same,kept,offered,differ,kept,offered of two versions of one second the incoming one is taken
4 pair same,kept,offered,differ,lost,passed the watermark moves before the answer was taken in
5 pair same,kept,offered,differ,lost,passed the watermark moves over what was written since the answer
6 pair same,kept,offered,differ,lost,offered an edit is not younger than what it was made from
7 mutual same,kept,offered,same,lost,offered what loses is not kept
8 pair same,kept,offered,differ,lost,passed the watermark of a push moves without its reply
9 pair same,kept,offered,differ,lost,passed an edit counts as an echo of what it was made from
10 pair same,kept,offered,same,lost,offered what the other side has not heard of is not kept if it is the older
END
}

"$what"
exit $((offences != 0))
