#!/usr/bin/env bash
# What `make dist` made, and what deploys it, judged by the tools that will read it.
#   tests/e2e/deployment.sh WORK
# Installs systemd, man-db, strace and promtool from Debian and two validators from PyPI. Run after packaging/dist.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$1
root=$work/deployment
promtool=$work/prometheus/usr/bin/promtool
rm -rf "$root"
mkdir -p "$root"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
fail() { echo "deployment: $*" >&2; exit 1; }

install_tools() {
    local missing=()
    command -v systemd-analyze >/dev/null || missing+=(systemd)
    command -v man >/dev/null || missing+=(man-db)
    command -v strace >/dev/null || missing+=(strace)
    if [ ${#missing[@]} -gt 0 ]; then
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
    if [ ! -x "$promtool" ]; then
        # Unpacked, not installed: nothing of it is to run.
        (cd "$work" && apt-get download -qq prometheus && dpkg-deb --extract prometheus_*.deb prometheus)
    fi
    "$work/venv/bin/pip" install --quiet kubernetes-validate==1.37.0 compose-spec==0.2.1
}

check_archive() {
    (cd dist && sha256sum --quiet --check SHA256SUMS)
    tar --extract --directory "$root" --file dist/crawler-*-linux.tar.gz
    archive=$(echo "$root"/crawler-*-linux)
    local needs
    needs=$(ldd "$archive/bin/crawler" 2>&1 || true)
    case $needs in
        *"statically linked"* | *"not a dynamic executable"*) ;;
        *) fail "the binary needs shared libraries: $needs" ;;
    esac
    "$archive/bin/crawler" --version >/dev/null
    grep -qa -- .dep-v0 "$archive/bin/crawler" || fail "the binary does not say what is in it"
}

check_manual() {
    local page
    for page in "$archive"/share/man/man1/*.1; do
        local said
        said=$(MANROFFSEQ='' man --warnings --local-file -Tutf8 -Z "$page" 2>&1 >/dev/null)
        [ -z "$said" ] || fail "$page: $said"
    done
}

# As bash asks it when a user types `crawler sta` and the tabulator.
check_completions() {
    local offered
    offered=$(bash --norc -c '
        source "$1/share/bash-completion/completions/crawler"
        COMP_WORDS=(crawler sta) COMP_CWORD=1 COMP_LINE="crawler sta"
        _crawler crawler sta crawler
        echo "${COMPREPLY[*]}"' completions "$archive")
    [ "$offered" = stats ] || fail "completions of \`crawler sta\`: $offered"
}

check_unit() {
    dpkg-deb --extract dist/crawler_*.deb "$root/deb"
    local unit=$root/deb/lib/systemd/system/crawler.service
    # What it starts is not installed here.
    sed "s|=/usr/bin/crawler |=$root/deb/usr/bin/crawler |" "$unit" >"$root/crawler.service"
    systemd-analyze verify --man=no "$root/crawler.service"
    # In tenths: a service that may do anything has 96.
    systemd-analyze security --offline=true --threshold=20 "$unit" >"$root/security.txt" ||
        fail "the unit is less confined than it was, see $root/security.txt"
    strace -f -o "$root/trace" "$archive/bin/crawler" demo --workers 2 --max-pages 100 --quiet \
        --output "$root/traced" >"$root/demo.log" 2>&1
    python3 tests/e2e/syscalls.py "$root/trace"
}

check_containers() {
    local manifest
    for manifest in docker/k8s/*.yaml; do
        [ "$manifest" = docker/k8s/kustomization.yaml ] && continue
        "$work/venv/bin/kubernetes-validate" --strict --quiet "$manifest"
    done
    "$work/venv/bin/python" tests/e2e/compose.py docker/compose.yaml
    python3 tests/e2e/metrics.py "$promtool" "$root"
}

install_tools
check_archive
check_manual
check_completions
check_unit
check_containers
echo "e2e: ok: archive, package, unit, manual pages, completions, compose and Kubernetes manifests"
