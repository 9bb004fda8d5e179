#!/usr/bin/env bash
# Pages per CPU second of the whole crawler: robots, politeness, links, frontier, WARC and indexes.
#   benches/crawl.sh BINARY [RUNS]
# The built-in test web is served by a process of its own, whose CPU time does not count. Each
# figure is the median of RUNS runs (default 3); the machine's other work shows in it, so compare
# figures of one call, not of two.
set -euo pipefail
binary=$(realpath "$1")
runs=${2:-3}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

serve() { # serve MIX HOSTS PAGES: starts the test web, leaves its seeds in $work/seeds
    [ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null || true; }
    "$binary" testweb --mix "$1" --hosts "$2" --pages "$3" >"$work/web" 2>&1 &
    server=$!
    until grep -q '^http' "$work/web" && grep -q '^crawl it with' "$work/web"; do
        kill -0 "$server"
    done
    until grep '^http' "$work/web" >"$work/seeds" && [ "$(wc -l <"$work/seeds")" -ge "$2" ]; do
        kill -0 "$server"
    done
}

value() { sed -n "s/^$1: \([0-9.]*\)$/\1/p" "$work/statistics"; }

measure() { # measure MIX WORKERS: one row
    for _ in $(seq "$runs"); do
        "$binary" --seeds "$work/seeds" --scope any --workers "$2" --delay 0 --allow-private \
            --contact bench@example.org --output "$work/crawl" --fresh --quiet >"$work/statistics"
        echo "$(value pages_per_cpu_second) $(value pages) $(value cpu_seconds)" \
            "$(value content_bytes) $(value memory_peak_bytes) $(value elapsed_seconds)"
    done | sort -n | awk -v row="$(((runs + 1) / 2))" -v mix="$1" -v workers="$2" 'NR == row {
        printf "%-5s %7d %8d %15.0f %12.0f %10.0f %10.0f\n", mix, workers, $2, $1, $4 / $3 / 1e6, $5 / 1e6, $2 / $6
    }'
}

printf '%-5s %7s %8s %15s %12s %10s %10s\n' pages workers fetched 'pages/cpu-sec' 'MB/cpu-sec' 'peak MB' 'pages/sec'
for load in 'tiny 200 200' 'docs 100 100' 'live 50 100'; do
    read -r mix hosts pages <<<"$load"
    serve "$mix" "$hosts" "$pages"
    measure "$mix" 1
    measure "$mix" 2
done
