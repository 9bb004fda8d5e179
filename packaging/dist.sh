#!/usr/bin/env bash
# Makes the files of a release from target/static/crawler (packaging/static.sh): in dist/
# crawler-VERSION-ARCH-linux.tar.gz, crawler_VERSION_ARCH.deb and SHA256SUMS.
#   packaging/dist.sh
# The same sources give the same bytes: times are those of the last commit.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=target/static/crawler
version=$("$binary" --version | cut -d ' ' -f 2)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

made=build/dist/made # what the binary itself makes
rm -rf build/dist dist
mkdir -p "$made/completions" dist
"$binary" man "$made/man1"
for shell in bash zsh fish; do
    "$binary" completions "$shell" >"$made/completions/crawler.$shell"
done
# The example, with the one setting that a service needs.
sed 's|^#output = "crawl"$|output = "/var/lib/crawler"|' config/crawler.toml >"$made/crawler.toml"
grep -q '^output = "/var/lib/crawler"$' "$made/crawler.toml"

tarball() {
    local name=crawler-$version-$(uname -m)-linux
    local root=build/dist/$name
    install -D -m 0755 "$binary" "$root/bin/crawler"
    install -D -m 0644 -t "$root/share/man/man1" "$made"/man1/*
    install -D -m 0644 "$made/completions/crawler.bash" "$root/share/bash-completion/completions/crawler"
    install -D -m 0644 "$made/completions/crawler.zsh" "$root/share/zsh/site-functions/_crawler"
    install -D -m 0644 "$made/completions/crawler.fish" "$root/share/fish/vendor_completions.d/crawler.fish"
    install -D -m 0644 -t "$root/lib/systemd/system" packaging/systemd/crawler.service
    install -D -m 0644 -t "$root/etc/crawler" "$made/crawler.toml"
    install -m 0644 -t "$root" README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT
    tar --create --directory build/dist --sort=name --owner=0 --group=0 --numeric-owner \
        --mtime="@$SOURCE_DATE_EPOCH" "$name" | gzip -n -9 >"dist/$name.tar.gz"
}

tarball
if command -v dpkg-deb >/dev/null; then
    packaging/debian/build.sh "$binary" "$version" "$made"
else
    echo "dist.sh: no Debian package without dpkg-deb" >&2
fi
(cd dist && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
