"""docs/benchmarks/known.md: the cost of a page in directories that know a million URLs, and ten."""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cases import Known, Table
from crawl import Crawler, Run
from markdown import comparison, figure, machine
from markdown import table as markdown_table
from split import profile
from web import Server, Web

NOTE = """\
Before the crawl, `crawler import` brings URLs of the web into an empty directory, as queued: all but every {new}-th page of each
host. The crawl then fetches {pages} pages of {hosts} hosts with {workers} worker(s), {mix} pages over HTTP: most of the links it
finds are known, some are new. Each further run goes on in the same directory, sizes take turns; medians of {runs} crawls.

The seen set is read and checked whole at each start. That CPU time, `start`, is measured by a run that fetches next to nothing
and is taken off, since a crawl of this size is started once and not every {pages} pages.
"""


@dataclass
class Filled:
    """A directory that knows many URLs, and the web they are of."""

    urls: int
    server: Server
    crawler: Crawler
    import_seconds: float = 0.0
    import_peak_bytes: int = 0
    disk_bytes: int = 0
    fetched: int = 0
    starts: list[Run] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    parts: Counter[str] = field(default_factory=Counter)
    threads: Counter[str] = field(default_factory=Counter)

    def start_seconds(self) -> float:
        return statistics.median(run.cpu_seconds for run in self.starts)

    def rate(self) -> float:
        """Pages per CPU second, the start not counted."""
        return statistics.median(run.pages / (run.cpu_seconds - self.start_seconds()) for run in self.runs)


def measure(crawler: Crawler, table: Table, out: pathlib.Path, command: str, runs: int) -> None:
    known = table.known
    filled: list[Filled] = []
    try:
        for urls in known.urls:
            filled.append(fill(crawler, known, urls))
        for nth in range(runs):
            for one in filled:
                one.starts.append(crawl(one, known, 1))
                one.runs.append(crawl(one, known, known.pages_max))
                print(f"{nth + 1}/{runs} {one.urls} known: {one.rate():.0f} pages/CPU s, start {one.start_seconds():.2f} CPU s, "
                      f"{one.runs[-1].memory_peak_bytes / 1e6:.0f} MB", flush=True)
        if shutil.which("perf"):
            for one in filled:
                profile_one(one, table)
    finally:
        for one in filled:
            one.server.close()
    write(out, crawler.binary, known, filled, command, runs)


def fill(crawler: Crawler, known: Known, urls: int) -> Filled:
    """Serves a web of so many pages and imports most of them."""
    directory = crawler.output.parent / str(urls)
    directory.mkdir()
    web = Web(known.mix, "http", known.hosts, urls // known.hosts)
    filled = Filled(urls, Server(crawler.binary, web, directory), Crawler(crawler.binary, directory))
    with tempfile.NamedTemporaryFile("w", suffix=".urls", dir=directory) as listed:
        listed.writelines(addresses(filled.server, known.new))
        listed.flush()
        begin = ["import", "--format", "urls", "--as", "queued", "--output", str(filled.crawler.output), listed.name]
        process = subprocess.Popen([crawler.binary, *begin], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"matrix: crawler {' '.join(begin)} ended with {status}")
    filled.import_seconds, filled.import_peak_bytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    filled.disk_bytes = sum(file.stat().st_blocks * 512 for file in filled.crawler.output.rglob("*"))
    print(f"{urls} URLs: imported in {filled.import_seconds:.1f} CPU s", flush=True)
    return filled


def addresses(server: Server, new: int) -> Iterator[str]:
    """Lines with the URLs of the web's pages but every `new`-th, host by host in turn, as a crawl finds them."""
    hosts = [line.rstrip("/") for line in server.seeds.read_text().split()]
    for page in range(1, server.web.pages):
        if page % new:
            path = page_path(page, server.web.pages)
            yield from (f"{host}{path}\n" for host in hosts)


def page_path(page: int, pages: int) -> str:
    """As crates/crawler-testweb/src/tree.rs has it for tiny pages."""
    sections = min(max(pages // 12, 1), 6, pages - 1)
    if page <= sections:
        return f"/s{page - 1:02}/"
    section = (page - 1 - sections) % sections
    match page % 8:
        case 3:
            return f"/s{section:02}/view?id={page}&lang=en"
        case 6:
            return f"/s{section:02}/p{page:05}/"
        case _:
            return f"/s{section:02}/p{page:05}.html"


def crawl(filled: Filled, known: Known, pages: int) -> Run:
    """So many further pages. --max-pages counts those of earlier runs too."""
    limit = filled.fetched + pages
    run = filled.crawler.measure(filled.crawler.command(filled.server, known.workers, limit))
    if run.missing > run.pages / 100 + 1:
        raise SystemExit(f"matrix: {run.missing} of {run.pages} imported URLs are none of the web's")
    filled.fetched += run.pages
    return run


def profile_one(filled: Filled, table: Table) -> None:
    """A further crawl, to see by what a page costs more."""
    command = filled.crawler.command(filled.server, table.known.workers, filled.fetched + table.known.pages_max)
    filled.parts, filled.threads = profile(filled.crawler, command, table.parts)


def write(out: pathlib.Path, binary: pathlib.Path, known: Known, filled: list[Filled], command: str, runs: int) -> None:
    least, most = filled[0], filled[-1]
    rows = [[figure(one.urls), figure(one.rate()), f"{one.rate() / least.rate():.2f}", figure(one.start_seconds()),
             figure(peak(one) / 1e6), figure(one.disk_bytes / 1e6), figure(one.import_seconds),
             figure(one.import_peak_bytes / 1e6)] for one in filled]
    head = ["URLs of the web", "pages per CPU s", "ratio", "start, CPU s", "peak MB", "store, MB", "import, CPU s", "its peak MB"]
    more = (peak(most) - peak(least)) / (most.urls - least.urls)
    text = ["# Cost of a page as known URLs grow", "<!-- written by benches/matrix -->", machine(binary, command), "",
            NOTE.format(new=known.new, pages=known.pages_max, hosts=known.hosts, workers=known.workers, mix=known.mix, runs=runs),
            markdown_table(head, rows), "", f"A further million of queued URLs takes {figure(more)} MB of memory."]
    if all(one.parts for one in filled):
        micros = {figure(one.urls): statistics.median(1e6 / run.pages_per_cpu_second() for run in one.runs) for one in filled}
        text += ["", "µs of CPU time per page, the start included, by part and by thread, from one further crawl under `perf record`:", "",
                 comparison({figure(one.urls): one.parts for one in filled}, micros), "",
                 comparison({figure(one.urls): one.threads for one in filled}, micros)]
    out.mkdir(parents=True, exist_ok=True)
    (out / "known.md").write_text("\n".join(text) + "\n")


def peak(filled: Filled) -> float:
    return statistics.median(run.memory_peak_bytes for run in filled.runs)
