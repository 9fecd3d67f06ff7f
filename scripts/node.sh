# One appliance on this machine: its data folder, who runs it, the program and the flags of its two
# JVMs. Sourced; choose_data comes first, install_program before anything is started.
# shellcheck shell=bash
[ -z "${NODE_LOADED:-}" ] || return 0
NODE_LOADED=1

# Where root keeps what he must not read from a folder that the portal may write: locks and process
# numbers.
readonly ROOT_RUN=/run/$SERVICE_USER

DATA='' RUN='' PROGRAM=''
# What the portal's and the agent's command lines begin with: privileges given up, and an end of the
# process when the supervisor ends.
SERVICE_PREFIX=() PORTAL_PREFIX=() AGENT_PREFIX=() PORTAL_FLAGS=() AGENT_FLAGS=() CLI_FLAGS=()

# choose_data DIR: DATA and RUN; DIR may be empty.
choose_data() {
  absolute "${1:-$(default_data)}"
  DATA=$REPLY
  RUN=$DATA/run
  AGENT_PREFIX=(setpriv --pdeathsig TERM)
  PORTAL_PREFIX=("${AGENT_PREFIX[@]}")
  if is_root; then
    REPLY=${DATA#/}
    RUN=$ROOT_RUN/${REPLY//\//-}
    SERVICE_PREFIX=(setpriv --reuid "$SERVICE_USER" --regid "$SERVICE_USER" --clear-groups
      --no-new-privs --inh-caps=-all --bounding-set=-all)
    # Twice, since the kernel forgets that signal when the uid changes.
    # shellcheck disable=SC2034  # read by up.sh
    PORTAL_PREFIX=("${SERVICE_PREFIX[@]}" "${AGENT_PREFIX[@]}")
  fi
}

# only_data_option COMMAND ARGUMENT…: for commands whose one option is --data.
only_data_option() {
  local command=$1 data=
  shift
  while (($# > 0)); do
    case $1 in
      --data)
        (($# > 1)) || usage_error "$command: --data needs a folder"
        data=$2
        shift
        ;;
      --data=*) data=${1#*=} ;;
      *) usage_error "$command: unknown argument '$1'; './appliance $command --help' lists them" ;;
    esac
    shift
  done
  choose_data "$data"
}

# as_service COMMAND…: as the user that the portal runs as.
as_service() { "${SERVICE_PREFIX[@]}" "$@"; }

user_exists() {
  local line
  while read -r line; do
    [[ $line != "$1":* ]] || return 0
  done </etc/passwd
  return 1
}

make_data_folder() {
  umask 077
  if is_root; then
    if ! user_exists "$SERVICE_USER"; then
      useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin "$SERVICE_USER"
      remember user "$SERVICE_USER"
    fi
    if [ ! -d "$DATA" ]; then
      (umask 022 && mkdir -p "${DATA%/*}/")
      mkdir "$DATA"
      chown "$SERVICE_USER:$SERVICE_USER" "$DATA"
    fi
    mkdir -p "$RUN"
    as_service test -w "$DATA" || fail "the user $SERVICE_USER cannot write $DATA: it must own the folder and be let through every folder above it"
  fi
  as_service mkdir -p "$DATA/log" "$DATA/run" "$DATA/bundles" || fail "data folder $DATA cannot be made: choose another with --data"
}

# install_program: PROGRAM and the JVMs' flags. Root runs a copy that is his alone, since
# the sources may lie where the portal's user cannot or others may write.
install_program() {
  local stamp target lock
  PROGRAM=$DIST
  if is_root; then
    read -r stamp <"$DIST/stamp"
    target=$ROOT_PREFIX/$stamp
    if [ ! -d "$target" ]; then
      (
        umask 022
        mkdir -p "$ROOT_PREFIX"
        exec {lock}<"$ROOT_PREFIX"
        flock "$lock" # several may start at once
        [ ! -d "$target" ] || exit 0
        rm -rf "$target.new"
        cp -Rp --no-preserve=ownership "$DIST" "$target.new"
        name_class_path "$target.new" "$target"
        chmod -R u=rwX,go=rX "$target.new"
        mv -T "$target.new" "$target"
      )
    fi
    PROGRAM=$target
  fi
  jvm_flags
}

# name_class_path FOLDER LATER: writes the JVM's argument file for the jars in FOLDER, which will be
# called LATER; always in one order, as the start-up cache demands.
name_class_path() {
  local jar path=
  for jar in "$1"/lib/*.jar; do path+=:$2/lib/${jar##*/}; done
  printf -- '-cp "%s"\n' "${path#:}" >"$1/class-path"
}

# jvm_flags: figures behind them in docs/benchmarks.md.
jvm_flags() {
  local -a both=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:+ExitOnOutOfMemoryError -Xss512k
    -XX:-UsePerfData -XX:TrimNativeHeapInterval=60000 -XX:MaxHeapFreeRatio=30 -XX:MinHeapFreeRatio=10
    -XX:-ShrinkHeapInSteps --enable-native-access=ALL-UNNAMED
    --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true "@$PROGRAM/class-path")
  # The cache is mapped where it was made for: moved elsewhere, every page of it is rewritten (9 MB a process).
  [ ! -s "$PROGRAM/portal.aot" ] ||
    both+=(-XX:AOTCache="$PROGRAM/portal.aot" -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0)
  # shellcheck disable=SC2034  # these three are read by up.sh and cli.sh
  PORTAL_FLAGS=("${both[@]}" -Xms24m -Xmx512m)
  # shellcheck disable=SC2034
  AGENT_FLAGS=("${both[@]}" -Xms16m -Xmx256m)
  # shellcheck disable=SC2034
  CLI_FLAGS=("${both[@]}" -XX:TieredStopAtLevel=1 -Xms16m -Xmx128m)
}

# need_app_packages: installs what the shipped applications ask for as root, else says how; jobs of
# an application whose package is missing are refused by the portal, so this stops nothing.
need_app_packages() {
  local -a missing=()
  local package
  while read -r package; do
    [ -e "/var/lib/dpkg/info/$package.list" ] || [ -e "/var/lib/dpkg/info/$package:$(dpkg --print-architecture).list" ] ||
      missing+=("$package")
  done < <(app_packages)
  ((${#missing[@]} > 0)) && [ -d /var/lib/dpkg ] || return 0
  if is_root; then
    install_packages "${missing[@]}"
  else
    warn "some applications cannot run yet; for them: sudo apt-get install --no-install-recommends ${missing[*]}"
  fi
}

# app_packages: the Debian packages that the shipped applications ask for, a line each.
app_packages() {
  sed -n -E 's/^packages: *\[(.*)\] *(#.*)?$/\1/p' "$DIST"/apps/*/app.yaml 2>/dev/null |
    tr ',' '\n' | tr -d " \"'" | grep -v '^$' | sort -u || true
}
