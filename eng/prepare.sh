# shellcheck shell=bash
# Sourced by demo.sh, test.sh and bench.sh, whose first act is `prepare WHAT…`: each WHAT is looked for first, and
# installed, with a word about it, only where it is missing. The kinds of WHAT are the cases of prepare() below.
#
# KATANA_SOURCE=Packages|StandIn says which Katana to build with, instead of asking the feed (katana/README.md).
# KATANA_FEED_TIMEOUT is how many seconds the feed may take to answer; default 120.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf 'prepare: %s\n' "$*"; }

give_up() {
  printf 'prepare: %s\n' "$@" >&2
  exit 1
}

prepare() {
  local what packages=()
  for what in "$@"; do
    case $what in
      dotnet) ;;
      # Parts of Mono may be there without the class libraries that a web application needs.
      mono) [[ -x $(command -v mono) && -e /usr/lib/mono/4.5/System.Web.dll ]] || packages+=(mono-complete) ;;
      node)
        has node || packages+=(nodejs)
        # Debian's nodejs comes without npm, other builds of Node bring their own.
        has npm || packages+=(npm)
        ;;
      stack)
        has fastcgi-mono-server4 || packages+=(mono-fastcgi-server4)
        has nginx || packages+=(nginx-light)
        has curl || packages+=(curl)
        has unzip || packages+=(unzip)
        has_library libsqlite3.so.0 || packages+=(libsqlite3-0)
        ;;
      browser) has chromium || packages+=(chromium) ;;
      bench) has wrk || packages+=(wrk) ;;
      # The -core packages bring the programs and, unlike mariadb-server, no service that starts by itself.
      database) has mariadbd || packages+=(mariadb-server-core mariadb-client-core) ;;
      # The tests start their own, on a loopback port.
      metrics) has prometheus || packages+=(prometheus) ;;
      redis) has redis-server || packages+=(redis-server) ;;
      lint) has shellcheck || packages+=(shellcheck) ;;
      *) give_up "nobody knows how to prepare '$what'" ;;
    esac
  done

  install_packages ${packages[@]+"${packages[@]}"}

  for what in "$@"; do
    case $what in
      dotnet) check_dotnet && choose_katana ;;
      node) check_node ;;
      stack) install_npm_packages e2e ;;
    esac
  done
}

