#!/usr/bin/env bash
# The dashboard, and replayed pages, in a real browser.
#   tests/e2e/dashboard.sh BINARY
# Installs what it needs: Chromium and Node.js from Debian, playwright-core and axe-core from npm.
# With SCREENSHOTS=1 it also renews docs/dashboard.png and docs/dashboard-dark.png.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
work=$PWD/build/e2e/dashboard
mkdir -p "$work"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi
if [ ! -d "$work/node_modules/axe-core" ]; then
    npm install --silent --no-save --prefix "$work" playwright-core@1.65.1 axe-core@4.14.1
fi
node tests/e2e/dashboard.mjs "$binary" "$work"
node tests/e2e/replay.mjs "$binary" "$work"
