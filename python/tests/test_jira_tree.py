# SPDX-License-Identifier: Apache-2.0
"""The recipe of docs/cookbook/jira-tree.md: projects, issues and changelogs, over a kill."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from emulated import Emulated
from process import Program
from pyspark.sql import SparkSession
from vendors.jira_tree import Site
from waiting import wait_until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "jira_tree.py"
PATIENCE = 180
pytestmark = pytest.mark.slow


def received(spark: SparkSession, folder: Path) -> Counter[str]:
    files = folder / "changes"
    if not (files / "_spark_metadata").exists():
        return Counter()
    rows = spark.read.schema("output STRUCT<id STRING>").parquet(str(files)).select("output.id").collect()
    return Counter(row.id for row in rows)


def test_changes_of_new_issues_of_new_projects_arrive_once(spark: SparkSession, tmp_path: Path) -> None:
    site = Site()
    for project in ("SPARK", "HIVE"):
        site.add_project(project)
        for _ in range(2):
            issue = site.add_issue(project)
            site.change(project, issue)
            site.change(project, issue)

    program = tmp_path / "jira_tree.py"
    short = re.sub(r"(streaming_interval|input_refresh)=\d+", r"\1=1", EXAMPLE.read_text())
    # Small pages, so that each list has several.
    short = short.replace("page_size=100", "page_size=1")
    program.write_text(
        short.replace('"env:JIRA_USER"', '"me@example.com"').replace('"env:JIRA_TOKEN"', '"your_api_token"')
    )
    with Emulated(site.answer) as api:

        def driver() -> Program:
            return Program([sys.executable, str(program), api.url, str(tmp_path)], log=tmp_path / "log")

        def await_changes(running: Program) -> None:
            def arrived() -> bool:
                return not site.changes() - received(spark, tmp_path)

            wait_until(lambda: arrived() or not running.is_running(), "changes", PATIENCE)
            assert running.is_running(), running.output()

        with driver() as first:
            await_changes(first)
            site.add_project("FLINK")
            site.change("FLINK", site.add_issue("FLINK"))
            site.change("SPARK", 1)
            await_changes(first)
            first.kill()
        site.change("HIVE", site.add_issue("HIVE"))
        site.change("SPARK", 1)
        begin = len(api.requests)
        with driver() as second:
            await_changes(second)
            api.await_polls(12, PATIENCE)
            second.kill()
        idle = [r for r in api.requests[begin:] if r.path.endswith("/issue/SPARK-2/changelog")]
    assert received(spark, tmp_path) == site.changes()
    assert not idle, "the changelog of an issue that did not change was requested"
    assert not site.refusals
