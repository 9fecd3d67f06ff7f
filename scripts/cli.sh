# The Java command line: login, submit, jobs, api, app, admin-link; and `node join`, the agent's.
# Sourced.
# shellcheck shell=bash
[ -z "${CLI_LOADED:-}" ] || return 0
CLI_LOADED=1
. "$SOURCE/scripts/build.sh"

# run_cli COMMAND ARGUMENT…
run_cli() {
  local command=$1
  shift
  choose_data ""
  take_data_option "$@"
  set -- "${REST[@]}"
  prepare_cli
  case $command in
    app) app_command "$@" ;;
    node) node_command "$@" ;;
    login) java_cli login --data "$DATA" "$@" ;;
    admin-link)
      [[ " $* " != *" --help "* ]] || java_cli admin-link --help
      as_owner admin-link --data "$DATA"
      ;;
    *) java_cli "$command" "$@" ;;
  esac
}

# prepare_cli: what java_cli needs.
prepare_cli() {
  need_java
  build
  # Root's copy of the program is made by `up`; a command line needs none.
  PROGRAM=$DIST
  jvm_flags
}

# take_data_option ARGUMENT…: chooses the folder of --data; the others into REST.
take_data_option() {
  REST=()
  while (($# > 0)); do
    case $1 in
      --data)
        (($# > 1)) || usage_error "--data needs a folder"
        choose_data "$2"
        shift
        ;;
      --data=*) choose_data "${1#*=}" ;;
      *) REST+=("$1") ;;
    esac
    shift
  done
}

java_cli() {
  exec "$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" org.gridappliance.portal.cli.Cli "$@"
}

# as_owner COMMAND ARGUMENT…: the Java command line as the user that owns the data folder. Its jars
# must be readable by him, so root takes the copy that `up` made.
as_owner() {
  ! is_root || install_program
  as_service "$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" org.gridappliance.portal.cli.Cli "$@"
}

app_command() {
  case ${1:-} in
    check) shift ;;
    remove | restore | removed) java_cli app "$@" ;;
    *)
      say "Usage: ./appliance app check FILE       explain what is wrong in an app.yaml, with line numbers
       ./appliance app remove ID        close an application to all; jobs that run go on
       ./appliance app removed          the removed ones that you may restore
       ./appliance app restore ID       bring one back"
      [ "${1:-}" = --help ] || [ "${1:-}" = -h ] || return 64
      return 0
      ;;
  esac
  exec "$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" org.gridappliance.jobs.app.AppCheck "$@"
}

node_command() {
  case ${1:-} in
    enrol | state | leave)
      secure_node "$@"
      return
      ;;
  esac
  if [ "${1:-}" != join ] || (($# < 2)) || [[ $2 == -* ]]; then
    cat <<'END'
Usage: ./appliance node join LINK [--data DIR] [--slots N]

Lends this machine to the pool of another portal: trades the one-use token in LINK (made there under
Pool, "Add a machine") for a key of its own, then runs jobs until Ctrl-C. Run it again to go on.

       ./appliance node enrol LINK [--contact TEXT] [--data DIR]
       ./appliance node state | leave [--data DIR]

Asks for a certificate of the secure pool (LINK as the page Certificates shows it) for the appliance
that runs on this machine as root, and waits until a person has decided; leave goes back to the open
pool. See docs/ca.md.
END
    [[ " $* " == *" --help "* || " $* " == *" -h "* ]] || return 64
    return 0
  fi
  shift
  load parts
  need run
  mkdir -p "$DATA"
  exec "$JAVA_HOME/bin/java" "${AGENT_FLAGS[@]}" \
    org.gridappliance.agent.AgentMain join "$@" --data "$DATA"
}

# secure_node VERB ARGUMENT…: asks the agent that runs on this machine.
secure_node() {
  local verb=$1
  shift
  if [[ " $* " == *" --help "* || " $* " == *" -h "* ]] || { [ "$verb" = enrol ] && [[ ${1:--} == -* ]]; }; then
    node_command
    return
  fi
  is_root || fail "node $verb asks the agent of root; run this with sudo"
  if [ "$verb" = enrol ]; then
    load parts
    need secure
  fi
  exec "$JAVA_HOME/bin/java" "${CLI_FLAGS[@]}" org.gridappliance.agent.AgentMain "node-$verb" "$@" --data "$DATA"
}
