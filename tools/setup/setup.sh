#!/usr/bin/env bash
# Makes a clone ready to run: system packages, npm packages, build. What is done already is not done again.
# Usage: npm run setup     (npm start and npm test call it too)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf 'set-up: %s\n' "$*" >&2; }
fail() {
  printf 'set-up: %s\n' "$@" >&2
  exit 1
}

check_node() {
  command -v npm >/dev/null 2>&1 || fail 'npm is not on the PATH.' 'Install Node.js 20 or later with npm.'
  node -e 'process.exit(Number.parseInt(process.versions.node, 10) >= 20 ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old." 'Install Node.js 20 or later.'
}

# Native modules are compiled against the headers of this very Node where they came with it; else npm fetches them.
use_own_headers() {
  local prefix
  prefix=$(node -p 'require("node:path").resolve(process.execPath, "../..")')
  if [[ -f $prefix/include/node/node.h ]]; then export npm_config_nodedir=$prefix; fi
}

# The lock file and the Node that node_modules was made from and for.
wanted_packages() {
  node -p '
    const { createHash } = require("node:crypto");
    const lock = createHash("sha256").update(require("node:fs").readFileSync("package-lock.json")).digest("hex");
    `${lock} node-${process.versions.modules} ${process.platform}-${process.arch}`'
}

install_packages() {
  local stamp=node_modules/.millrace-setup wanted
  wanted=$(wanted_packages)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  say 'installing npm packages (about two minutes)'
  use_own_headers
  JOBS=max npm ci --no-audit --no-fund >&2
  printf '%s\n' "$wanted" >"$stamp"
}

# Nx rebuilds what changed; its words are shown only when the build fails, or when it was asked to build everything.
build() {
  local log
  [[ -f apps/cli/dist/main.js ]] || say 'building (about a minute)'
  log=$(mktemp)
  if ! NX_DAEMON=false node_modules/.bin/nx run-many -t build --output-style=static >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail 'the build failed; its words are above.'
  fi
  rm -f "$log"
}

check_node
bash tools/setup/system.sh
install_packages
build
