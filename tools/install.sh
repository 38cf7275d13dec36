#!/usr/bin/env bash
# Installs what is missing on Debian 12, and nothing that is there:   tools/install.sh [build] [test] [examples] [odb] [clang] [coverage] [valgrind]
#
# Needs root or sudo only if something is missing. Boost comes from the versioned 1.81 packages: the unversioned ones
# are 1.74. Exits 0 if everything asked for is there; a missing ODB is said and is no failure.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

packages=()
want_odb=no
for purpose in "${@:-build}"; do
  case $purpose in
    build)    packages+=(g++ cmake ninja-build libboost1.81-dev libboost-json1.81-dev libexpat1-dev libsqlite3-dev zlib1g-dev libcrypt-dev libzip-dev libssl-dev) ;;
    test)     packages+=(libboost-test1.81-dev ccache clang-format git tinyproxy-bin pkg-config libgtest-dev catch2 spin) ;;
    examples) packages+=(curl ca-certificates) ;;
    clang)    packages+=(clang libclang-rt-14-dev) ;;
    coverage) packages+=(llvm-14) ;;
    valgrind) packages+=(valgrind) ;;
    odb)      want_odb=yes ;;
    *)        echo "install.sh: unknown purpose '$purpose'" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "install.sh: root or sudo is needed to install ${missing[*]}" >&2; return 1; fi
}

if ((${#missing[@]})); then
  echo "installing: ${missing[*]}"
  install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}")
  # A fresh machine has no package lists, or old ones.
  as_root "${install[@]}" >/dev/null 2>&1 || {
    as_root apt-get update -qq
    as_root "${install[@]}" >/dev/null
  }
fi

if [[ $want_odb == yes ]]; then
  "$here/install_odb.sh" || echo "ODB is not to be had here: the backend odb will be left out"
fi
