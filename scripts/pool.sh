# ./appliance pool: HTCondor on this machine: its installation, tokens for other machines, and a whole
# pool in network namespaces for trying out and for tests. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"
. "$SOURCE/scripts/condor.sh"

pool_usage() {
  cat <<'END'
Usage: ./appliance pool install
       ./appliance pool token worker|member|submit|flock|watch [--data DIR]
       ./appliance pool up [--nodes 3] [--cpus N] [--second] [--member] [--port 8443] [--data DIR]

  install   makes the root folder that HTCondor runs in (a small Debian 13), once
  token     prints a token with which another machine joins this manager's pool: as a worker, a member
            (runs jobs and submits) or to submit only; put it into DATA/keys/pool.token there, and
            pool.role: worker (or submit), pool.manager: ADDRESS into its appliance.yaml. flock is
            for another pool's manager, whose jobs may then come here; watch for a portal that only
            shows this pool's machines
  up        a whole pool on this machine: an appliance whose HTCondor is manager and submits, and N-1
            workers in network namespaces of their own; with --second another small pool with a key of
            its own; with --member also an appliance in a namespace, whose HTCondor only submits until its
            page says otherwise. Ctrl-C ends all and leaves only the appliance's data folder, and that only if it
            was there before.
END
}

run_pool() {
  local verb=${1:-}
  [ $# -eq 0 ] || shift
  case " $* " in
    *" --help "* | *" -h "*) verb=help ;;
  esac
  case $verb in
    install)
      (($# == 0)) || usage_error "pool install: takes nothing"
      make_condor_root
      if [ "$REPLY" = / ]; then
        say "HTCondor is this machine's own: $(condor_version | head -n 1)"
      else
        say "HTCondor is in $REPLY"
      fi
      ;;
    token) pool_token "$@" ;;
    up) pool_up "$@" ;;
    help | -h | --help) pool_usage ;;
    *)
      pool_usage >&2
      return 64
      ;;
  esac
}

pool_token() {
  local kind=${1:-}
  [[ $kind =~ ^(worker|member|submit|flock|watch)$ ]] ||
    usage_error "pool token: want worker, member, submit, flock or watch, not '$kind'"
  shift
  only_data_option "pool token" "$@"
  is_root || fail "the pool's key belongs to root; run this with sudo"
  need_java
  build
  install_program
  condor_root || fail "HTCondor is not installed; run: sudo ./appliance pool install"
  mint_token "$kind" "$DATA"
}

# mint_token KIND DATA
mint_token() {
  condor_root
  "$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" org.gridappliance.agent.AgentMain pool-token "$1" \
    --data "$2" --condor-root "$REPLY"
}

readonly POOL_MOST_NODES=32 POOL_READY_SECONDS=120
# Every namespace is named by this process, so that what a killed one left can be told from others'.
POOL_NAME=ga-p$$ POOL_CABLE=gap$$ POOL_NET=''
POOL_STOPPING=false POOL_UP='' POOL_MEMBER=''
# Folders that this command made and takes away again.
declare -ga POOL_MADE=()
# By namespace: the process, its data folder, the seconds until it may be started again, when it was.
declare -gA WORKER=() WORKER_DATA=() WORKER_BACKOFF=() WORKER_AT=()

# pool_folder DATA: what the agent of a data folder keeps as root.
pool_folder() {
  local key=${1#/}
  printf '%s' "/var/lib/grid-appliance-agent/${key//\//-}"
}

pool_up() {
  local nodes=3 cpus=0 data='' port=8443 second=false member=false
  while (($# > 0)); do
    case $1 in
      --second) second=true ;;
      --member) member=true ;;
      --nodes | --cpus | --port | --data)
        (($# > 1)) || usage_error "pool up: $1 needs a value"
        case $1 in
          --nodes) nodes=$2 ;;
          --cpus) cpus=$2 ;;
          --port) port=$2 ;;
          --data) data=$2 ;;
        esac
        shift
        ;;
      *) usage_error "pool up: unknown argument '$1'; './appliance pool --help' lists them" ;;
    esac
    shift
  done
  if [[ ! $nodes =~ ^[0-9]+$ ]] || ((nodes < 2 || nodes > POOL_MOST_NODES)); then
    usage_error "pool up: --nodes=$nodes: want 2..$POOL_MOST_NODES"
  fi
  [[ $cpus =~ ^[0-9]+$ ]] || usage_error "pool up: --cpus=$cpus: want a number; 0 for all"
  is_root || fail "pool up makes network namespaces, which wants root; run this with sudo"
  choose_data "${data:-$(default_data)-pool}"
  need_java
  build
  need run pool
  make_condor_root
  install_program
  [ -e "$DATA" ] || POOL_MADE+=("$DATA")
  make_data_folder
  umask 022
  pool_leftovers
  trap 'POOL_STOPPING=true' INT TERM HUP
  trap pool_down EXIT
  pool_network "$nodes"
  pool_settings "$DATA" manager "$POOL_NET.1" "" 0
  rm -f "$RUN/ready"
  # In a session of its own, so that Ctrl-C reaches this command alone, which passes it on.
  setsid "$SOURCE/appliance" up --data "$DATA" --port "$port" </dev/null &
  POOL_UP=$!
  pool_await "the appliance answers" test -e "$RUN/ready"
  pool_await "HTCondor's key is made" test -s "$(pool_folder "$DATA")/condor/node/tokens/condor"
  pool_workers "$((nodes - 1))" "$cpus"
  [ "$second" = false ] || pool_second
  [ "$member" = false ] || pool_member "$port"
  say "  pool     manager $POOL_NET.1 and $((nodes - 1)) workers in network namespaces"
  pool_watch
}

