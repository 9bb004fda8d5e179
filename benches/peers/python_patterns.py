"""The patterns of the usual articles on concurrency in Python: each fetches a list of URLs and reads their links.

python_patterns.py PATTERN FILE, where FILE has one URL per line. Prints how many pages and links it saw.
"""

import asyncio
import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import requests
import uvloop
from selectolax.lexbor import LexborHTMLParser

THREADS = 8
# More downloads at once only wait in line: both ends are on one machine.
DOWNLOADS = 32


def links(html: bytes, base: str) -> int:
    """How many different URLs a page links to."""
    hrefs = (node.attributes.get("href") for node in LexborHTMLParser(html).css("a[href]"))
    return len({urljoin(base, href).split("#")[0] for href in hrefs if href})


def one_after_another(urls: list[str]) -> Iterator[int]:
    with requests.Session() as session:
        for url in urls:
            yield links(session.get(url).content, url)


def threads(urls: list[str]) -> Iterable[int]:
    own = threading.local()

    def fetch(url: str) -> int:
        if not hasattr(own, "session"):
            own.session = requests.Session()
        return links(own.session.get(url).content, url)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(fetch, urls))


async def download(urls: list[str]) -> list[int]:
    waiting, found = iter(urls), []

    async def worker(session: aiohttp.ClientSession):
        for url in waiting:
            async with session.get(url) as response:
                found.append(links(await response.read(), url))

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=DOWNLOADS)) as session:
        await asyncio.gather(*(worker(session) for _ in range(DOWNLOADS)))
    return found


def one_core(urls: list[str]) -> list[int]:
    return uvloop.run(download(urls))


def all_cores(urls: list[str]) -> Iterable[int]:
    processes = len(os.sched_getaffinity(0))
    shares = [urls[index::processes] for index in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        return list(itertools.chain.from_iterable(pool.map(one_core, shares)))


PATTERNS: dict[str, Callable[[list[str]], Iterable[int]]] = {
    "requests": one_after_another,
    "threads": threads,
    "aiohttp": one_core,
    "processes": all_cores,
}


if __name__ == "__main__":
    found = list(PATTERNS[sys.argv[1]](Path(sys.argv[2]).read_text().split()))
    print(f"{len(found)} pages, {sum(found)} links")
