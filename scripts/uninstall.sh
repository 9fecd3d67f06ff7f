# ./appliance uninstall: leaves the machine as it was before the first `up`. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/down.sh"

run_uninstall() {
  local data='' yes=false answer=''
  while (($# > 0)); do
    case $1 in
      --data)
        (($# > 1)) || usage_error "uninstall: --data needs a folder"
        data=$2
        shift
        ;;
      --data=*) data=${1#*=} ;;
      --yes) yes=true ;;
      --help | -h)
        cat <<'END'
Usage: ./appliance uninstall [--data DIR] [--yes]

Stops the appliance and removes its data folder with every account, file, job and key in it, what it
downloaded, your token, and as root the system user it made and its copy of the program. Packages it
installed are named, not removed. The source folder stays. Make a backup first.
END
        return 0
        ;;
      *) usage_error "uninstall: unknown argument '$1'" ;;
    esac
    shift
  done
  choose_data "$data"
  if [ -e "$DATA" ] && [ ! -f "$DATA/run/portal.lock" ]; then
    fail "$DATA is no data folder of an appliance; nothing was removed"
  fi
  if [ "$yes" = false ]; then
    [ -t 0 ] || fail "uninstall removes $DATA and everything in it; say --yes"
    read -rp "Remove $DATA with every account, file and job in it? Type yes: " answer
    [ "$answer" = yes ] || fail "nothing was removed"
  fi
  stop_node || true
  remove "$DATA" "$(cache_folder)" \
    "${XDG_CONFIG_HOME:-$HOME/.config}/grid-appliance"
  ! is_root || uninstall_as_root
}

# remove PATH…: what is there of these, with a line for each.
remove() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || continue
    subvolumes "$path"
    rm -rf --one-file-system "$path"
    say "removed $path"
  done
}

# subvolumes DATA: empties homes that are subvolumes of btrfs, which look like other file systems.
subvolumes() {
  local home
  for home in "$1"/users/*; do
    if [ -d "$home" ] && [ ! -L "$home" ] && [ "$(stat -f -c %T "$home")" = btrfs ]; then
      rm -rf --one-file-system "$home"
    fi
  done
}

# uninstall_as_root: what only root makes, unless another appliance of this machine still needs it.
uninstall_as_root() {
  local kind name
  local -a packages=()
  remove "$RUN" "/var/lib/grid-appliance-agent/${RUN##*/}"
  rmdir "$ROOT_RUN" /var/lib/grid-appliance-agent 2>/dev/null || true
  if user_exists "$SERVICE_USER" && pgrep -u "$SERVICE_USER" >/dev/null; then
    warn "another appliance runs as $SERVICE_USER: the user and $ROOT_PREFIX stay"
    return 0
  fi
  [ -r "$ROOT_PREFIX/installed" ] || return 0
  while read -r kind name; do
    case $kind in
      user)
        if user_exists "$name"; then
          userdel "$name"
          say "removed the user $name"
        fi
        ;;
      package) packages+=("$name") ;;
    esac
  done <"$ROOT_PREFIX/installed"
  remove "$ROOT_PREFIX"
  if ((${#packages[@]} > 0)); then
    say "these packages were installed for it and stay; to remove them too:"
    say "  apt-get purge --autoremove ${packages[*]}"
  fi
}
