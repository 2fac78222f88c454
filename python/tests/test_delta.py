# SPDX-License-Identifier: Apache-2.0
"""Delta Lake as the sink: each record once over kills and restarts, and no table version without a record."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from apis import Feed, clever_like, numbered, student
from delta import DeltaTable
from emulated import Answer, Emulated, Request
from process import Program
from pyspark.sql import SparkSession
from waiting import wait_until

pytestmark = pytest.mark.slow
PATIENCE = 240


def test_each_record_once_over_kills_and_no_empty_version(spark: SparkSession, tmp_path: Path) -> None:
    newest = 200
    pauses = random.Random(7)
    with numbered(lambda: newest, most=40) as api:
        table = DeltaTable(
            tmp_path,
            url=f"{api.url}/data?start_id={{id}}",
            offset_type="incremental",
            offset_field="id",
            schema="id BIGINT",
            streaming_interval=0.05,
            batch_size=50,
        )
        for _ in range(3):
            versions = len(table.versions())
            with table.driver() as driver:
                await_version(table, driver, versions + 1)
                newest += 300
                time.sleep(pauses.uniform(0, 1))
                assert driver.is_running(), driver.output()
                driver.kill()
        with table.driver() as driver:
            wait_until(lambda: _records(table) >= newest or not driver.is_running(), "all records", PATIENCE)
            before, polled = len(table.versions()), len(api.requests)
            api.await_requests(polled + 40)
            assert driver.is_running(), driver.output()
            assert len(table.versions()) == before, "an idle poll made a version"
            driver.kill()
        with table.driver(trigger={"availableNow": True}) as last:
            assert last.wait(PATIENCE) == 0, last.output()
        assert len(table.versions()) == before, "a run without new records made a version"
    found = Counter(row.id for row in spark.read.parquet(*table.files()).collect())
    expected = Counter(range(1, newest + 1))
    assert found == expected, f"lost: {expected - found}, too many: {found - expected}"
    written = table.versions()
    assert all(version.records for version in written), written
    batches = [version.batch for version in written]
    assert len(set(batches)) == len(batches), "one version for each batch"


def test_new_columns_reach_the_table_at_the_restart(spark: SparkSession, tmp_path: Path) -> None:
    records: list[dict[str, object]] = [{"id": 1, "a": "x"}]

    def answer(request: Request) -> Answer:
        return Answer([r for r in records if int(str(r["id"])) >= int(request.query["start_id"])])

    with Emulated(answer) as api:
        table = DeltaTable(
            tmp_path,
            url=f"{api.url}/data?start_id={{id}}",
            offset_type="incremental",
            offset_field="id",
            schema_location=str(tmp_path / "schema"),
            streaming_interval=0.05,
        )
        to_the_end = {"availableNow": True}
        with table.driver(trigger=to_the_end) as first:
            assert first.wait(PATIENCE) == 0, first.output()
        records += [{"id": 2, "a": "y", "b": 7}, {"id": 3}]
        with table.driver(trigger=to_the_end) as failing:
            assert failing.wait(PATIENCE) != 0
            assert "[REST_SCHEMA_CHANGED]" in failing.output()
        with table.driver(trigger=to_the_end) as again:
            assert again.wait(PATIENCE) == 0, again.output()
    rows = spark.read.option("mergeSchema", "true").parquet(*table.files()).select("output.*").orderBy("id").collect()
    assert [(r.id, r.a, r.b) for r in rows] == [(1, "x", None), (2, "y", 7), (3, None, None)]
    assert [version.records for version in table.versions()] == [1, 2]


def test_the_second_example_of_the_requirements_runs(spark: SparkSession, tmp_path: Path) -> None:
    """With a short interval. `test_seed_examples.py` runs the example as written, into Parquet."""
    feed = Feed(*(student(n) for n in (1, 2, 3)))
    with clever_like(feed) as api:
        table = DeltaTable(
            tmp_path,
            url=f"{api.url}/v3.0/users?role=student&starting_after={{last_id}}",
            method="GET",
            auth_type="Bearer",
            oauth_token="your_clever_token",
            streaming=True,
            streaming_interval="0.2",
            offset_field="last_id",
            offset_type="cursor",
            data_field="data",
        )
        with table.driver() as driver:
            await_records(table, driver, 3)
            feed.add(student(4))
            await_records(table, driver, 4)
            api.await_polls(3)
    rows = spark.read.parquet(*table.files()).select("output.id", "output.name.first").collect()
    assert sorted(tuple(row) for row in rows) == [(student(n)["id"], f"Student {n}") for n in (1, 2, 3, 4)]


def await_version(table: DeltaTable, driver: Program, count: int) -> None:
    wait_until(lambda: len(table.versions()) > count or not driver.is_running(), f"version {count}", PATIENCE)


def await_records(table: DeltaTable, driver: Program, count: int) -> None:
    wait_until(lambda: _records(table) >= count or not driver.is_running(), f"{count} records", PATIENCE)
    assert driver.is_running(), driver.output()


def _records(table: DeltaTable) -> int:
    return sum(version.records for version in table.versions())
