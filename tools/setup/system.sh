#!/usr/bin/env bash
# Installs the system packages that Millrace needs and that are missing. Says nothing when nothing is missing.
# Usage: tools/setup/system.sh [extra ...]     extra: postgresql, rabbitmq (their programs only; nothing is started), openssl
# Nothing is upgraded or removed, and no system service is started: Millrace runs servers of its own.
set -euo pipefail
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { printf 'set-up: %s\n' "$*" >&2; }
fail() {
  printf 'set-up: %s\n' "$@" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

has_postgres() {
  has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null
}

# The broker's own start script: the one on the PATH belongs to the machine's service.
has_rabbitmq() { [[ -e /usr/lib/rabbitmq/bin/rabbitmq-server ]]; }

# Runs a command as root: directly, or by sudo when it asks for no password.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif has sudo && sudo -n true 2>/dev/null; then
    sudo -n -- "$@"
  else
    fail 'system packages are missing, and installing them needs root.' \
      "Run this once as root, then the same command again:  $ROOT_COMMAND"
  fi
}

# Keeps package scripts from starting services while "$@" runs, and leaves a rule that is there already alone.
without_services() {
  local rule=/usr/sbin/policy-rc.d
  if [[ -e $rule ]]; then
    "$@"
    return
  fi
  as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $rule && chmod 0755 $rule"
  trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  "$@"
}

install_with_apt() {
  local -a missing=()
  has g++ && has make || missing+=(build-essential)
  has python3 || missing+=(python3)
  has git || missing+=(git)
  has nats-server || missing+=(nats-server)
  has rpmbuild || missing+=(rpm)
  has createrepo_c || missing+=(createrepo-c)
  has dnf || missing+=(dnf)
  dpkg-query -W -f '${Status}' dnf-plugins-core 2>/dev/null | grep -q 'ok installed' || missing+=(dnf-plugins-core)
  has bwrap || missing+=(bubblewrap)
  if [[ " $* " == *' postgresql '* ]] && ! has_postgres; then missing+=(postgresql); fi
  if [[ " $* " == *' rabbitmq '* ]] && ! has_rabbitmq; then missing+=(rabbitmq-server); fi
  if [[ " $* " == *' openssl '* ]] && ! has openssl; then missing+=(openssl); fi
  ((${#missing[@]})) || return 0

  ROOT_COMMAND="apt-get update; apt-get install -y ${missing[*]}"
  say "installing ${missing[*]}"
  without_services apt_install "${missing[@]}"
}

apt_install() {
  local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  as_root "${apt[@]}" update >&2 || say 'the package lists could not be renewed; going on with those that are there'
  as_root "${apt[@]}" --no-install-recommends install "$@" >&2
}

install_with_dnf() {
  local -a missing=()
  has gcc || missing+=(gcc)
  has g++ || missing+=(gcc-c++)
  has make || missing+=(make)
  has python3 || missing+=(python3)
  has git || missing+=(git)
  has rpmbuild || missing+=(rpm-build)
  has createrepo_c || missing+=(createrepo_c)
  has bwrap || missing+=(bubblewrap)
  if [[ " $* " == *' postgresql '* ]] && ! has_postgres; then missing+=(postgresql-server); fi
  if [[ " $* " == *' rabbitmq '* ]] && ! has_rabbitmq; then missing+=(rabbitmq-server); fi
  if ((${#missing[@]})); then
    ROOT_COMMAND="dnf install -y ${missing[*]}"
    say "installing ${missing[*]}"
    as_root dnf -y install "${missing[@]}" >&2
  fi
  has nats-server || nats_with_dnf
}

# Fedora has no nats-server of its own in every release: it is taken from the distribution, or from the path.
nats_with_dnf() {
  ROOT_COMMAND='dnf install -y nats-server'
  as_root dnf -y install nats-server >&2 && return 0
  fail 'this distribution has no package nats-server.' \
    'Put the program nats-server (2.9 or later, https://nats.io) on the PATH or in /usr/local/bin, then run the same command again.'
}

check_the_rest() {
  local -a missing=()
  local program
  for program in gcc g++ make python3 git nats-server rpmbuild createrepo_c dnf bwrap; do
    has "$program" || missing+=("$program")
  done
  ((${#missing[@]} == 0)) && return 0
  fail "these programs are missing: ${missing[*]}" \
    'This is neither Debian nor Fedora: install them with the package manager of this system, then run the same command again.'
}

ROOT_COMMAND=''
if has apt-get; then
  install_with_apt "$@"
elif has dnf && has rpm; then
  install_with_dnf "$@"
else
  check_the_rest
fi
