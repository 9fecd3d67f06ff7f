# ./appliance doctor: a table of the parts this machine has, what each gives, and the one command
# that installs what is missing. Changes nothing. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"

readonly LEAST_DISK_MB=1024
PROBLEMS=0

run_doctor() {
  case ${1:-} in
    --help | -h)
      say "Usage: ./appliance doctor [--data DIR]: which parts are here, what each gives, and the command"
      say "that installs what is missing. Exit status 1 when something that every job needs is missing."
      return 0
      ;;
  esac
  only_data_option doctor "$@"
  row "PART" "STATE" "GIVES" "TO GET IT"
  doctor_java
  doctor_node
  doctor_programs
  doctor_packages
  doctor_countries
  doctor_namespaces
  doctor_port
  doctor_disk
  doctor_quota
  ((PROBLEMS == 0))
}

row() { printf '%-18s %-24.24s %-44s %s\n' "$@"; }

# lacking NAME STATE GIVES COMMAND: a row for something that jobs cannot run without.
lacking() {
  row "$@"
  PROBLEMS=$((PROBLEMS + 1))
}

apt_line() { printf 'apt-get install --no-install-recommends %s' "$1"; }

doctor_java() {
  if find_java; then
    java_version "$JAVA_HOME"
    row java "$REPLY" "portal and executor" ""
  else
    lacking java missing "portal and executor" "$(apt_line "openjdk-$WANTED_JAVA-jdk-headless"), or Eclipse Temurin $WANTED_JAVA"
  fi
}

doctor_node() {
  node_version
  if ((REPLY >= WANTED_NODE)); then
    row node "$(node --version)" "builds the pages" ""
  elif ((REPLY == 0)); then
    row node missing "builds the pages" "$(apt_line "nodejs npm")"
  else
    row node "$REPLY, want $WANTED_NODE" "builds the pages" "a newer Node.js"
  fi
}

doctor_programs() {
  local program package gives when version
  while IFS='|' read -r program package gives when; do
    [ -n "$program" ] || continue
    if has "$program"; then
      version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null || true)
      version=${version:-present}
      row "$program" "$version" "$gives" ""
    elif [ "$program" = bwrap ]; then
      lacking "$program" missing "$gives" "$(apt_line "$package")"
    else
      row "$program" missing "$gives ($when)" "$(apt_line "$package")"
    fi
  done <<<"$PARTS"
}

# Packages that the shipped applications and those in the data folder ask for.
doctor_packages() {
  local package version
  while read -r package; do
    if version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) && [ -n "$version" ]; then
      row "$package" "$version" "asked for by an application" ""
    else
      row "$package" missing "asked for by an application" "$(apt_line "$package")"
    fi
  done < <(app_packages)
}

# doctor_countries: the table by which the map guesses where computers are.
doctor_countries() {
  local gives="guessed places of computers on the map"
  if has_countries; then
    row countries "$(dpkg-query -W -f '${Version}' libloc-database 2>/dev/null || printf present)" "$gives" ""
  else
    row countries missing "$gives" "$(apt_line libloc-database)"
  fi
}

# doctor_namespaces: whether a job can be contained, tried for real.
doctor_namespaces() {
  has bwrap || return 0
  if bwrap --unshare-all --ro-bind / / true 2>/dev/null; then
    row namespaces work "jobs without network or other processes" ""
  else
    lacking namespaces refused "containing jobs; without them jobs are off" "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"
  fi
}

doctor_port() {
  local port=8443 line
  if [ -r "$DATA/appliance.yaml" ]; then
    while read -r line; do
      [[ ! $line =~ ^port:\ *([0-9]+) ]] || port=${BASH_REMATCH[1]}
    done <"$DATA/appliance.yaml"
  fi
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    if [ -e "$RUN/ready" ]; then
      row "port $port" "serves this appliance" "the pages" ""
    else
      row "port $port" "in use by another" "the pages" "./appliance up --port N"
    fi
  else
    row "port $port" free "the pages" ""
  fi
}

doctor_disk() {
  local folder=$DATA free
  while [ ! -d "$folder" ]; do folder=${folder%/*}/ && folder=${folder%/} && folder=${folder:-/}; done
  free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  if ((free >= LEAST_DISK_MB)); then
    row disk "$free MB free" "files and results in $DATA" ""
  else
    lacking disk "$free MB free" "files and results in $DATA" "free $LEAST_DISK_MB MB, or --data elsewhere"
  fi
}

# doctor_quota: whether the file system can hold every program to people's quota (decision 0306).
doctor_quota() {
  local folder=$DATA type options id gives="every program kept to people's quota"
  while [ ! -d "$folder" ]; do folder=${folder%/*} && folder=${folder:-/}; done
  read -r type options id < <(findmnt -nro FSTYPE,OPTIONS,UUID -T "$folder") || return 0
  case $type:,$options, in
    btrfs:*)
      if [ -d "/sys/fs/btrfs/$id/qgroups" ]; then
        row quotas "btrfs, counted" "$gives" ""
      else
        row quotas "btrfs, not counted" "$gives" "btrfs quota enable $folder"
      fi
      ;;
    ext4:*,prjquota,* | xfs:*,prjquota,* | xfs:*,pquota,*) row quotas "$type, prjquota" "$gives" "" ;;
    *) row quotas "$type cannot" "$gives" "btrfs, or ext4 or XFS mounted with prjquota" ;;
  esac
}
