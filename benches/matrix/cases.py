"""What benches/matrix.toml says."""

import pathlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from web import PROTOCOLS, Web

TABLE = pathlib.Path(__file__).parent.with_suffix(".toml")


@dataclass(frozen=True)
class Case:
    """One row of the matrix."""

    web: Web
    workers: int
    pages_max: int | None
    bar: int | None
    is_split: bool
    is_quick: bool

    def name(self) -> str:
        return f"{self.web.name()}-w{self.workers}"


@dataclass(frozen=True)
class Part:
    """Where CPU time goes."""

    name: str
    symbol: re.Pattern[str] | None
    library: re.Pattern[str] | None

    def holds(self, library: str, symbol: str) -> bool:
        return bool((self.symbol and self.symbol.search(symbol)) or (self.library and self.library.search(library)))


@dataclass(frozen=True)
class Known:
    """Directories that know many URLs before the crawl."""

    mix: str
    hosts: int
    urls: list[int]
    new: int
    pages_max: int
    workers: int


@dataclass(frozen=True)
class Shards:
    """Crawls with more and more shards."""

    workers: list[int]
    webs: list[Web]


@dataclass(frozen=True)
class Table:
    cases: list[Case]
    parts: list[Part]
    known: Known
    shards: Shards


def load() -> Table:
    rows = tomllib.loads(TABLE.read_text())
    shards = rows["shards"]
    return Table(
        cases=[case for row in rows["case"] for case in cases(row)],
        parts=[Part(row["name"], pattern(row, "symbol"), pattern(row, "library")) for row in rows["part"]],
        known=Known(**rows["known"]),
        shards=Shards(shards["workers"], [web(row) for row in shards["web"]]),
    )


def cases(row: dict) -> Iterator[Case]:
    """A row of the table is a case for each number of workers; the bar and the split are those of the first."""
    for workers in row["workers"]:
        is_first = workers == row["workers"][0]
        yield Case(web(row), workers, row.get("pages_max"), row.get("bar") if is_first else None,
                   row.get("split", False) and is_first, row.get("quick", False))


def web(row: dict) -> Web:
    if row["protocol"] not in PROTOCOLS:
        raise SystemExit(f"matrix: {TABLE}: protocol {row['protocol']} is none of {', '.join(PROTOCOLS)}")
    return Web(row["mix"], row["protocol"], row["hosts"], row["pages"])


def pattern(row: dict, key: str) -> re.Pattern[str] | None:
    return re.compile(row[key]) if key in row else None
