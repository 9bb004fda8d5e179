#!/usr/bin/env bash
# Lays what decides how dependencies are built into a directory: manifests, the lock file and the
# build script, with empty sources. As long as these are the same, so is the layer built from them.
#   docker/manifests.sh DIR
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
mkdir -p "$dir"
find . -name Cargo.toml -exec cp --parents {} "$dir" \;
cp --parents Cargo.lock packaging/static.sh "$dir"
find . \( -name lib.rs -o -name main.rs \) -printf '%P\n' | while read -r source; do
    mkdir -p "$dir/$(dirname "$source")"
    case $source in
        *main.rs) echo 'fn main() {}' >"$dir/$source" ;;
        *) : >"$dir/$source" ;;
    esac
done
