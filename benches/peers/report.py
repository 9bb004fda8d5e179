"""The comparison as tables and as a document."""

import datetime
import os
import platform
from pathlib import Path

from peers import Job
from rows import Row

HEAD = ["crawler", "does", "keeps", "pages", "CPU s", "pages per CPU s", "crawler against it", "peak memory", "wall",
        "missing, extra"]
ROOT = Path(__file__).resolve().parents[2]


def table(rows: list[Row]) -> str:
    """The rows of one load, fastest first."""
    ours = [row.median.per_cpu_second for row in rows if row.peer.name == "crawler"]
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)] if rows else []
    for row in sorted(rows, key=lambda row: -row.median.per_cpu_second):
        lines.append("| " + " | ".join(cells(row, ours[0])) + " |")
    return "\n".join(lines)


def cells(row: Row, ours: float) -> list[str]:
    run = row.median
    return [row.peer.title, row.peer.does, row.peer.keeps, str(run.answers), f"{run.usage.cpu_seconds:.2f}",
            f"{run.per_cpu_second:.0f}", times(ours / run.per_cpu_second), f"{row.peak_bytes / 1e6:.0f} MB",
            f"{row.wall_seconds:.1f} s", f"{len(row.missing)}, {len(row.extra)}"]


def times(ratio: float) -> str:
    return f"{ratio:.2f} x" if ratio < 1 else f"{ratio:.1f} x"


def document(rows: list[Row], jobs: dict[str, Job], runs: int) -> str:
    """docs/benchmarks/peers.md."""
    loads = {load: [row for row in rows if row.load == load] for load in jobs}
    size = {load: len(job.urls.read_text().split()) for load, job in jobs.items()}
    hosts = {load: len(job.seeds.read_text().split()) for load, job in jobs.items()}
    mean = loads["all"][0].median
    return f"""# Crawlers on the same pages

![Pages per second of processor time](peers.svg)

Written by `make bench-peers` on {datetime.date.today().isoformat()}: {machine()}. Of {runs} runs of each, taken
in turn, the one with the median of pages per CPU second counts; wall time is a median of its own, memory the most
that any run had. nginx served the pages on the same machine. CPU seconds are user and system time of all processes
of a crawler, memory is what each had resident at most; nginx is in neither.

The pages are documentation of Debian (Python, SQLite, PostgreSQL, Git, Linux) as its packages have it, compressed
with gzip on the way: {mean.wire_bytes / mean.answers / 1000:.1f} KB a page as sent. `robots.txt` keeps crawlers from
`/_sources/`. A page is an answer with status 200. Crawlers that follow links begin with the front page of each host;
patterns that fetch a list get the URLs that the others find. nginx's access log tells what was fetched: the last
column has the URLs that a crawler left out or fetched beyond the others in any run.

## All pages: {size["all"]} on {hosts["all"]} hosts
{table(loads["all"])}

## For the slow: {size["some"]} pages on {hosts["some"]} hosts
One host of each site but Linux, which would take them too long; `crawler` is measured on the same.

{table(loads["some"])}
{differences(rows)}
## How each was run
{commands(rows, jobs)}
The programs behind these commands are in `benches/peers/`. wrk is no crawler: it asks for the list again and again
for ten seconds and throws away what it gets, so it shows what HTTP alone costs.
"""


def machine() -> str:
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"


def differences(rows: list[Row]) -> str:
    """Why some fetched a few pages more or less."""
    reasons = [f"- {row.peer.title}: {row.peer.because}" for row in rows
               if row.peer.because and row.missing | row.extra]
    strange = [f"- {row.peer.title}: no reason known for {' '.join(row.unexplained()[:5])}" for row in rows
               if row.unexplained()]
    lines = "\n".join(reasons + strange)
    return f"\nDifferences:\n{lines}\n" if lines else ""


def commands(rows: list[Row], jobs: dict[str, Job]) -> str:
    seen = {row.peer.name: row for row in rows if row.load == row.peer.load}
    return "\n".join(
        f"- {row.peer.title}, {row.peer.version(jobs[row.load])}: `{shown(row, jobs[row.load])}`"
        for row in seen.values()) + "\n"


def shown(row: Row, job: Job) -> str:
    """The command line with short names for files."""
    line = " ".join(map(str, row.peer.command(job)))
    for path, short in [(job.binary, "crawler"), (job.seeds, "SEEDS"), (job.urls, "URLS"), (job.output, "OUTPUT"),
                        (f"{ROOT}/", "")]:
        line = line.replace(str(path), short)
    return line
