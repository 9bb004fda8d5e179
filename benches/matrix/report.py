"""docs/benchmarks/matrix.md."""

import pathlib
import statistics

from cases import Case
from crawl import Run
from markdown import bars, comparison, figure, machine, table
from split import Split

PROTOCOL_NOTE = """\
A page's cost is CPU time of the crawler's process, all threads, kernel included; the web is served by another process
on the same cores. Everything is on: robots.txt, sitemaps, politeness (with delays of 0), DNS look-ups of every host,
durable frontier, WARC, indexes. Median of {runs} crawls, in brackets the lowest and the highest; the cases took turns.

`tiny` pages have 4 KB, `docs` a mean of 38 KB and 90 links, `live` a mean of 242 KB (median 138 KB) and 50 links; they
come as gzip or brotli. `https-ten` closes a connection after ten answers and lets sessions resume, `https-resumed` after
each, `https-fresh` as well and lets none resume. TLS 1.3 with X25519 and AES-128, an ECDSA P-256 certificate signed
directly by a P-256 authority; HTTP/1.1 everywhere.
"""
SPLIT_NOTE = """\
One further crawl of some cases under `perf record` (flat: what the compiler inlined counts for the function it is in),
and one under `strace -c`, which slows a crawl down, so that what waits (`epoll_wait`, `futex`) is called more often.
"""


def write(out: pathlib.Path, binary: pathlib.Path, command: str, runs: dict[Case, list[Run]],
          splits: dict[Case, Split]) -> None:
    medians = {case: median(of_case) for case, of_case in runs.items()}
    text = ["# Pages per CPU second", "<!-- written by benches/matrix -->", machine(binary, command), "",
            PROTOCOL_NOTE.format(runs=len(next(iter(runs.values())))), "![bars](matrix.svg)", "",
            table(["web", "workers", "pages per CPU s", "bar", "content MB per CPU s", "pages per s", "peak MB", "pages"],
                  [row(case, runs[case], medians[case]) for case in runs]), ""]
    if efficiency := efficiencies(medians):
        text += ["Pages per CPU second with two workers, against one (1.00 would be no loss):", "",
                 table(["web", "efficiency"], efficiency), ""]
    if hosts := memory_of_hosts(medians):
        text += [hosts, ""]
    if splits:
        text += ["## By part", SPLIT_NOTE, *split_tables(splits, medians)]
    out.mkdir(parents=True, exist_ok=True)
    (out / "matrix.md").write_text("\n".join(text))
    drawn = [(label(case), run.pages_per_cpu_second(), case.bar) for case, run in medians.items() if case.workers == 1]
    (out / "matrix.svg").write_text(bars("pages per CPU second, one worker (red: the bar)", drawn))


def median(runs: list[Run]) -> Run:
    """The crawl in the middle, so that its figures belong together."""
    return sorted(runs, key=Run.pages_per_cpu_second)[(len(runs) - 1) // 2]


def row(case: Case, runs: list[Run], run: Run) -> list[str]:
    rates = [run.pages_per_cpu_second() for run in runs]
    rate = f"{figure(statistics.median(rates))} ({figure(min(rates))} – {figure(max(rates))})"
    bar = "" if case.bar is None else f"{figure(case.bar)}{'' if statistics.median(rates) >= case.bar else ' ✗'}"
    return [label(case), str(case.workers), rate, bar, figure(run.content_bytes / 1e6 / run.cpu_seconds),
            figure(run.pages / run.wall_seconds), figure(run.memory_peak_bytes / 1e6), str(run.pages)]


def label(case: Case) -> str:
    return f"{case.web.mix}, {case.web.protocol}, {case.web.hosts} hosts"


def efficiencies(medians: dict[Case, Run]) -> list[list[str]]:
    """Of the webs that were crawled with one worker and with two."""
    rates = {(case.web, case.workers): run.pages_per_cpu_second() for case, run in medians.items()}
    return [[label(case), f"{rates[case.web, 2] / rates[case.web, 1]:.2f}"] for case in medians
            if case.workers == 1 and (case.web, 2) in rates]


def memory_of_hosts(medians: dict[Case, Run]) -> str | None:
    """From the same kind of web with few hosts and with many, one worker each."""
    peaks = {case.web.hosts: run.memory_peak_bytes for case, run in medians.items()
             if (case.web.mix, case.web.protocol, case.workers) == ("tiny", "http", 1)}
    if len(peaks) < 2:
        return None
    few, many = min(peaks), max(peaks)
    more = (peaks[many] - peaks[few]) / (many - few) * 10_000 / 1e6
    return f"A further 10 000 active hosts take {figure(more)} MB of memory (`tiny`, one worker, {few} and {many} hosts)."


def split_tables(splits: dict[Case, Split], medians: dict[Case, Run]) -> list[str]:
    """Microseconds per page by part and by thread, system calls per page."""
    micros = {label(case): 1e6 / medians[case].pages_per_cpu_second() for case in splits}
    tables = [
        ("µs of CPU time per page, by part", {label(case): one.parts for case, one in splits.items()}, micros),
        ("µs of CPU time per page, by thread", {label(case): one.threads for case, one in splits.items()}, micros),
        ("System calls per page", {label(case): one.syscalls for case, one in splits.items()}, dict.fromkeys(micros, 1.0)),
    ]
    text = [line for title, counts, scale in tables if all(counts.values())
            for line in (f"### {title}", "", comparison(counts, scale), "")]
    return text or ["Neither `perf` nor `strace` is installed here.", ""]
