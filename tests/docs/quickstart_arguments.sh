#!/usr/bin/env bash
# The quickstart takes its arguments in any order. Nothing is built: its tools stand in for themselves.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{examples/3_sites/quickstart,tools,bin}
cp "$root/examples/quickstart.sh" "$tree/examples"
for tool in tools/install.sh bin/cmake examples/3_sites/quickstart/run.sh; do
  printf '#!/bin/sh\n' >"$tree/$tool"
  chmod +x "$tree/$tool"
done
echo 'echo "${1##*/}" "${3:-no folder}"' >>"$tree/examples/3_sites/quickstart/run.sh"
mkdir -p "$tree/build/quickstart"
touch "$tree/build/quickstart/CMakeCache.txt"

quickstart() { PATH=$tree/bin:$PATH "$tree/examples/quickstart.sh" "$@" 2>/dev/null | tail -n1; }
runs() { local said; said=$(quickstart "${@:2}") || said=nothing; [[ $said == "$1" ]] || { echo "$*: $said"; exit 1; }; }
refused() { if quickstart "$@" >/dev/null; then echo "accepted: $*"; exit 1; fi; }
runs 'eden_pair no folder'
runs 'eden_pair here' here
runs 'eden_pair_odb here' --store odb here
runs 'eden_pair_odb here' here --store odb
runs 'eden_pair here' here --store sqlite
refused --store
refused --store mysql
refused --stores odb
refused here there
