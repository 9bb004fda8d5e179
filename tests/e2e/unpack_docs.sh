#!/usr/bin/env bash
# Real web pages: documentation packages of Debian, under WORK/docs, each page also compressed.
#   tests/e2e/unpack_docs.sh WORK PACKAGE...
# Unpacked, not installed: some images install packages without their documentation.
set -euo pipefail
work=$1
shift
[ -f "$work/docs.ready" ] && exit
mkdir -p "$work/debs"
(cd "$work/debs" && apt-get download -qq "$@")
for package in "$work"/debs/*.deb; do
    dpkg-deb --extract "$package" "$work/docs"
done
# Half of the web is served compressed; so are the pages here.
find "$work/docs" -name '*.html' -size +1k -print0 | xargs -0 -P2 -n100 gzip -k -f -6
touch "$work/docs.ready"
