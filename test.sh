#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat << 'END'
Usage: ./test.sh [--all] [--filter EXPRESSION]

Builds the solution, with warnings as errors. Runs its tests on two runtimes, Mono and .NET 10, with the same assemblies of the library.
Reports how much of the library the run under Mono covers (artifacts/coverage/summary.txt names the lines that no test runs).
Installs first what the machine lacks. Takes 6 to 12 minutes, and 15 to 30 with --all.

  --all                also the real stack (e2e/: cognito-local, nginx, Mono's FastCGI server, Redis, Chromium), the format of the
                       code, the shell scripts, and a build with the Katana stand-ins
  --filter EXPRESSION  only these tests, as `dotnet test --filter` takes them: --filter Name~Rejects. Coverage is not
                       measured then.
  --help               this text

The last line is 'N passed, N failed', summed over all suites; the exit status is 0 only if nothing failed.
END
}

all=false
filter=''
while (($#)); do
  case $1 in
    --all) all=true ;;
    --filter=*) filter=${1#*=} ;;
    --filter)
      filter=${2:?--filter needs an expression}
      shift
      ;;
    -h | --help)
      usage
      exit
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done

# shellcheck source=eng/prepare.sh
. eng/prepare.sh
prepare dotnet mono node redis
if $all; then
  prepare stack browser database metrics lint
fi

results=$PWD/artifacts/test-results
coverage=$PWD/artifacts/coverage
rm -rf "$results" "$coverage"
mkdir -p "$results" "$coverage"

passed=0
failed=0
table=()

heading() { printf '\n== %s\n' "$*"; }

# record SUITE PASSED FAILED SKIPPED
record() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  table+=("$(printf '%-28s %6d passed %6d failed %6d skipped' "$@")")
}

# check NAME COMMAND…: a suite of one, passed if the command is.
check() {
  local name=$1
  shift
  heading "$name"
  if "$@" < /dev/null; then
    record "$name" 1 0 0
  else
    printf '%s: failed\n' "$name"
    record "$name" 0 1 0
    return 1
  fi
}

# record_results SUITE STATUS COUNTS: what a test runner counted, unless that hides something: a runner that crashed, or
# ran nothing, has not passed.
record_results() {
  local suite=$1 status=$2 counts=$3 of_these
  if [[ ! $counts =~ ^\{\"passed\":([0-9]+),\"failed\":([0-9]+),\"skipped\":([0-9]+)\}$ ]]; then
    printf '%s: left no results\n' "$suite"
    record "$suite" 0 1 0
    return
  fi

  of_these=("${BASH_REMATCH[@]:1}")
  if ((of_these[0] + of_these[1] == 0)); then
    printf '%s: ran no test\n' "$suite"
    of_these[1]=1
  elif ((status != 0 && of_these[1] == 0)); then
    printf '%s: no test failed, but the run did, with exit status %d\n' "$suite" "$status"
    of_these[1]=1
  fi
  record "$suite" "${of_these[@]}"
}

finish() {
  heading 'summary'
  printf '%s\n' "${table[@]}" ''
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0)) && exit 0 || exit 1
}

build() {
  dotnet_build CognitoOwin.sln -warnaserror "$@"
}

# unit_tests FRAMEWORK RUNTIME: the suite, compiled for a framework. Both runtimes run the same net472 assemblies of the library.
unit_tests() {
  local framework=$1 suite="CognitoOwin.Tests on $2" status=0 counts options=()
  heading "$suite"
  if [[ -n $filter ]]; then
    options=(--filter "$filter")
  elif [[ $framework == net472 ]]; then
    options=(--collect 'XPlat Code Coverage' --settings eng/coverage.runsettings)
  fi
  dotnet test CognitoOwin.Tests --framework "$framework" --no-build -nologo --results-directory "$results" \
    --logger "trx;LogFileName=$framework.trx" "${options[@]}" \
    -- RunConfiguration.TestSessionTimeout="$((30 * 60 * 1000))" < /dev/null || status=$?
  counts=$(node eng/trx.mjs "$results/$framework.trx") || counts=''
  record_results "$suite" "$status" "$counts"
}

report_coverage() {
  local report=("$results"/*/coverage.cobertura.xml)
  if [[ ! -e ${report[0]} ]]; then
    echo 'no coverage was measured'
    return 1
  fi
  mv "${report[0]}" "$coverage/coverage.cobertura.xml"
  # The folder's name is a number that coverlet made up.
  rmdir --ignore-fail-on-non-empty "$(dirname "${report[0]}")"
  node eng/coverage.mjs "$coverage/coverage.cobertura.xml" "$PWD" | tee "$coverage/summary.txt"
}

real_stack() {
  local suite='real stack (e2e)' status=0
  heading "$suite"
  # One file after the other: each starts servers of its own, and measures on them.
  (cd e2e && node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=../eng/node-test-counts.mjs --test-reporter-destination="$results/e2e.json") < /dev/null || status=$?
  record_results "$suite" "$status" "$(cat "$results/e2e.json" 2> /dev/null)"
}

shell_scripts() {
  git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck --external-sources
}

check build build || finish

unit_tests net472 Mono
unit_tests net10.0 '.NET 10'
if [[ -z $filter ]]; then
  check coverage report_coverage || true
fi

if $all; then
  check format dotnet format CognitoOwin.sln --verify-no-changes --no-restore || true
  check 'shell scripts' shell_scripts || true
  # Otherwise the build above was that one. In folders of its own, so that the other's output stays what it is.
  if [[ $(property_of KatanaSource .katana-source.props) != StandIn ]]; then
    check 'build with stand-ins' build -p:KatanaSource=StandIn --artifacts-path artifacts/stand-in || true
  fi
  real_stack
fi

finish
