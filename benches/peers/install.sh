#!/usr/bin/env bash
# Installs the crawlers that benches/peers/run.py compares with, and the pages to crawl, under build/peers.
# From Debian: nginx, wget2, wrk, Node.js and documentation packages; from PyPI into a virtual environment;
# from npm into a folder of its own; `spider` is built from its crate. Does nothing that is already done.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/build/peers
mkdir -p "$work"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_tools() {
    local missing=()
    command -v nginx >/dev/null || missing+=(nginx-light)
    command -v wget2 >/dev/null || missing+=(wget2)
    command -v wrk >/dev/null || missing+=(wrk)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v cmake >/dev/null || missing+=(cmake)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    [ -f /usr/include/openssl/ssl.h ] || missing+=(libssl-dev)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    if [ ${#missing[@]} -gt 0 ] || [ ! -f "$work/docs.ready" ]; then
        as_root apt-get update -qq
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
    fi
}

install_python() {
    [ -f "$work/venv/ready" ] && cmp -s benches/peers/requirements.txt "$work/venv/ready" && return
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet -r benches/peers/requirements.txt
    cp benches/peers/requirements.txt "$work/venv/ready"
}

install_node() {
    mkdir -p "$work/node"
    cmp -s benches/peers/package.json "$work/node/package.json" && [ -d "$work/node/node_modules" ] && return
    cp benches/peers/package.json "$work/node/"
    npm install --prefix "$work/node" --silent --no-audit --no-fund
}

install_tools
tests/e2e/unpack_docs.sh "$work" python3.11-doc sqlite3-doc postgresql-doc-15 linux-doc-6.1 git-doc
install_python
install_node
cargo build --release --locked --quiet --manifest-path benches/peers/spider/Cargo.toml --target-dir "$work/spider" ||
    echo "peers: spider cannot be built, and is left out" >&2
echo "peers: installed under build/peers"
