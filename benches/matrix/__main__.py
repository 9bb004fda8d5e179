"""The whole crawler against the built-in test web, as benches/matrix.toml says.

`cases` measures every row of the matrix, `known` the cost of a page as the URLs that are known grow, `shards` the cost as
the shards grow. Each writes a document of its own. Compare figures of one call, not of two: the machine's other work shows
in them.
"""

import argparse
import contextlib
import pathlib
import shlex
import sys
import tempfile

import cases
import known
import report
import shards
from crawl import Crawler, Run
from split import Split, split
from web import Server, Web

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def main() -> None:
    args = parse(sys.argv[1:])
    command = shlex.join(["python3", "benches/matrix", *sys.argv[1:]])
    with tempfile.TemporaryDirectory(dir=args.dir, prefix="matrix-") as directory:
        crawler = Crawler(args.binary.resolve(), pathlib.Path(directory))
        match args.what:
            case "cases":
                measure_cases(args, crawler, command)
            case "known":
                known.measure(crawler, cases.load(), args.out, command, args.runs)
            case "shards":
                shards.measure(crawler, cases.load().shards, args.out, command, args.runs)


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benches/matrix", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cases", "known", "shards"])
    parser.add_argument("binary", type=pathlib.Path, help="release build of crawler")
    parser.add_argument("--runs", type=int, default=5, help="crawls of each case; the median counts (5)")
    parser.add_argument("--quick", action="store_true", help="only the cases marked as quick, each once")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--no-split", action="store_true", help="no further crawls under perf and strace")
    parser.add_argument("--out", type=pathlib.Path, default=REPOSITORY / "docs/benchmarks", help="where the document goes")
    parser.add_argument("--dir", type=pathlib.Path, help="where crawls write (the directory for temporary files)")
    args = parser.parse_args(words)
    args.runs = 1 if args.quick else args.runs
    if args.runs < 1 or not args.binary.is_file():
        parser.error(f"--runs must be 1 or more, and {args.binary} a file")
    return args


def measure_cases(args: argparse.Namespace, crawler: Crawler, command: str) -> None:
    table = cases.load()
    chosen = [case for case in table.cases if args.only in case.name() and (case.is_quick or not args.quick)]
    if not chosen:
        raise SystemExit("matrix: no case has such a name: " + ", ".join(case.name() for case in table.cases))
    runs: dict[cases.Case, list[Run]] = {case: [] for case in chosen}
    splits: dict[cases.Case, Split] = {}
    with contextlib.ExitStack() as open_webs:
        servers = serve({case.web for case in chosen}, crawler, open_webs)
        for nth in range(args.runs):
            for case in chosen:
                line = crawler.command(servers[case.web], case.workers, case.pages_max, "--fresh")
                run = crawler.measure(line)
                runs[case].append(run)
                print(f"{nth + 1}/{args.runs} {case.name():<32} {run.pages_per_cpu_second():>8.0f} pages/CPU s "
                      f"{run.pages:>7} pages {run.cpu_seconds:>6.2f} CPU s {run.wall_seconds:>6.2f} s "
                      f"{run.memory_peak_bytes / 1e6:>5.0f} MB", flush=True)
        for case in chosen:
            if case.is_split and not args.no_split:
                print(f"split {case.name()}", flush=True)
                line = crawler.command(servers[case.web], case.workers, case.pages_max, "--fresh")
                splits[case] = split(crawler, line, table.parts)
    report.write(args.out, crawler.binary, command, runs, splits)


def serve(webs: set[Web], crawler: Crawler, open_webs: contextlib.ExitStack) -> dict[Web, Server]:
    """All at once: a web that nobody asks takes no CPU time."""
    servers = {}
    for web in sorted(webs, key=Web.name):
        servers[web] = Server(crawler.binary, web, crawler.output.parent)
        open_webs.callback(servers[web].close)
    return servers


if __name__ == "__main__":
    main()
