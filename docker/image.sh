#!/usr/bin/env bash
# Lays out all that the final image holds.
#   docker/image.sh DIR
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
install -D -m 0755 target/static/crawler "$dir/usr/bin/crawler"
install -D -m 0644 -t "$dir/etc/ssl/certs" /etc/ssl/certs/ca-certificates.crt
install -D -m 0644 -t "$dir/etc/crawler" config/crawler.toml
install -D -m 0644 -t "$dir/usr/share/doc/crawler" LICENSE LICENSE-APACHE LICENSE-MIT
echo 'crawler:x:65532:65532:crawler:/data:/usr/sbin/nologin' >"$dir/etc/passwd"
echo 'crawler:x:65532:' >"$dir/etc/group"
