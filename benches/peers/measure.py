"""What a command costs: processor time, peak memory and wall time, with all processes that it starts."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

LOOK_EVERY = 0.2


class Usage(NamedTuple):
    exit_code: int
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


class MemoryWatch(threading.Thread):
    """Looks at the memory of a process and its descendants until told to stop; ends them when they take too long."""

    def __init__(self, root: int, timeout: float):
        super().__init__(daemon=True)
        self.root, self.deadline = root, time.monotonic() + timeout
        self.ended = threading.Event()
        self.peak = 0

    def run(self):
        while not self.ended.wait(LOOK_EVERY):
            self.peak = max(self.peak, peak_resident(self.root))
            if time.monotonic() > self.deadline:
                os.killpg(self.root, signal.SIGKILL)
                return

    def stop(self) -> int:
        self.ended.set()
        self.join()
        return self.peak


def peak_resident(pid: int) -> int:
    """The most memory a process and its descendants had resident, each by itself; pages they share count for each.

    Not what wait4 tells: that is at least what we had resident ourselves when we started the process.
    """
    process = Path("/proc", str(pid))
    try:
        own = int(re.search(r"VmHWM:\s*(\d+) kB", (process / "status").read_text())[1]) * 1024
        children = (child for task in (process / "task").iterdir()
                    for child in (task / "children").read_text().split())
        return own + sum(peak_resident(int(child)) for child in children)
    except (FileNotFoundError, ProcessLookupError, TypeError):
        return 0  # it has ended meanwhile


def measure(command: list[str], output: Path, environment: dict[str, str], timeout: float) -> Usage:
    """Runs a command to its end, in a process group of its own. What it prints goes to the file `output`."""
    started = time.monotonic()
    with output.open("wb") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT,
                                   env={**os.environ, **environment}, start_new_session=True)
    watch = MemoryWatch(process.pid, timeout)
    watch.start()
    # The times of all descendants that were waited for are in it.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(process.returncode, usage.ru_utime + usage.ru_stime, wall, watch.stop())
