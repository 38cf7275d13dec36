#!/usr/bin/env bash
# The check of quotes bites.
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/quotes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/docs"
printf '  // [one]\n  int a = 1;\n\n    f(a);\n  // [one]\n' >"$tree/a.cpp"
page() { printf '# Page\n\n<!-- quoted from %s -->\n```cpp\n%b```\n' "$1" "$2" >"$tree/README.md"; }

page 'a.cpp#one' 'int a = 1;\n\n  f(a);\n'
"$check" "$tree"
refuses() { page "$1" "$2"; if "$check" "$tree" >/dev/null; then echo "accepted: $1 as $2"; exit 1; fi; }
refuses 'a.cpp#one' 'int a = 2;\n\n  f(a);\n'
refuses 'a.cpp#one' 'int a = 1;\n'
refuses 'a.cpp#two' 'int a = 1;\n\n  f(a);\n'
refuses 'b.cpp#one' 'int a = 1;\n\n  f(a);\n'
