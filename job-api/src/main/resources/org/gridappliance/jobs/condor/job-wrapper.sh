#!/bin/bash
# Every job of this node runs through this (USER_JOB_WRAPPER), so that no submitter can leave out what it
# does: each subjob runs alone in the Entropia VM (evm-run), sees its own folder as /work, and either its
# application's bundle or this machine's programs. Runs as the slot's user, outside of the sandbox: what it
# reads of a task or of a program's folder is data, never code.
#
# The file `task`, sent along, holds records: the number of words, then the words, each ended by a zero byte.
#
#   bundle ID SIGNATURE KEY  the application's own files; without it, this machine's programs
#   allow WORD               generated-code or own-programs
#   subjob INDEX             what follows is of this one
#   limit NAME NUMBER        an option of evm-run, or output-bytes
#   input PATH SHA256        the file SHA256 beside this one, as PATH in the subjob's folder
#   variable NAME=VALUE
#   output GLOB              what to bring back
#   checkpoint GLOB          what holds its state
#   run COMMAND…
#
# Leaves out/INDEX/: end (what earlier runs used: wall, user, system in µs; a line with evm-run's result),
# stdout, stderr, files/…; and out/manifest, every file with its SHA-256, last: where it is whole, all is.
#
# A program that declares its state and ends with status 85 leaves it in checkpoint/ (files/, stdout,
# stderr, used), and this script ends with 85 too: HTCondor keeps that folder and starts all of it again,
# here or elsewhere, where the program finds its state.
#
# Bundles are kept in bundles/kept/ID. Who holds a shared lock on bundles/use/ID uses one; who holds it alone
# may bring or remove it. bundles/use/ID/checked: every byte was compared since HTCondor was started here;
# altered: it was found to be another.
set -u
umask 022
ulimit -S -c 0 # the hard limit stays: evm-run wants 1, which alone keeps a core from a collector
node=${0%/etc/job-wrapper}
host=${node%/node}/host
readonly PUBLISHED=/mnt/bundles CHIRP=/usr/libexec/condor/condor_chirp MOST_MOUNTED=16

# broken WHY: this task cannot be understood.
broken() {
  local why="the task cannot be run on this machine: $1"
  if [ -n "${_CONDOR_WRAPPER_ERROR_FILE:-}" ]; then
    printf '%s\n' "$why" >>"$_CONDOR_WRAPPER_ERROR_FILE"
  else
    printf '%s\n' "$why" >&2
  fi
  exit 1
}

# plain PATH: a regular file below this folder, reached through no link.
plain() {
  local path=$1 at=
  case /$path/ in //* | */../* | */./*) return 1 ;; esac
  [ -f "$path" ] || return 1
  while :; do
    at=$at${path%%/*}
    [ ! -L "$at" ] || return 1
    [[ $path == */* ]] || return 0
    path=${path#*/} at=$at/
  done
}

# ---- the application's files

# same HOME ID: whether a folder holds the bundle, every byte of it and nothing else.
same() {
  local root=$1/root manifest=$1/manifest
  sha256sum --check --status <<<"$2  $manifest" || return 1
  (cd "$root" && sed -n 's/^file [0-9]* \([0-9a-f]*\) [0-9]* /\1  ./p' "$manifest" |
    sha256sum --check --status --strict) || return 1
  cmp -s <(cd "$root" && find . ! -type d -printf '%y %m %l /%P\n' | LC_ALL=C sort) \
    <(sed -n 's/^file \([0-9]*\) [0-9a-f]* [0-9]* /f \1  /p; s/^link /l 777 /p' "$manifest" | LC_ALL=C sort)
}

# bring ID: has HTCondor fetch the bundle from the machine that submitted.
bring() {
  local part=$kept.part-$$ kind first second bytes path
  mkdir -p "$part/root" && "$CHIRP" fetch "$PUBLISHED/$1/manifest" "$part/manifest" || return 1
  sha256sum --check --status <<<"$1  $part/manifest" || return 1
  # Folders and files before links: nothing is ever written through one.
  while read -r kind first second bytes path; do
    case $kind in
      file) ;;
      link) path=$second${bytes:+ $bytes}${path:+ $path} ;;
      *) continue ;;
    esac
    case $path/ in [!/]* | *//* | */../* | */./*) return 1 ;; esac
    mkdir -p "$part/root${path%/*}" || return 1
    [ "$kind" = file ] || continue
    "$CHIRP" fetch "$PUBLISHED/$1/root$path" "$part/root$path" </dev/null || return 1
    case $first in 644 | 755) chmod "$first" "$part/root$path" || return 1 ;; esac
  done <"$part/manifest"
  while read -r kind first path; do
    [ "$kind" != link ] || ln -s -T -- "$first" "$part/root$path" || return 1
  done <"$part/manifest"
  same "$part" "$1" && mv -T "$part" "$kept"
}

