#!/usr/bin/env python3
"""Counts the instructions of the hot paths and compares them with benches/instructions.toml.

    benches/instructions.py PATHS_BINARY [--write]

Instructions, unlike seconds, are the same on a busy machine and on an idle one. Valgrind shows every
program the same processor (AVX2, no AVX-512, no SHA), so they are the same on another processor too,
as long as it has AVX2. A count more than 5 % above its budget fails: somebody made a path slower. So
does one more than 5 % below: the gain is to be kept, by writing the new count down (--write).
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

# For scripts: nothing was found wrong, and nothing could be.
CANNOT_COMPARE = 77
BUDGETS = pathlib.Path(__file__).with_name("instructions.toml")
TOLERANCE = 0.05
HEADER = """\
# Instructions per round of each hot path, as `make instructions` counts them. Written by
# `make instructions ARGS=--write`; say in the commit what changed them.
"""
# Rounds are few where a round is long.
ROUNDS = {"scan-text": 2, "scan-links": 5, "join": 3, "robots": 20, "decode": 2,
          "decode-br": 2, "warc": 5}


def count(binary, path, rounds):
    """Instructions per round, without what is prepared once."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
               "--toggle-collect=paths::collected*",
               binary, "--rounds", str(rounds), path]
    run = subprocess.run(command, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected or collected[1] == "0":
        sys.exit(f"instructions: {' '.join(command)} failed:\n{run.stdout}{run.stderr}")
    return int(collected[1]) // rounds


def main():
    words = sys.argv[1:]
    if not words or words[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        sys.exit("instructions: valgrind is missing (Debian package valgrind)")
    if " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text():
        print("instructions: this processor has no AVX2, so the counts would be others")
        sys.exit(CANNOT_COMPARE)
    counts = {path: count(words[0], path, rounds) for path, rounds in ROUNDS.items()}
    if words[1:]:
        lines = [f"{path} = {instructions}\n" for path, instructions in counts.items()]
        BUDGETS.write_text(HEADER + "".join(lines))
    budgets = tomllib.loads(BUDGETS.read_text())
    if budgets.keys() != counts.keys():
        sys.exit(f"instructions: {BUDGETS} does not name the paths {', '.join(counts)}")
    off = False
    print(f"{'path':>12} {'counted':>12} {'budget':>12} {'change':>8}")
    for path, instructions in counts.items():
        change = instructions / budgets[path] - 1
        off |= abs(change) > TOLERANCE
        mark = "" if abs(change) <= TOLERANCE else "  beyond 5 %"
        print(f"{path:>12} {instructions:>12} {budgets[path]:>12} {change:>+8.1%}{mark}")
    if off:
        sys.exit("instructions: slower: find out why; faster: keep it by "
                 "`make instructions ARGS=--write`")


if __name__ == "__main__":
    main()
