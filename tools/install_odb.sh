#!/usr/bin/env bash
# Installs the ODB compiler and its SQLite runtime on Debian 12.   tools/install_odb.sh
#
# Debian 12 has the compiler but not the runtime; Debian 11's packages of the runtime install on 12 and work. They are
# taken from the mirrors this machine is configured with, under the other suite's name, through lists, preferences and
# a state folder of their own in a temporary folder: the machine's own sources are read and never written, and nothing
# but the packages named below can come from there. Exits 1 if they are not to be had.
set -euo pipefail

suite=bullseye
runtime=(libodb-2.4 libodb-dev libodb-sqlite-2.4 libodb-sqlite-dev)

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"
  else echo "install_odb.sh: root or sudo is needed" >&2; return 1; fi
}

missing=()
for package in "${runtime[@]}"; do installed "$package" || missing+=("$package"); done
installed odb && ((${#missing[@]} == 0)) && exit 0
if [[ $(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}") != "debian 12" ]]; then
  echo "install_odb.sh: known to work on Debian 12 only" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
if ! installed odb; then
  as_root apt-get install -y -qq --no-install-recommends odb >/dev/null 2>&1 || {
    as_root apt-get update -qq
    as_root apt-get install -y -qq --no-install-recommends odb >/dev/null
  }
fi
((${#missing[@]})) || exit 0

own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
chmod 755 "$own"  # apt reads as its own user
mkdir -p "$own/lists/partial" "$own/sources"

# The machine's mirrors of Debian itself (not of its security updates, nor of anybody else's packages), in either
# format, with the suite replaced. The keys named there are kept: the signature is checked as always.
for file in /etc/apt/sources.list.d/*.sources; do
  [[ -f $file ]] || continue
  awk -v suite="$suite" -v RS='' '
    /(^|\n)Enabled:[ \t]*no/ { next }
    /(^|\n)Suites:[^\n]*[ \t](bookworm|oldstable|stable)([ \t\n]|$)/ {
      count = split($0, line, "\n")
      for (i = 1; i <= count; ++i) {
        if (line[i] ~ /^#/) continue
        if (line[i] ~ /^Types:/) line[i] = "Types: deb"
        if (line[i] ~ /^Suites:/) line[i] = "Suites: " suite
        if (line[i] ~ /^Components:/) line[i] = "Components: main"
        print line[i]
      }
      print ""
    }' "$file"
done >"$own/sources/edensync-$suite.sources"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -f $file ]] || continue
  sed -nE "s/^(deb[[:space:]]+(\[[^]]*\][[:space:]]+)?[^[:space:]]+[[:space:]]+)(bookworm|oldstable|stable)[[:space:]].*/\1$suite main/p" "$file"
done >"$own/sources/edensync-$suite.list"
if ! [[ -s $own/sources/edensync-$suite.sources || -s $own/sources/edensync-$suite.list ]]; then
  echo "install_odb.sh: no mirror of Debian 12 is configured here" >&2
  exit 1
fi

# Everything else of that suite ranks below whatever this machine has.
cat >"$own/preferences" <<END
Package: ${runtime[*]}
Pin: release n=$suite
Pin-Priority: 500

Package: *
Pin: release n=$suite
Pin-Priority: 1
END

# Copies of the machine's sources beside the other suite, for the dependencies; copies of its lists, so that only what
# is new is fetched. apt then writes into this folder instead of the machine's.
mkdir "$own/preferences.d"
cp -a /etc/apt/sources.list "$own/sources.list" 2>/dev/null || : >"$own/sources.list"
cp -a /etc/apt/sources.list.d/. "$own/sources/" 2>/dev/null || true
cp -a /etc/apt/preferences.d/. "$own/preferences.d/" 2>/dev/null || true
cp /var/lib/apt/lists/*Release /var/lib/apt/lists/*Packages* "$own/lists/" 2>/dev/null || true
options=(-o "Dir::Etc::sourcelist=$own/sources.list" -o "Dir::Etc::sourceparts=$own/sources"
  -o "Dir::Etc::preferences=$own/preferences" -o "Dir::Etc::preferencesparts=$own/preferences.d"
  -o "Dir::State::lists=$own/lists" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=")
as_root apt-get "${options[@]}" update -qq || true  # one mirror may fail that is not needed: the install decides
as_root apt-get "${options[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
