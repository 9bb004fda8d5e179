#!/usr/bin/env bash
# Builds target/static/crawler: the release binary, without debug information, shared libraries or
# dependence on the machine's C library, with the list of its dependencies in it (cargo auditable).
#   packaging/static.sh
# It is linked with musl. Where Rust's standard library for musl cannot be had, it is linked
# statically with glibc: that works as well, since names are resolved by the crawler itself.
# Installs what is missing: musl-gcc from Debian, the musl target by rustup, cargo-auditable into
# build/tools.
set -euo pipefail
cd "$(dirname "$0")/.."
arch=$(uname -m)
auditable=0.7.7

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

has_musl() {
    local target=$arch-unknown-linux-musl
    [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ] || rustup target add "$target" >&2
}

has_musl_gcc() {
    command -v musl-gcc >/dev/null && return
    command -v apt-get >/dev/null || return 1
    as_root apt-get update -qq >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends musl-tools >&2
}

if has_musl && has_musl_gcc; then
    target=$arch-unknown-linux-musl
    export "CC_${target//-/_}=musl-gcc"
else
    echo "static.sh: musl is not to be had here, linking with glibc" >&2
    target=$arch-unknown-linux-gnu
    export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static"
fi

export PATH=$PWD/build/tools/bin:$PATH
if [ "$(cargo auditable --version 2>/dev/null)" != "cargo-auditable $auditable" ]; then
    cargo install --locked --quiet --root build/tools cargo-auditable@$auditable >&2
fi
cargo auditable build --profile dist --locked --target "$target" -p crawler >&2
mkdir -p target/static
ln -f "target/$target/dist/crawler" target/static/crawler
echo "$target: target/static/crawler, $(stat -c %s target/static/crawler) bytes"
