"""Checks that a crawl asks the kernel only for what the systemd unit lets it.

  python3 tests/e2e/syscalls.py TRACE

TRACE is by `strace -f -o`. Of the unit it knows two settings: SystemCallFilter and MemoryDenyWriteExecute.
"""

import pathlib
import re
import subprocess
import sys

UNIT = pathlib.Path("packaging/systemd/crawler.service")


def filter_sets():
    """The members of each set of `systemd-analyze syscall-filter`, which may be sets again."""
    text = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], check=True, capture_output=True,
                          text=True).stdout
    sets = {}
    for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
        word = line.strip()
        if line.startswith("@"):
            members = sets.setdefault(word, [])
        elif word and not word.startswith("#"):
            members.append(word)
    return sets


def calls_of(name, sets):
    if not name.startswith("@"):
        return {name}
    return set().union(*(calls_of(member, sets) for member in sets[name]))


def allowed():
    sets = filter_sets()
    calls = calls_of("@default", sets)
    for line in re.findall(r"^SystemCallFilter=(.*)", UNIT.read_text(), re.MULTILINE):
        named = set().union(*(calls_of(name, sets) for name in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def main(trace):
    text = trace.read_text(errors="replace")
    used = set(re.findall(r"^\d+ +(\w+)\(", text, re.MULTILINE))
    # The program itself is started by systemd, before the filter.
    assert len(used) > 20 and used <= allowed() | {"execve"}, used - allowed()
    writable = re.search(r"(?:mmap|mprotect)\(.*PROT_WRITE\|PROT_EXEC.*", text)
    assert not writable, writable[0]


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
