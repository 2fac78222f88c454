# SPDX-License-Identifier: Apache-2.0
"""`spark.read.format("rest")`: all pages of a URL, once."""

from __future__ import annotations

import pytest
from emulated import Answer, Emulated, Failure, Request
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest

PAGE = 100


def paged(records: int) -> Emulated:
    """Pages of `PAGE` records; the header `Link` names the next one."""

    def answer(request: Request) -> Answer:
        page = int(request.query.get("page", "1"))
        held = [{"id": n, "text": f"record {n}"} for n in range((page - 1) * PAGE, min(page * PAGE, records))]
        link = f'</items?page={page + 1}>; rel="next"'
        return Answer({"data": held}, headers={"Link": link} if page * PAGE < records else {})

    return Emulated(answer)


def read(spark: SparkSession, api: Emulated, **options: str) -> DataFrame:
    return (
        spark.read.format("rest").options(url=f"{api.url}/items", pagination="link", offsetField="id", **options).load()
    )


def test_without_an_offset_no_offset_field_is_needed(spark: SparkSession) -> None:
    """The records have no `timestamp`, which a stream would require. Equal records are not duplicates."""
    with Emulated(lambda _: Answer([{"symbol": "A"}, {"symbol": "B"}, {"symbol": "B"}])) as api:
        for frame in (spark.read.format("rest").option("url", api.url).load(), read_rest(spark, api.url)):
            assert sorted(row.output.symbol for row in frame.collect()) == ["A", "B", "B"]
        assert len(api.requests) == 4


def test_all_pages_are_read_and_each_is_requested_once(spark: SparkSession) -> None:
    with paged(250) as api:
        rows = read(spark, api).collect()
        pages = [request.query.get("page", "1") for request in api.requests]
    assert sorted(row.output.id for row in rows) == list(range(250))
    assert pages == ["1", "1", "2", "3"], "one request for the schema, then each page once"


def test_a_later_action_reads_the_current_records(spark: SparkSession) -> None:
    held = ["a"]
    with Emulated(lambda _: Answer({"data": [{"id": text} for text in held]})) as api:
        frame = (
            spark.read.format("rest").options(url=f"{api.url}/items", offsetField="id", offsetType="max_field").load()
        )
        assert [row.output.id for row in frame.collect()] == ["a"]
        held.append("b")
        assert [row.output.id for row in frame.collect()] == ["a", "b"]


def test_a_batch_read_has_the_columns_of_its_schema(spark: SparkSession) -> None:
    with paged(120) as api:
        table = spark.read.format("rest").schema("id BIGINT, text STRING")
        rows = (
            table.options(url=f"{api.url}/items", pagination="link", offsetField="id")
            .load()
            .filter("id >= 118")
            .collect()
        )
    assert [(row.id, row.text) for row in rows] == [(118, "record 118"), (119, "record 119")]


def test_a_broken_page_is_retried(spark: SparkSession) -> None:
    with paged(250) as api:
        frame = read(spark, api, inferSchema="false", retryBackoff="0.01")
        api.fail_next(Failure.STATUS_500, times=2)
        assert frame.count() == 250


def test_an_error_reaches_the_user(spark: SparkSession) -> None:
    with paged(250) as api:
        frame = read(spark, api, inferSchema="false", maxRetries="0", dataField="items")
        with pytest.raises((PySparkException, Py4JJavaError), match=r"\[REST_DATA_FIELD_NOT_FOUND\]"):
            frame.count()


def test_streaming_is_refused_on_read(spark: SparkSession) -> None:
    with paged(1) as api:
        frame = read(spark, api, inferSchema="false", streaming="true")
        with pytest.raises(PySparkException, match=r"readStream"):
            frame.count()
