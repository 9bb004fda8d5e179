#!/usr/bin/env bash
# Independent readers of what a crawl stores, and the one-liners of docs/reading.md.
#   tests/e2e/readers.sh BINARY
# Installs what it needs: jq from Debian, readers of web archives and DuckDB from PyPI into a virtual
# environment below build/e2e.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
work=$PWD/build/e2e/readers
mkdir -p "$work"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
command -v jq >/dev/null || missing+=(jq)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
fi
if [ ! -f "$work/venv/ready" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet warcio==1.8.1 fastwarc==2.0.1 cdxj-indexer==1.5.0 \
        pywb==2.10.0 wacz==0.6.0 duckdb==2.0.0 pyarrow==26.0.1
    touch "$work/venv/ready"
fi
"$work/venv/bin/python" tests/e2e/readers.py --binary "$binary" --work "$work"
