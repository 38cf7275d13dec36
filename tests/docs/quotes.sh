#!/usr/bin/env bash
# What the pages quote is what the programs say.   quotes.sh [ROOT]
#
# A block in docs/**/*.md or README.md under a line <!-- quoted from PATH#REGION --> must be, word for word, what stands in
# PATH between the two lines // [REGION], without the common indentation; without #REGION, the whole file.
# Prints "page:line: sentence" per offence.
set -euo pipefail
cd "${1:-.}"

region() {  # region PATH [NAME]
  awk -v name="${2:-}" '
    name == "" { line[++n] = $0; next }
    $0 ~ "^[ \t]*// \\[" name "\\]$" { ++marks; next }
    marks == 1 { line[++n] = $0 }
    END {
      if (name != "" && marks != 2) exit 1
      indent = 1000
      for (i = 1; i <= n; ++i) if (line[i] != "") { match(line[i], /^ */); if (RLENGTH < indent) indent = RLENGTH }
      for (i = 1; i <= n; ++i) print substr(line[i], indent + 1)
    }' "$1"
}

offences=0
offend() { echo "$1"; offences=$((offences + 1)); }
while IFS= read -r page; do
  while IFS=: read -r number line; do
    source=$(sed 's/.*quoted from \([^ ]*\) -->.*/\1/' <<<"$line")
    path=${source%%#*} name=
    [[ $source == *"#"* ]] && name=${source#*#}
    if [[ ! -f $path ]]; then offend "$page:$number: $path does not exist"; continue; fi
    if ! expected=$(region "$path" "$name"); then offend "$page:$number: $path has no region [$name]"; continue; fi
    quoted=$(awk -v after="$number" 'NR <= after { next } /^```/ { if (open) exit; open = 1; next } open' "$page")
    if [[ $quoted != "$expected" ]]; then
      offend "$page:$number: the block is not what $source says:"
      diff <(echo "$expected") <(echo "$quoted") | sed 's/^/    /' || true
    fi
  done < <(grep -n '^<!-- quoted from ' "$page" || true)
done < <(find README.md docs -name '*.md' | sort)
((offences == 0))
