"""Real documentation sites by nginx on loopback addresses, and what its access log saw."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ALLOW_ALL = "User-agent: *\nDisallow:\n"
TAB = "\t"
LOG_FIELDS = ["$host", "$status", "$body_bytes_sent", "$request_uri", "$http_referer",
              "$http_user_agent"]


class Request(NamedTuple):
    """A line of the access log."""
    url: str
    status: str
    body_bytes: int
    referer: str
    agent: str


class DocsWeb:
    """nginx on loopback addresses while in its `with` block; each address serves a folder."""

    def __init__(self, run: Path, sites: dict[str, Path], port: int, robots: str = ALLOW_ALL):
        self.run, self.sites, self.port = run, sites, port
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir(parents=True)
        run.chmod(0o777)
        (run / "robots.txt").write_text(robots)
        self.log = run / "access.log"
        config = run / "nginx.conf"
        config.write_text(self.config())
        self.command = ["nginx", "-c", str(config), "-e", str(run / "error.log")]

    def config(self) -> str:
        sites = " ".join(f'{address} "{folder}";' for address, folder in self.sites.items())
        listen = " ".join(f"listen {address}:{self.port} backlog=1024;" for address in self.sites)
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""
{user} worker_processes 1; pid {self.run}/nginx.pid; error_log {self.run}/error.log crit;
worker_rlimit_nofile 65536;
events {{ worker_connections 4096; }}
http {{
  include /etc/nginx/mime.types; default_type application/octet-stream;
  sendfile on; tcp_nopush on; keepalive_requests 1000000; gzip_static on;
  open_file_cache max=60000 inactive=600s; open_file_cache_valid 600s;
  client_body_temp_path {self.run}; proxy_temp_path {self.run}; fastcgi_temp_path {self.run};
  uwsgi_temp_path {self.run}; scgi_temp_path {self.run};
  log_format seen '{TAB.join(LOG_FIELDS)}';
  access_log {self.log} seen;
  map $host $site {{ {sites} }}
  server {{
    {listen}
    root $site; index index.html;
    location = /robots.txt {{ alias {self.run}/robots.txt; }}
  }}
}}
"""

    def __enter__(self):
        subprocess.run(self.command, check=True)
        return self

    def __exit__(self, *_):
        subprocess.run([*self.command, "-s", "stop"], check=False)

    def seeds(self) -> list[str]:
        """The front page of every address."""
        return [f"http://{address}:{self.port}/" for address in self.sites]

    def start_log(self):
        """Forgets what was seen so far."""
        self.log.write_text("")

    def count(self) -> int:
        """How many requests were seen since start_log."""
        return self.log.read_bytes().count(b"\n")

    def requests(self) -> Iterator[Request]:
        """What was asked for since start_log, robots.txt aside."""
        with self.log.open(errors="replace") as lines:
            for line in lines:
                address, status, body_bytes, path, referer, agent = line.rstrip("\n").split(TAB)
                if path != "/robots.txt":
                    url = f"http://{address}:{self.port}{path}"
                    yield Request(url, status, int(body_bytes), referer, agent)
