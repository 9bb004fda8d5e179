"""The bar chart of the comparison, as SVG that follows the reader's light or dark mode."""

from html import escape

from rows import Row

WIDTH, LABELS, VALUES = 860, 290, 80
BAR, STEP, TOP = 18, 30, 60
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .note { font-size: 12px; fill: #59636e }
  .peer { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note { fill: #9198a1 }
    .peer { fill: #6e7681 }
    .ours { fill: #4493f8 }
  }"""


def chart(rows: list[Row]) -> str:
    """Bars as long as the pages per CPU second, longest first; wrk does not read what it gets and has none."""
    ordered = sorted((row for row in rows if row.peer.name != "wrk"), key=lambda row: -row.median.per_cpu_second)
    longest = ordered[0].median.per_cpu_second
    bars = "\n".join(bar(row, TOP + number * STEP, longest) for number, row in enumerate(ordered))
    height = TOP + len(ordered) * STEP + 8
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
  <title>Pages per second of processor time</title>
  <style>{STYLE}
  </style>
  <text class="title" x="12" y="24">Pages per second of processor time, the same pages for all</text>
  <text class="note" x="12" y="43">Longer is better. Real documentation over HTTP; * a part of the pages.</text>
{bars}
</svg>
"""


def bar(row: Row, top: int, longest: float) -> str:
    rate = row.median.per_cpu_second
    length = max(1.0, rate / longest * (WIDTH - LABELS - VALUES))
    colour = "ours" if row.peer.name == "crawler" else "peer"
    title = escape(row.peer.title) + ("" if row.load == "all" else " *")
    middle = top + BAR / 2 + 4.5
    number = f"{rate:,.0f}".replace(",", "\u2009")
    return (f'  <text x="{LABELS - 10}" y="{middle}" text-anchor="end">{title}</text>\n'
            f'  <rect class="{colour}" x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3"/>\n'
            f'  <text x="{LABELS + length + 8:.1f}" y="{middle}">{number}</text>')
