"""One crawl, and what its statistics say."""

import pathlib
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web import Server

# --retries 0: the web links to one server that refuses, whose retries would only be waited for.
FLAGS = ["--scope", "any", "--retries", "0", "--delay", "0", "--ip-delay", "0", "--contact", "bench@example.org", "--quiet"]


@dataclass(frozen=True)
class Run:
    """What one crawl did and used."""

    pages: int
    cpu_seconds: float
    wall_seconds: float
    content_bytes: int
    memory_peak_bytes: int
    missing: int

    def pages_per_cpu_second(self) -> float:
        return self.pages / self.cpu_seconds


class Crawler:
    """Starts crawls with one binary, one after the other in one directory."""

    def __init__(self, binary: pathlib.Path, directory: pathlib.Path) -> None:
        self.binary = binary
        self.output = directory / "crawl"

    def command(self, server: Server, workers: int, pages_max: int | None, *more: str) -> list[str]:
        """The command line of a crawl of `server`."""
        limit = [] if pages_max is None else ["--max-pages", str(pages_max)]
        return [str(self.binary), *server.flags, "--seeds", str(server.seeds), "--workers", str(workers), *FLAGS,
                *limit, "--output", str(self.output), *more]

    def measure(self, command: list[str], under: Sequence[str] = (), started: Callable[[int], None] | None = None) -> Run:
        """Runs a crawl to its end, `under` another program if one is given; `started` is told the process."""
        process = subprocess.Popen([*under, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if started:
            started(process.pid)
        statistics, told = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"matrix: {' '.join(command)} ended with {process.returncode}:\n{statistics}{told}")
        return read(statistics, command)


def read(statistics: str, command: list[str]) -> Run:
    """The statistics block of a crawl. A crawl that failed pages was not the one to be measured."""
    values = dict(line.split(": ", 1) for line in statistics.splitlines() if ": " in line)
    pages = int(values.get("pages_this_run", values["pages"]))
    failed, wrong = int(values.get("failed", 0)), int(values["accounting_error"])
    # One server refuses connections by design.
    if pages == 0 or failed > 1 or wrong:
        raise SystemExit(f"matrix: {' '.join(command)} did not go well:\n{statistics}")
    return Run(pages, float(values["cpu_seconds"]), float(values["elapsed_seconds"]), int(values["content_bytes"]),
               int(values["memory_peak_bytes"]), int(values.get("status/404", 0)))
