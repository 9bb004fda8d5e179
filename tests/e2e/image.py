"""Runs the image as an operator would: limits, health, seeds, a crawl, stop, and start again.

  python3 tests/e2e/image.py --binary PATH --work DIR

DOCKER_HOST names an engine that has the image `crawler` and is nobody else's.
"""

import argparse
import json
import pathlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

IMAGE_BYTES_MAX = 40_000_000
WAIT_SECS_MAX = 60
HOSTS, PAGES = 8, 200
# So many pages are fetched before the stop, and so many more after it: less than there are.
PAGES_BEFORE, PAGES_AFTER = 200, 100
NAME = "crawler-under-test"
# What compose.yaml and the Kubernetes manifests ask for.
LOCKED_DOWN = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]


def docker(*words, **options):
    done = subprocess.run(["docker", *words], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def inspect(kind, name):
    return json.loads(docker(kind, "inspect", name))[0]


def ctl(*words, **options):
    return docker("exec", "-i", NAME, "crawler", "ctl", *words, **options)


def wait_for(what, question):
    """The first answer that is neither false nor empty."""
    end = time.monotonic() + WAIT_SECS_MAX
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError(f"not within {WAIT_SECS_MAX} s: {what}\n{logs()}")


def logs():
    done = subprocess.run(["docker", "logs", "--tail", "40", NAME], capture_output=True, text=True)
    return done.stdout + done.stderr


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def http_status(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def totals():
    status = json.loads(ctl("status", "--json"))
    assert status["accounting_error"] == 0, status
    return status["totals"]


def check_image():
    image = inspect("image", "crawler")
    size, config = image["Size"], image["Config"]
    assert size < IMAGE_BYTES_MAX, size
    assert config["User"] == "65532:65532", config["User"]
    assert config["StopSignal"] == "SIGTERM" and config["Healthcheck"], config
    assert list(config["Volumes"]) == ["/data"], config["Volumes"]
    return size


def check_limits():
    """The numbers of the cgroup are what `auto` stands for."""
    report = docker("run", "--rm", "--cpus", "1.5", "--memory", "512m", "--network", "none", *LOCKED_DOWN,
                    "crawler", "doctor")
    assert "1 usable (the cgroup's quota is 1.5), --workers 1" in report, report
    assert re.search(r"by the limit of the cgroup, --max-rss 4[0-9.]+ ?M", report), report


def start(port):
    docker("run", "-d", "--name", NAME, "--network", "host", *LOCKED_DOWN, "-v", "crawl:/data",
           "--memory", "1g", "--health-interval", "1s", "-e", f"CRAWLER_ADMIN=0.0.0.0:{port}",
           "-e", "CRAWLER_ALLOW_PRIVATE=true", "-e", "CRAWLER_DELAY=20ms", "-e", "CRAWLER_IP_DELAY=0",
           "-e", "CRAWLER_WARC_SIZE=1M", "crawler")


def wait_until_healthy():
    wait_for("healthy", lambda: inspect("container", NAME)["State"]["Health"]["Status"] == "healthy")


def crawl_until(pages):
    return wait_for(f"{pages} pages", lambda: totals()["fetched"] >= pages)


def stop():
    begin = time.monotonic()
    docker("stop", "--time", "60", NAME)
    state = inspect("container", NAME)["State"]
    assert state["ExitCode"] in (0, 11) and not state["OOMKilled"], (state, logs())
    return time.monotonic() - begin


def check_data(work):
    """The volume holds whole files that belong to the crawler's user; the URLs of the pages in it."""
    data = pathlib.Path(inspect("volume", "crawl")["Mountpoint"])
    warcs = sorted((data / "warc").iterdir())
    assert warcs and all(path.name.endswith(".warc.gz") for path in warcs), warcs
    subprocess.run([work.parent / "venv/bin/warcio", "check", *warcs], check=True, stdout=subprocess.DEVNULL)
    assert (data / "operator/token").stat().st_mode & 0o777 == 0o600
    assert not (data / "operator/address").exists()
    owners = {path.stat().st_uid for path in data.rglob("*")}
    assert owners == {65532}, owners
    urls = [json.loads(row)["url"] for row in (data / "pages/pages.jsonl").open()]
    assert len(urls) == len(set(urls)), "a page is stored twice"
    return urls


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    args = parser.parse_args()
    size = check_image()
    check_limits()
    web = subprocess.Popen([args.binary, "testweb", "--hosts", str(HOSTS), "--pages", str(PAGES)],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        seeds = "".join(web.stdout.readline() for _ in range(HOSTS))
        port = free_port()
        start(port)
        wait_until_healthy()
        assert http_status(f"http://127.0.0.1:{port}/healthz") == 200
        assert http_status(f"http://127.0.0.1:{port}/v1/status") == 401
        ctl("seed", "-", input=seeds)
        crawl_until(PAGES_BEFORE)
        stopped_secs = stop()
        before = check_data(args.work)
        docker("start", NAME)
        wait_until_healthy()
        assert totals()["fetched"] >= len(before)
        crawl_until(len(before) + PAGES_AFTER)
        stop()
        after = check_data(args.work)
        assert after[:len(before)] == before and len(after) > len(before), (len(before), len(after))
    finally:
        web.kill()
        subprocess.run(["docker", "rm", "-f", NAME], capture_output=True)
    print(f"e2e: ok: image of {size / 1e6:.1f} MB: healthy, {len(before)} pages kept over a restart, "
          f"stopped within {stopped_secs:.1f} s of SIGTERM")


if __name__ == "__main__":
    main()
