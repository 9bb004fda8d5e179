"""Checks that the Grafana dashboard and the alerts ask for metrics that docs/metrics.md lists, and that Prometheus
understands how.

  python3 tests/e2e/metrics.py PROMTOOL WORK
"""

import json
import pathlib
import re
import subprocess
import sys

COMPOSE = pathlib.Path("docker/compose")


def known():
    text = pathlib.Path("docs/metrics.md").read_text()
    listed = re.findall(r"^\| `(\w+)` \| (\w+) ", text, re.MULTILINE)
    return {name + suffix for name, kind in listed
            for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))}


def main(promtool, work):
    dashboard = json.loads((COMPOSE / "grafana/dashboards/crawler.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = (COMPOSE / "alerts.yaml").read_text()
    names = set(re.findall(r"\b(?:crawler|process)_\w+", " ".join(asked + re.findall(r"expr: (.*)", alerts))))
    assert len(names) > 10 and names <= known(), names - known()
    # As rules, so that what Grafana will ask is parsed by whom it will ask; JSON is YAML.
    queries = [{"record": f"panel_{at}", "expr": query.replace("$__rate_interval", "1m")}
               for at, query in enumerate(asked)]
    rules = work / "panels.json"
    rules.write_text(json.dumps({"groups": [{"name": "panels", "rules": queries}]}))
    config = (COMPOSE / "prometheus.yaml").read_text().replace("/etc/prometheus", str(COMPOSE.resolve()))
    (work / "token").write_text("secret")
    (work / "prometheus.yaml").write_text(config.replace("/crawl/operator", str(work)))
    for check in (["rules", rules], ["config", work / "prometheus.yaml"]):
        subprocess.run([promtool, "check", *check], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())
