#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat << 'END'
Usage: ./bench.sh [--clr] [COMMAND] [ARGUMENT…]

Builds bench/ in Release and runs it under Mono. With --clr, and for the command clr, it runs under .NET 10. What the machine lacks is
installed first. The commands:

  figures [--quick] [--without-http] [--update-docs]
                                  the table of docs/performance.md, also as artifacts/bench.json. It is what runs without a
                                  command, and takes about nine minutes. The exit status says whether all was measured, not
                                  whether all targets are met.
  clr [--quick] [--update-docs]   the validator on .NET 10, beside its peers there and on Node; also in artifacts/bench.json
  growth [--quick] [--update-docs]
                                  what requests cost as tokens, groups, keys and pools grow; artifacts/growth-*.svg
  first [--quick] [--update-docs]
                                  the start of an application and its first request, each in a new process
  remembered [--quick] [--update-docs]
                                  memory and time of a cached token, for up to a million of them; signs them first
  scaling [--quick]               the figure warm_scaling alone, as figures measures it in a second process
  single                          one token on its own, without a pipeline, by BenchmarkDotNet; artifacts/benchmarkdotnet/
  soak [--minutes M] [--update-docs]
                                  mixed traffic with key rotations, every verdict checked; artifacts/soak.csv, artifacts/soak.svg
  memory [--minutes M] [--pause MS] [--update-docs]
                                  the memory of the sample's processes under mixed requests; artifacts/memory.csv, artifacts/memory.svg
  misses [--quick] [--update-docs]
                                  how often the token cache misses, beside an exact LRU; artifacts/cache-misses.svg
  mutate --count N [--seed S]     changed tokens, none of which may be accepted
  profile warm|cold [--seconds S] [--threads T]
                                  one kind of request only, for a profiler
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

framework=net472
if [[ ${1:-} == --clr ]]; then
  framework=net10.0
  shift
fi
case ${1:-figures} in
  # Served behind nginx for the HTTP figures.
  figures | --*) dotnet_build samples/Notes -c Release ;;
  memory)
    prepare database
    dotnet_build samples/Notes -c Release
    shift
    exec node e2e/memory.mjs "$@"
    ;;
  clr)
    framework=net10.0
    install_npm_packages bench/node
    ;;
  remembered)
    dotnet_build "${projects[0]}" -c Release -f net10.0
    count=1000000
    if [[ " $* " == *' --quick '* ]]; then
      count=10000
    fi
    if [[ ! -e artifacts/tokens.txt || $(wc -l < artifacts/tokens.txt) -lt $count ]]; then
      echo "signing $count tokens"
      dotnet bench/bin/Release/net10.0/bench.dll tokens "$count"
    fi
    ;;
esac
dotnet_build "${projects[0]}" -c Release -f "$framework"
program=$(dotnet msbuild "${projects[0]}" -p:Configuration=Release -p:TargetFramework="$framework" -getProperty:TargetPath)
if [[ $framework == net472 ]]; then
  exec mono "$program" "$@"
fi
exec dotnet "$program" "$@"