# Servers live in sbin, which is not on everybody's PATH.
has() { PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" > /dev/null; }

has_library() {
  local file
  for file in /usr/lib/"$1" /usr/lib/*/"$1" /lib/*/"$1"; do
    [[ -e $file ]] && return
  done
  return 1
}

install_packages() {
  (($#)) || return 0
  has apt-get || give_up "missing, and installed by themselves only where there is apt-get: $*"

  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  if ((EUID != 0)); then
    has sudo || give_up "missing: $*" "Neither root nor sudo is at hand. As root: apt-get update && apt-get install $*"
    as_root=(sudo "${as_root[@]}")
  fi

  say "installing the Debian packages $*"
  "${as_root[@]}" apt-get -qq update < /dev/null || give_up "apt-get update failed"
  "${as_root[@]}" apt-get -qq -y --no-install-recommends install "$@" < /dev/null > /dev/null ||
    give_up "apt-get could not install $*"

  local service
  for service in nginx:nginx-light prometheus:prometheus redis-server:redis-server; do
    if [[ " $* " == *" ${service#*:} "* && -d /run/systemd/system ]]; then
      say "note: Debian starts ${service%:*} as it installs it; these scripts run their own and do not need that one" \
        "(sudo systemctl disable --now ${service%:*})"
    fi
  done
}

check_dotnet() {
  has dotnet || give_up "the .NET SDK 10 or later is missing: there is no 'dotnet' on PATH" "${how_to_get_dotnet[@]}"
  dotnet --list-sdks | awk -F. '$1 >= 10 { found = 1 } END { exit !found }' ||
    give_up "the .NET SDK 10 or later is missing; $(command -v dotnet) has: $(dotnet --list-sdks | paste -sd ' ')" \
      "${how_to_get_dotnet[@]}"
}

how_to_get_dotnet=(
  "Debian does not carry it, so nothing is installed here behind your back. Either Microsoft's package feed:"
  "  https://learn.microsoft.com/dotnet/core/install/linux-debian, then apt-get install dotnet-sdk-10.0"
  "or Microsoft's dotnet-install.sh, which needs no root: https://dot.net/v1/dotnet-install.sh --channel 10.0,"
  "and put its folder (~/.dotnet) on PATH."
)

check_node() {
  local version
  version=$(node --version)
  version=${version#v}
  ((${version%%.*} >= 18)) || give_up "Node 18 or later is needed; $(command -v node) is $version"
}

# install_npm_packages FOLDER
install_npm_packages() {
  local folder=$repository/$1
  [[ -e $folder/package.json ]] || return 0
  check_node
  # npm writes the second file when it is done, so an install that was cut short is done again.
  [[ -e $folder/node_modules/.package-lock.json &&
    ! $folder/package-lock.json -nt $folder/node_modules/.package-lock.json ]] && return 0
  say "installing the npm packages of $1/"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error < /dev/null) || give_up "npm ci failed in $1/"
}

# No build server stays behind, and no build waits for another process: those waits were seen to hang.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_USE_MSBUILD_SERVER=false

# dotnet_build PROJECT OPTION…: builds in one process, and prints errors only.
dotnet_build() {
  dotnet build "$@" -maxCpuCount:1 -nologo -verbosity:quiet -consoleLoggerParameters:ErrorsOnly
}

# Leaves in .katana-source.props which Katana to build with. Directory.Build.props imports that file, so that a plain
# `dotnet build` uses the same. An answer of the feed is used again for a day, as long as it fits: the same packages are wanted, and
# those that the feed served are still in NuGet's folder.
choose_katana() {
  local answer=$repository/.katana-source.props wanted served='' missing='' found=''
  wanted=$(katana_packages)

  if [[ -n ${KATANA_SOURCE:-} ]]; then
    [[ $KATANA_SOURCE == Packages || $KATANA_SOURCE == StandIn ]] ||
      give_up "KATANA_SOURCE is '$KATANA_SOURCE'; it must be Packages or StandIn"
    [[ $KATANA_SOURCE == Packages ]] || missing=$(awk '$1 != "Microsoft.Owin" { print $1 }' <<< "$wanted")
    write_katana_answer "$KATANA_SOURCE" "$missing"
    say "Katana: KatanaSource=$KATANA_SOURCE, as the environment says"
    return
  fi

  if remembered_katana_fits "$answer" "$wanted"; then
    say "Katana: $(describe_katana "$answer") (remembered in .katana-source.props; delete it to ask the feed again)"
    return
  fi

  say "asking the NuGet feed for the Katana packages"
  if ask_feed_for_katana "$wanted"; then
    if [[ $missing == *' Microsoft.Owin '* ]]; then
      give_up "the NuGet feed does not serve Microsoft.Owin $(version_of Microsoft.Owin "$wanted")${found:+ ($found)}, and nothing takes its place." \
        "Name a feed that serves it in NuGet.config, or put the package into a folder that NuGet.config names."
    fi
    if [[ -z ${missing// /} ]]; then
      write_katana_answer Packages ''
    else
      write_katana_answer StandIn "$missing"
    fi
    say "Katana: $(describe_katana "$answer")"
  elif [[ -e $answer ]] && remembered_katana_is_usable "$answer" "$wanted"; then
    say "the feed could not be asked; going on with the last answer: $(describe_katana "$answer")"
  else
    printf '%s\n' "$served" >&2
    give_up "the NuGet feed could not be asked for the Katana packages (above): is the network up?" \
      "KATANA_SOURCE=Packages or KATANA_SOURCE=StandIn in the environment decides without asking."
  fi
}

# Prints "ID VERSION" for each Katana package, from Directory.Packages.props.
katana_packages() {
  sed -nE 's/^ *<PackageVersion Include="(Owin|Microsoft\.Owin[^"]*)" Version="([^"]*)".*/\1 \2/p' "$repository/Directory.Packages.props"
}

# version_of ID LIST
version_of() { awk -v id="$1" '$1 == id { print $2 }' <<< "$2"; }

# property_of NAME FILE: the value of an MSBuild property in the remembered answer.
property_of() { sed -nE "s:.*<$1( [^>]*)?>(.*)</$1>.*:\\2:p" "$2"; }

write_katana_answer() {
  local stand_ins
  stand_ins=$(xargs <<< "$2")
  cat > "$repository/.katana-source.props" << END
<!-- Written by eng/prepare.sh: which Katana assemblies the feed lacks. Delete this file to ask again. -->
<Project>
  <PropertyGroup>
    <KatanaSource Condition="'\$(KatanaSource)' == ''">$1</KatanaSource>
    <KatanaStandIns Condition="'\$(KatanaStandIns)' == ''">${stand_ins// /;}</KatanaStandIns>
    <KatanaWanted>$(katana_packages | paste -sd ';')</KatanaWanted>
  </PropertyGroup>
</Project>
END
}

describe_katana() {
  local stand_ins real
  if [[ $(property_of KatanaSource "$1") == Packages ]]; then
    echo 'all assemblies from the feed'
    return
  fi
  stand_ins=$(property_of KatanaStandIns "$1")
  real=$(katana_packages | awk -v missing=";$stand_ins;" 'index(missing, ";" $1 ";") == 0 { printf "%s%s %s", separator, $1, $2; separator = ", " }')
  echo "$real from the feed; stand-ins for ${stand_ins//;/, }"
}

# The answer is younger than a day, and usable.
remembered_katana_fits() {
  [[ -e $1 && -n $(find "$1" -mmin -1440) ]] && remembered_katana_is_usable "$1" "$2"
}

# The answer is about the packages that are wanted now, and those that were served are in NuGet's folder, where no feed is needed for them.
remembered_katana_is_usable() {
  local folder=${NUGET_PACKAGES:-$HOME/.nuget/packages} stand_ins id version
  [[ $(property_of KatanaWanted "$1") == "$(paste -sd ';' <<< "$2")" ]] || return 1
  stand_ins=";$(property_of KatanaStandIns "$1");"
  while read -r id version; do
    [[ $stand_ins == *";$id;"* || -e ${folder%/}/${id,,}/$version ]] || return 1
  done <<< "$2"
}

# Sets `missing` to the packages that the feed lacks, each between spaces. Restores a project that downloads each Katana package into a folder
# of its own. Only a feed that answers "no such package" or "no such version" lacks one. A feed that does not answer must not silently decide
# what gets built: then the exit status is 1, and `served` has what it printed.
ask_feed_for_katana() {
  local probe status=0 seconds=${KATANA_FEED_TIMEOUT:-120} id version
  probe=$(mktemp -d "${TMPDIR:-/tmp}/katana-probe.XXXXXX")
  {
    echo '<Project Sdk="Microsoft.NET.Sdk">'
    echo '  <PropertyGroup>'
    echo '    <TargetFramework>net472</TargetFramework>'
    echo '    <AutomaticallyUseReferenceAssemblyPackages>false</AutomaticallyUseReferenceAssemblyPackages>'
    echo '    <NuGetAudit>false</NuGetAudit>'
    echo '  </PropertyGroup>'
    echo '  <ItemGroup>'
    while read -r id version; do
      echo "    <PackageDownload Include=\"$id\" Version=\"[$version]\" />"
    done <<< "$1"
    echo '  </ItemGroup>'
    echo '</Project>'
  } > "$probe/probe.csproj"
  # Whatever lies above the temporary folder is no part of the question.
  echo '<Project />' | tee "$probe/Directory.Build.props" "$probe/Directory.Build.targets" > "$probe/Directory.Packages.props"

  served=$(cd "$probe" && timeout "$seconds" dotnet restore probe.csproj --configfile "$repository/NuGet.config" \
    --packages "$probe/packages" --no-http-cache < /dev/null 2>&1) || status=$?
  rm -rf "$probe"

  if ((status == 124)); then
    served="The feed did not answer within $seconds seconds."
    return 1
  fi
  # NU1101: no package of that id; NU1102: none of that version.
  if ((status != 0)) && grep -E '\berror\b' <<< "$served" | grep -qvE 'error NU110[12]\b'; then
    return 1
  fi
  missing=" $(grep -oE 'error NU110[12]: Unable to find package [A-Za-z.]+[A-Za-z]' <<< "$served" | awk '{ print $NF }' | sort -u | paste -sd ' ') "
  ((status == 0)) || [[ -n ${missing// /} ]] || return 1
  found=$(grep -oE 'Found [0-9]+ version.* Nearest version: [0-9.]+' <<< "$served" | sed -E 's/.*Nearest version: /the nearest version is /' | head -1) || true
}
