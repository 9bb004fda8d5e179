"""A Scrapy spider that follows all links within the hosts of its seeds.

scrapy_docs.py FILE, where FILE has one seed per line. Settings as in Scrapy's chapter on broad crawls.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.linkextractors import LinkExtractor

SETTINGS = {
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "CONCURRENT_REQUESTS": 100,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "COOKIES_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "INFO",
    "REACTOR_THREADPOOL_MAXSIZE": 20,
    "RETRY_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
    "TELNETCONSOLE_ENABLED": False,
}


class Docs(Spider):
    name = "docs"

    def __init__(self, seeds: list[str]):
        super().__init__()
        self.seeds = seeds
        hosts = [urlsplit(seed).netloc for seed in seeds]
        self.links = LinkExtractor(allow_domains=hosts, deny_extensions=[])

    async def start(self):
        for seed in self.seeds:
            yield Request(seed)

    def parse(self, response):
        if isinstance(response, HtmlResponse):
            for link in self.links.extract_links(response):
                yield Request(link.url)


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(Docs, seeds=Path(sys.argv[1]).read_text().split())
    process.start()
