# SPDX-License-Identifier: Apache-2.0
"""The numbers of a stream on Spark's Prometheus page, and the files of `examples/grafana` that read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from apis import Feed, ids_from
from hdfs import ROOT
from process import Driver

GRAFANA = ROOT / "examples" / "grafana"


def relabelled(page: str) -> dict[str, dict[str, str]]:
    """Labels and value of each kept sample by its new name, by the rules of prometheus.yml."""
    [job] = yaml.safe_load((GRAFANA / "prometheus.yml").read_text())["scrape_configs"]
    kept = {}
    for line in page.splitlines():
        name, value = re.fullmatch(r"(\w+)\{.*\} (\S+)", line).groups()  # type: ignore[union-attr]
        labels = {"__name__": name}
        drop = False
        for rule in job["metric_relabel_configs"]:
            found = re.fullmatch(rule["regex"], ";".join(labels[label] for label in rule["source_labels"]))
            if rule.get("action") == "keep":
                drop = drop or not found
            elif found:
                labels[rule["target_label"]] = found.expand(rule["replacement"].replace("$", "\\"))
        if not drop:
            kept[labels.pop("__name__")] = labels | {"value": value}
    return kept


def used_by_the_dashboard() -> set[str]:
    dashboard = json.loads((GRAFANA / "dashboard.json").read_text())
    queries: list[Any] = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += [variable["query"]["query"] for variable in dashboard["templating"]["list"][1:]]
    return {name for query in queries for name in re.findall(r"spark_rest_\w+", query)}


def test_the_dashboard_finds_its_numbers(tmp_path: Path) -> None:
    page = tmp_path / "page"
    with (
        ids_from(Feed({"id": 1}, {"id": 2}, {"id": 3})) as api,
        Driver("watched_by_prometheus.py", api.url, str(page), log=tmp_path / "log") as driver,
    ):
        assert driver.wait(300) == 0, driver.output()
    output = driver.output()
    samples = relabelled(page.read_text())
    assert used_by_the_dashboard() - set(samples) == set()
    assert len(used_by_the_dashboard()) >= 10
    [query] = re.findall(r"^query (\S+)$", output, re.MULTILINE)
    assert {sample["query"] for sample in samples.values()} == {query.replace("-", "_")}
    assert {sample["source"] for sample in samples.values()} == {"0"}
    assert float(samples["spark_rest_newRecords"]["value"]) == 3
    assert float(samples["spark_rest_polls"]["value"]) >= 1
    assert samples["spark_rest_quotaLeft"]["value"] == "NaN", "the API sends no limit"
    assert "left 0" in output, "a query that ended publishes nothing"
