#!/usr/bin/env bash
# Two sites meet: a base with the example data, and a field office with records of its own.
#
#   run.sh EDEN_PAIR COMPARE_SITES [FOLDER]
#
# The two are separate processes with a SQLite file each, and speak HTTP on the loopback address. Everything is in a
# temporary folder, which is removed in the end; a FOLDER that is given is kept. Exits 0 only if both sites hold the same.
set -euo pipefail
program=$1 compare=$2
data=$(cd "$(dirname "$0")/../../data" && pwd)
if (($# > 2)); then
  mkdir -p "$3"
  folder=$(cd "$3" && pwd)
  rm -f "$folder"/{base,field}.sqlite* "$folder"/{port,input}
else
  folder=$(mktemp -d)
fi

base_id=
clean_up() {
  if [[ -n $base_id ]]; then kill "$base_id" 2>/dev/null || true; wait "$base_id" 2>/dev/null || true; fi
  if [[ ${keep:-no} == no ]]; then rm -rf "$folder"; fi
  return 0
}
(($# > 2)) && keep=yes
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The example data end in June 2026. Where the computer's clock is before that, both sites put theirs forward.
ahead=$(($(date -ud '2026-07-01T08:00:00' +%s) - $(date +%s)))
((ahead > 0)) || ahead=0
EDEN_PAIR_PASSWORD=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
export EDEN_PAIR_PASSWORD

step() { printf '\n== %s\n' "$*"; }
base() { "$program" "$1" --db "$folder/base.sqlite" --site base --ahead "$ahead" "${@:2}"; }
field() { "$program" "$1" --db "$folder/field.sqlite" --site field --ahead "$ahead" "${@:2}"; }
time_at_sites() { date -ud "@$(($(date +%s) + ahead))" +%Y-%m-%dT%H:%M:%S; }

step "1. The base takes the export of an Eden: made-up relief data"
base load "$data"/{gis_location,org_organisation,org_office,pr_person,inv_req}.xml

step "2. The field office enters its own"
field fill

step "3. The base listens, and the field office registers"
# The base reads from a pipe that only this script writes to: if the script dies, however it dies, the base ends as well.
mkfifo "$folder/input"
# Called by its name, not by way of base(): then $! is the program itself and not a shell around it.
"$program" passive --db "$folder/base.sqlite" --site base --ahead "$ahead" --port-file "$folder/port" \
  --user field-office <"$folder/input" &
base_id=$!
exec 3>"$folder/input"
for ((i = 0; i < 100; ++i)); do
  [[ -s $folder/port ]] && break
  kill -0 "$base_id"
  sleep 0.1
done
url=http://127.0.0.1:$(<"$folder/port")/eden
echo "  process $base_id listens at $url"
field register --url "$url" --user field-office

step "4. First run: the field office pulls, then pushes"
field active

step "5. People at both sites go on working, and do not know of each other"
sleep 2.1 # whole seconds are all that travels: what is younger than the first run must be so by one
base edit base-first
sleep 1.1 # and so must be who is later
field edit field
sleep 1.1
base edit base-last

step "6. Second run: conflicts"
since=$(time_at_sites)
field active
base decisions --since "$since"

step "7. Third run: there is nothing new, so nothing changes"
field active --expect nothing

step "8. The log of the field office ends with"
field log --last 12

step "9. The base stops"
kill -TERM "$base_id"
wait "$base_id"
base_id=
exec 3>&-

step "10. Do both sites hold the same? Asked of a program that knows nothing of edensync"
"$compare" "$folder/base.sqlite" "$folder/field.sqlite"
