"""Uploads crawls to a real S3 server, SeaweedFS, and compares what boto3 finds there with what was crawled.

The server checks signatures. It is taken away in the middle of a crawl; crawls are killed.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

S3_PORT = 18333
BUCKET = "crawls"
KEY, SECRET = "CRAWLERE2E", "not-to-be-seen-in-any-log"
ENDPOINT = f"http://127.0.0.1:{S3_PORT}"
KILLS = 4
# More than one part of an upload.
LARGE_BYTES = 8 << 20


class Store:
    """SeaweedFS on loopback, with a bucket."""

    def __init__(self, work: Path, weed: Path):
        self.run = work / "seaweedfs"
        shutil.rmtree(self.run, ignore_errors=True)
        (self.run / "data").mkdir(parents=True)
        identity = {"name": "crawler", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                    "actions": ["Admin", "Read", "Write", "List"]}
        config = self.run / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        self.command = [
            weed, "server", f"-dir={self.run}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
            f"-s3.port={S3_PORT}", f"-s3.config={config}", "-master.port=19333", "-volume.port=18080",
            "-filer.port=18888", "-volume.max=30", "-master.volumeSizeLimitMB=64",
        ]
        self.client = boto3.client("s3", endpoint_url=ENDPOINT, aws_access_key_id=KEY,
                                   aws_secret_access_key=SECRET, region_name="us-east-1")
        self.process = None

    def start(self):
        log = (self.run / "log").open("a")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        for _ in range(120):
            try:
                if BUCKET not in [it["Name"] for it in self.client.list_buckets()["Buckets"]]:
                    self.client.create_bucket(Bucket=BUCKET)
                self.client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
                return
            except (BotoCoreError, ClientError):
                time.sleep(0.5)
        sys.exit(f"e2e: FAILED: SeaweedFS did not start; see {self.run}/log")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return sorted(it["Key"] for page in pages for it in page.get("Contents", []))

    def read(self, key: str) -> bytes:
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


class Web:
    """The built-in test web, on loopback."""

    def __init__(self, binary: Path):
        self.process = subprocess.Popen([binary, "testweb", "--hosts", "10", "--mix", "live"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.seeds = [self.process.stdout.readline().strip() for _ in range(10)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def environment(secret=SECRET) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return ours | {"AWS_ENDPOINT_URL": ENDPOINT, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
                   "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": secret}


def crawl(binary: Path, web: Web, output: Path, prefix: str, *flags: str, secret=SECRET):
    command = [binary, *web.seeds, "--workers", "2", "--delay", "0", "--allow-private", "--progress",
               "off", "--output", output, "--upload", f"s3://{BUCKET}/{prefix}", *flags]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=environment(secret))


def end(process: subprocess.Popen, code: int = 0) -> str:
    stdout, stderr = process.communicate(timeout=300)
    said = stdout + stderr
    expect(process.returncode == code, f"crawl ended with {process.returncode}:\n{said}")
    expect(SECRET not in said, "the secret is in the log")
    return said


def expect(holds: bool, otherwise: str):
    if not holds:
        sys.exit(f"e2e: FAILED: {otherwise}")


def passed(what: str):
    print(f"e2e: ok: {what}", flush=True)


def store_has_all(store: Store, output: Path, prefix: str) -> list[str]:
    """Objects are the crawl's files: WARCs as they are, page list and index in parts."""
    keys = store.keys(prefix + "/")
    lines = [("pages/pages-", "pages/pages.jsonl"), ("cdxj/index-", "cdxj/index.cdxj"),
             ("content/content-", "content/content.jsonl")]
    for kind, file in [(kind, file) for kind, file in lines if (output / file).exists()]:
        parts = [key for key in keys if key.startswith(f"{prefix}/{kind}")]
        whole = b"".join(store.read(key) for key in parts)
        expect(whole == (output / file).read_bytes(), f"the {len(parts)} parts are not {file}")
    warcs = sorted((output / "warc").iterdir())
    expect([key.rsplit("/", 1)[1] for key in keys if "/warc/" in key] == [it.name for it in warcs],
           "not the same WARC files")
    for warc in warcs:
        expect(store.read(f"{prefix}/warc/{warc.name}") == warc.read_bytes(), f"{warc.name} differs")
    made = sorted(output.glob("parquet/**/*.parquet"))
    expect([key for key in keys if "/parquet/" in key]
           == sorted(f"{prefix}/{it.relative_to(output)}" for it in made), "not the same files of formats")
    for file in made:
        same = store.read(f"{prefix}/{file.relative_to(output)}") == file.read_bytes()
        expect(same, f"{file} differs")
    pending = store.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    expect(not pending, f"parts were left behind: {pending}")
    return keys


