#!/bin/bash
# Runs the subjobs of one HTCondor job, one after the other, inside the node's envelope. What is to be
# done stands in the file `task` beside this one, as calls of the functions below:
#
#   subjob INDEX WALL_SECONDS OUTPUT_BYTES DATA_KILOBYTES FILE_KILOBYTES
#   input PATH SHA256        the file SHA256 beside this one, as PATH in the subjob's folder
#   variable NAME=VALUE
#   output GLOB              what to bring back
#   run COMMAND…
#
# Leaves out/INDEX/: end ("exit wall user system"), stdout, stderr, files/…; and out/manifest, every
# file with its SHA-256, last: where it is whole, all is.
set -u
top=$PWD
mkdir out

subjob() {
  index=$1 wall=$2 output_bytes=$3 data_kilobytes=$4 file_kilobytes=$5
  folder=$top/s$index
  environment=() outputs=()
  mkdir -p "$folder" "$top/out/$index/files"
  cd "$folder" || exit 1
}

input() {
  case $1 in */*) mkdir -p "${1%/*}" ;; esac
  ln "$top/$2" "$1" 2>/dev/null || cp "$top/$2" "$1"
}

variable() { environment+=("$1"); }

output() { outputs+=("$1"); }

# A function, since bash forgets to tell the time of a subshell that ends in exec.
begin() (
  exec </dev/null >"$top/out/$index/stdout" 2>"$top/out/$index/stderr"
  ulimit -d "$data_kilobytes" -f "$file_kilobytes" -c 0
  exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$folder" TMPDIR=/tmp LANG=C.UTF-8 "${environment[@]}" \
    timeout -k 5 "$wall" "$@"
)

run() {
  local status=0 file to="$top/out/$index" TIMEFORMAT='%R %U %S'
  {
    time begin "$@"
    status=$?
  } 2>"$top/time"
  printf '%s %s\n' "$status" "$(tail -n 1 "$top/time")" >"$to/end"
  for file in stdout stderr; do
    if (($(stat -c %s "$to/$file") > output_bytes)); then truncate -s "$((output_bytes + 1))" "$to/$file"; fi
  done
  shopt -s nullglob globstar dotglob
  local pattern IFS=
  for pattern in "${outputs[@]}"; do
    # shellcheck disable=SC2206  # globs, as the application wrote them; IFS is empty
    for file in $pattern; do
      if [ ! -f "$file" ] || [ -L "$file" ]; then continue; fi
      case $file in */*) mkdir -p "$to/files/${file%/*}" ;; esac
      cp "$file" "$to/files/$file"
    done
  done
  cd "$top" || exit 1
  rm -rf "$folder"
}

# shellcheck source=/dev/null
. ./task
cd out || exit 1
find . -type f ! -name manifest -print0 | sort -z | xargs -0 -r sha256sum >../manifest.new
mv ../manifest.new manifest
