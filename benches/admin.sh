#!/usr/bin/env bash
# How fast the admin interface answers while a crawl takes all cores: /healthz and /v1/status, asked in turn over
# one connection that stays open.
#   benches/admin.sh BINARY [REQUESTS]
set -euo pipefail
binary=$(realpath "$1") requests=${2:-2000}
work=$(mktemp -d)
trap 'kill $crawl $web 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
"$binary" testweb --hosts 200 --pages 500 --mix docs >seeds.txt 2>web.log &
web=$!
until [ "$(wc -l <seeds.txt)" = 200 ]; do sleep 0.1; done
"$binary" serve --admin 127.0.0.1:0 --seeds seeds.txt --allow-private --delay 0 --ip-delay 0 --ip-concurrency 64 \
    --sitemaps off --workers auto --concurrency 500 --log-level warn --progress off --output crawl >crawl.out 2>crawl.log &
crawl=$!
until [ -s crawl/operator/address ]; do sleep 0.1; done
sleep 3
python3 - "$(cat crawl/operator/address)" "$requests" <<'PYTHON'
import http.client, json, sys, time

connection = http.client.HTTPConnection(sys.argv[1])
times = {"/healthz": [], "/v1/status": []}
for _ in range(int(sys.argv[2])):
    for path, taken in times.items():
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        taken.append(1000 * (time.perf_counter() - begun))
        assert answer.status == 200, body
    time.sleep(0.002)
for path, taken in times.items():
    taken.sort()
    at = lambda part: taken[min(len(taken) - 1, int(part * len(taken)))]
    print(f"{path}: median {at(0.5):.2f} ms, p99 {at(0.99):.2f} ms, most {taken[-1]:.2f} ms")
status = json.loads(body)
busy = [shard["busy_permille"] / 10 for shard in status["shards"]]
print(f"meanwhile: {status['rates']['pages_per_second']:.0f} pages/s, shards busy {busy} %, state {status['state']}")
PYTHON
begun=$(date +%s.%N)
kill -TERM $crawl
code=0; wait $crawl || code=$?
echo "SIGTERM under load: ended with code $code after $(echo "$(date +%s.%N) - $begun" | bc) s"