# pool_leftovers: namespaces of a pool whose command was killed.
pool_leftovers() {
  local name
  while read -r name _; do
    [[ $name =~ ^ga-p([0-9]+)- ]] || continue
    kill -0 "${BASH_REMATCH[1]}" 2>/dev/null || ip netns del "$name" || true
  done < <(ip netns list)
}

# pool_network NODES: a bridge in a namespace of its own; this machine and every worker have a cable to it.
pool_network() {
  local third i
  for ((third = 0; third < 256; third++)); do
    POOL_NET=10.77.$third
    [ -n "$(ip -4 -o addr show to "$POOL_NET.0/24")" ] || break
  done
  ip netns add "$POOL_NAME-hub"
  ip -n "$POOL_NAME-hub" link add hub type bridge
  ip -n "$POOL_NAME-hub" link set hub up
  ip link add "$POOL_CABLE" type veth peer name p0 netns "$POOL_NAME-hub"
  ip -n "$POOL_NAME-hub" link set p0 master hub up
  ip addr add "$POOL_NET.1/24" dev "$POOL_CABLE"
  ip link set "$POOL_CABLE" up
  for ((i = 1; i < $1; i++)); do pool_machine "w$i" "$((10 + i))"; done
}

# pool_machine NAME NUMBER: a namespace with a cable to the bridge; the cable's end there is called like it.
pool_machine() {
  ip netns add "$POOL_NAME-$1"
  ip -n "$POOL_NAME-hub" link add "$1" type veth peer name eth0 netns "$POOL_NAME-$1"
  ip -n "$POOL_NAME-hub" link set "$1" master hub up
  ip -n "$POOL_NAME-$1" link set lo up
  ip -n "$POOL_NAME-$1" addr add "$POOL_NET.$2/24" dev eth0
  ip -n "$POOL_NAME-$1" link set eth0 up
}

readonly POOL_MARK='# made by ./appliance pool up'

# pool_settings FOLDER ROLE ADDRESS MANAGER CPUS: writes the keys of pool.*, unless the file is a person's.
pool_settings() {
  local file=$1/appliance.yaml first=$POOL_MARK
  local -a as=()
  [ ! -f "$file" ] || read -r first <"$file" || true
  [ "$first" = "$POOL_MARK" ] || fail "$file is somebody's own; give another folder with --data"
  case $2 in manager | submit) as=("${SERVICE_PREFIX[@]}") ;; esac
  {
    printf '%s\n' "$POOL_MARK" "pool.role: $2" "pool.address: $3"
    [ -z "$4" ] || printf '%s\n' "pool.manager: $4"
    printf '%s\n' "pool.cpus: $5"
  } | "${as[@]}" tee "$file" >/dev/null
}

# pool_workers COUNT CPUS
pool_workers() {
  local i token
  token=$(mint_token worker "$DATA")
  for ((i = 1; i <= $1; i++)); do pool_join "w$i" "$POOL_NET.1" "$2" "$token"; done
}

# pool_join NAME MANAGER CPUS TOKEN: a worker.
pool_join() {
  local folder=$DATA-$1
  [ -e "$folder" ] || POOL_MADE+=("$folder")
  mkdir -p "$folder/keys" "$folder/run"
  chmod 700 "$folder/keys"
  pool_settings "$folder" worker eth0 "$2" "$3"
  (umask 077 && printf '%s\n' "$4" >"$folder/keys/pool.token")
  WORKER_DATA[$1]=$folder
  WORKER_BACKOFF[$1]=1
  pool_worker "$1"
}

# pool_second: another pool with a key of its own: a manager and a worker of 2 slots.
pool_second() {
  local folder=$DATA-f1
  pool_machine f1 21
  pool_machine f2 22
  [ -e "$folder" ] || POOL_MADE+=("$folder")
  mkdir -p "$folder/run" "$folder/jobs" "$folder/bundles"
  chown "$SERVICE_USER:" "$folder" "$folder/jobs" "$folder/bundles"
  pool_settings "$folder" manager "$POOL_NET.21" "" 0
  WORKER_DATA[f1]=$folder
  WORKER_BACKOFF[f1]=1
  pool_worker f1
  pool_await "the second pool's key is made" test -s "$(pool_folder "$folder")/condor/node/tokens/condor"
  pool_join f2 "$POOL_NET.21" 2 "$(mint_token worker "$folder")"
  say "  second   manager $POOL_NET.21 and a worker, with a key of their own"
}

