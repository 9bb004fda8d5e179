"""Tables and bars for documents."""

import os
import pathlib
import platform
import subprocess
import time
from collections import Counter


def table(head: list[str], rows: list[list[str]]) -> str:
    """The first column is text, the others are figures."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])


def comparison(columns: dict[str, Counter[str]], scale: dict[str, float]) -> str:
    """Parts of something, a column for each; the largest rows first, and those too small to tell added up."""
    shares: Counter[str] = Counter()
    for counter in columns.values():
        shares.update({name: value / counter.total() / len(columns) for name, value in counter.items()})
    shown = [name for name, share in shares.most_common() if share >= 0.01]
    rows = [[name, *(figure(counter[name] * scale[key]) for key, counter in columns.items())] for name in shown]
    rest = [figure(sum(value for name, value in counter.items() if name not in shown) * scale[key])
            for key, counter in columns.items()]
    sums = [figure(counter.total() * scale[key]) for key, counter in columns.items()]
    return table(["", *columns], [*rows, ["rest", *rest], ["**sum**", *sums]])


def figure(value: float) -> str:
    """Three digits that tell, or all before the point."""
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def machine(binary: pathlib.Path, command: str) -> str:
    """What a reader needs to measure again."""
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    commit = subprocess.run(["git", "-C", pathlib.Path(__file__).parent, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout.strip() or "of no repository"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())} by `{command}`: {version}, commit {commit}; "
            f"{len(os.sched_getaffinity(0))} cores of {processor()}, {memory:.0f} GiB, Linux {platform.release()}. "
            f"Load of the machine at the start: {os.getloadavg()[0]:.1f}.")


def processor() -> str:
    names = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return names[0] if names else platform.machine()


def bars(title: str, rows: list[tuple[str, float, float | None]]) -> str:
    """An SVG of horizontal bars: label, value, and a mark that the bar is to reach."""
    high, label, width, line = max(max(value, mark or 0) for _, value, mark in rows), 250, 430, 22
    drawn = [f'<text x="0" y="14" font-weight="bold">{title}</text>']
    for nth, (name, value, mark) in enumerate(rows):
        y = 26 + nth * line
        drawn += [f'<text x="{label - 8}" y="{y + 13}" text-anchor="end">{name}</text>',
                  f'<rect x="{label}" y="{y}" width="{value / high * width:.1f}" height="16" fill="#4477aa"/>',
                  f'<text x="{label + value / high * width + 6:.1f}" y="{y + 13}">{figure(value)}</text>']
        if mark:
            x = label + mark / high * width
            drawn.append(f'<path d="M{x:.1f} {y - 3}v22" stroke="#cc3311" stroke-width="2"/>')
    total_width, height = label + width + 80, 30 + len(rows) * line
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width}" height="{height}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>\n'
            + "\n".join(drawn) + "\n</svg>\n")