# have ID: it is here, was checked, and stays while this script runs; brought when it is not.
have() {
  local use=$node/bundles/use/$1 hold tries
  kept=$node/bundles/kept/$1
  mkdir -m 777 "$use" 2>/dev/null
  exec {hold}<"$use" || return 1
  while :; do
    flock -s "$hold"
    if [ -d "$kept" ] && [ -e "$use/checked" ]; then break; fi
    flock -x "$hold"
    if [ -d "$kept" ] && [ -e "$use/checked" ]; then continue; fi
    if [ -d "$kept" ] && ! same "$kept" "$1"; then
      : >"$use/altered" # the agent, whose it is, looks every 5 s and removes it
      flock -u "$hold"
      for ((tries = 0; tries < 200; tries++)); do
        [ -e "$use/altered" ] || continue 2
        sleep 0.1
      done
      return 1
    fi
    if [ ! -d "$kept" ] && ! bring "$1" 2>"$top/fetched"; then
      rm -rf "$kept.part-$$"
      return 1
    fi
    : >"$use/checked" || return 1
  done
  touch "$use"
}

# signed SIGNATURE KEY: whether the publisher signed the manifest.
signed() {
  base64 -d <<<"$1" >"$top/signature" &&
    printf '%s\n' '-----BEGIN PUBLIC KEY-----' "$2" '-----END PUBLIC KEY-----' >"$top/key" &&
    openssl pkeyutl -verify -pubin -inkey "$top/key" -rawin -in "$kept/manifest" -sigfile "$top/signature" \
      >/dev/null 2>&1
}

# bundle ID SIGNATURE KEY
bundle() {
  local word path libraries=
  [[ $1 =~ ^[0-9a-f]{64}$ && $2 =~ ^[A-Za-z0-9+/=]{1,200}$ && $3 =~ ^[A-Za-z0-9+/=]{1,200}$ ]] ||
    broken "its bundle has no proper name"
  if ! have "$1"; then
    refusal="the application's files could not be brought here whole"
    return
  fi
  if ! signed "$2" "$3"; then
    refusal="the application's files are not signed by their publisher"
    return
  fi
  code=$kept/root
  sandbox=(--bundle "$code")
  while read -r word path; do
    case $word in
      exec-dir) sandbox+=(--exec-dir "$path") ;;
      library-dir) libraries+=${libraries:+:}$path ;;
      jit) [ "$path" != true ] || sandbox+=(--jit) ;;
      file | link) break ;;
    esac
  done <"$kept/manifest"
  [ -z "$libraries" ] || own+=(--env "LD_LIBRARY_PATH=$libraries")
}

# machine: this machine's programs.
machine() {
  local path
  code=$host
  sandbox=(--bundle "${host%/host}/machine" --ro-exec "$host/usr" /usr)
  for path in bin sbin lib lib32 lib64; do
    if [ -d "$host/$path" ]; then sandbox+=(--ro-exec "$host/$path" "/$path"); fi
  done
  for path in "$host"/etc/*; do
    if [ -d "$path" ]; then sandbox+=(--ro "$path" "/etc/${path##*/}"); fi
  done
}

# ---- one subjob

subjob() {
  [[ $1 =~ ^(-1|0|[1-9][0-9]{0,8})$ ]] || broken "a subjob has no proper number"
  index=$1 folder=$top/s$1 to=$top/out/$1
  environment=() outputs=() state=() inputs=() mounts=() given=() limits=()
  rm -rf "$folder" "$to"
  mkdir -p "$folder" "$to/files" && cd "$folder" || exit 1
  : >"$to/stdout"
  : >"$to/stderr"
  # What a person sees of it while it runs, where HTCondor may look; nothing to send at the end.
  ln -sfn "out/$index/stdout" "$top/live.stdout"
  ln -sfn "out/$index/stderr" "$top/live.stderr"
}

limit() {
  case $1 in
    wall-ms | memory-bytes | processes | open-files | file-bytes | disk-bytes | disk-files | tmp-bytes | output-bytes) ;;
    *) broken "it has an unknown limit" ;;
  esac
  [[ $2 =~ ^(0|[1-9][0-9]{0,14})$ ]] || broken "its limit $1 is no number"
  limits[$1]=$2
}

