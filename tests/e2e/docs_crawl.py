"""Crawls three real documentation sites and compares with wget2, warcio and itself after kill -9.

Both crawlers are judged by what the web server saw: the sets come from nginx's access log.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from docs_web import DocsWeb, Request

PORT = 8088
SITES = {
    "127.0.1.1": "python3.11/html",
    "127.0.1.2": "sqlite3",
    "127.0.1.3": "postgresql-doc-15/html",
}
SEEDS = [f"http://{address}:{PORT}/" for address in SITES]
KILLS = 5


def seen(web: DocsWeb, agent: str) -> dict[str, Request]:
    """URL -> what `agent` asked for since start_log."""
    return {request.url: request for request in web.requests() if agent in request.agent}


def crawl(binary: Path, output: Path, *flags: str, **popen) -> subprocess.Popen:
    command = [binary, *SEEDS, "--workers", "2", "--delay", "0", "--allow-private", "--assets",
               "--contact", "mailto:e2e@example.org", "--output", output, *flags]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **popen)


def finish(process: subprocess.Popen) -> str:
    stdout, stderr = process.communicate(timeout=300)
    expect(process.returncode == 0, f"crawl ended with {process.returncode}:\n{stdout}{stderr}")
    return stdout


def pages(output: Path) -> list[dict]:
    lines = (output / "pages/pages.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def expect(holds: bool, otherwise: str):
    if not holds:
        sys.exit(f"e2e: FAILED: {otherwise}")


def passed(what: str):
    print(f"e2e: ok: {what}", flush=True)


def same_set_as_wget2(binary: Path, work: Path, web: DocsWeb) -> set[str]:
    """The URLs that we fetch are those that `wget2 -r` fetches, but for explained differences."""
    web.start_log()
    mirror = work / "wget2"
    shutil.rmtree(mirror, ignore_errors=True)
    subprocess.run(["wget2", "-q", "-r", "-l", "inf", "--compression=gzip", "-P", mirror, *SEEDS],
                   check=False)
    theirs = seen(web, "wget2/")
    web.start_log()
    output = work / "crawl"
    finish(crawl(binary, output, "--fresh"))
    ours = seen(web, "crawler/")
    missing = sorted(url for url in theirs if url not in ours and not explained(theirs[url]))
    extra = sorted(url for url in ours if url not in theirs)
    expect(not missing, f"wget2 fetched what we did not: {missing[:20]}")
    expect(not extra, f"we fetched what wget2 did not: {extra[:20]}")
    rows = pages(output)
    expect({row["url"] for row in rows} == set(ours), "pages.jsonl is not what was fetched")
    expect(len(rows) == len(ours), "pages.jsonl names a URL twice")
    passed(f"{len(ours)} URLs fetched, wget2 {len(theirs)}, every difference explained")
    return set(ours)


def explained(request: Request) -> bool:
    """Why wget2 asks for this and we do not."""
    if request.referer.split("?")[0].endswith(".css"):
        return True  # url() in a style sheet: we read links from HTML only
    if request.url.endswith(("/_static/opensearch.xml", "/pgsql-docs%40lists.postgresql.org")):
        return True  # <link rel=search> and <link rel=made>: neither a page nor a part of one
    # href="\\": the URL standard reads a backslash as a slash, wget2 escapes it
    return request.url.endswith("/%5C") and request.status == "404"


def warcs_are_valid(work: Path, output: Path):
    """warcio reads every record of every WARC and finds its digests right."""
    warcs = sorted((output / "warc").glob("*.warc.gz"))
    expect(bool(warcs), "no WARC was written")
    expect(not list((output / "warc").glob("*.open")), "a WARC was left open")
    check = subprocess.run([work / "venv/bin/warcio", "check", "-v", *warcs],
                           capture_output=True, text=True)
    expect(check.returncode == 0, f"warcio check: {check.stdout[-2000:]}{check.stderr[-2000:]}")
    records = check.stdout.count("offset ")
    expect(records >= 3 * len(pages(output)), f"warcio saw only {records} records")
    passed(f"warcio check of {len(warcs)} WARC, {records} records")


def stored_bytes_are_the_servers(binary: Path, work: Path, output: Path):
    """`crawler get` gives the bytes of the file that the server has."""
    docs = work / "docs/usr/share/doc"
    rows = [row for row in pages(output) if row["status"] == 200 and not row["url"].endswith("/")]
    for row in random.Random(1).sample(rows, 25):
        address, path = row["url"].removeprefix("http://").split(f":{PORT}/", 1)
        got = subprocess.run([binary, "get", row["url"], "-o", output], capture_output=True)
        expect(got.returncode == 0, f"get {row['url']}: {got.stderr.decode()}")
        file = docs / SITES[address] / path.split("?")[0]
        expect(got.stdout == file.read_bytes(), f"get {row['url']} differs from {file}")
    passed("crawler get returns the servers' bytes for 25 pages")


def survives_kill(binary: Path, work: Path, web: DocsWeb, whole: set[str]):
    """SIGKILL at random moments, then the same command again: the same set, each URL once."""
    output = work / "crawl-killed"
    shutil.rmtree(output, ignore_errors=True)
    moments = random.Random(os.environ.get("E2E_SEED", time.time_ns()))
    web.start_log()
    for kill in range(KILLS):
        process = crawl(binary, output)
        # Each try gets a share of the crawl done before it dies, so that all of them die in it.
        requests = moments.uniform(kill + 0.1, kill + 0.9) / KILLS * len(whole)
        while web.count() < requests:
            expect(process.poll() is None, f"crawl {kill} ended before it could be killed")
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finish(crawl(binary, output))
    rows = [row["url"] for row in pages(output)]
    expect(set(rows) == whole, f"after kills: missing {sorted(whole - set(rows))[:10]}, "
                               f"extra {sorted(set(rows) - whole)[:10]}")
    expect(len(rows) == len(set(rows)), "a URL is in pages.jsonl twice after kills")
    index = (output / "cdxj/index.cdxj").read_text().splitlines()
    expect(len(index) == len(rows), f"{len(index)} index rows for {len(rows)} pages")
    warcs_are_valid(work, output)
    passed(f"the same {len(rows)} URLs after {KILLS} kills, each stored once")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    docs = options.work / "docs/usr/share/doc"
    sites = {address: docs / site for address, site in SITES.items()}
    with DocsWeb(options.work / "nginx", sites, PORT) as web:
        whole = same_set_as_wget2(options.binary, options.work, web)
        warcs_are_valid(options.work, options.work / "crawl")
        stored_bytes_are_the_servers(options.binary, options.work, options.work / "crawl")
        survives_kill(options.binary, options.work, web, whole)
    print("e2e: all passed")


if __name__ == "__main__":
    main()
