# ./appliance restore FILE: brings a backup back, after every checksum in it was found right. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/backup.sh"

run_restore() {
  local file='' force=false argument new old
  case ${1:-} in
    --help | -h)
      cat <<'END'
Usage: ./appliance restore FILE [--force] [--data DIR]

Brings back what ./appliance backup saved. Refuses a damaged file, a running appliance, and a data
folder that holds something, unless --force: then what was there is kept beside it, in replaced-TIME.
END
      return 0
      ;;
  esac
  choose_data ""
  take_data_option "$@"
  for argument in "${REST[@]}"; do
    case $argument in
      --force) force=true ;;
      -*) usage_error "restore: unknown option '$argument'" ;;
      *) file=$argument ;;
    esac
  done
  [ -n "$file" ] || usage_error "restore: want a FILE; './appliance restore --help' tells more"
  [ -r "$file" ] || fail "$file cannot be read"
  compressor "$file"
  ! is_running || fail "an appliance runs on $DATA; stop it first: ./appliance down --data $DATA"
  if [ -e "$DATA/db/appliance.mv.db" ] && [ "$force" = false ]; then
    fail "$DATA holds an appliance; --force replaces it and keeps what was there, or name another --data"
  fi
  make_data_folder
  new=$DATA/restore-new
  as_service rm -rf "$new"
  as_service mkdir -p "$new"
  # shellcheck disable=SC2064  # this folder, now
  trap "as_service rm -rf '$new'" EXIT
  "${DECOMPRESS[@]}" <"$file" | as_service tar -C "$new" --no-same-owner -xf - ||
    fail "$file is damaged; nothing was changed"
  verify "$new" || fail "$file is damaged: the files named above do not have their checksum; nothing was changed"
  own_subvolumes "$new/users"
  old=$DATA/replaced-$(date -u +%Y%m%dT%H%M%SZ)
  put_in_place "$new" "$old"
  say "restored $file to $DATA"
  [ ! -d "$old" ] || say "what was there before is in $old; delete it when you do not need it"
}

# verify FOLDER: every file is named in SHA256SUMS and has that hash; names those that do not.
verify() {
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  as_service bash -c '
    cd "$1" && [ -s SHA256SUMS ] && [ -s db/appliance.mv.db ] &&
      sha256sum --quiet --strict -c SHA256SUMS >&2 &&
      [ "$(find . -type f ! -name SHA256SUMS | wc -l)" = "$(wc -l <SHA256SUMS)" ]
  ' bash "$1"
}

# own_subvolumes USERS: on btrfs every home becomes a subvolume, so that it can have a limit. Its
# files are copied, not cloned: simple quotas count a block where it was written first.
own_subvolumes() {
  if [ ! -d "$1" ] || [ "$(stat -f -c %T "$1")" != btrfs ]; then return 0; fi
  if ! has btrfs; then
    warn "homes are restored as plain folders, which have no quota of the disk's: install btrfs-progs and restore again"
    return 0
  fi
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  as_service bash -c '
    set -euo pipefail
    shopt -s nullglob
    mkdir "$1.own"
    for home in "$1"/*/; do
      home=${home%/}
      own=$1.own/${home##*/}
      btrfs -q subvolume create "$own"
      chmod 700 "$own"
      cp -a --reflink=never "$home/." "$own/"
      rm -rf "$home"
      mv -T "$own" "$home"
    done
    rmdir "$1.own"
  ' bash "$1"
}

# put_in_place NEW OLD: by renames alone, so that it takes no time and fails in no half.
put_in_place() {
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  as_service bash -c '
    set -euo pipefail
    for part in db users jobs apps keys appliance.yaml database.marker; do
      if [ -e "$1/$part" ]; then
        mkdir -p "$3"
        mv "$1/$part" "$3/"
      fi
      [ ! -e "$2/$part" ] || mv "$2/$part" "$1/"
    done
    rmdir "$3"/* "$3" 2>/dev/null || true
    rm -rf "$2"
  ' bash "$DATA" "$1" "$2"
}
