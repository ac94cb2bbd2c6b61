# shellcheck shell=bash
# Sourced by demo.sh, test.sh and bench.sh, whose first act is `prepare WHAT…`: each WHAT is looked for first, and
# installed, with a word about it, only where it is missing. The kinds of WHAT are the cases of prepare() below.
#
# KATANA_SOURCE=Packages|StandIn says which Katana to build with, in place of asking the feed (katana/README.md).

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
      lint) has shellcheck || packages+=(shellcheck) ;;
      *) give_up "nobody knows how to prepare '$what'" ;;
    esac
  done

  install_packages ${packages[@]+"${packages[@]}"}

  for what in "$@"; do
    case $what in
      dotnet) check_dotnet && choose_katana ;;
      node) check_node ;;
      stack) install_npm_packages ;;
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

  if [[ " $* " == *" nginx-light "* && -d /run/systemd/system ]]; then
    say "note: Debian starts nginx on port 80 as it installs it; these scripts run their own and do not need that one" \
      "(sudo systemctl disable --now nginx)"
  fi
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

install_npm_packages() {
  local folder=$repository/e2e
  [[ -e $folder/package.json ]] || return 0
  check_node
  # npm writes the second file when it is done, so an install that was cut short is done again.
  [[ -e $folder/node_modules/.package-lock.json &&
    ! $folder/package-lock.json -nt $folder/node_modules/.package-lock.json ]] && return 0
  say "installing the npm packages of e2e/"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error < /dev/null) || give_up "npm ci failed in e2e/"
}

# Sets KATANA_SOURCE and leaves the answer in .katana-source.props, which Directory.Build.props imports, so that a plain
# `dotnet build` uses it too.
choose_katana() {
  local answer=$repository/.katana-source.props remembered='' why
  [[ -e $answer ]] && remembered=$(sed -nE 's:.*>(Packages|StandIn)</KatanaSource>.*:\1:p' "$answer")

  if [[ -n ${KATANA_SOURCE:-} ]]; then
    [[ $KATANA_SOURCE == Packages || $KATANA_SOURCE == StandIn ]] ||
      give_up "KATANA_SOURCE is '$KATANA_SOURCE'; it must be Packages or StandIn"
    why="as the environment says"
  elif [[ -n $remembered ]]; then
    KATANA_SOURCE=$remembered
    why="remembered in .katana-source.props; delete it to ask the feed again"
  else
    say "asking the NuGet feed for the Katana packages"
    ask_feed_for_katana
    why="the feed $([[ $KATANA_SOURCE == Packages ]] && echo serves || echo 'does not serve') the Katana packages"
  fi

  if [[ $KATANA_SOURCE != "$remembered" ]]; then
    printf "<Project><PropertyGroup><KatanaSource Condition=\"'\$(KatanaSource)' == ''\">%s</KatanaSource></PropertyGroup></Project>\n" \
      "$KATANA_SOURCE" > "$answer"
  fi
  say "KatanaSource=$KATANA_SOURCE ($why)"
}

# Restores a project that needs every Katana package. Only a feed that answers "no such package" means stand-ins: one that
# does not answer must not silently decide what gets built.
ask_feed_for_katana() {
  local probe output status=0
  probe=$(mktemp -d "${TMPDIR:-/tmp}/katana-probe.XXXXXX")
  {
    echo '<Project Sdk="Microsoft.NET.Sdk">'
    echo '  <PropertyGroup>'
    echo '    <TargetFramework>net472</TargetFramework>'
    echo '    <AutomaticallyUseReferenceAssemblyPackages>false</AutomaticallyUseReferenceAssemblyPackages>'
    echo '    <NuGetAudit>false</NuGetAudit>'
    echo '  </PropertyGroup>'
    echo '  <ItemGroup>'
    sed -nE 's/^ *<PackageVersion (Include="(Owin|Microsoft\.Owin[^"]*)" Version="[^"]*").*/    <PackageReference \1 \/>/p' \
      "$repository/Directory.Packages.props"
    echo '  </ItemGroup>'
    echo '</Project>'
  } > "$probe/probe.csproj"
  # Whatever lies above the temporary folder is no part of the question.
  echo '<Project />' | tee "$probe/Directory.Build.props" "$probe/Directory.Build.targets" > "$probe/Directory.Packages.props"

  output=$(timeout 300 dotnet restore "$probe/probe.csproj" --configfile "$repository/NuGet.config" < /dev/null 2>&1) || status=$?
  rm -rf "$probe"

  # NU1101: no package of that id; NU1102: none of that version.
  if ((status == 0)); then
    KATANA_SOURCE=Packages
  elif grep -qE 'error NU110[12]\b' <<< "$output" && ! grep -E '\berror\b' <<< "$output" | grep -qvE 'error NU110[12]\b'; then
    KATANA_SOURCE=StandIn
  else
    printf '%s\n' "$output" >&2
    give_up "the NuGet feed could not be asked for the Katana packages (above): is the network up?" \
      "KATANA_SOURCE=Packages or KATANA_SOURCE=StandIn in the environment decides without asking."
  fi
}
