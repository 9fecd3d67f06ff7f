# Building the program, only when its sources changed: pages, jars, one flat folder of jars, and a
# start-up cache. Sourced.
# shellcheck shell=bash
[ -z "${BUILD_LOADED:-}" ] || return 0
BUILD_LOADED=1
. "$SOURCE/scripts/parts.sh"
. "$SOURCE/scripts/node.sh"

# What the program is made of, relative to SOURCE. Tests and documents are not among it.
readonly PROGRAM_MODULES=job-api,appliance-agent,ipop,portal,frontend
readonly DEPENDENCY_PLUGIN=org.apache.maven.plugins:maven-dependency-plugin:3.9.0

run_build() {
  case ${1:-} in
    "") ;;
    --help | -h)
      say "Usage: ./appliance build: builds the program if its sources changed; 'up' does this by itself."
      return 0
      ;;
    *) usage_error "build: unknown argument '$1'" ;;
  esac
  build
}

# source_stamp: a hash over every source of the program into REPLY; takes tens of milliseconds.
source_stamp() {
  REPLY=$(
    cd "$SOURCE" || exit
    find pom.xml .mvn ./*/pom.xml ./*/src/main job-api/apps frontend \
      \( -path frontend/node_modules -o -path frontend/dist -o -path frontend/target \
      -o -path '*/generated' \) -prune -o -type f -print0 2>/dev/null |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
  ) || true
  REPLY=${REPLY%% *}-$WANTED_JAVA
}

# is_built: the program in DIST is that of the present sources.
is_built() {
  local built=
  [ -r "$DIST/stamp" ] || return 1
  read -r built <"$DIST/stamp" || true
  source_stamp
  [ "$built" = "$REPLY" ]
}

# build: makes DIST unless it is up to date. One build at a time.
build() {
  local stamp lock
  is_built && return 0
  mkdir -p "$SOURCE/target"
  exec {lock}>"$SOURCE/target/build.lock"
  flock "$lock"
  if ! is_built; then
    source_stamp
    stamp=$REPLY
    need_java
    need build
    say "building (once after a change of the sources)"
    build_pages
    build_jars
    train
    printf '%s\n' "$stamp" >"$DIST/stamp"
  fi
  exec {lock}>&-
}

# npm_packages: node_modules as package-lock.json says, made again only when that changed.
npm_packages() {
  local lock_hash installed=
  lock_hash=$(sha256sum "$SOURCE/frontend/package-lock.json")
  lock_hash=${lock_hash%% *}
  [ ! -r "$SOURCE/frontend/node_modules/.stamp" ] || read -r installed <"$SOURCE/frontend/node_modules/.stamp"
  [ "$installed" != "$lock_hash" ] || return 0
  (cd "$SOURCE/frontend" && retry npm ci --no-fund --no-audit --loglevel=error </dev/null)
  printf '%s\n' "$lock_hash" >"$SOURCE/frontend/node_modules/.stamp"
}

build_pages() {
  [ -f "$SOURCE/frontend/package.json" ] || return 0
  npm_packages
  quietly npm --prefix "$SOURCE/frontend" run build
}

# build_jars: every jar the program needs into DIST/lib, flat, beside the applications.
build_jars() {
  local jars=$SOURCE/target/dist.new module
  rm -rf "$jars"
  mkdir -p "$jars/lib"
  maven -q -pl "$PROGRAM_MODULES" -am -DskipTests -Dspotless.check.skip=true \
    package "$DEPENDENCY_PLUGIN:copy-dependencies" \
    -DincludeScope=runtime -DoutputDirectory="$jars/lib"
  for module in ${PROGRAM_MODULES//,/ }; do
    cp -p "$SOURCE/$module/target/$module"-*.jar "$jars/lib/"
  done
  [ ! -d "$SOURCE/job-api/apps" ] || cp -Rp "$SOURCE/job-api/apps" "$jars/apps"
  unsign "$jars"/lib/bc*.jar
  rm -rf "$DIST"
  mv "$jars" "$DIST"
  name_class_path "$DIST" "$DIST"
}

# unsign JAR…: leaves out a library's signature. The JVM keeps all of a signed jar's manifest in memory, a digest
# for each of Bouncy Castle's 7,600 files (9 MB), and no signed class in the start-up cache; Maven has checked the
# jar's sum already.
unsign() {
  local jar folder
  for jar in "$@"; do
    folder=$(mktemp -d)
    (
      cd "$folder" || exit
      "$JAVA_HOME/bin/jar" xf "$jar"
      sed '/^\r*$/,$d' META-INF/MANIFEST.MF >"$folder.mf"
      rm -f META-INF/MANIFEST.MF META-INF/*.SF META-INF/*.RSA META-INF/*.DSA
      "$JAVA_HOME/bin/jar" cfm "$jar" "$folder.mf" .
    )
    rm -rf "$folder" "$folder.mf"
  done
}

# train: one start of the portal on an empty folder, from which the JVM keeps a start-up cache (its
# loaded classes, JEP 514) as DIST/portal.aot. Without the cache everything works, but starts later.
train() {
  local data portal line='' host port path tries=0
  say "making the start-up cache"
  data=$(mktemp -d)
  PROGRAM=$DIST
  jvm_flags
  exec {TICK}<> <(:)
  "$JAVA_HOME/bin/java" "${PORTAL_FLAGS[@]}" -XX:AOTCacheOutput="$DIST/portal.aot" \
    org.gridappliance.portal.PortalMain --data "$data/data" --port 0 --listen 127.0.0.1 \
    --apps "$DIST/apps" >"$data/log" 2>&1 </dev/null &
  portal=$!
  while [ -z "$line" ] && ((tries++ < 600)) && kill -0 "$portal" 2>/dev/null; do
    read -rt 0.05 -u "$TICK" || true
    [ ! -s "$data/data/run/address" ] || read -r line <"$data/data/run/address"
  done
  host=${line#http://}
  port=${host##*:}
  host=${host%:*}
  if [ -n "$line" ]; then
    for path in /healthz / /api/v1/session /api/v1/openapi.yaml /api/v1/apps; do
      exec {TALK}<>"/dev/tcp/$host/$port"
      printf 'GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$path" "$host" "$port" >&"$TALK"
      cat <&"$TALK" >/dev/null
      exec {TALK}>&-
    done
  fi
  kill "$portal" 2>/dev/null || true
  wait "$portal" || true
  exec {TICK}>&-
  if [ ! -s "$DIST/portal.aot" ]; then
    tail -n 5 "$data/log" >&2
    warn "no start-up cache was made; the portal starts without it"
  fi
  rm -rf "$data"
}

# maven ARGUMENT…: from the root of the sources, without questions, once more if a download fails.
maven() {
  (cd "$SOURCE" && mvn -B -ntp "$@" </dev/null)
}

# retry COMMAND…: a second try for what fetches from a network.
retry() {
  "$@" || {
    warn "once more: $*"
    "$@"
  }
}

# quietly COMMAND…: its output only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $*"
  fi
  rm -f "$log"
}
