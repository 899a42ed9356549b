# Functions shared by the scripts; sourced, not run.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/build/tools
logs=$root/build/logs

build_packages=(g++ cmake ninja-build pkg-config libssl-dev libp11-kit-dev libcurl4-openssl-dev nlohmann-json3-dev libspdlog-dev
  libcli11-dev)
test_packages=(catch2 softhsm2 opensc opensc-pkcs11 openssl python3 python3-pytest python3-cryptography
  python3-jsonschema gnutls-bin curl ca-certificates mount libtpm2-pkcs11-1 swtpm libnss3 libnss3-tools zsh fish mandoc
  groff-base man-db)
quickstart_packages=(softhsm2 curl ca-certificates)

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Runs a command with its output in a log file; shows the end of that when the command fails: quietly NAME COMMAND...
quietly() {
  local log=$logs/$1.log
  shift
  mkdir -p "$logs"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    printf 'failed: %s\nall of its output: %s\n' "$*" "$log" >&2
    return 1
  fi
}

# Goes on by itself where nobody can answer, and with --yes ($yes).
confirm() {
  local answer
  if [ "${yes:-}" = 1 ] || [ ! -t 0 ]; then return; fi
  read -rp 'Go on? [Y/n] ' answer
  case $answer in '' | y | Y | yes) ;; *) die 'nothing was done' ;; esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
  command -v dpkg-query >/dev/null || die 'this script installs packages of Debian 12 or 13; on another system install:' "  $*" \
    'then: cmake --preset release && cmake --build --preset release'
  local package
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_packages() {
  [ $# -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die 'neither root nor sudo; as root:' "  apt-get install --no-install-recommends $*" 'then start this again'
  fi
  quietly apt-update as_root apt-get update -q
  quietly apt-install as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# Prints the path of a Go that is new enough for the pinned modules; never lets Go fetch another one.
find_go() {
  local go version
  for go in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go-*/bin/go; do
    [ -x "$go" ] || continue
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || continue
    if [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 24)); then
      echo "$go"
      return
    fi
  done
  return 1
}

# Debian 13 has packages of oras and of a Go that builds notation (1.24); Debian 12 has neither.
is_debian_13() (
  . /etc/os-release
  [ "$ID" = debian ] && [ "${VERSION_ID:-13}" -ge 13 ]
)

# build_host NAME PACKAGE [LINKER FLAGS]: a program of the module pinned in tests/e2e/hosts/NAME.
build_host() {
  local go
  go=$(find_go) || return 1
  mkdir -p "$tools"
  quietly "build-$1" env CGO_ENABLED=0 GOTOOLCHAIN=local "$go" build -C "$root/tests/e2e/hosts/$1" -mod=readonly \
    -trimpath -buildvcs=false -ldflags "-s -w ${3:-}" -o "$tools/$1" "$2"
}
