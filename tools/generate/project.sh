#!/usr/bin/env bash
# Makes the five files that every project of the workspace has. Usage: tools/generate/project.sh libs/kernel type:kernel [dep ...]
# A dep is a workspace folder, such as libs/kernel. Existing files are overwritten; src/ is left alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$1 tag=$2; shift 2
name=$(basename "$dir")
up=$(printf '%s' "$dir" | sed 's|[^/]*|..|g')
mkdir -p "$dir/src"
if [[ $dir == apps/* ]]; then exports=""; main='"main": "./dist/main.js",'; else
exports='"exports": { ".": { "@millrace/source": "./src/index.ts", "types": "./dist/index.d.ts", "default": "./dist/index.js" } },'; main=""; fi
deps="" refs=""
for d in "$@"; do deps="$deps${deps:+, }\"@millrace/$(basename "$d")\": \"*\""; refs="$refs${refs:+, }{ \"path\": \"$up/$d\" }"; done
cat > "$dir/package.json" <<J
{ "name": "@millrace/$name", "version": "0.1.0", "private": true, "license": "Apache-2.0", $main $exports "dependencies": { $deps } }
J
cat > "$dir/project.json" <<J
{ "name": "$name", "projectType": "$([[ $dir == apps/* ]] && echo application || echo library)", "sourceRoot": "$dir/src", "tags": ["$tag"], "targets": { "build": {}, "lint": {}, "test": {} } }
J
cat > "$dir/tsconfig.json" <<J
{ "extends": "$up/tsconfig.base.json", "compilerOptions": { "rootDir": "src", "outDir": "dist", "tsBuildInfoFile": "dist/.tsbuildinfo" }, "include": ["src/**/*.ts"], "exclude": ["src/**/*.spec.ts"], "references": [$refs] }
J
echo "module.exports = require('$up/jest.preset.cjs')(__dirname);" > "$dir/jest.config.cjs"
[ -x node_modules/.bin/prettier ] && node_modules/.bin/prettier --log-level warn --write "$dir"/*.json "$dir"/*.cjs || true
