# ./appliance test: everything CI runs, with the counts of unit, integration and browser tests.
# Sourced.
# shellcheck shell=bash
. "$SOURCE/scripts/build.sh"

test_usage() {
  cat <<'END'
Usage: ./appliance test [--soak] [MODULE…]

Checks the scripts (shellcheck), the pages (ESLint, types, vitest, build) and every Maven module
(format, warnings, JUnit with all tags). With MODULE (job-api, portal, frontend, tests, scripts, …)
only those, with the modules they need built first.

  --soak   the full counts in place of CI's bounded ones. Can be stopped and started again: what has
           passed with the same sources is not run again. Seeds are printed.

Tests tagged `root` and `netns` need root, those tagged `browser` Chromium; where one is missing they
are left out, and that is said.
END
}

PASSED=0 FAILED=0
SUMMARY=()

run_test() {
  local soak=false
  local -a modules=()
  while (($# > 0)); do
    case $1 in
      --soak) soak=true ;;
      --help | -h)
        test_usage
        return 0
        ;;
      -*) usage_error "test: unknown option '$1'" ;;
      *)
        [ "$1" = scripts ] || [ -f "$SOURCE/$1/pom.xml" ] || usage_error "test: no module '$1'"
        modules+=("$1")
        ;;
    esac
    shift
  done
  need_java
  need run desktop pool build test
  ! is_root || need root
  # Playwright drives Debian's Chromium through Debian's Node.js, and downloads neither.
  PLAYWRIGHT_NODEJS_PATH=$(type -P node)
  export PLAYWRIGHT_NODEJS_PATH PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
  if ((${#modules[@]} == 0)); then
    test_scripts
    test_pages
    build
    test_java "$soak"
  else
    test_modules "$soak" "${modules[@]}"
  fi
  printf '\n'
  printf '%s\n' "${SUMMARY[@]}"
  say "$PASSED passed, $FAILED failed"
  ((FAILED == 0))
}

# count PASSED FAILED TEXT: adds to the sum and to the closing lines.
count() {
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
  SUMMARY+=("$3")
}

# step NAME COMMAND…: one check that passes or fails as a whole.
step() {
  local name=$1
  shift
  say "── $name"
  if "$@" </dev/null; then
    count 1 0 "$name: passed"
  else
    count 0 1 "$name: FAILED"
  fi
}

test_scripts() {
  step "shellcheck" shellcheck -x -P "$SOURCE" "$SOURCE/appliance" "$SOURCE"/scripts/*.sh "$SOURCE/.ci/run" \
    "$SOURCE"/scripts/completion/*.bash \
    "$SOURCE"/appliance-agent/src/main/resources/org/gridappliance/agent/pool/*.sh \
    "$SOURCE"/job-api/src/main/resources/org/gridappliance/jobs/condor/*.sh
}

test_pages() {
  local report=$SOURCE/target/vitest.json passed failed
  [ -f "$SOURCE/frontend/package.json" ] || return 0
  npm_packages
  step "pages: lint" npm --prefix "$SOURCE/frontend" run --silent lint
  step "pages: types and build" quietly npm --prefix "$SOURCE/frontend" run build
  mkdir -p "$SOURCE/target"
  rm -f "$report"
  say "── pages: vitest"
  (cd "$SOURCE/frontend" && npx vitest run --reporter=default --reporter=json --outputFile.json="$report" </dev/null) || true
  passed=$(json_number numPassedTests "$report")
  failed=$(json_number numFailedTests "$report")
  [ -s "$report" ] || failed=1
  count "$passed" "$failed" "vitest: $passed passed, $failed failed"
}

json_number() {
  local number=
  [ ! -s "$2" ] || number=$(grep -o "\"$1\":[0-9]*" "$2" | head -n 1)
  number=${number##*:}
  printf '%s' "${number:-0}"
}

# left_out: JUnit tags this machine cannot run, comma separated, into REPLY; says why.
left_out() {
  local -a tags=()
  if ! is_root; then
    tags+=(root netns)
    say "left out: tests tagged root and netns, because you are not root"
  fi
  if ! has chromium; then
    tags+=(browser)
    say "left out: tests tagged browser, because Chromium is missing"
  fi
  REPLY=$(IFS=, && printf '%s' "${tags[*]}")
}

# A failing test is counted from the reports; it must not keep the modules behind it from being tested. Real
# processes, kernels and browsers on two busy cores stumble now and then: a failed test gets one more try, and
# Surefire lists it under Flakes, to be mended.
test_java() {
  local soak=$1 status=0
  # Tests wait for processes more than they compute: two modules, and two classes of tests/, at once. A soak's
  # storms have the machine to themselves.
  local -a options=(-fae -Dmaven.test.failure.ignore=true -Dsurefire.rerunFailingTestsCount=1 "-Dsoak=$soak")
  [ "$soak" = true ] || options+=(-T2 -Dtests.at.once=2)
  left_out
  [ -z "$REPLY" ] || options+=("-DexcludedGroups=$REPLY")
  if [ "$soak" = true ]; then
    soak_begin
    options+=("-Dsurefire.excludesFile=$SOAK_STATE")
  fi
  rm -rf "$SOURCE"/*/target/surefire-reports
  say "── mvn verify"
  maven "${options[@]}" verify || status=$?
  [ "$soak" = false ] || soak_end
  java_counts "$status"
}

# test_modules SOAK MODULE…: the tests of these modules; what they need is built but not tested.
test_modules() {
  local soak=$1 module status=0 names maven_modules=
  local -a options=(-fae -Dmaven.test.failure.ignore=true -Dsurefire.rerunFailingTestsCount=1 "-Dsoak=$soak")
  shift
  left_out
  for module in "$@"; do
    case $module in
      scripts) test_scripts ;;
      frontend) test_pages ;;
      *) maven_modules+=,$module ;;
    esac
    [ "$module" != tests ] || build
  done
  [ -n "$maven_modules" ] || return 0
  names=$(
    cd "$SOURCE" || exit
    for module in ${maven_modules//,/ }; do
      [ ! -d "$module/src/test" ] || find "$module/src/test" -name '*Test.java' -printf '%f\n'
    done |
      sed 's/\.java$//' | sort -u | paste -sd, -
  )
  rm -rf "$SOURCE"/*/target/surefire-reports
  [ "$soak" = true ] || options+=(-T2 -Dtests.at.once=2)
  maven "${options[@]}" "-Dtest=${names:-none}" -Dsurefire.failIfNoSpecifiedTests=false \
    ${REPLY:+"-DexcludedGroups=$REPLY"} -pl "${maven_modules#,}" -am verify || status=$?
  java_counts "$status"
}

# java_counts STATUS: sums Surefire's reports by kind. A test class is a browser test by its tag, an
# integration test when it is in tests/ or tagged root or netns, else a unit test.
java_counts() {
  local report class kind file tests bad skipped total_failed=0
  local -A passed=([unit]=0 [integration]=0 [browser]=0) failed=([unit]=0 [integration]=0 [browser]=0)
  for report in "$SOURCE"/*/target/surefire-reports/TEST-*.xml; do
    [ -e "$report" ] || continue
    class=${report##*/TEST-}
    class=${class%.xml}
    kind=unit
    [[ $report != */tests/target/* ]] || kind=integration
    class=${class//.//}
    file=$(printf '%s\n' "$SOURCE"/*/src/test/java/"${class%%\$*}.java" | head -n 1)
    if [ -r "$file" ]; then
      ! grep -qE '@Tag\("(root|netns)"\)' "$file" || kind=integration
      ! grep -q '@Tag("browser")' "$file" || kind=browser
    fi
    read -r tests bad skipped < <(suite_counts "$report")
    passed[$kind]=$((passed[$kind] + tests - bad - skipped))
    failed[$kind]=$((failed[$kind] + bad))
    total_failed=$((total_failed + bad))
  done
  for kind in unit integration browser; do
    count "${passed[$kind]}" "${failed[$kind]}" "Java $kind tests: ${passed[$kind]} passed, ${failed[$kind]} failed"
  done
  if (($1 != 0 && total_failed == 0)); then
    count 0 1 "mvn verify: FAILED outside of the tests (compiler, format or start of the tests; see above)"
  fi
}

# suite_counts REPORT: "tests failed skipped" of one report of Surefire.
suite_counts() {
  grep -m 1 '<testsuite ' "$1" | awk '{
    for (i = 1; i <= NF; i++) if (split($i, kv, "\"") > 1) n[kv[1]] = kv[2]
    print n["tests="] + 0, n["errors="] + n["failures="] + 0, n["skipped="] + 0
  }'
}

# A soak run notes each class that passed, keyed by the sources, and leaves it out the next time. What a
# killed run left in its reports is noted by the next one.
soak_begin() {
  local sources mark=$SOURCE/target/soak-sources
  sources=$(find "$SOURCE"/pom.xml "$SOURCE"/*/pom.xml "$SOURCE"/*/src -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  SOAK_STATE=$(cache_folder)/soak/${sources%% *}.txt
  mkdir -p "${SOAK_STATE%/*}"
  touch "$SOAK_STATE"
  mkdir -p "${mark%/*}"
  [ "$(cat "$mark" 2>/dev/null)" != "$sources" ] || soak_note
  printf '%s\n' "$sources" >"$mark"
  say "soak: $(wc -l <"$SOAK_STATE") classes passed before with these sources; state in $SOAK_STATE"
  trap soak_end EXIT
}

soak_end() {
  trap - EXIT
  soak_note
}

soak_note() {
  local report class tests bad skipped
  for report in "$SOURCE"/*/target/surefire-reports/TEST-*.xml; do
    [ -e "$report" ] || continue
    class=${report##*/TEST-}
    class=${class%.xml}
    read -r tests bad skipped < <(suite_counts "$report") || continue
    ((tests > skipped && bad == 0)) || continue
    printf '**/%s.java\n' "${class//.//}" >>"$SOAK_STATE"
    grep -hoiE 'seed[ =:]+-?[0-9]+' "$report" | sort -u | sed "s/^/  ${class##*.}: /" || true
  done
  sort -u -o "$SOAK_STATE" "$SOAK_STATE"
}
