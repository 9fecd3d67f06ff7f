# What every command of ./appliance shares: messages, the JDK, the folders. Sourced; needs SOURCE.
# Kept quick, since `up` must answer within two seconds: builtins instead of programs where it runs.
# shellcheck shell=bash

# shellcheck disable=SC2034  # read by the scripts that source this one
readonly WANTED_JAVA=25 WANTED_NODE=20
# What Maven and npm make; the appliance runs from here, or from a copy of it.
# shellcheck disable=SC2034
readonly DIST=$SOURCE/target/dist
readonly SERVICE_USER=grid-appliance
# Where root keeps his copy of the program, readable and his alone, and notes what he installed.
# shellcheck disable=SC2034
readonly ROOT_PREFIX=/usr/local/lib/$SERVICE_USER

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() {
  warn "$*"
  exit 1
}
# usage_error TEXT: a mistake in the command line; 64 is EX_USAGE.
usage_error() {
  warn "$*"
  exit 64
}

# load NAME: the helpers of one command.
load() {
  # shellcheck disable=SC1090
  . "$SOURCE/scripts/$1.sh"
}

is_root() { ((EUID == 0)); }

cache_folder() { printf '%s' "${GRID_CACHE:-${HOME:-/root}/.cache/grid-appliance}"; }

# default_data: where people, files and jobs live unless --data says another folder.
default_data() {
  if is_root; then
    printf '%s' "/var/lib/$SERVICE_USER"
  else
    printf '%s' "$HOME/.grid-appliance"
  fi
}

# absolute PATH: into REPLY, without following links.
absolute() {
  case $1 in
    /*) REPLY=$1 ;;
    *) REPLY=$PWD/$1 ;;
  esac
  while [[ $REPLY == ?*/ ]]; do REPLY=${REPLY%/}; done
}

# java_version HOME: the feature number of the JDK there into REPLY, 0 when there is none.
java_version() {
  local line
  REPLY=0
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  while read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
      REPLY=${BASH_REMATCH[1]}
      return 0
    fi
  done <"$1/release"
}

# Java takes file names in the locale's letters: without UTF-8 an emoji in a name is refused.
export LC_ALL=C.UTF-8

# find_java: sets and exports JAVA_HOME to a JDK that is new enough; 1 when there is none.
find_java() {
  local home javac
  javac=$(type -P javac || true)
  [ -z "$javac" ] || javac=$(readlink -f "$javac")
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "${javac%/bin/javac}"; do
    [ -n "$home" ] || continue
    java_version "$home"
    if ((REPLY >= WANTED_JAVA)); then
      export JAVA_HOME=$home
      return 0
    fi
  done
  return 1
}

# need_java: find_java, or say in one sentence what to do.
need_java() {
  find_java && return 0
  load parts
  offer_java
}
