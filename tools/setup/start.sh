#!/usr/bin/env bash
# npm start: set-up, then the whole story on this machine. Options go to the demo (--once, --json; see --help).
# What set-up has to say goes to stderr, so that stdout belongs to the demo alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash tools/setup/setup.sh >&2
export MILLRACE_SETUP_SECONDS=$SECONDS
exec node tools/demo/dist/main.js "$@"
