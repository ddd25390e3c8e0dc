#!/usr/bin/env bash
# npm test: set-up, then every check. Options go to the checks (--only NAME, --list).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash tools/setup/setup.sh
# PostgreSQL is a second home of the store's suites. Where it cannot be had they say that they were skipped.
bash tools/setup/system.sh openssl # certificates for tests of TLS
bash tools/setup/system.sh postgresql || echo 'set-up: PostgreSQL is not to be had; its suites will be skipped' >&2
bash tools/setup/system.sh rabbitmq || echo 'set-up: RabbitMQ is not to be had; its suite will be skipped' >&2
exec node tools/check/run.mjs "$@"
