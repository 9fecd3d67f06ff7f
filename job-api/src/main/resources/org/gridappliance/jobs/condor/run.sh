#!/bin/bash
# Runs the subjobs of one HTCondor job, one after the other, inside the node's envelope. What is to be
# done stands in the file `task` beside this one, as calls of the functions below:
#
#   subjob INDEX WALL_SECONDS OUTPUT_BYTES DATA_KILOBYTES FILE_KILOBYTES
#   input PATH SHA256        the file SHA256 beside this one, as PATH in the subjob's folder
#   variable NAME=VALUE
#   output GLOB              what to bring back
#   checkpoint GLOB          what holds its state
#   run COMMAND…
#
# Leaves out/INDEX/: end ("exit wall user system"), stdout, stderr, files/…; and out/manifest, every
# file with its SHA-256, last: where it is whole, all is.
#
# A program that declares its state and ends with status 85 leaves it in checkpoint/ (files/, stdout,
# stderr, used: the seconds so far), and this script ends with 85 too: HTCondor keeps that folder and starts
# all of it again, here or elsewhere, where the program finds its state.
set -u
top=$PWD
mkdir -p out

subjob() {
  index=$1 wall=$2 output_bytes=$3 data_kilobytes=$4 file_kilobytes=$5
  folder=$top/s$index
  environment=() outputs=() state=()
  rm -rf "$folder" "$top/out/$index"
  mkdir -p "$folder" "$top/out/$index/files"
  # What a person sees of it while it runs, where HTCondor may look; nothing to send at the end.
  ln -sfn "out/$index/stdout" "$top/live.stdout"
  ln -sfn "out/$index/stderr" "$top/live.stderr"
  cd "$folder" || exit 1
}

input() {
  case $1 in */*) mkdir -p "${1%/*}" ;; esac
  ln "$top/$2" "$1" 2>/dev/null || cp "$top/$2" "$1"
}

variable() { environment+=("$1"); }

output() { outputs+=("$1"); }

checkpoint() { state+=("$1"); }

# copy_matching TO GLOB…: the files of this folder that match.
copy_matching() {
  local to=$1 pattern file IFS=
  shift
  shopt -s nullglob globstar dotglob
  for pattern; do
    # shellcheck disable=SC2206  # globs, as the application wrote them; IFS is empty
    for file in $pattern; do
      if [ ! -f "$file" ] || [ -L "$file" ]; then continue; fi
      case $file in */*) mkdir -p "$to/${file%/*}" ;; esac
      cp --remove-destination "$file" "$to/$file"
    done
  done
}

# take_up: the state that an earlier run left.
take_up() {
  local to="$top/out/$index"
  used='0 0 0'
  if ((${#state[@]} == 0)) || [ ! -f "$top/checkpoint/used" ]; then return; fi
  (cd "$top/checkpoint/files" && shopt -s dotglob && copy_matching "$folder" '**')
  cp "$top/checkpoint/stdout" "$top/checkpoint/stderr" "$to/"
  used=$(cat "$top/checkpoint/used")
}

# put_by: its state, for the run to come.
put_by() {
  local new="$top/checkpoint.new"
  rm -rf "$new"
  mkdir -p "$new/files"
  copy_matching "$new/files" "${state[@]}"
  cp "$top/out/$index/stdout" "$top/out/$index/stderr" "$new/"
  printf '%s\n' "$used" >"$new/used"
  rm -rf "$top/checkpoint"
  mv "$new" "$top/checkpoint"
}

# A function, since bash forgets to tell the time of a subshell that ends in exec.
begin() (
  exec </dev/null >>"$top/out/$index/stdout" 2>>"$top/out/$index/stderr"
  ulimit -d "$data_kilobytes" -f "$file_kilobytes" -c 0
  exec env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$folder" TMPDIR=/tmp LANG=C.UTF-8 "${environment[@]}" \
    timeout -k 5 "$left" "$@"
)

run() {
  local status=0 file to="$top/out/$index" TIMEFORMAT='%R %U %S' used left
  take_up
  left=$((wall - ${used%%[. ]*}))
  ((left > 0)) || left=1
  {
    time begin "$@"
    status=$?
  } 2>"$top/time"
  if [ "$used" = '0 0 0' ]; then
    used=$(tail -n 1 "$top/time")
  else
    used=$(printf '%s\n%s\n' "$used" "$(tail -n 1 "$top/time")" | awk '
      { wall += $1; user += $2; kernel += $3 } END { printf "%.3f %.3f %.3f", wall, user, kernel }')
  fi
  if ((status == 85 && ${#state[@]} > 0)); then
    put_by
    exit 85
  fi
  printf '%s %s\n' "$status" "$used" >"$to/end"
  for file in stdout stderr; do
    if (($(stat -c %s "$to/$file") > output_bytes)); then truncate -s "$((output_bytes + 1))" "$to/$file"; fi
  done
  copy_matching "$to/files" "${outputs[@]}"
  cd "$top" || exit 1
  rm -rf "$folder"
}

# shellcheck source=/dev/null
. ./task
rm -f live.stdout live.stderr
: >live.stdout
: >live.stderr
cd out || exit 1
find . -type f ! -name manifest -print0 | sort -z | xargs -0 -r sha256sum >../manifest.new
mv ../manifest.new manifest
