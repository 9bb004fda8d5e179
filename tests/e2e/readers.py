"""Crawls the built-in web and has independent readers read what is stored.

The judges are warcio, FastWARC, cdxj-indexer, pywb, wacz, jq, DuckDB and Arrow, and the web itself, which is
asked again for every page. What docs/reading.md says about SQL and jq is run from there.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pyarrow.parquet
from fastwarc.warc import ArchiveIterator, WarcRecordType

PATIENCE_S = 30
WEB = ["testweb", "--hosts", "6", "--pages", "30", "--mix", "tiny", "--errors", "--seed", "7"]
FLAGS = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--assets", "--sitemaps", "off",
         "--progress", "off", "--retries", "0", "--contact", "mailto:e2e@example.org"]
RULES = """
[[extract]]
name = "heading"
[extract.fields]
title = { select = "title", required = true }
links = { select = "a", attribute = "href", type = "url", list = true }
words = { select = "body", pattern = "([0-9]+)", type = "integer" }
share = { select = "body", pattern = "([0-9]+)", type = "number" }
"""


def expect(holds: bool, otherwise: str):
    if not holds:
        sys.exit(f"e2e: FAILED: readers: {otherwise}")


def passed(what: str):
    print(f"e2e: ok: readers: {what}", flush=True)


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def run(*command, **options) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    expect(done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Process:
    """A server beside the test, stopped at its end."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, **options)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and the body as it was sent."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)
    target = url[url.index(parts.netloc) + len(parts.netloc):] or "/"
    connection.putrequest("GET", target, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def records(data: Path) -> dict[str, dict]:
    """The responses by their URLs: status, body, and the request's headers; every digest is checked."""
    found, requests, n_records = {}, {}, 0
    for path in sorted((data / "warc").glob("*.warc.*")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                n_records += 1
                record.freeze()
                if "WARC-Block-Digest" in record.headers:
                    expect(record.verify_block_digest(), f"block digest of {record.headers}")
                if not record.is_http:
                    continue
                record.parse_http()
                url = record.headers["WARC-Target-URI"]
                if record.record_type == WarcRecordType.request:
                    requests[url] = record.http_headers.asdict()
                elif record.record_type == WarcRecordType.response:
                    expect(record.verify_payload_digest(), f"payload digest of {record.headers}")
                    found[url] = {"status": record.http_headers.status_code, "body": record.reader.read(),
                                  "cut": record.headers.get("WARC-Truncated")}
    for url, page in found.items():
        page["request"] = {name: value for name, value in requests[url].items()
                           if name.lower() not in ("host", "connection")}
    passed(f"FastWARC verifies the digests of {n_records} records")
    return found


def warcio_agrees(data: Path, stored: dict[str, dict]):
    files = sorted((data / "warc").glob("*.warc.gz"))
    run(tool("warcio"), "check", *files)
    fields = "warc-type,warc-target-uri,http:status"
    index = [json.loads(line) for line in run(tool("warcio"), "index", "-f", fields, *files).splitlines()]
    found = {row["warc-target-uri"]: int(row["http:status"]) for row in index if row["warc-type"] == "response"}
    expect(found == {url: page["status"] for url, page in stored.items()}, "warcio finds other responses")
    passed(f"warcio checks and lists {len(found)} responses")


def zstd_holds_the_same(stored: dict[str, dict], frames: dict[str, dict]):
    """A crawl kept as zstd frames has the same pages."""
    same = [url for url, page in stored.items() if frames.get(url, {}).get("body") == page["body"]]
    # Some pages fail now and then, and what only they link to is not found.
    expect(len(same) > len(stored) * 0.9, f"only {len(same)} of {len(stored)} pages are the same in zstd")
    passed(f"FastWARC reads {len(frames)} responses from .warc.zst")


def wacz_is_valid(binary: Path, work: Path, data: Path):
    file = work / f"{data.name}.wacz"
    file.unlink(missing_ok=True)
    run(binary, "export", "wacz", "-o", data, "--to", file)
    told = run(tool("wacz"), "validate", "-f", file)
    passed(f"wacz validates {file.name}: {told.splitlines()[-1]}")


def cdxj_indexer_agrees(data: Path):
    """Its index of our WARC files is ours, field by field."""
    files = sorted((data / "warc").glob("*.warc.gz"))
    theirs = sorted(run(tool("cdxj-indexer"), "--sort", *files).splitlines())
    ours = sorted((data / "cdxj/index.cdxj").read_text().splitlines())

    def parsed(line: str):
        key, timestamp, fields = line.split(" ", 2)
        return key, timestamp, json.loads(fields)

    expect(len(theirs) == len(ours), f"cdxj-indexer has {len(theirs)} rows, we {len(ours)}")
    for their, our in zip(theirs, ours):
        expect(parsed(their) == parsed(our), f"cdxj-indexer: {their}\nours: {our}")
    passed(f"cdxj-indexer makes the same {len(ours)} rows")


def web_sends_the_same(stored: dict[str, dict], pages: list[dict]):
    """Asked again as the crawler asked, the web sends the bytes that are stored."""
    n_bytes = n_pages = 0
    changing = {row["url"] for row in pages if row.get("truncated")}
    for url, page in stored.items():
        if url in changing or page["cut"]:
            continue
        status, _, body = get(url, page["request"])
        if status != page["status"]:
            continue  # a page that fails now and then
        expect(body == page["body"], f"{url}: {len(page['body'])} bytes stored, {len(body)} sent")
        n_bytes, n_pages = n_bytes + len(body), n_pages + 1
    expect(n_pages > len(stored) * 0.9, f"only {n_pages} of {len(stored)} pages were compared")
    passed(f"the web sends the same {n_bytes} bytes again for {n_pages} pages")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until_answers(url: str):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return get(url)
        except OSError:
            expect(time.monotonic() < end, f"{url} does not answer")
            time.sleep(0.1)


def pywb_replays(data: Path, work: Path, stored: dict[str, dict]):
    """pywb gives every page with its status and its bytes."""
    root = work / "pywb"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    run(tool("wb-manager"), "init", "site", cwd=root)
    run(tool("wb-manager"), "add", "site", *sorted((data / "warc").glob("*.warc.gz")), cwd=root)
    port = free_port()
    with Process([tool("wayback"), "-b", "127.0.0.1", "-p", port], cwd=root):
        until_answers(f"http://127.0.0.1:{port}/")
        # Of a body that was cut it announces the length that the server had announced.
        whole = {url: page for url, page in stored.items() if not page["cut"]}
        replays_all(f"http://127.0.0.1:{port}/site/", whole)
    passed(f"pywb replays {len(whole)} pages with their bytes")


def replays_all(prefix: str, stored: dict[str, dict]):
    for url, page in stored.items():
        # pywb undoes a content coding that the client does not take.
        accept = {"Accept-Encoding": "gzip, deflate, br, zstd"}
        status, headers, body = get(f"{prefix}2999id_/{url}", accept)
        while status in (302, 307) and "/web/" in headers.get("location", "") and "/web/" in prefix:
            status, headers, body = get(prefix.split("/web/")[0] + headers["location"])
            if "memento-datetime" in headers:
                break
        expect(status == page["status"], f"{prefix} gives {url} with {status}, not {page['status']}")
        expect(body == page["body"], f"{prefix} gives {url} with {len(body)} bytes, not {len(page['body'])}")


def own_replay(binary: Path, data: Path, stored: dict[str, dict]):
    with Process([binary, "replay", "-o", data, "--listen", "127.0.0.1:0"]) as process:
        origin = process.stdout.readline().strip()
        replays_all(f"{origin}web/", stored)
    passed(f"`crawler replay` gives {len(stored)} pages with their bytes")


def parquet_agrees(data: Path, pages: list[dict]):
    """DuckDB and Arrow find in Parquet what is in pages.jsonl."""
    table = f"{data}/parquet/pages/*/*.parquet"
    columns = ["url", "status", "digest", "wire_bytes", "title", "via", "mime", "depth"]
    found = duckdb.sql(f"SELECT {', '.join(columns)} FROM '{table}'").fetchall()
    listed = [tuple(row.get(column) for column in columns) for row in pages]
    expect(sorted(found, key=str) == sorted(listed, key=str), "DuckDB reads other pages from Parquet")
    n_rows = 0
    for path in (data / "parquet/pages").glob("*/*.parquet"):
        file = pyarrow.parquet.ParquetFile(path)
        keys = file.read(columns=["surt"]).column("surt").to_pylist()
        expect(keys == sorted(keys), f"{path} is not sorted")
        n_rows += len(keys)
        group = file.metadata.row_group(0)
        codecs = {group.column(n).compression for n in range(group.num_columns)}
        expect(codecs == {"ZSTD"}, f"{path} is compressed by {codecs}")
    expect(n_rows == len(pages), f"Arrow reads {n_rows} rows, not {len(pages)}")
    passed(f"DuckDB and Arrow read {n_rows} pages from Parquet, those of pages.jsonl")


def extracted_rows_agree(data: Path):
    """DuckDB and Arrow find in Parquet what extraction rules have found."""
    table = f"{data}/parquet/extracted/heading/*.parquet"
    listed = rows(data / "extracted/heading.jsonl")
    expect(len(listed) > 50, f"the rule has found {len(listed)} rows only")
    fields = ["title", "words", "share"]
    wanted = sorted([(row["url"], *(row["fields"][field] for field in fields)) for row in listed], key=str)
    columns = ", ".join(f"fields.{field}" for field in fields)
    for source in (table, data / "extracted/heading.jsonl"):
        found = duckdb.sql(f"SELECT url, {columns} FROM '{source}'").fetchall()
        expect(sorted(found, key=str) == wanted, f"DuckDB reads other rows from {source}")
    arrow = pyarrow.parquet.read_table(data / "parquet/extracted/heading").to_pylist()
    links = {row["url"]: json.loads(row["fields"]["links"]) for row in arrow}
    expect(links == {row["url"]: row["fields"]["links"] for row in listed}, "Arrow reads other lists")
    kinds = {str(kind) for kind, in duckdb.sql(f"SELECT DISTINCT typeof(fields) FROM '{table}'").fetchall()}
    expect(all("BIGINT" in kind and "DOUBLE" in kind for kind in kinds), f"the fields are {kinds}")
    passed(f"DuckDB and Arrow read {len(listed)} rows of a rule from Parquet, those of its JSON lines")


def documents_tell_the_truth(work: Path, data: Path):
    """Each SQL and jq line of docs/reading.md runs and finds something."""
    text = Path("docs/reading.md").read_text()
    statements = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    lines = [line for line in text.splitlines() if line.startswith("jq ")]
    expect(len(statements) >= 10 and len(lines) >= 2, "docs/reading.md has lost its one-liners")
    os.chdir(work)
    for statement in statements:
        try:
            found = duckdb.execute(statement).fetchall()
        except duckdb.Error as error:
            expect(False, f"DuckDB: {error}\n{statement}")
        expect(len(found) > 0, f"DuckDB finds nothing:\n{statement}")
    for line in lines:
        expect(run("bash", "-c", line) != "", f"{line} finds nothing")
    passed(f"{len(statements)} lines of SQL and {len(lines)} of jq of docs/reading.md find something")


def rows_agree(data: Path, pages: list[dict], stored: dict[str, dict]):
    """jq and DuckDB count the rows that there are."""
    for name, count in (("pages/pages", len(pages)), ("reports/skipped", len(rows(data / "reports/skipped.jsonl")))):
        path = data / f"{name}.jsonl"
        expect(int(run("jq", "-s", "length", path)) == count, f"jq counts other rows in {path}")
        counted = duckdb.sql(f"SELECT count(DISTINCT url) FROM '{path}'").fetchall()[0][0]
        expect(counted == count, f"DuckDB counts {counted} rows in {path}, not {count}")
    expect({row["url"]: row["status"] for row in pages} ==
           {url: page["status"] for url, page in stored.items()}, "pages.jsonl has other pages than the WARC files")
    passed(f"jq and DuckDB read {len(pages)} rows of pages.jsonl, those of the WARC files")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    binary, work = args.binary.resolve(), args.work.resolve()
    data = work / "crawl"
    shutil.rmtree(data, ignore_errors=True)
    seeds = work / "seeds.txt"
    with Process([binary, *WEB]) as web:
        seeds.write_text("".join(web.stdout.readline() for _ in range(6)))
        (work / "rules.toml").write_text(RULES)
        run(binary, "--seeds", seeds, *FLAGS, "--format", "warc,parquet,links",
            "--extract-rules", work / "rules.toml", "-o", data)
        pages = rows(data / "pages/pages.jsonl")
        stored = records(data)
        web_sends_the_same(stored, pages)
        frames = work / "frames"
        shutil.rmtree(frames, ignore_errors=True)
        run(binary, "--seeds", seeds, *FLAGS, "--format", "warc.zst", "-o", frames)
    zstd_holds_the_same(stored, records(frames))
    wacz_is_valid(binary, work, data)
    wacz_is_valid(binary, work, frames)
    rows_agree(data, pages, stored)
    warcio_agrees(data, stored)
    cdxj_indexer_agrees(data)
    own_replay(binary, data, stored)
    pywb_replays(data, work, stored)
    parquet_agrees(data, pages)
    extracted_rows_agree(data)
    documents_tell_the_truth(work, data)


main()
