#!/usr/bin/env bash
# A passive site under many peers at once, slow ones among them, and what a local write waits for during a long import.
#   benchmarks/load.sh [SECONDS (300)] [PEERS (200)] [BUILD]
#
# Fails if an answer is none that is documented, if a record that was said to be taken is not there or is there twice, or if the
# server holds more than 512 MiB. How fast it all is, is printed and not judged. With BUILD, a folder that CMake has made, what
# a write waits for is left out: so CI runs it, whose programs are not made to be fast.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-300}
peers=${2:-200}

build=${3:-build/benchmarks}
programs=(benchmark_load eden-site)
if (($# < 3)); then
  tools/install.sh build >&2
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DEDENSYNC_TESTS=OFF -DEDENSYNC_EXAMPLES=ON >&2
  programs+=(benchmark_sync_bench)
fi
cmake --build "$build" --target "${programs[@]}" >&2
bin=$PWD/$build/benchmarks
eden_site=$PWD/$build/examples/3_sites/eden_site/eden-site

work=$(mktemp -d)
server=
end() {
  if [[ -n $server ]]; then kill "$server" 2>/dev/null && wait "$server" || true; fi
  rm -rf "$work"
}
trap end EXIT

at=(--data "$work/site")
fixtures=tests/program/data
"$eden_site" init "${at[@]}" >&2
"$eden_site" schema add "${at[@]}" "$fixtures"/{dvr_centre.xml,tables.json,dvr_bed.xml} >&2
"$eden_site" settings set "${at[@]}" --mode eden >&2
echo secret >"$work/password"
for ((i = 0; i * 100 < peers; ++i)); do
  "$eden_site" user add "${at[@]}" --name "peers-$i" --password-file "$work/password" --access write >&2
done
{
  echo "<s3xml>"
  for ((i = 0; i < 1000; ++i)); do
    echo "<resource name=\"dvr_centre\" uuid=\"urn:uuid:first-$i\"><data field=\"name\">Centre $i</data></resource>"
  done
  echo "</s3xml>"
} >"$work/first.xml"
"$eden_site" import "${at[@]}" --resource dvr_centre "$work/first.xml" >&2

"$eden_site" serve "${at[@]}" --listen 127.0.0.1:0 >"$work/said" 2>"$work/events" &
server=$!
while ! grep -q '^listening on ' "$work/said"; do
  kill -0 "$server" || { cat "$work/events" >&2; exit 1; }
  sleep 0.1
done
port=$(sed -nE 's/^listening on http:.*:([0-9]+)\/.*/\1/p' "$work/said")
bad=0
result=$("$bin/benchmark_load" "$port" "$peers" "$seconds" "$server" --rss-limit 512) || bad=1
echo "$result"
((bad == 0)) || exit 1
kill "$server"
wait "$server"
server=

pushed=$(sed -nE 's/.*"pushed_records": ([0-9]+).*/\1/p' <<<"$result")
"$eden_site" export "${at[@]}" --resource dvr_centre "$work/all.xml" >&2
there=$(grep -o '<resource name="dvr_centre"' "$work/all.xml" | wc -l)
different=$(grep -oE '<resource name="dvr_centre" uuid="[^"]*"' "$work/all.xml" | sort -u | wc -l)
echo "{\"case\": \"records after the load\", \"taken\": $((1000 + pushed)), \"there\": $there, \"different\": $different}"
# A push whose answer nobody waited for may have been taken, too.
if ((there != different || there < 1000 + pushed)); then
  echo "records are lost or there twice" >&2
  exit 1
fi
"$eden_site" check "${at[@]}" >&2
(($# < 3)) || exit 0

"$bin/benchmark_sync_bench" make 100000 "$work/many.xml"
"$bin/benchmark_sync_bench" targets "$work/many.xml" "$work/countries.xml"
"$bin/benchmark_sync_bench" import "$work/many.sqlite" "$work/countries.xml" >&2
"$bin/benchmark_sync_bench" write-latency "$work/many.sqlite" "$work/many.xml"
