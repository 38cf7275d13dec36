#!/usr/bin/env bash
# Every C++ file of the repository is formatted as .clang-format says.   format.sh [ROOT] [--fix]
set -euo pipefail
root=${1:-.}
mode=(--dry-run -Werror)
[[ ${2:-} == --fix ]] && mode=(-i)
tool=$(command -v clang-format-14 || command -v clang-format)
cd "$root"
# An archive has no git: then whatever is not built.
files() { git ls-files -z --cached --others --exclude-standard -- '*.hpp' '*.cpp' 2>/dev/null || find . -path ./build -prune -o -name '*.[hc]pp' -print0; }
files | while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done \
  | xargs -0 --no-run-if-empty "$tool" --style=file "${mode[@]}"
