# ./appliance bench: measures this appliance and its peers, interleaved in one run. Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"

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
  build
  maven -q -pl tests -am -DskipTests -Dspotless.check.skip=true test-compile \
    "$DEPENDENCY_PLUGIN:build-classpath" -DincludeScope=test -Dmdep.outputFile="$class_path"
  cd "$SOURCE" || return
  exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "$SOURCE/tests/target/classes:$(<"$class_path")" org.gridappliance.tests.bench.BenchMain "$@"
}