# pool_member PORT: an appliance of its own, here with a token that allows it to run jobs too.
pool_member() {
  local folder=$DATA-m1 run
  run=${folder#/}
  run=$ROOT_RUN/${run//\//-}
  rm -f "$run/ready"
  pool_machine m1 31
  [ -e "$folder" ] || POOL_MADE+=("$folder")
  mkdir -p "$folder"
  chown -h "$SERVICE_USER:" "$folder"
  # As its owner: in an earlier member's folder that one may have laid links.
  as_service mkdir -p -m 700 "$folder/keys"
  as_service chmod 700 "$folder" "$folder/keys"
  pool_settings "$folder" submit eth0 "$POOL_NET.1" 2
  # shellcheck disable=SC2016  # expanded by the inner shell, as the service's user
  mint_token member "$DATA" | as_service bash -c 'umask 077 && cat >"$1"' bash "$folder/keys/pool.token"
  # nsenter and not ip netns exec: that one would hide the control groups.
  setsid nsenter --net="/run/netns/$POOL_NAME-m1" "$SOURCE/appliance" up --data "$folder" \
    --listen "$POOL_NET.31" --port "$1" </dev/null &
  POOL_MEMBER=$!
  pool_await "the member answers" test -e "$run/ready"
  say "  member   https://$POOL_NET.31:$1/ submits to the pool"
}

pool_worker() {
  local root
  condor_root
  root=$REPLY
  ip netns exec "$POOL_NAME-$1" setpriv --pdeathsig TERM "$JAVA_HOME/bin/java" "${AGENT_FLAGS[@]}" \
    org.gridappliance.agent.AgentMain pool --data "${WORKER_DATA[$1]}" --condor-root "$root" \
    </dev/null >>"${WORKER_DATA[$1]}/agent.log" 2>&1 &
  WORKER[$1]=$!
  WORKER_AT[$1]=$SECONDS
}

# pool_await WHAT COMMAND…: until the command succeeds; ends all when the appliance ends before.
pool_await() {
  local what=$1 deadline=$((SECONDS + POOL_READY_SECONDS))
  shift
  until "$@" 2>/dev/null; do
    [ "$POOL_STOPPING" = false ] || exit 130
    kill -0 "$POOL_UP" 2>/dev/null || fail "pool up: the appliance ended; see $DATA/log"
    ((SECONDS < deadline)) || fail "pool up: not within $POOL_READY_SECONDS s: $what; see $DATA/log"
    sleep 0.1
  done
}

# pool_watch: until told to stop or the appliance ends; a worker that ended is started again.
pool_watch() {
  local i
  while [ "$POOL_STOPPING" = false ]; do
    sleep 1 &
    wait "$!" || true
    kill -0 "$POOL_UP" 2>/dev/null || return 1
    for i in "${!WORKER[@]}"; do
      if ! kill -0 "${WORKER[$i]}" 2>/dev/null && [ "$POOL_STOPPING" = false ] &&
        ((SECONDS - WORKER_AT[$i] >= WORKER_BACKOFF[$i])); then
        say "$i ended; starting it again"
        WORKER_BACKOFF[$i]=$((WORKER_BACKOFF[$i] < 60 ? WORKER_BACKOFF[$i] * 2 : 60))
        pool_worker "$i"
      fi
    done
  done
}

# pool_down: ends everything; runs however this command ends.
pool_down() {
  local i name
  trap '' INT TERM HUP
  [ -z "$POOL_UP" ] || kill "$POOL_UP" 2>/dev/null || true
  [ -z "$POOL_MEMBER" ] || kill "$POOL_MEMBER" 2>/dev/null || true
  for i in "${!WORKER[@]}"; do kill "${WORKER[$i]}" 2>/dev/null || true; done
  for i in "${!WORKER[@]}"; do wait "${WORKER[$i]}" 2>/dev/null || true; done
  [ -z "$POOL_UP" ] || wait "$POOL_UP" 2>/dev/null || true
  [ -z "$POOL_MEMBER" ] || wait "$POOL_MEMBER" 2>/dev/null || true
  ip link del "$POOL_CABLE" 2>/dev/null || true
  while read -r name _; do
    [[ $name != "$POOL_NAME"-* ]] || ip netns del "$name" || true
  done < <(ip netns list)
  pool_take_away
}

# pool_take_away: the folders that were not there before.
pool_take_away() {
  local folder
  for folder in "${POOL_MADE[@]}"; do
    rm -rf --one-file-system "$folder" "$(pool_folder "$folder")"
  done
}
