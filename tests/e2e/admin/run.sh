#!/usr/bin/env bash
# Compares the admin interface of a running crawl with its own OpenAPI document: schemathesis asks what the
# document allows and what it does not, and judges every answer.
#   tests/e2e/admin/run.sh BINARY SCHEMATHESIS WORK_DIRECTORY
# Streams have no end, and a crawl that was told to end answers no more: those three are left out here
# and tested in tests/it/admin.rs.
set -euo pipefail
binary=$1 schemathesis=$2 work=$3
hooks=$(dirname "$(realpath "$0")")
rm -rf "$work" && mkdir -p "$work" && cd "$work"

"$binary" testweb --hosts 4 --pages 20 --mix tiny >seeds.txt 2>web.log &
web=$!
trap 'kill $web $crawl 2>/dev/null || true' EXIT
until [ "$(wc -l <seeds.txt)" = 4 ]; do sleep 0.1; done
"$binary" serve --admin 127.0.0.1:0 --allow-private --delay 0 --ip-delay 0 --scope page \
    --dns-server 127.0.0.1:9 --log-level off --progress off --output crawl --seeds seeds.txt 2>crawl.log &
crawl=$!
until [ -s crawl/operator/address ] && [ -s crawl/operator/token ]; do sleep 0.1; done
cat >schemathesis.toml <<TOML
[[operations]]
include-path-regex = "/v1/pages|/v1/explain"
parameters = { url = "$(head -n1 seeds.txt)" }
TOML
SCHEMATHESIS_HOOKS="$hooks/hooks.py" "$schemathesis" --config-file schemathesis.toml run \
    "http://$(cat crawl/operator/address)/openapi.json" \
    --header "Authorization: Bearer $(cat crawl/operator/token)" \
    --checks all --exclude-path /v1/events --exclude-path /v1/drain --exclude-path /v1/shutdown \
    --max-examples 15 --continue-on-failure --request-timeout 20 --seed "${E2E_SEED:-1}" >report.txt 2>&1 ||
    { cat report.txt >&2; exit 1; }
kill -TERM $crawl
code=0; wait $crawl || code=$?
[ "$code" = 11 ] || { echo "the crawl ended with code $code" >&2; cat crawl.log >&2; exit 1; }
grep -E 'generated' report.txt
echo "e2e: ok: the admin interface is as its OpenAPI document says"
