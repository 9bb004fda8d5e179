#!/usr/bin/env bash
# The arrows between the crates, checked by a machine: pure crates have no runtime, siblings do
# not know each other.
set -euo pipefail
cd "$(dirname "$0")/.."

depends() { # depends CRATE ON: whether CRATE links ON
    cargo tree --locked --edges normal --prefix none --package "$1" | grep -Eq "^$2 v"
}

broken=0
forbid() {
    if depends "$1" "$2"; then
        echo "layering: $1 must not depend on $2" >&2
        broken=1
    fi
}

for pure in crawler-url crawler-politeness crawler-extract crawler-frontier crawler-store crawler-content; do
    forbid "$pure" tokio
    forbid "$pure" hyper
done
siblings="crawler-frontier crawler-fetch crawler-extract crawler-store"
for one in $siblings; do
    for other in $siblings; do
        [ "$one" = "$other" ] || forbid "$one" "$other"
    done
    forbid "$one" crawler-engine
done
forbid crawler-engine crawler-testweb
forbid crawler-engine crawler-admin
forbid crawler-engine axum
forbid crawler-results crawler-engine
forbid crawler-results crawler-frontier
forbid crawler-content crawler-fetch
forbid crawler-content crawler-store
forbid crawler-replay crawler-engine
forbid crawler-replay crawler-frontier
forbid crawler-admin anyhow
forbid crawler-engine anyhow
[ "$broken" = 0 ] && echo "layering: every crate knows only what lies below it"
exit "$broken"
