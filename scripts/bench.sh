# ./appliance bench: measures this appliance and its peers, interleaved in one run. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"
. "$SOURCE/scripts/condor.sh" # debian_mirror

# The first Debian whose wireguard-go knows super-packets, and the packages taken from it.
readonly PEERS_SUITE=trixie
readonly -a PEERS=(wireguard-go nebula)

# overlay_peers: the folder of newer peers of the overlay into REPLY, fetched once from this machine's
# mirror and only unpacked, so that the machine's own packages stay as they are.
overlay_peers() {
  local cache list
  local -a apt
  cache=$(cache_folder)/overlay-peers-$PEERS_SUITE
  REPLY=$cache/root/usr/bin
  [ ! -x "$REPLY/wireguard-go" ] || return 0
  [ -r "$DEBIAN_KEYS" ] || fail "$DEBIAN_KEYS is missing; run: apt-get install debian-archive-keyring"
  debian_mirror
  say "fetching the peers of the overlay's benchmark (once)"
  rm -rf "$cache" "$cache.new"
  (umask 022 && mkdir -p "$cache.new/lists/partial" "$cache.new/archives/partial")
  list=$cache.new/sources.list
  printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYS" "$REPLY" "$PEERS_SUITE" >"$list"
  apt=(apt-get -q -o "Dir::Etc::SourceList=$list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$cache.new/lists" -o "Dir::Cache=$cache.new" -o Acquire::Retries=5)
  (
    cd "$cache.new"
    "${apt[@]}" update
    "${apt[@]}" download "${PEERS[@]}"
    for list in *.deb; do dpkg-deb -x "$list" root; done
  ) >"$cache.log" 2>&1 </dev/null || fail "peers not fetched: $(tail -n 1 "$cache.log")"
  rm -rf "$cache.new/lists" "$cache.new"/*.deb "$cache.log"
  mv -T "$cache.new" "$cache"
  REPLY=$cache/root/usr/bin
}

run_bench() {
  local class_path=$SOURCE/target/bench.classpath
  if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
    cat <<'END'
Usage: ./appliance bench [NAME] [--quick]

Measures this appliance and its peers, interleaved in one run; without NAME every benchmark there is.
Prints medians and ratios and writes target/bench/NAME.json. --quick ends within a minute. Peers that
are missing are installed as root, else listed as missing.
END
    return 0
  fi
  need_java
  need run build
  ! is_root || need bench
  case " $* " in *" pool "*) is_root || fail "bench pool makes a pool, which wants root; run this with sudo" ;; esac
  case " $* " in
    *" overlay "* | "  " | " --quick ")
      if is_root; then
        overlay_peers
        PATH=$REPLY:$PATH
      fi
      ;;
  esac
  build
  maven -q -pl tests -am -DskipTests -Dspotless.check.skip=true test-compile \
    "$DEPENDENCY_PLUGIN:build-classpath" -DincludeScope=test -Dmdep.outputFile="$class_path"
  cd "$SOURCE" || return
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$SOURCE/tests/target/classes:$(<"$class_path")" org.gridappliance.tests.bench.BenchMain "$@"
}