def a_large_warc_goes_in_parts(binary: Path, web: Web, store: Store, work: Path) -> int:
    output = work / "whole"
    flags = ["--format", "warc,parquet,links,content"]
    end(crawl(binary, web, output, "whole", *flags))
    keys = store_has_all(store, output, "whole")
    expect(sum(".parquet" in key for key in keys) >= 2, f"no Parquet files: {keys}")
    sizes = [it.stat().st_size for it in (output / "warc").iterdir()]
    expect(max(sizes) > LARGE_BYTES, f"no WARC is large: {sizes}")
    tag = store.client.head_object(Bucket=BUCKET, Key=next(it for it in keys if "/warc/" in it))["ETag"]
    expect("-" in tag, f"{tag} is not the tag of an object that was sent in parts")
    end(crawl(binary, web, output, "whole", *flags))
    expect(store.keys("whole/") == keys, "a second run uploaded something")
    passed(f"{len(keys)} objects are what was crawled; {max(sizes)} bytes of WARC went in parts")
    return len((output / "pages/pages.jsonl").read_text().splitlines())


def survives_kill(binary: Path, web: Web, store: Store, work: Path, pages: int):
    output = work / "killed"
    for kill in range(KILLS):
        process = crawl(binary, web, output, "killed", "--warc-size", "1M")
        while rows(output) < pages * (kill + 0.5) / KILLS:
            expect(process.poll() is None, f"crawl {kill} ended before it could be killed")
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    end(crawl(binary, web, output, "killed", "--warc-size", "1M"))
    keys = store_has_all(store, output, "killed")
    passed(f"the same {rows(output)} rows in {len(keys)} objects after {KILLS} kills")


def waits_for_a_store_that_is_away(binary: Path, web: Web, store: Store, work: Path):
    output = work / "away"
    store.stop()
    process = crawl(binary, web, output, "away", "--warc-size", "4M", "--max-pages", "100")
    while rows(output) < 100:
        expect(process.poll() is None, "the crawl did not wait for its store")
        time.sleep(0.05)
    store.start()
    said = end(process)
    expect("takes pages again" in said, f"it never missed the store:\n{said}")
    store_has_all(store, output, "away")
    passed("a store that was away gets all of it when it is back")


def a_wrong_secret_is_told(binary: Path, web: Web, work: Path):
    process = crawl(binary, web, work / "refused", "refused", "--max-pages", "5", secret="wrong")
    said = end(process, code=1)
    expect("the object store refuses" in said, said)
    passed("a wrong secret ends the upload, not the crawl")


def a_finished_crawl_is_uploaded_later(binary: Path, store: Store, work: Path):
    output = work / "killed"
    # What was uploaded to one place is no reason not to upload it to another one.
    for name in ["upload.json", "uploads.jsonl"]:
        (output / "results" / name).unlink()
    command = [binary, "export", "s3", "--to", f"s3://{BUCKET}/later", "--output", output]
    subprocess.run(command, check=True, env=environment())
    keys = store_has_all(store, output, "later")
    passed(f"export s3 brings a finished crawl there, {len(keys)} objects")


def rows(output: Path) -> int:
    try:
        return (output / "pages/pages.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--weed", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    with Store(options.work, options.weed) as store, Web(options.binary) as web:
        pages = a_large_warc_goes_in_parts(options.binary, web, store, options.work)
        survives_kill(options.binary, web, store, options.work, pages)
        a_finished_crawl_is_uploaded_later(options.binary, store, options.work)
        waits_for_a_store_that_is_away(options.binary, web, store, options.work)
        a_wrong_secret_is_told(options.binary, web, options.work)


if __name__ == "__main__":
    main()
