#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat << 'END'
Usage: ./bench.sh [ARGUMENT…]

Builds bench/ in Release and runs it under Mono, with all arguments handed on to it. What the machine lacks is installed
first. The figures are also written to artifacts/bench.json.
END
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit
fi

projects=(bench/*.csproj)
if [[ ! -e ${projects[0]} ]]; then
  echo 'bench.sh: bench/ has no project yet' >&2
  exit 2
fi

# shellcheck source=eng/prepare.sh
. eng/prepare.sh
prepare dotnet mono node stack bench

dotnet build "${projects[0]}" -c Release -nologo -verbosity:quiet -consoleLoggerParameters:ErrorsOnly
program=$(dotnet msbuild "${projects[0]}" -p:Configuration=Release -getProperty:TargetPath)
exec mono "$program" "$@"
