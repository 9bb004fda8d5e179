"""Where the CPU time of a crawl goes: by part of the crawler, by thread, and its system calls."""

import pathlib
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass

from cases import Part
from crawl import Crawler

OTHER = "other"
SAMPLES_PER_SECOND = 997


@dataclass(frozen=True)
class Split:
    """Shares of one crawl's CPU time, and system calls per page; without the program that tells, none."""

    parts: Counter[str]
    threads: Counter[str]
    syscalls: Counter[str]


def split(crawler: Crawler, command: list[str], parts: list[Part]) -> Split:
    """Crawls once under perf, and once under strace."""
    by_part, by_thread = profile(crawler, command, parts) if shutil.which("perf") else (Counter(), Counter())
    calls = syscalls(crawler, command) if shutil.which("strace") else Counter()
    return Split(by_part, by_thread, calls)


def profile(crawler: Crawler, command: list[str], parts: list[Part]) -> tuple[Counter[str], Counter[str]]:
    with tempfile.NamedTemporaryFile(suffix=".perf") as samples:
        record = ["perf", "record", "--quiet", "--freq", str(SAMPLES_PER_SECOND), "--output", samples.name, "--"]
        crawler.measure(command, record)
        report = ["perf", "report", "--input", samples.name, "--quiet", "--stdio", "--no-children",
                  "--sort", "comm,dso,symbol", "--percent-limit", "0", "--field-separator", "\t", "--percentage", "absolute"]
        lines = subprocess.run(report, capture_output=True, text=True, check=True).stdout.splitlines()
    by_part: Counter[str] = Counter()
    by_thread: Counter[str] = Counter()
    for share, thread, library, symbol in filter(None, map(sample, lines)):
        by_part[part_of(parts, library, symbol)] += share
        by_thread[kind(thread)] += share
    return by_part, by_thread


def sample(line: str) -> tuple[float, str, str, str] | None:
    """Share, thread, library and symbol of a line of perf's report."""
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) < 4 or not fields[0].endswith("%"):
        return None
    # `[.]` and `[k]` stand before the symbol.
    return float(fields[0].rstrip("%")) / 100, fields[1], fields[2], fields[3].split("] ", 1)[-1]


def part_of(parts: list[Part], library: str, symbol: str) -> str:
    return next((part.name for part in parts if part.holds(library, symbol)), OTHER)


def kind(thread: str) -> str:
    """Threads that do the same have a number behind their name."""
    return re.sub(r"[-#:_ ]*\d+$", "", thread)


def syscalls(crawler: Crawler, command: list[str]) -> Counter[str]:
    """Calls per page, by name."""
    with tempfile.NamedTemporaryFile(suffix=".strace") as counts:
        run = crawler.measure(command, ["strace", "--follow-forks", "--summary-only", "--output", counts.name])
        lines = pathlib.Path(counts.name).read_text().splitlines()
    calls: Counter[str] = Counter()
    for fields in map(str.split, lines):
        # % time, seconds, usecs/call, calls, errors if there are any, name
        if len(fields) in (5, 6) and fields[3].isdigit() and fields[-1] != "total":
            calls[fields[-1]] += int(fields[3]) / run.pages
    return calls
