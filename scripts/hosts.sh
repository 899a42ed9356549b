# Gets the programs around the plugin: notation, oras and two registries. Needs lib.sh; sourced, not run.
# shellcheck shell=bash disable=SC2034,SC2154

notation_version=1.3.2
notation_sha256_amd64=e1a0f060308086bf8020b2d31defb7c5348f133ca0dba6a1a7820ef3cbb6dfe5
notation_sha256_arm64=34143c7b816a50104824278080a5cf12bbf855488e003f62e6acf27ed25c423c

# Prints the path of a notation of the right version that is already there.
find_notation() {
  local notation version
  for notation in "$(command -v notation || true)" "$tools/notation"; do
    [ -x "$notation" ] || continue
    version=$("$notation" version 2>/dev/null) || continue
    if [[ $version =~ Version:\ +v?${notation_version//./\\.}([^0-9]|$) ]]; then
      echo "$notation"
      return
    fi
  done
  return 1
}

# prepare_machine PACKAGE...: says what is missing, asks at a terminal, and installs the packages. $yes: do not ask.
prepare_machine() {
  local missing plan
  mapfile -t missing < <(missing_packages "$@")
  plan=$(announce "${missing[@]}")
  if [ -n "$plan" ]; then
    printf 'To be installed:\n%s\n' "$plan"
    confirm
  fi
  install_packages "${missing[@]}"
}

# announce PACKAGE...: one line for each thing that will be installed.
announce() {
  if [ $# -gt 0 ]; then echo "  Debian packages: $*"; fi
  find_registry >/dev/null ||
    echo "  docker-registry, from Debian's package, unpacked into build/tools (not installed: it would start a service)"
  if find_notation >/dev/null; then return; fi
  if find_go >/dev/null; then
    echo "  notation $notation_version, built with $(find_go) from its Go module (checksums pinned), into build/tools"
  else
    echo "  notation $notation_version, the official release (SHA-256 pinned), into build/tools"
    if is_debian_13; then echo "    (where that cannot be downloaded: Debian's golang-go, and notation built from its Go module)"; fi
  fi
}

# Puts notation into build/tools unless it is there; returns 1 when it cannot be had.
get_notation() {
  find_notation >/dev/null && return
  build_notation && return
  download_notation && return
  is_debian_13 || return 1
  install_packages golang-go || return 1
  build_notation
}

build_notation() {
  build_host notation github.com/notaryproject/notation/cmd/notation \
    '-X github.com/notaryproject/notation/internal/version.BuildMetadata='
}

download_notation() {
  local architecture sum archive
  architecture=$(dpkg --print-architecture)
  sum=notation_sha256_$architecture
  [ -n "${!sum:-}" ] || return 1
  archive=notation_${notation_version}_linux_$architecture.tar.gz
  mkdir -p "$tools"
  curl --fail --silent --show-error --location --connect-timeout 15 --max-time 300 -o "$tools/$archive" \
    "https://github.com/notaryproject/notation/releases/download/v$notation_version/$archive" || return 1
  if ! echo "${!sum}  $tools/$archive" | sha256sum --check --status; then
    rm "$tools/$archive"
    die "$archive was downloaded and does not have the pinned SHA-256: not used"
  fi
  tar --extract --gzip --file "$tools/$archive" --directory "$tools" notation
  rm "$tools/$archive"
}

# What to type where notation could not be had.
notation_help() {
  cat <<END
notation $notation_version could not be had: there is no Go 1.24 or later, and the official release cannot be downloaded.
Put notation $notation_version into the PATH, or install Go from https://go.dev/dl/, then start this again:
  $0
END
}

find_oras() { PATH=$PATH:$tools command -v oras; }

get_oras() { find_oras >/dev/null || build_host oras oras.land/oras/cmd/oras; }

# A registry with the referrers API, which Debian's has not.
get_referrers() { [ -x "$tools/referrers" ] || build_host referrers .; }

# notation's own check of a chain, for the tests that compare ours with it.
get_judge() { [ -x "$tools/judge" ] || build_host judge .; }

find_registry() { PATH=$tools:$PATH command -v docker-registry; }

# Debian's docker-registry is unpacked, not installed: as a package it starts a service.
get_registry() {
  if find_registry >/dev/null; then return; fi
  apt-cache show docker-registry >/dev/null 2>&1 || quietly apt-update as_root apt-get update -q
  local folder
  folder=$(mktemp -d)
  chmod 755 "$folder"
  (cd "$folder" && quietly download-registry apt-get download docker-registry && dpkg-deb --extract docker-registry_*.deb .)
  mkdir -p "$tools"
  mv "$folder/usr/bin/docker-registry" "$tools/"
  rm -r "$folder"
}
