#!/usr/bin/env bash
# Includes point one way.   layering.sh [ROOT]
#
# A header includes only from its own folder, from detail/, and from the folders named for it here; Hana enters in
# schema/ and nowhere else; no engine header names a backend's library. Prints "file:line: sentence" per offence.
set -euo pipefail
cd "${1:-.}"

allowed() {  # what a folder may include; the exceptions to "only the rows below" are stated at the lines they concern
  case $1 in
    detail)            echo core ;;
    core)              echo ;;
    concepts)          echo core ;;
    schema|policy|log) echo core concepts ;;
    s3xml|protocol)    echo core concepts schema ;;  # exception: records are read and written against a schema
    s3json)            echo core concepts schema policy protocol log s3xml ;;  # exception: a codec is a spelling of S3XML
    laws)              echo core concepts schema policy protocol log s3xml memory ;;  # a store is compared with the model
    importer|exporter) echo core concepts schema policy protocol log s3xml s3json ;;
    memory|system|backend)
                       echo core concepts schema policy protocol log ;;  # a model never includes the engine
    mock)              echo core concepts schema policy protocol log memory ;;  # a backend without a library
    odb)               echo core concepts schema policy protocol log sqlite ;;  # its ledger is that of sqlite
    site)              echo core concepts schema policy protocol log s3xml s3json importer exporter ;;
    job)               echo core concepts schema policy protocol log s3xml s3json importer exporter site ;;
    admin)             echo core concepts schema policy protocol log s3xml s3json importer exporter site job ;;
    umbrella)          echo core concepts schema policy protocol log s3xml s3json importer exporter site job memory system ;;
    *)                 return 1 ;;
  esac
}

check() {  # check FILE FOLDER KIND: KIND is FOLDER, or "backend"
  local file=$1 folder=$2 kind=$3 may
  if ! may=$(allowed "$kind"); then
    echo "$file:1: the folder '$folder' has no layer"
    return
  fi
  awk -v file="$file" -v folder="$folder" -v kind="$kind" -v may=" $may $folder detail " '
    function offence(sentence) { print file ":" FNR ": " sentence }
    match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
      header = $0
      sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", header)
      sub(/[>"].*$/, "", header)
      if (header ~ /^\.\.?\//) offence("\"" header "\" is relative: write <edensync/...>")
      if (header == "edensync.hpp") offence(folder " includes the umbrella header, which is for users")
      if (header ~ /^edensync\//) {
        split(header, part, "/")
        sub(/\.hpp$/, "", part[2])
        if (index(may, " " part[2] " ") == 0) offence(folder " may not include " part[2] " (<" header ">)")
      }
      if (header ~ /^boost\/hana/ && folder != "schema") offence("Hana enters in schema only (<" header ">)")
      if (header ~ /^boost\/test\//) offence("a header includes Boost.Test (<" header ">)")
      if (kind != "backend" &&
          header ~ /^(boost\/(asio|beast)|expat|sqlite3|libpq|postgresql|odb|zlib|openssl|sodium|zip|crypt)[\/.]|^libpq-fe/)
        offence("an engine header includes a backend\047s library (<" header ">)")
    }' "$file"
}

offences=$(
  if [[ -f include/edensync.hpp ]]; then check include/edensync.hpp umbrella umbrella; fi
  while IFS= read -r file; do
    path=${file#include/edensync/}
    folder=${path%%/*}
    folder=${folder%.hpp}  # edensync/core.hpp gathers the folder core and has its layer
    check "$file" "$folder" "$folder"
  done < <(find include/edensync -name '*.hpp' 2>/dev/null | sort)
  for backend in backends/*/; do
    name=$(basename "$backend")
    kind=backend
    if [[ $name == mock || $name == odb ]]; then kind=$name; fi
    while IFS= read -r file; do
      if [[ $file == backends/$name/include/edensync/$name/* ]]; then check "$file" "$name" $kind
      else echo "$file:1: headers of this backend live in include/edensync/$name"; fi
    done < <(find "backends/$name/include" -name '*.hpp' 2>/dev/null | sort)
  done
)
if [[ -n $offences ]]; then
  echo "$offences"
  exit 1
fi
