# SPDX-License-Identifier: Apache-2.0
"""A backfill next to a live lane, against a server whose events go on: each event once, over restarts and kills."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from history import Bounds, History
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from query import Query
from waiting import wait_until

from spark_rest import read_rest_stream

EXACT = {"boundary": "exclusive"}


def received(spark: SparkSession, output: Path) -> Counter[int]:
    if not (output / "_spark_metadata").exists() or not any((output / "_spark_metadata").iterdir()):
        return Counter()
    return Counter(row.id for row in spark.read.schema("id BIGINT").parquet(str(output)).collect())


def must_hold_once(history: History, found: Counter[int]) -> None:
    """The events that the API had, each once."""
    expected = history.ids()
    assert not expected - found, f"{(expected - found).total()} events are lost"
    assert not found - expected, f"{(found - expected).total()} rows are too many"


def metrics(query: StreamingQuery) -> dict[str, str]:
    progress = query.lastProgress
    return json.loads(progress.json)["sources"][0]["metrics"] if progress else {}


class Stream:
    """A query from the API into Parquet, in this process."""

    def __init__(self, spark: SparkSession, url: str, folder: Path) -> None:
        self.spark, self.url, self.folder = spark, url, folder
        self.output = folder / "output"

    def start(self, options: dict[str, Any], **trigger: Any) -> StreamingQuery:
        frame = read_rest_stream(self.spark, self.url, **options)
        writer = frame.select("output.*" if "output" in frame.columns else "*").writeStream.format("parquet")
        placed = writer.option("checkpointLocation", str(self.folder / "checkpoint"))
        return placed.trigger(**(trigger or {"processingTime": "0 seconds"})).start(str(self.output))

    def found(self) -> Counter[int]:
        return received(self.spark, self.output)


def test_a_backfill_is_added_changed_removed_and_finished(spark: SparkSession, tmp_path: Path) -> None:
    """In one stream: live alone, with a backfill, with another direction, without, and to the end."""
    history = History()
    with history as api:
        stream = Stream(spark, f"{api.url}/events?from={{windowStart}}&to={{windowEnd}}", tmp_path)
        live_only = history.options()
        del live_only["backfill_from"]

        def run(options: dict[str, Any], until: int) -> dict[str, str]:
            query = stream.start(options)
            try:
                wait_until(lambda: stream.found().total() >= until or not query.isActive, f"{until} events", 90)
                assert query.isActive, query.exception()
                return metrics(query)
            finally:
                query.stop()

        first = run(live_only, 20)
        assert "backfillPercent" not in first
        slow = history.options(max_request_rate="20/s", batch_size=50)
        second = run(slow, stream.found().total() + 150)
        assert 0 < int(second["backfillPercent"]) < 100 and second["endpoints"] == "1", second
        run(history.options(backfill_order="asc", max_request_rate="20/s"), stream.found().total() + 100)
        before = len(api.requests)
        run(live_only, stream.found().total() + 20)
        begins = [r.query["from"] for r in api.requests[before:]]
        assert all(b >= str(history.options()["initial_offset"])[:10] for b in begins), "a removed backfill rests"
        history.stop()
        stream.start(history.options(pages_in_flight=4), availableNow=True).awaitTermination()
        must_hold_once(history, stream.found())
        done = len(api.requests)
        stream.start(history.options(), availableNow=True).awaitTermination()
        assert len(api.requests) - done < 5, "a backfill that is done sends no request"


def test_each_endpoint_of_an_input_has_a_backfill(spark: SparkSession, tmp_path: Path) -> None:
    shops = ("a", "b", "c")
    history = History(Bounds.END, shops, per_slice=3)
    with history as api:
        stream = Stream(spark, f"{api.url}/events?shop={{shop}}&from={{windowStart}}&to={{windowEnd}}", tmp_path)
        options = history.options(
            input_data=[{"shop": s} for s in shops], schema="shop STRING, output STRUCT<id BIGINT>"
        )
        query = stream.start(options)
        wait_until(lambda: stream.found().total() > 300 or not query.isActive, "some events", 90)
        query.stop()
        history.stop()
        stream.start(options | {"backfill_order": "asc"}, availableNow=True).awaitTermination()
        must_hold_once(history, stream.found())


def test_a_backfill_that_is_refused_leaves_the_live_lane_alone(spark: SparkSession, tmp_path: Path) -> None:
    history = History(per_slice=2)
    history.refused_before = history.begin_of_live - (history.begin_of_live - history.begin) / 2
    with history as api:
        stream = Stream(spark, f"{api.url}/events?from={{windowStart}}&to={{windowEnd}}", tmp_path)
        query = stream.start(history.options(retry_backoff=0.2))

        def is_refused() -> bool:
            found = metrics(query)
            return "too old" in found.get("lastError", "") and int(found["backfillPercent"]) >= 45

        wait_until(lambda: is_refused() or not query.isActive, "a refusal", 60)
        assert query.isActive, query.exception()
        before = stream.found().total()
        wait_until(lambda: stream.found().total() > before + 20, "live events meanwhile", 60)
        query.stop()


@pytest.mark.slow
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize(
    ("bounds", "options"),
    [(Bounds.BOTH, {}), (Bounds.START, EXACT), (Bounds.END, {}), (Bounds.BOTH, {"pages_in_flight": 4})],
    ids=["both ends", "exclusive end", "exclusive start", "in parallel"],
)
def test_each_event_once_over_kills(
    spark: SparkSession, tmp_path: Path, order: str, bounds: Bounds, options: dict[str, Any]
) -> None:
    chance = random.Random(f"{order} {bounds} {options}")
    history = History(bounds, per_slice=20)
    with history as api:
        place = "?from={windowStart}&to={windowEnd}"
        given = history.options(url=f"{api.url}/events{place}", backfill_order=order, **options)
        schema = str(given.pop("schema"))
        query = Query(api, tmp_path, schema, **given | {"batch_size": 50, "max_request_rate": "20/s"})
        for _ in range(3):
            before = query.delivered_batches()
            with query.driver() as running:
                query.await_batches(running, before + chance.randint(1, 6))
                time.sleep(chance.random())
                running.kill()
        history.stop()
        rest = query.arguments["options"] | given | {"batch_size": 100_000, "max_request_rate": "1000/s"}
        with query.driver(options=rest, trigger={"availableNow": True}) as last:
            assert last.wait(240) == 0, last.output()
    must_hold_once(history, received(spark, query.output))
