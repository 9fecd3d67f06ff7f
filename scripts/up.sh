# ./appliance up: builds what changed, then supervises portal and agent until it is told to stop.
# Sourced. The path of a start: run_up → prepare → supervise → (start_portal, start_agent) → settle.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"
. "$SOURCE/scripts/condor.sh"

up_usage() {
  cat <<'END'
Usage: ./appliance up [--port 8443] [--listen 127.0.0.1] [--data DIR] [--background]

Builds the program if its sources changed, starts the portal and this machine's executor, restarts
either when it ends, and stops both on Ctrl-C. The first start prints the link that makes the first
administrator; APPLIANCE_ADMIN=name:password in the environment makes one without it.

  --port N          TCP port, 0..65535; 0 takes a free one          (8443)
  --listen ADDRESS  address to serve on; all but loopback is HTTPS   (127.0.0.1)
  --data DIR        the data folder    (~/.grid-appliance; root: /var/lib/grid-appliance)
  --background      return once it answers; ./appliance down stops it

More settings: DIR/appliance.yaml, listed in docs/settings.md. The command line wins.
As root the portal runs as the user grid-appliance and only the agent keeps root.
END
}

readonly STOP_SECONDS=20 READY_SECONDS=60 LONGEST_BACKOFF=60 HOUSEKEEPING_SECONDS=60
# How the portal ends when it must not be started again as things are.
readonly BAD_SETTING=2 BAD_DATA=3
readonly LOG_BYTES=$((10 * 1024 * 1024)) LOG_COPIES=4

run_up() {
  local data='' background=false
  local -a portal_options=() all=("$@")
  while (($# > 0)); do
    case $1 in
      --port | --listen)
        (($# > 1)) || usage_error "up: $1 needs a value"
        portal_options+=("$1" "$2")
        shift
        ;;
      --port=* | --listen=*) portal_options+=("${1%%=*}" "${1#*=}") ;;
      --data)
        (($# > 1)) || usage_error "up: --data needs a folder"
        data=$2
        shift
        ;;
      --data=*) data=${1#*=} ;;
      --background) background=true ;;
      --help | -h)
        up_usage
        return 0
        ;;
      *) usage_error "up: unknown argument '$1'; './appliance up --help' lists them" ;;
    esac
    shift
  done
  choose_data "$data"
  prepare
  if [ "$background" = true ]; then
    up_in_background "${all[@]}"
    return
  fi
  hold_lock
  trap 'STOPPING=true' INT TERM HUP
  supervise "${portal_options[@]}"
}

# prepare: everything that may take long or fail, before anything starts.
prepare() {
  need_java
  build
  need run
  ! is_root || (need desktop) || warn "desktops stay off until then"
  need_app_packages
  ! is_root || (need root) || warn "starting without what could not be installed"
  ! is_root || offer_countries
  install_program
  make_data_folder
  prepare_pool
}

# prepare_pool: HTCondor, where appliance.yaml gives this machine a part in a pool.
prepare_pool() {
  CONDOR_ROOT=()
  is_root || return 0
  pool_role
  if [ "$REPLY" != off ] && [ "$REPLY" != false ]; then
    (make_condor_root) || warn "starting without HTCondor"
  fi
  if condor_root; then CONDOR_ROOT=(--condor-root "$REPLY"); fi
}

# hold_lock: one supervisor for a data folder; the lock ends with this process.
hold_lock() {
  local pid='?'
  mkdir -p "$RUN"
  exec {LOCK}>>"$RUN/lock"
  if ! flock -n "$LOCK"; then
    [ ! -r "$RUN/pid" ] || read -r pid <"$RUN/pid" || true
    fail "already running on $DATA: process $pid; './appliance down --data $DATA' stops it"
  fi
  printf '%s\n' "$$" >"$RUN/pid"
}

STOPPING=false CONDOR_ROOT=()
# By part: process, the writer of its log, when it started, when to start it again (0 = it runs), how long to wait then.
declare -gA PID=() WRITER=() STARTED=() RESTART_AT=() BACKOFF=([portal]=1 [agent]=1)
PORTAL_OPTIONS=()
ADDRESS='' STATUS=0

# supervise OPTION…: runs both parts until told to stop. Never polls: it sleeps until a child ends, a
# signal comes, or the next restart or housekeeping is due.
supervise() {
  PORTAL_OPTIONS=("$@")
  exec {TICK}<> <(:)
  cd / # so that nothing depends on the folder it was started from
  end_leftovers
  start_portal
  await_portal || return "$?"
  start_agent
  announce
  : >"$RUN/ready"
  while [ "$STOPPING" = false ]; do
    nap
    settle
  done
  stop_all
  return "$STATUS"
}

