"""What the runs of a crawler came to."""

import re
import statistics
from typing import NamedTuple

from measure import Usage
from peers import Peer


class Run(NamedTuple):
    usage: Usage
    answers: int
    wire_bytes: int

    @property
    def per_cpu_second(self) -> float:
        return self.answers / self.usage.cpu_seconds

    def __str__(self) -> str:
        return (f"{self.answers} pages, {self.usage.cpu_seconds:.2f} CPU s, {self.per_cpu_second:.0f} pages per CPU s, "
                f"{self.usage.wall_seconds:.1f} s, {self.usage.peak_bytes / 1e6:.0f} MB")


class Row:
    """A crawler on a load: its runs, and how their pages differ from those that all are to fetch."""

    def __init__(self, peer: Peer, load: str):
        self.peer, self.load = peer, load
        self.runs: list[Run] = []
        self.left_out = ""
        self.missing: set[str] = set()
        self.extra: set[str] = set()

    def failed(self, reason: str):
        """It cannot be run: whatever it did before does not count."""
        self.left_out = reason

    def add(self, run: Run, urls: set[str], expected: set[str]):
        self.runs.append(run)
        self.missing.update(expected - urls)
        self.extra.update(urls - expected)

    def unexplained(self) -> list[str]:
        """URLs in which it differs from the others for no reason that is known."""
        return sorted(url for url in self.missing | self.extra if not re.search(self.peer.differs, url))

    @property
    def median(self) -> Run:
        """The run in the middle, or the slower of the two."""
        return sorted(self.runs, key=lambda run: run.per_cpu_second)[(len(self.runs) - 1) // 2]

    @property
    def wall_seconds(self) -> float:
        return statistics.median(run.usage.wall_seconds for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        return max(run.usage.peak_bytes for run in self.runs)
