# ./appliance backup FILE: everything that cannot be made again, in one file, while the appliance runs
# or stands still. Sourced.
#
# A frozen tree is made first: the database as H2 copies it consistently, every other file as a hard
# link (files are replaced, never changed in place) but for live output, which is copied. The archive
# begins with the SHA-256 of every file in it; restore checks them before it touches anything.
# shellcheck shell=bash
[ -z "${BACKUP_LOADED:-}" ] || return 0
BACKUP_LOADED=1
. "$SOURCE/scripts/cli.sh"
. "$SOURCE/scripts/down.sh"

run_backup() {
  local file='' frozen
  local -a rest
  case ${1:-} in
    --help | -h)
      cat <<'END'
Usage: ./appliance backup FILE [--data DIR]

Saves accounts, homes, jobs, results, applications, settings and keys, while the appliance runs or
not. FILE ends in .tar.gz, or in .tar.zst where zstd is installed; it is readable by you alone, and
whoever reads it can read everything in the appliance. ./appliance restore FILE brings it back.
END
      return 0
      ;;
  esac
  choose_data ""
  take_data_option "$@"
  rest=("${REST[@]}")
  ((${#rest[@]} == 1)) || usage_error "backup: want one FILE; './appliance backup --help' tells more"
  absolute "${rest[0]}"
  file=$REPLY
  compressor "$file"
  [ ! -e "$file" ] || fail "$file exists; choose another name"
  [ -d "$DATA/db" ] || fail "$DATA is no data folder of an appliance; name one with --data"
  umask 077
  frozen=$(as_service mktemp -d "$DATA/tmp/backup-XXXXXXXX") || fail "$DATA/tmp cannot be written; run this as the owner of $DATA"
  # shellcheck disable=SC2064  # this folder, now
  trap "as_service rm -rf '$frozen'" EXIT
  freeze "$frozen"
  (cd / && as_service tar -C "$frozen" --sort=name -cf - .) | "${COMPRESS[@]}" >"$file.part"
  mv "$file.part" "$file"
  as_service rm -rf "$frozen"
  trap - EXIT
  say "saved $DATA to $file ($(du -h "$file" | cut -f 1))"
}

# compressor FILE: COMPRESS and DECOMPRESS by its name.
# shellcheck disable=SC2034  # DECOMPRESS is read by restore.sh
compressor() {
  case $1 in
    *.tar.gz | *.tgz) COMPRESS=(gzip -c) DECOMPRESS=(gzip -dc) ;;
    *.tar.zst)
      has zstd || fail "$1 needs the package zstd; or name it .tar.gz"
      COMPRESS=(zstd -qc) DECOMPRESS=(zstd -qdc)
      ;;
    *) usage_error "$1: want a name that ends in .tar.gz or .tar.zst" ;;
  esac
}

# freeze FOLDER: the frozen tree of DATA in it, with SHA256SUMS.
freeze() {
  local snapshot
  as_service mkdir "$1/db"
  if is_running; then
    find_java || need_java
    build
    PROGRAM=$DIST
    jvm_flags
    snapshot=$(as_owner snapshot --data "$DATA") || fail "the running portal could not copy its database; see $DATA/log/portal.log"
    as_service mv "$snapshot" "$1/db/appliance.mv.db"
  else
    as_service cp -p "$DATA/db/appliance.mv.db" "$1/db/"
  fi
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  as_service bash -c '
    set -euo pipefail
    cd "$1"
    [ ! -e jobs ] || cp -al jobs "$2/"
    # may belong to root, who put them there, and the kernel links nobody to files of others
    for part in apps appliance.yaml database.marker; do
      [ ! -e "$part" ] || cp -a "$part" "$2/"
    done
    # A home on btrfs is a subvolume, out of which no link leads: its files are cloned.
    mkdir -p "$2/users"
    for home in users/*; do
      [ -d "$home" ] || continue
      if [ "$(stat -c %d "$home")" = "$(stat -c %d .)" ]; then
        cp -al "$home" "$2/users/"
      else
        cp -a --reflink=auto "$home" "$2/users/"
      fi
    done
    # made again by looking at the homes, or by delivering results
    rm -rf "$2"/users/*/last "$2"/users/*/last.list "$2"/users/*/making
    # All but the key of this machine as executor: it enrols again, and as root the key is his alone.
    mkdir "$2/keys"
    find keys -mindepth 1 -maxdepth 1 ! -name "executor.json*" -exec cp -a {} "$2/keys/" \;
    shopt -s nullglob
    for output in jobs/*/output; do
      rm -rf "$2/$output"
      cp -a "$output" "$2/$output"
    done
    cd "$2"
    find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0r sha256sum >SHA256SUMS
  ' bash "$DATA" "$1"
}
