"""Checks that the Grafana dashboard and the alerts ask for metrics that docs/metrics.md lists.

  python3 tests/e2e/metrics.py
"""

import json
import pathlib
import re

COMPOSE = pathlib.Path("docker/compose")


def main():
    listed = re.findall(r"^\| `(\w+)` \| (\w+) ", pathlib.Path("docs/metrics.md").read_text(), re.MULTILINE)
    known = {name + suffix for name, kind in listed
             for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))}
    dashboard = json.loads((COMPOSE / "grafana/dashboards/crawler.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += re.findall(r"expr: (.*)", (COMPOSE / "alerts.yaml").read_text())
    names = set(re.findall(r"\b(?:crawler|process)_\w+", " ".join(asked)))
    assert len(names) > 10 and names <= known, names - known


if __name__ == "__main__":
    main()