input() {
  case /$1/ in //* | */../* | */./* | /-*) broken "an input leads out of its folder" ;; esac
  [[ $2 =~ ^[0-9a-f]{64}$ ]] || broken "an input has no proper name"
  if [ ! -f "$top/$2" ] || [ -L "$top/$2" ]; then broken "an input is no file"; fi
  given[$1]=true
  inputs+=("$1" "$2")
}

# lay_inputs: read-only where they may be mounts, else copies.
lay_inputs() {
  local i path
  for ((i = 0; i < ${#inputs[@]}; i += 2)); do
    path=${inputs[i]}
    case $path in */*) mkdir -p -- "${path%/*}" ;; esac
    if ((${#inputs[@]} <= 2 * MOST_MOUNTED)); then
      : >"$path"
      mounts+=(--ro "$top/${inputs[i + 1]}" "/work/$path")
    else
      cp -T -- "$top/${inputs[i + 1]}" "./$path"
    fi
  done
}

# copy_matching TO GLOB…: the files of this folder that match; inputs and what lies behind links do not.
copy_matching() {
  local to=$1 pattern file IFS=
  shift
  shopt -s nullglob globstar dotglob
  for pattern; do
    # shellcheck disable=SC2206  # globs, as the application wrote them; IFS is empty
    for file in $pattern; do
      if [ -n "${given[$file]:-}" ] || ! plain "$file"; then continue; fi
      # a name that no list of results can hold would take the other results with it
      case $file in *$'\n'* | *$'\r'* | *\\*) continue ;; esac
      iconv -f UTF-8 -t UTF-8 <<<"$file" >/dev/null 2>&1 || continue
      case $file in */*) mkdir -p -- "$to/${file%/*}" ;; esac
      cp --remove-destination -- "./$file" "$to/$file"
    done
  done
}

# take_up: the state that an earlier run left.
take_up() {
  used='0 0 0'
  if ((${#state[@]} == 0)) || ! (cd "$top" && plain checkpoint/used); then return; fi
  read -r used <"$top/checkpoint/used"
  [[ $used =~ ^[0-9]{1,15}\ [0-9]{1,15}\ [0-9]{1,15}$ ]] || used='0 0 0'
  (cd "$top/checkpoint/files" && copy_matching "$folder" '**')
  (cd "$top/checkpoint" && copy_matching "$to" stdout stderr)
}

# micros NAME: what evm-run's result says of it.
micros() {
  [[ $end =~ \"$1Micros\":([0-9]{1,15}) ]] && REPLY=$((10#${BASH_REMATCH[1]})) || REPLY=0
}

# put_by: its state, for the run to come.
put_by() {
  local new=$top/checkpoint.new wall user kernel
  rm -rf "$new"
  mkdir -p "$new/files"
  copy_matching "$new/files" "${state[@]}"
  cp "$to/stdout" "$to/stderr" "$new/"
  read -r wall user kernel <<<"$used"
  micros wall
  wall=$((10#$wall + REPLY))
  micros paused
  wall=$((wall - REPLY))
  micros user
  user=$((10#$user + REPLY))
  micros system
  printf '%s %s %s\n' "$wall" "$user" "$((10#$kernel + REPLY))" >"$new/used"
  rm -rf "$top/checkpoint"
  mv "$new" "$top/checkpoint"
}

# find_program NAME: its path inside, into REPLY.
find_program() {
  local place
  case $1 in
    /*) REPLY=$1 ;;
    */*) REPLY=/work/$1 ;;
    *)
      for place in /usr/local/bin /usr/bin /bin; do
        REPLY=$place/$1
        if [ -e "$code$REPLY" ] || [ -L "$code$REPLY" ]; then return 0; fi
      done
      return 1
      ;;
  esac
}

# evm OPTIONS…: runs evm-run; when this script ends, however it does, the kernel ends what runs.
evm() {
  local lifeline line
  : >"$top/report"
  exec {lifeline}> >(exec "$node/etc/evm-run" --report-fd 4 --lifeline-fd 3 "$@" 3<&0 0</dev/null 4>>"$top/report")
  wait "$!"
  local status=$?
  exec {lifeline}>&-
  end=
  while read -r line; do
    case $line in '{"event":"result"'*) end=$line ;; esac
  done <"$top/report"
  return "$status"
}

refused() {
  end="{\"event\":\"result\",\"outcome\":\"refused\",\"reason\":\"$1\"}"
}

run() {
  local status=0 wall=${limits[wall-ms]:-0} name
  local -a options=()
  used='0 0 0' end=
  if [ -n "$refusal" ]; then
    refused "$refusal"
  elif ! find_program "$1"; then
    refused "execute ${1//[^A-Za-z0-9._+-]/?}: this machine, or the application's bundle, does not hold it"
  else
    lay_inputs
    take_up
    wall=$((wall - 10#${used%% *} / 1000))
    for name in "${!limits[@]}"; do
      case $name in wall-ms | output-bytes) ;; *) options+=("--$name" "${limits[$name]}") ;; esac
    done
    evm --stdout "$to/stdout" --stderr "$to/stderr" "${sandbox[@]}" "${mounts[@]}" --work "$folder" \
      "${allowed[@]}" "${own[@]}" "${environment[@]}" "${options[@]}" --wall-ms "$((wall > 0 ? wall : 1))" \
      -- "$REPLY" "${@:2}" || status=$?
  fi
  if ((status == 85 && ${#state[@]} > 0)) && [[ $end == *'"outcome":"exited"'* ]]; then
    put_by
    exit 85
  fi
  printf '%s\n%s\n' "$used" "$end" >"$to/end"
  truncate -s "<$((${limits[output-bytes]:-0} + 1))" "$to/stdout" "$to/stderr"
  copy_matching "$to/files" "${outputs[@]}"
  cd "$top" || exit 1
  rm -rf "$folder"
}

# ---- the task

own=(--env PATH=/usr/local/bin:/usr/bin:/bin --env HOME=/work --env TMPDIR=/tmp --env LANG=C.UTF-8)
allowed=() environment=() refusal='' end='' kept=''
declare -A limits=() given=()
machine

# A program on scratch in memory and on this machine's disk: what each start of HTCondor tries first.
if [ "${1:-}" = --self-test ]; then
  for place in /tmp "$node/bundles/use"; do
    top=$(mktemp -d "$place/.self-test-XXXXXX") || exit 1
    mkdir "$top/work"
    evm "${sandbox[@]}" --work "$top/work" -- /usr/bin/true >/dev/null 2>&1
    rm -rf "$top"
    if [[ $end != *'"outcome":"exited","exitCode":0,'* ]]; then
      [[ $end =~ \"reason\":\"([^\"]*) ]] && end=${BASH_REMATCH[1]}
      printf 'the Entropia VM does not run on scratch in %s: %s\n' "$place" "$end"
      exit 1
    fi
  done
  exit 0
fi

top=${_CONDOR_SCRATCH_DIR:?}
cd "$top" || exit 1
if [ ! -f task ]; then # none of a portal's
  program=$1
  case $program in "$top"/*) program=/work/${program#"$top"/} ;; esac
  evm "${sandbox[@]}" --work "$top" --work-exec "${own[@]}" -- "$program" "${@:2}"
  exit "$?"
fi
mkdir -p out
mapfile -d '' -t words <task
for ((at = 0; at < ${#words[@]}; at += count + 1)); do
  count=${words[at]}
  [[ $count =~ ^[1-9][0-9]{0,5}$ ]] || broken "it is not in a form known here"
  record=("${words[@]:at+1:count}")
  case ${record[0]}:$count in
    bundle:4) bundle "${record[@]:1}" ;;
    allow:2)
      case ${record[1]} in
        generated-code) allowed+=(--jit) ;;
        own-programs) allowed+=(--work-exec) ;;
        *) broken "it wants what is not known here" ;;
      esac
      ;;
    subjob:2) subjob "${record[1]}" ;;
    limit:3) limit "${record[@]:1}" ;;
    input:3) input "${record[@]:1}" ;;
    variable:2) environment+=(--env "${record[1]}") ;;
    output:2) outputs+=("${record[1]}") ;;
    checkpoint:2) state+=("${record[1]}") ;;
    run:1) broken "it has no command" ;;
    run:*) run "${record[@]:1}" ;;
    *) broken "it holds what is not known here: this machine may be older than the portal" ;;
  esac
done
rm -f live.stdout live.stderr
: >live.stdout
: >live.stderr
cd out || exit 1
find . -type f ! -path ./manifest -print0 | sort -z | xargs -0 -r sha256sum >../manifest.new
mv ../manifest.new manifest
