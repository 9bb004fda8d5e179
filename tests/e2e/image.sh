#!/usr/bin/env bash
# Builds docker/Dockerfile and runs the image, and installs the package, in a Docker engine of its own.
#   tests/e2e/image.sh BINARY WORK
# No registry of images is needed: the base image is made here by mmdebstrap. Its `cargo` is one that
# hands over BINARY instead of compiling it again; `make docker` builds the image for real.
# Run after packaging/dist.sh, as root or with sudo. Installs docker.io and mmdebstrap from Debian.
set -euo pipefail
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
cd "$(dirname "$0")/../.."
binary=$(realpath "$1") work=$2
place=$work/image
base=$place/bookworm.tar
engine=$(mktemp -d /tmp/crawler-engine.XXXXXX) # sockets have short names
export DOCKER_HOST=unix://$engine/sock DOCKER_BUILDKIT=0
mkdir -p "$place"

install_tools() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    [ ${#missing[@]} -eq 0 ] && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

make_base() {
    [ -f "$base" ] && return
    mmdebstrap --quiet --mode=root --variant=apt --include=ca-certificates \
        --aptopt='Acquire::Languages "none"' bookworm "$base.part.tar"
    mv "$base.part.tar" "$base"
}

# One program under three names: it knows the musl target and has already compiled the crawler.
lay_toolchain() {
    local bin=$place/toolchain/usr/local/bin
    rm -rf "$place/toolchain"
    mkdir -p "$bin" "$place/toolchain/opt/rust/lib/rustlib/$(uname -m)-unknown-linux-musl/lib"
    cp "$binary" "$place/toolchain/crawler"
    cat >"$bin/rustc" <<'SHIM'
#!/bin/sh
case "$(basename "$0") $*" in
    "rustc --print sysroot") echo /opt/rust ;;
    "cargo install "*) ;;
    "cargo auditable --version") ;;
    "cargo auditable build --profile dist "*)
        dir=target/$(uname -m)-unknown-linux-musl/dist
        mkdir -p "$dir" && cp /crawler "$dir/crawler" ;;
    *) echo "unexpected: $0 $*" >&2; exit 1 ;;
esac
SHIM
    chmod +x "$bin/rustc"
    ln -s rustc "$bin/cargo"
}

stop_engine() {
    [ ! -f "$engine/pid" ] || { kill "$(cat "$engine/pid")" && wait; }
    umount "$engine"/exec/netns/* 2>/dev/null || true
    rm -rf "$engine" "$place/toolchain"
}

start_engine() {
    trap stop_engine EXIT
    dockerd --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" --host "$DOCKER_HOST" \
        --bridge=none --iptables=false --ip6tables=false >"$place/dockerd.log" 2>&1 &
    for _ in $(seq 100); do
        docker version >/dev/null 2>&1 && return
        sleep 0.2
    done
    echo "image.sh: the engine does not start, see $place/dockerd.log" >&2
    return 1
}

build_image() {
    docker import "$base" debian-base >/dev/null
    printf 'FROM debian-base\nCOPY . /\n' >"$place/toolchain.Dockerfile"
    docker build -q -t rust:1.95-bookworm -f "$place/toolchain.Dockerfile" "$place/toolchain" >/dev/null 2>&1
    docker build --network host -f docker/Dockerfile -t crawler . >"$place/build.log" 2>&1 || {
        tail -30 "$place/build.log" >&2
        return 1
    }
}

# What apt does with the package: what an administrator wrote stays until a purge, the crawl for ever.
install_package() {
    docker run --rm --network host --volume "$PWD/dist:/dist:ro" debian-base sh -ec '
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq /dist/crawler_*.deb
        crawler --version
        test "$(id -un "$(id -u crawler)")" = crawler
        crawler config --config /etc/crawler/crawler.toml | grep -q /var/lib/crawler
        mkdir -p /var/lib/crawler/warc
        apt-get remove -y -qq crawler
        test -f /etc/crawler/crawler.toml
        apt-get purge -y -qq crawler
        test ! -e /etc/crawler
        test -d /var/lib/crawler/warc' >"$place/package.log" 2>&1 || {
        tail -30 "$place/package.log" >&2
        return 1
    }
    echo "e2e: ok: the package installs, and leaves the crawl when it goes"
}

install_tools
make_base
lay_toolchain
start_engine
build_image
install_package
python3 tests/e2e/image.py --binary "$binary" --work "$place"
