"""The crawlers that are compared, each set up as its own documentation says is best for such a crawl."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Job:
    """What one run is to fetch, and where things are."""
    binary: Path
    installed: Path
    seeds: Path
    urls: Path
    output: Path


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    does: str
    keeps: str
    command: Callable[[Job], list[str | Path]]
    version: Callable[[Job], str]
    load: str = "all"
    # URLs in which this peer may differ from the others, and why.
    differs: str = r"(?!)"
    because: str = ""
    # wget2 ends with 8 when any answer was an error: the pages have a few dead links.
    exit_codes: tuple[int, ...] = (0,)
    environment: Callable[[Job], dict[str, str]] = field(default=lambda _: {})


# Pages that are linked with their dashes escaped.
DASHES = r"/git-[a-z0-9-]+--[a-z]+\.html$"
NO_REFERENCES = "does not read character references in links (`git-web&#45;&#45;browse.html`)"


def first_number(*command: str | Path) -> str:
    """The version in the first line of what a program says of itself."""
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+(\.\d+)*", said.stdout + said.stderr)
    return found[0] if found else "?"


def from_venv(*packages: str) -> Callable[[Job], str]:
    def versions(job: Job) -> str:
        folders = [str(folder) for folder in job.installed.glob("venv/lib/python3*/site-packages")]
        found = {each.metadata["Name"].lower(): each.version for each in distributions(path=folders)}
        return ", ".join(f"{package} {found[package]}" for package in packages)
    return versions


def spider_version(job: Job) -> str:
    lock = (HERE / "spider/Cargo.lock").read_text()
    found = re.search(r'name = "spider"\nversion = "([^"]+)"', lock)
    return found[1] if found else "?"


def crawlee_version(job: Job) -> str:
    package = job.installed / "node/node_modules/@crawlee/cheerio/package.json"
    return f"{json.loads(package.read_text())['version']}, Node.js {first_number('node', '--version')}"


def pattern(name: str, title: str, does: str, package: str, load: str) -> Peer:
    """One of the patterns of the articles on concurrency in Python."""
    return Peer(
        name, title, does, "nothing",
        lambda job: [job.installed / "venv/bin/python", HERE / "python_patterns.py", name, job.urls],
        from_venv(package, "selectolax"), load)


PEERS = [
    Peer("crawler", "crawler", "links, robots.txt, politeness, durable frontier", "WARC, index, page list",
         lambda job: [job.binary, "--seeds", job.seeds, "--delay", "0", "--allow-private", "--fresh", "--quiet",
                      "--contact", "bench@example.org", "--output", job.output],
         lambda job: first_number(job.binary, "--version")),
    Peer("wrk", "wrk: the raw limit", "asks for a list again and again, reads nothing", "nothing",
         lambda job: ["wrk", "-t", "1", "-c", "16", "-d", "10s", "-s", HERE / "wrk.lua",
                      job.seeds.read_text().split()[0]],
         lambda job: first_number("wrk", "--version"),
         environment=lambda job: {"URLS": str(job.urls)}),
    Peer("wget2", "wget2", "links, robots.txt", "files",
         lambda job: ["wget2", "--quiet", "--recursive", "--level=inf", "--compression=gzip", "--max-threads=8",
                      "--ignore-tags=img,link,script,object", "--reject=*.gif,*.jpg,*.png,*.svg", "--filter-urls",
                      "--directory-prefix", job.output, "--input-file", job.seeds],
         lambda job: first_number("wget2", "--version"), exit_codes=(0, 8),
         differs=DASHES, because=NO_REFERENCES),
    Peer("spider", "spider (crate)", "links, robots.txt", "nothing (hands pages to a subscriber)",
         lambda job: [job.installed / "spider/release/spider-docs", job.seeds], spider_version,
         differs=DASHES + r"|\.yaml$", because=NO_REFERENCES + ", and leaves YAML files out"),
    pattern("aiohttp", "asyncio with aiohttp, one core", "a list, reads links", "aiohttp", "all"),
    pattern("processes", "asyncio with aiohttp in a process per core", "a list, reads links", "aiohttp", "all"),
    pattern("threads", "threads with requests", "a list, reads links", "requests", "some"),
    pattern("requests", "requests, one after another", "a list, reads links", "requests", "some"),
    Peer("crawlee", "Crawlee (CheerioCrawler)", "links, robots.txt", "nothing",
         lambda job: ["node", HERE / "crawlee_docs.mjs", job.seeds, job.installed / "node/node_modules"],
         crawlee_version, "some"),
    Peer("scrapy", "Scrapy", "links, robots.txt", "nothing",
         lambda job: [job.installed / "venv/bin/python", HERE / "scrapy_docs.py", job.seeds],
         from_venv("scrapy", "twisted", "lxml"), "some", differs=r":\d+//$",
         because="reads a backslash in a link as two slashes"),
]
