# ./appliance down: ends the supervisor of a data folder, and with it portal and agent. Sourced.
# shellcheck shell=bash
[ -z "${DOWN_LOADED:-}" ] || return 0
DOWN_LOADED=1
. "$SOURCE/scripts/node.sh"

run_down() {
  case ${1:-} in
    --help | -h)
      say "Usage: ./appliance down [--data DIR]: stops what 'up' started on that folder, cleanly."
      return 0
      ;;
  esac
  only_data_option down "$@"
  stop_node || say "not running on $DATA"
}

# is_running: a supervisor holds the lock of DATA.
is_running() {
  [ -e "$RUN/lock" ] || return 1
  ! (flock -n 9) 9<"$RUN/lock"
}

# stop_node: ends the supervisor and waits for it; 1 when none runs.
stop_node() {
  local pid=
  is_running || return 1
  read -r pid <"$RUN/pid" || true
  [[ $pid =~ ^[0-9]+$ ]] || fail "$RUN/pid holds no process number; end the process that holds $RUN/lock"
  kill "$pid" || fail "process $pid could not be told to stop; run this as the user who started it"
  flock -w 60 9 9<"$RUN/lock" || fail "process $pid did not stop within 60 s; see $DATA/log"
  say "stopped process $pid on $DATA"
}
