# SPDX-License-Identifier: Apache-2.0
"""The hidden column `_metadata`: the response that contained a record, and the record's position in it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pyspark
import pytest
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest, read_rest_stream

of_streams = pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="no hidden columns of streams")
FIELDS = ["url", "status", "polled_at", "page", "record", "offset"]


@pytest.fixture
def api() -> Iterator[Emulated]:
    """Numbered pages of two records, ids up to 5."""

    def answer(request: Request) -> Answer:
        first = int(request.query.get("from", "0"))
        ids = [n for n in range(1, 6) if n >= first]
        page = int(request.query.get("page", "1"))
        return Answer([{"id": n} for n in ids[2 * page - 2 : 2 * page]])

    with Emulated(answer) as running:
        yield running


def flat(frame: DataFrame) -> DataFrame:
    return frame.selectExpr("output.id AS id", *(f"_metadata.{name} AS {name}" for name in FIELDS))


@of_streams
def test_a_stream_has_metadata_with_any_selection(spark: SparkSession, api: Emulated, tmp_path: Path) -> None:
    began = time.time()
    stream = read_rest_stream(
        spark,
        f"{api.url}/data?from={{id}}&apikey=s3cret-value",
        offset_type="incremental",
        offset_field="id",
        pagination="page",
        streaming_interval=3600,
    )
    assert stream.columns == ["output"], "hidden unless it is selected"
    with collecting(flat(stream), tmp_path / "selected") as query:
        rows = sorted(query.await_rows(5))
    assert [(r.id, r.status, r.page, r.record, r.offset) for r in rows] == [
        (n + 1, 200, n // 2 + 1, n % 2, None) for n in range(5)
    ]
    assert {r.url.rpartition("/")[2] for r in rows} == {
        "data?from=0&apikey=***&page=1",
        "data?from=0&apikey=***&page=2",
        "data?from=0&apikey=***&page=3",
    }
    times = [r.polled_at.replace(tzinfo=timezone.utc).timestamp() for r in rows]
    assert all(began - 86400 < t < time.time() + 86400 for t in times) and isinstance(rows[0].polled_at, datetime)
    with collecting(stream.selectExpr("output.id", "_metadata.page"), tmp_path / "part") as query:
        assert sorted(tuple(r) for r in query.await_rows(5)) == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)]
    with collecting(stream, tmp_path / "not selected") as query:
        assert sorted(r.output.id for r in query.await_rows(5)) == [1, 2, 3, 4, 5]


def test_a_batch_read_has_metadata(spark: SparkSession, api: Emulated) -> None:
    frame = read_rest(spark, f"{api.url}/data", pagination="page")
    assert frame.columns == ["output"] and frame.count() == 5
    assert sorted((r.id, r.page, r.record) for r in flat(frame).collect()) == [
        (1, 1, 0),
        (2, 1, 1),
        (3, 2, 0),
        (4, 2, 1),
        (5, 3, 0),
    ]
    assert sorted(r.page for r in frame.select("_metadata.page").collect()) == [1, 1, 2, 2, 3], "alone"


def test_a_batch_read_whose_columns_cannot_be_pruned_has_metadata(spark: SparkSession, api: Emulated) -> None:
    frame = read_rest(spark, f"{api.url}/data", pagination="page", infer_schema=False)
    rows = frame.selectExpr("output", "_metadata.page").collect()
    assert sorted((json.loads(r.output)["id"], r.page) for r in rows) == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)]
    assert frame.columns == ["output"] and frame.count() == 5


@of_streams
def test_many_endpoints_and_every_shape_have_metadata(spark: SparkSession, api: Emulated, tmp_path: Path) -> None:
    shapes = {
        "shop STRING, id BIGINT": ["shop", "id"],
        "output STRING, shop STRING": ["output", "shop"],
        "output STRUCT<id BIGINT>": ["output"],
    }
    for number, (schema, columns) in enumerate(shapes.items()):
        stream = read_rest_stream(
            spark,
            f"{api.url}/{{shop}}?from={{id}}",
            input_data=[{"shop": "a"}, {"shop": "b"}],
            offset_type="incremental",
            offset_field="id",
            schema=schema,
            streaming_interval=0.1,
        )
        assert stream.columns == columns
        with collecting(stream.select("*", "_metadata.url", "_metadata.offset"), tmp_path / str(number)) as query:
            rows = query.await_rows(10)
        if "shop" in columns:
            assert {(r.shop, r.url.partition("?")[0][-1]) for r in rows} == {("a", "a"), ("b", "b")}
        assert sorted({r.offset or "" for r in rows}) == ["", "2", "4"]


def test_a_column_named_metadata_hides_it(spark: SparkSession) -> None:
    with Emulated(lambda _: Answer([{"_metadata": "own"}])) as api:
        frame = read_rest(spark, api.url, schema="_metadata STRING")
        assert [r[0] for r in frame.select("_metadata").collect()] == ["own"]
