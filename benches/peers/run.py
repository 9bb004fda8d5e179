"""Compares crawlers on the same pages in one run: pages per second of processor time, memory, wall time.

python3 benches/peers/run.py --binary target/release/crawler, after benches/peers/install.sh.
Real documentation is served by nginx, each site on several loopback addresses. The runs are taken in turn
(A B C A B C), and the web server's access log tells what each has fetched: all must have fetched the same.
Prints the tables, and writes docs/benchmarks/peers.md and peers.svg when all peers have run. Ends with 1 when
one of them has fetched other pages than the rest, for no reason that is known.
"""

import argparse
import random
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/e2e"))

from docs_web import DocsWeb  # noqa: E402

from chart import chart  # noqa: E402
from measure import measure  # noqa: E402
from peers import PEERS, Job, Peer  # noqa: E402
from report import document, table  # noqa: E402
from rows import Row, Run  # noqa: E402

INSTALLED = ROOT / "build/peers"
WORK = INSTALLED / "work"
PORT = 8090
SITES = ["python3.11/html", "sqlite3", "postgresql-doc-15/html", "git-doc", "linux-doc-6.1/html"]
ADDRESSES_PER_SITE = 4
# Crawlers obey it; patterns that fetch a list are given none of these.
ROBOTS = "User-agent: *\nDisallow: /_sources/\n"
TIMEOUT = 600


def addresses() -> dict[str, Path]:
    """Loopback address -> the folder it serves."""
    docs = INSTALLED / "docs/usr/share/doc"
    return {f"127.{10 + number}.0.{copy + 1}": docs / site
            for number, site in enumerate(SITES) for copy in range(ADDRESSES_PER_SITE)}


def loads() -> dict[str, list[str]]:
    """Name of a load -> its addresses. Slow peers get one address of all sites but the largest."""
    return {"all": list(addresses()),
            "some": [f"127.{10 + number}.0.1" for number in range(len(SITES) - 1)]}


def job(binary: Path, load: str) -> Job:
    hosts = loads()[load]
    seeds, urls = WORK / f"{load}.seeds", WORK / f"{load}.urls"
    seeds.write_text("".join(f"http://{host}:{PORT}/\n" for host in hosts))
    return Job(binary, INSTALLED, seeds, urls, WORK / "output")


def fetched(web: DocsWeb) -> tuple[set[str], int, int]:
    """What was answered with 200 since the log was begun: URLs, how many answers, bytes on the wire."""
    urls, answers, wire_bytes = set(), 0, 0
    for request in web.requests():
        if request.status == "200":
            urls.add(request.url)
            answers += 1
            wire_bytes += request.body_bytes
    return urls, answers, wire_bytes


class RunError(Exception):
    """A peer could not be run."""


def run_once(peer: Peer, todo: Job, web: DocsWeb) -> tuple[Run, set[str]]:
    """What one run cost, and the URLs that it fetched."""
    shutil.rmtree(todo.output, ignore_errors=True)
    web.start_log()
    printed = WORK / f"{peer.name}.log"
    command = list(map(str, peer.command(todo)))
    if shutil.which(command[0]) is None:
        raise RunError(f"{command[0]} is not installed")
    usage = measure(command, printed, peer.environment(todo), TIMEOUT)
    if usage.exit_code not in peer.exit_codes:
        raise RunError(f"ended with {usage.exit_code}; {printed} has what it said")
    urls, answers, wire_bytes = fetched(web)
    return Run(usage, answers, wire_bytes), urls


def list_urls(binary: Path, web: DocsWeb):
    """The URLs of each load, as our crawler finds them; what others find by themselves is compared with them."""
    ours = PEERS[0]
    for load in loads():
        todo = job(binary, load)
        _, urls = run_once(ours, todo, web)
        mixed = random.Random(1).sample(sorted(urls), len(urls))
        todo.urls.write_text("".join(f"{url}\n" for url in mixed))


def compare(peers: list[Peer], binary: Path, web: DocsWeb, runs: int) -> list[Row]:
    """A row for each peer on its load, and one for ours on each load."""
    compared = {peer.load for peer in peers[1:]} or {PEERS[0].load}
    pairs = [(peer, load) for load in loads() if load in compared
             for peer in peers if peer.load == load or peer is PEERS[0]]
    rows = [Row(peer, load) for peer, load in pairs]
    for number in range(1, runs + 1):
        for row in rows:
            if not row.left_out:
                said = add_run(row, job(binary, row.load), web)
                print(f"peers: run {number} of {runs}, {row.peer.name} ({row.load}): {said}",
                      file=sys.stderr, flush=True)
    return rows


def add_run(row: Row, todo: Job, web: DocsWeb) -> str:
    """Runs a peer once more, and says how it went. One that fails is not tried again."""
    try:
        run, urls = run_once(row.peer, todo, web)
    except RunError as failure:
        if row.peer is PEERS[0]:
            raise  # there is nothing to compare with
        row.failed(str(failure))
        return str(failure)
    row.add(run, urls, set(todo.urls.read_text().split()))
    return str(run)


def chosen(names: str | None) -> list[Peer]:
    """Ours, and the peers that are named, or all."""
    if names is None:
        return PEERS
    known = {peer.name: peer for peer in PEERS}
    unknown = [name for name in names.split(",") if name not in known]
    if unknown:
        sys.exit(f"peers: no peer {', '.join(unknown)}; there are {', '.join(known)}")
    return [PEERS[0], *(known[name] for name in names.split(",") if name != PEERS[0].name)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True, help="our crawler, a release build")
    parser.add_argument("--only", metavar="A,B", help="these peers, and ours; no document is written")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (3)")
    options = parser.parse_args()
    peers, binary = chosen(options.only), options.binary.resolve()
    if not (INSTALLED / "docs.ready").exists():
        sys.exit("peers: nothing is installed; run benches/peers/install.sh")
    WORK.mkdir(parents=True, exist_ok=True)
    with DocsWeb(WORK / "nginx", addresses(), PORT, ROBOTS) as web:
        try:
            list_urls(binary, web)
            rows = compare(peers, binary, web, options.runs)
        except RunError as failure:
            sys.exit(f"peers: crawler {failure}")
    shutil.rmtree(WORK / "output", ignore_errors=True)
    sys.exit(1 if conclude(rows, binary, options.runs, is_whole=options.only is None) else 0)


def conclude(rows: list[Row], binary: Path, runs: int, is_whole: bool) -> list[str]:
    """Prints the tables, and writes the document of a whole comparison; the faults found."""
    counted = [row for row in rows if not row.left_out]
    print("\n".join(table([row for row in counted if row.load == load]) for load in loads()))
    if is_whole:
        write(counted, binary, runs)
    faults = [f"{row.peer.name} is left out: {row.left_out}" for row in rows if row.left_out]
    faults += [f"{row.peer.name} fetched not the same as the others: {' '.join(row.unexplained()[:10])}"
               for row in counted if row.unexplained()]
    for fault in faults:
        print(f"peers: {fault}", file=sys.stderr)
    return faults


def write(rows: list[Row], binary: Path, runs: int):
    """The table and the chart, as the documentation has them."""
    folder = ROOT / "docs/benchmarks"
    folder.mkdir(exist_ok=True)
    jobs = {load: job(binary, load) for load in loads()}
    (folder / "peers.svg").write_text(chart(rows))
    (folder / "peers.md").write_text(document(rows, jobs, runs))


if __name__ == "__main__":
    main()
