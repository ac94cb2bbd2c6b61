#!/usr/bin/env bash
# Shows CognitoOwin at work, on this machine alone: see usage() below, or ./demo.sh --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
Usage: ./demo.sh [--once] [--farm]

Starts a user pool (cognito-local) and the sample Web API 2 application that trusts it (samples/Notes, under Mono behind
nginx), all on free ports of the loopback interface. Plays the story of two users who sign in, with every request and
answer printed. Then leaves the application running until Ctrl+C, and prints where its page is and how to call it.

  --farm   play another story: two servers that share their revocations through Redis
  --once   end after the story; the exit status is 0 only if every step was as expected
  --help   this text

What it lacks (Debian packages, npm packages of e2e/) it installs first, and says so. It ends and removes what it started.
TEXT
}

redis=()
for argument in "$@"; do
  case $argument in
    --once) ;;
    --farm) redis=(redis) ;;
    -h | --help) usage; exit 0 ;;
    *) echo "demo.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done

# shellcheck source=eng/prepare.sh
source eng/prepare.sh
prepare dotnet mono node stack ${redis[@]+"${redis[@]}"}

echo 'Building the sample application ...'
dotnet_build samples/Notes -c Release

# In this shell's place, so that a signal to the demo reaches what it started.
exec node e2e/story.mjs "$@"