start_portal() {
  as_service rm -f "$DATA/run/address"
  launch portal "${PORTAL_PREFIX[@]}" "$JAVA_HOME/bin/java" "${PORTAL_FLAGS[@]}" \
    org.gridappliance.portal.PortalMain \
    --data "$DATA" --apps "$PROGRAM/apps" "${PORTAL_OPTIONS[@]}"
}

# The agent lays out root folders for jobs, which another uid must be let through; the data folder
# around them is closed.
start_agent() {
  umask 022
  launch agent "${AGENT_PREFIX[@]}" "$JAVA_HOME/bin/java" "${AGENT_FLAGS[@]}" \
    org.gridappliance.agent.AgentMain run \
    --data "$DATA" --portal "$ADDRESS" --slots "$(nproc)" "${CONDOR_ROOT[@]}"
  umask 077
}

# launch PART COMMAND…: in the background, its output through a writer into the log of the part. The
# lock stays with the supervisor. The writer is the service's user, so that root follows no link of his.
launch() {
  local part=$1 log
  shift
  # shellcheck disable=SC2016  # expanded by the inner shell
  exec {log}> >(exec "${SERVICE_PREFIX[@]}" bash -c 'trap "" INT TERM; exec cat >>"$1"' cat "$DATA/log/$part.log" {LOCK}>&- {TICK}>&-)
  WRITER[$part]=$!
  "$@" </dev/null >&"$log" 2>&1 {log}>&- {LOCK}>&- {TICK}>&- &
  PID[$part]=$!
  exec {log}>&-
  STARTED[$part]=$SECONDS
  RESTART_AT[$part]=0
  printf '%s\n' "${PID[$part]}" >"$RUN/$part.pid"
}

# await_portal: until it has written its address. When it ends before that, its words are passed on:
# a bad setting or a damaged database is for a person to mend, not to retry.
await_portal() {
  local deadline=$((SECONDS + READY_SECONDS)) status=0
  until read_address; do
    if ! kill -0 "${PID[portal]}" 2>/dev/null; then
      wait "${PID[portal]}" || status=$?
      wait "${WRITER[portal]}" || true # its last words
      PID=()
      warn "the portal did not start:"
      tail -n 12 "$DATA/log/portal.log" >&2 || true
      return $((status > 0 ? status : 1))
    fi
    if [ "$STOPPING" = true ]; then
      stop_all
      return 130
    fi
    if ((SECONDS > deadline)); then
      stop_all
      fail "the portal did not answer within $READY_SECONDS s; see $DATA/log/portal.log"
    fi
    read -rt 0.02 -u "$TICK" || true
  done
}

