"""The built-in test web, as a process of its own whose CPU time does not count."""

import pathlib
import shlex
import subprocess
import time
from dataclasses import dataclass

PROTOCOLS: dict[str, list[str]] = {
    "http": [],
    "https-ten": ["--tls", "--pages-per-connection", "10"],
    "https-resumed": ["--tls", "--pages-per-connection", "1"],
    "https-fresh": ["--tls", "--pages-per-connection", "1", "--no-resumption"],
}
STARTS_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Web:
    """Which web to serve."""

    mix: str
    protocol: str
    hosts: int
    pages: int

    def name(self) -> str:
        return f"{self.mix}-{self.protocol}-{self.hosts}x{self.pages}"


class Server:
    """A web that is served until it is closed."""

    def __init__(self, binary: pathlib.Path, web: Web, directory: pathlib.Path) -> None:
        self.web = web
        self.seeds = directory / f"{web.name()}.seeds"
        log = directory / f"{web.name()}.log"
        command = [binary, "testweb", "--names", "--mix", web.mix, "--hosts", str(web.hosts), "--pages", str(web.pages)]
        with self.seeds.open("w") as seeds, log.open("w") as told:
            self.process = subprocess.Popen([*command, *PROTOCOLS[web.protocol]], stdout=seeds, stderr=told)
        self.flags = self._await_flags(log)

    def _await_flags(self, log: pathlib.Path) -> list[str]:
        """What the web says that a crawl needs, once it serves all its hosts."""
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            told = log.read_text()
            if "serving until" in told and self.seeds.read_bytes().count(b"\n") == self.web.hosts:
                line = next(line for line in told.splitlines() if line.startswith("crawl it with: "))
                return shlex.split(line)[4:-1]
            time.sleep(0.05)
        self.close()
        raise SystemExit(f"matrix: the web {self.web.name()} does not start:\n{log.read_text()}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
