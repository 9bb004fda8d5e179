"""docs/benchmarks/shards.md: the cost of a page as shards grow, and what each kind of thread has of it."""

import pathlib
import shutil
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from cases import Shards
from crawl import Crawler, Run
from markdown import figure, machine, table
from split import kind
from web import Server, Web

NOTE = """\
Crawls with more shards than this machine has cores: what it shows is how the CPU time of a page grows with the number of
shards and what each kind of thread has of it, not how long a crawl would take. Medians of {runs} crawls that took turns.
Times of threads are read from `/proc` every 50 ms. `writer, % of a core` is the CPU time of the thread `store-writer` in the
time the crawl took. Futex calls and context switches are counted by `perf stat`, in the same crawls.
"""
EVENTS = {"syscalls:sys_enter_futex": "futex calls per page", "context-switches": "context switches per page"}
SAMPLE_SECONDS = 0.05
NANOS = 1e-9


@dataclass(frozen=True)
class Watched:
    """A crawl, the CPU seconds of its threads by kind, and its events."""

    run: Run
    threads: Counter[str]
    events: dict[str, float]


def measure(crawler: Crawler, shards: Shards, out: pathlib.Path, command: str, runs: int) -> None:
    watched: dict[tuple[Web, int], list[Watched]] = defaultdict(list)
    with ExitStack() as open_webs:
        servers = {web: Server(crawler.binary, web, crawler.output.parent) for web in shards.webs}
        for server in servers.values():
            open_webs.callback(server.close)
        for nth in range(runs):
            for web in shards.webs:
                for workers in shards.workers:
                    one = watch(crawler, crawler.command(servers[web], workers, None, "--fresh"))
                    watched[web, workers].append(one)
                    print(f"{nth + 1}/{runs} {web.name()}-w{workers}: {one.run.pages_per_cpu_second():.0f} pages/CPU s", flush=True)
    write(out, crawler.binary, shards, watched, command, runs)


def watch(crawler: Crawler, command: list[str]) -> Watched:
    """Crawls under perf stat, if it is installed, and reads the threads' times meanwhile."""
    seconds: dict[int, tuple[str, float]] = {}
    with tempfile.NamedTemporaryFile(suffix=".stat") as counts:
        under = ["perf", "stat", "-x", ",", "-o", counts.name, "-e", ",".join(EVENTS), "--"] if shutil.which("perf") else []

        def started(pid: int) -> None:
            threading.Thread(target=sample, args=(pid, bool(under), seconds)).start()

        run = crawler.measure(command, under, started)
        events = read_events(pathlib.Path(counts.name).read_text(), run)
    threads: Counter[str] = Counter()
    for name, used in seconds.values():
        threads[kind(name)] += used
    return Watched(run, threads, events)


def sample(pid: int, is_parent: bool, seconds: dict[int, tuple[str, float]]) -> None:
    """Keeps the newest CPU time of each thread of the crawl, until it has ended."""
    process = pathlib.Path("/proc", str(pid))
    while process.exists():
        time.sleep(SAMPLE_SECONDS)
        with suppress(OSError):
            crawl = (process / "task" / str(pid) / "children").read_text().split() if is_parent else [str(pid)]
            for thread in pathlib.Path("/proc", crawl[0], "task").iterdir() if crawl else ():
                with suppress(OSError):
                    used = int((thread / "schedstat").read_text().split()[0]) * NANOS
                    seconds[int(thread.name)] = ((thread / "comm").read_text().strip(), used)


def read_events(counts: str, run: Run) -> dict[str, float]:
    """Per page; events that the kernel does not let us count are left out."""
    events = {}
    for fields in (line.split(",") for line in counts.splitlines()):
        if len(fields) > 2 and fields[2] in EVENTS and fields[0].isdigit():
            events[fields[2]] = int(fields[0]) / run.pages
    return events


def write(out: pathlib.Path, binary: pathlib.Path, shards: Shards, watched: dict[tuple[Web, int], list[Watched]], command: str,
          runs: int) -> None:
    text = ["# Cost of a page as shards grow", "<!-- written by benches/matrix -->", machine(binary, command), "",
            NOTE.format(runs=runs)]
    for web in shards.webs:
        text += [f"## {web.mix} pages, {web.protocol}, {web.hosts} hosts", "", rows(web, shards.workers, watched), ""]
    out.mkdir(parents=True, exist_ok=True)
    (out / "shards.md").write_text("\n".join(text))


def rows(web: Web, workers: list[int], watched: dict[tuple[Web, int], list[Watched]]) -> str:
    """One row for each number of shards, of the crawl in the middle."""
    middle = {count: median(watched[web, count]) for count in workers}
    first = middle[workers[0]].run.pages_per_cpu_second()
    kinds = [name for name, _ in sum((one.threads for one in middle.values()), Counter()).most_common(5)]
    head = ["shards", "pages per CPU s", "efficiency", *(f"µs per page: {name}" for name in kinds), "other threads",
            "writer, % of a core", *EVENTS.values(), "peak MB"]
    return table(head, [row(count, one, first, kinds) for count, one in middle.items()])


def row(count: int, one: Watched, first: float, kinds: list[str]) -> list[str]:
    rate, whole = one.run.pages_per_cpu_second(), one.threads.total()
    # The last 50 ms of each thread are not seen: shares are, and they hold for the whole.
    micros = {name: used / whole * 1e6 / rate for name, used in one.threads.items()}
    busy = one.threads["store-writer"] / whole * one.run.cpu_seconds / one.run.wall_seconds
    others = sum(value for name, value in micros.items() if name not in kinds)
    return [str(count), figure(rate), f"{rate / first:.2f}", *(figure(micros.get(name, 0)) for name in kinds), figure(others),
            figure(100 * busy), *(figure(one.events[event]) if event in one.events else "" for event in EVENTS),
            figure(one.run.memory_peak_bytes / 1e6)]


def median(watched: list[Watched]) -> Watched:
    ordered = sorted(watched, key=lambda one: one.run.pages_per_cpu_second())
    return ordered[(len(ordered) - 1) // 2]
