#!/usr/bin/env bash
# Figure 6 of the Entropia paper: 8 KiB sequential write, cached read, and making and stat-open-closing many files:
# native, in the sandbox, in the sandbox on sealed scratch, and on gocryptfs (Debian), all at the same lowest priority,
# interleaved and in turned order each round. As root.
#
#   figure6.sh BUILD FOLDER [ROUNDS [MIB [FILES]]]
#
# BUILD has evm-run, evm-seal and iobench (make OUT=BUILD …); FOLDER is on the file system to measure.
# Prints a line a measurement: CONFIGURATION MEASURE VALUE, MB/s for write and read, microseconds a file for make and meta.
set -euo pipefail

BUILD=$(realpath "$1")
FOLDER=$(realpath -m "$2")
readonly BUILD FOLDER
readonly ROUNDS=${3:-3} MIB=${4:-512} FILES=${5:-100000}
readonly ACCOUNT=64998
readonly MEASURES=(write read write read make meta)

work=$FOLDER/figure6.$$
mounted=''
finish() {
  [ -z "$mounted" ] || fusermount -u "$mounted" || true
  rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work"
chmod 755 "$work"

# One configuration's folder, empty.
fresh() {
  rm -rf "${work:?}/$1"
  mkdir -p "$work/$1"
  chown "$ACCOUNT:$ACCOUNT" "$work/$1"
}

# All measures in one process tree, so that caches are those of one run.
loop() {
  local iobench=$1 folder=$2 measure count
  for measure in "${MEASURES[@]}"; do
    count=$FILES
    case $measure in write | read) count=$MIB ;; esac
    printf '%s ' "$measure"
    "$iobench" "$measure" "$folder" "$count"
  done
}

lowest() { chrt -i 0 nice -n 19 ionice -c 3 "$@"; }

# The same inside, options of evm-run behind the folder.
sandbox() {
  local folder=$1
  shift
  local script="for m in write read write read make meta; do c=$FILES; case \$m in write|read) c=$MIB;; esac; printf '%s ' \$m; /b/iobench \$m /work \$c; done"
  local mounts=(--ro-exec "$BUILD" /b) dir
  for dir in /bin /lib /lib64 /usr/bin /usr/lib /usr/lib64; do [ ! -d "$dir" ] || mounts+=(--ro-exec "$dir" "$dir"); done
  "$BUILD/evm-run" "$@" --uid "$ACCOUNT" --gid "$ACCOUNT" --work "$folder" "${mounts[@]}" \
    --disk-files 10000000 -- /bin/sh -c "$script" </dev/null
}

measure() {
  fresh "$1"
  case $1 in
    native) lowest bash -c "$(declare -p MEASURES FILES MIB); $(declare -f loop); loop '$BUILD/iobench' '$work/native'" ;;
    sandbox) sandbox "$work/sandbox" ;;
    sealed)
      head -c 32 /dev/urandom >"$work/key"
      sandbox "$work/sealed" --seal-key-fd 9 9<"$work/key"
      ;;
    gocryptfs)
      fresh plain
      echo secret >"$work/password"
      gocryptfs -q -init -passfile "$work/password" "$work/gocryptfs"
      lowest gocryptfs -q -passfile "$work/password" "$work/gocryptfs" "$work/plain"
      mounted=$work/plain
      lowest bash -c "$(declare -p MEASURES FILES MIB); $(declare -f loop); loop '$BUILD/iobench' '$work/plain'"
      fusermount -u "$work/plain"
      mounted=''
      ;;
  esac
}

configurations=(native sandbox sealed)
if type -P gocryptfs >/dev/null; then configurations+=(gocryptfs); fi
for ((round = 0; round < ROUNDS; round++)); do
  for ((i = 0; i < ${#configurations[@]}; i++)); do
    each=${configurations[(round % 2 == 0 ? i : ${#configurations[@]} - 1 - i)]}
    measure "$each" | sed "s/^/$each /"
    rm -rf "${work:?}/$each"
  done
done