# read_address: what the portal says it serves, into ADDRESS; 1 while it has not said it.
read_address() {
  local line=
  [ -f "$DATA/run/address" ] && [ ! -L "$DATA/run/address" ] || return 1
  read -r line <"$DATA/run/address" || true
  [[ $line =~ ^https?://[][A-Za-z0-9.:-]+/?$ ]] || return 1
  ADDRESS=${line%/}
}

announce() {
  local link=
  say "Grid Appliance is running"
  say "  address  $ADDRESS/"
  if [ -f "$DATA/run/setup-link" ] && [ ! -L "$DATA/run/setup-link" ]; then
    read -r link <"$DATA/run/setup-link" || true
    say "  first administrator, works once:  ${link//[^[:graph:]]/}"
  fi
  say "  data     $DATA   (logs in $DATA/log)"
  say "  stop     Ctrl-C, or ./appliance down --data $DATA"
}

# nap: until a child ends, a signal comes, or something is due.
nap() {
  local part sleeper seconds=$HOUSEKEEPING_SECONDS
  for part in "${!RESTART_AT[@]}"; do
    ((RESTART_AT[$part] == 0)) && continue
    ((RESTART_AT[$part] - SECONDS < seconds)) && seconds=$((RESTART_AT[$part] - SECONDS))
  done
  sleep "$((seconds > 0 ? seconds : 0))" {LOCK}>&- &
  sleeper=$!
  [ "$STOPPING" = true ] || wait -n 2>/dev/null || true
  kill "$sleeper" 2>/dev/null || true
  wait "$sleeper" 2>/dev/null || true
}

# settle: notes which part ended, starts those that are due, keeps logs short.
settle() {
  local part
  [ "$STOPPING" = false ] || return 0
  for part in portal agent; do
    if ((RESTART_AT[$part] == 0)) && ! kill -0 "${PID[$part]}" 2>/dev/null; then
      note_end "$part"
    elif ((RESTART_AT[$part] > 0 && RESTART_AT[$part] <= SECONDS)); then
      "start_$part"
    fi
    keep_log_short "$part"
  done
}

# note_end PART: plans the next start: after a minute of health 1 s later, else 1, 2, 4 … 60 s. A
# portal that says that a person must mend something is not started again.
note_end() {
  local part=$1 status=0
  wait "${PID[$part]}" 2>/dev/null || status=$?
  if [ "$part" = portal ] && ((status == BAD_SETTING || status == BAD_DATA)); then
    wait "${WRITER[portal]}" || true
    warn "the portal stopped:"
    tail -n 12 "$DATA/log/portal.log" >&2 || true
    STATUS=$status STOPPING=true
    return 0
  fi
  ((SECONDS - STARTED[$part] < LONGEST_BACKOFF)) || BACKOFF[$part]=1
  say "$part ended with status $status; starting it again in ${BACKOFF[$part]} s"
  RESTART_AT[$part]=$((SECONDS + BACKOFF[$part]))
  BACKOFF[$part]=$((BACKOFF[$part] * 2 > LONGEST_BACKOFF ? LONGEST_BACKOFF : BACKOFF[$part] * 2))
}

# keep_log_short PART: past LOG_BYTES the log is copied aside and emptied; LOG_COPIES are kept.
keep_log_short() {
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  as_service bash -c '
    log=$1 copies=$3
    size=$(stat -c %s "$log" 2>/dev/null) || exit 0
    ((size > $2)) || exit 0
    for ((i = copies - 1; i > 0; i--)); do
      [ ! -f "$log.$i" ] || mv -f "$log.$i" "$log.$((i + 1))"
    done
    cp "$log" "$log.1" && : >"$log"' bash "$DATA/log/$1.log" "$LOG_BYTES" "$LOG_COPIES"
}

# stop_all: asks both to end, waits, and ends by force what does not.
stop_all() {
  local part deadline=$((SECONDS + STOP_SECONDS))
  trap '' INT TERM HUP
  say "stopping"
  for part in agent portal; do
    [ -z "${PID[$part]:-}" ] || kill "${PID[$part]}" 2>/dev/null || true
  done
  for part in agent portal; do
    [ -n "${PID[$part]:-}" ] || continue
    while kill -0 "${PID[$part]}" 2>/dev/null; do
      if ((SECONDS > deadline)); then
        warn "$part did not end within $STOP_SECONDS s; ending it by force"
        kill -9 "${PID[$part]}" 2>/dev/null || true
      fi
      read -rt 0.05 -u "$TICK" || true
    done
    wait "${PID[$part]}" 2>/dev/null || true
    wait "${WRITER[$part]}" 2>/dev/null || true
    rm -f "$RUN/$part.pid"
  done
  rm -f "$RUN/ready" "$RUN/pid"
  say "stopped"
}

# end_leftovers: parts of a supervisor that was killed; they end by themselves, but take a moment.
end_leftovers() {
  local part pid deadline=$((SECONDS + STOP_SECONDS))
  rm -f "$RUN/ready"
  for part in agent portal; do
    pid=
    [ ! -r "$RUN/$part.pid" ] || read -r pid <"$RUN/$part.pid" || true
    [[ $pid =~ ^[0-9]+$ ]] || continue
    while is_part "$part" "$pid"; do
      kill "$([ "$SECONDS" -gt "$deadline" ] && echo -KILL || echo -TERM)" "$pid" 2>/dev/null || true
      read -rt 0.1 -u "$TICK" || true
    done
  done
}

# is_part PART PID: this process is that part of this data folder, not another that got its number.
is_part() {
  local line
  [ -r "/proc/$2/cmdline" ] || return 1
  line=$(tr '\0' ' ' <"/proc/$2/cmdline" 2>/dev/null) || return 1
  [[ $line == *" org.gridappliance.$1."*" --data $DATA "* ]]
}

# up_in_background ARGUMENT…: the same command detached; returns when it answers or has failed.
up_in_background() {
  local log=$RUN/up.log child argument
  local -a arguments=()
  for argument in "$@"; do [ "$argument" = --background ] || arguments+=("$argument"); done
  exec {TICK}<> <(:)
  mkdir -p "$RUN"
  if ! (flock -n 9) 9>>"$RUN/lock"; then
    hold_lock # says who runs
  fi
  rm -f "$RUN/ready"
  setsid "$SOURCE/appliance" up "${arguments[@]}" </dev/null >"$log" 2>&1 {TICK}>&- &
  child=$!
  disown "$child"
  until [ -e "$RUN/ready" ]; do
    if ! kill -0 "$child" 2>/dev/null; then
      cat "$log" >&2
      return 1
    fi
    read -rt 0.05 -u "$TICK" || true
  done
  cat "$log"
}
