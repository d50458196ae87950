# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the other scripts: what Apical needs from the system, and how to get it.

apical_packages=(
  libgsl-dev libopenblas-dev libhdf5-dev librandom123-dev zlib1g-dev pkg-config git gnuplot-nox
)

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# Installs the Debian packages that are missing; needs no network where none is.
install_packages() {
  local missing=() package
  if ! command -v dpkg-query > /dev/null; then
    say "This is not a Debian relative. Install the equivalents of: ${apical_packages[*]}"
    return 0
  fi
  for package in "${apical_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' \
      || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get > /dev/null; then
    say "Missing packages, and no apt-get to install them: ${missing[*]}"
    exit 1
  fi
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
      say "Missing packages, and neither root nor sudo to install them: ${missing[*]}"
      exit 1
    fi
    become=(sudo)
  fi
  say "Installing ${missing[*]}"
  "${become[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists there are"
  "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" \
    > /dev/null
}

# Checks for a Swift toolchain that is new enough.
check_swift() {
  if ! command -v swift > /dev/null; then
    say "No swift on the PATH. Apical needs Swift 6.3 or later: https://www.swift.org/install"
    exit 1
  fi
  local version major minor
  version=$(swift --version 2> /dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -n 1)
  read -r major minor <<< "${version:-0 0}"
  if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 3 ]; }; then
    say "Swift $major.$minor is too old. Apical needs Swift 6.3 or later: https://www.swift.org/install"
    exit 1
  fi
}
