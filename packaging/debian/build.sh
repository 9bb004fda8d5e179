#!/usr/bin/env bash
# Makes dist/crawler_VERSION_ARCH.deb.
#   packaging/debian/build.sh BINARY VERSION MADE
# MADE holds the manual pages, completions and settings that packaging/dist.sh made.
set -euo pipefail
binary=$1 version=$2 made=$3
here=packaging/debian
root=build/dist/deb
doc=$root/usr/share/doc/crawler
arch=$(dpkg --print-architecture)

install -D -m 0755 "$binary" "$root/usr/bin/crawler"
install -D -m 0644 -t "$root/usr/share/man/man1" "$made"/man1/*
gzip -n -9 "$root"/usr/share/man/man1/*
install -D -m 0644 "$made/completions/crawler.bash" "$root/usr/share/bash-completion/completions/crawler"
install -D -m 0644 "$made/completions/crawler.zsh" "$root/usr/share/zsh/vendor-completions/_crawler"
install -D -m 0644 "$made/completions/crawler.fish" "$root/usr/share/fish/vendor_completions.d/crawler.fish"
install -D -m 0644 -t "$root/lib/systemd/system" packaging/systemd/crawler.service
install -D -m 0644 -t "$root/etc/crawler" "$made/crawler.toml"
install -D -m 0644 -t "$doc" README.md
gzip -n -9 -c CHANGELOG.md >"$doc/changelog.gz"
{
    cat LICENSE
    printf '\nLICENSE-APACHE is /usr/share/common-licenses/Apache-2.0. LICENSE-MIT:\n\n'
    cat LICENSE-MIT
} >"$doc/copyright"
chmod 0644 "$doc/changelog.gz" "$doc/copyright"

size_kib=$(du -sk --apparent-size "$root" | cut -f 1)
mkdir -p "$root/DEBIAN"
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size_kib/" $here/control >"$root/DEBIAN/control"
install -m 0644 $here/conffiles "$root/DEBIAN/conffiles"
install -m 0755 $here/postinst $here/prerm $here/postrm "$root/DEBIAN/"
(cd "$root" && find etc lib usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb --root-owner-group -Zxz --build "$root" dist >/dev/null
