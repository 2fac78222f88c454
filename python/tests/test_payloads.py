# SPDX-License-Identifier: Apache-2.0
"""CSV, columns and compressed bodies, from a response to typed rows."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

from spark_rest import preview, read_rest, read_rest_stream

TABLE = """id;day;at;price;name
1;27.05.2024;2024-05-27T20:00:00Z;1,50;"A; B"
2;28.05.2024;2024-05-27T21:00:00Z;2,25;"two
lines"
3;;2024-05-27T22:00:00Z;;
"""
SCHEMA = "at TIMESTAMP, id INT, day DATE, price DECIMAL(5,2), name STRING"
OPTIONS = {"sep": ";", "locale": "de-DE", "dateFormat": "dd.MM.yyyy"}


def csv_of(text: str) -> Emulated:
    return Emulated(lambda _: Answer(text.encode(), headers={"Content-Type": "text/csv"}))


def test_a_batch_read_of_csv_has_the_types_of_its_schema(spark: SparkSession) -> None:
    with csv_of(TABLE) as api:
        rows = read_rest(spark, f"{api.url}/t", response_format="csv", csv_options=OPTIONS, schema=SCHEMA).collect()
    assert [tuple(row) for row in rows] == [
        (moment(20), 1, date(2024, 5, 27), Decimal("1.50"), "A; B"),
        (moment(21), 2, date(2024, 5, 28), Decimal("2.25"), "two\nlines"),
        (moment(22), 3, None, None, None),
    ]


def moment(hour: int) -> datetime:
    """As PySpark shows it: in the zone of the machine, without saying so."""
    return datetime(2024, 5, 27, hour, tzinfo=timezone.utc).astimezone().replace(tzinfo=None)


def test_the_types_of_csv_are_inferred_as_by_spark(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    plain = spark.read.options(header=True, inferSchema=True, multiLine=True, **OPTIONS).csv(str(tmp_path / "t.csv"))
    with csv_of(TABLE) as api:
        frame = read_rest(spark, f"{api.url}/t", response_format="csv", csv_options=OPTIONS)
        assert frame.schema["output"].dataType == plain.schema
        assert frame.select("output.*").collect() == plain.collect()


@pytest.mark.parametrize("mode", ["PERMISSIVE", "DROPMALFORMED", "FAILFAST"])
def test_a_broken_row_of_csv_obeys_mode(spark: SparkSession, mode: str) -> None:
    with csv_of("id,name\n1,a\n2\nx,c\n4,d,e\n") as api:
        rows = read_rest(
            spark,
            f"{api.url}/t",
            response_format="csv",
            csv_options={"mode": mode},
            schema="id INT, name STRING, _corrupt_record STRING",
        )
        if mode == "FAILFAST":
            # PySpark does not translate what a task throws.
            with pytest.raises(Exception, match="mode is FAILFAST"):
                rows.collect()
            return
        found = [tuple(row) for row in rows.collect()]
    if mode == "DROPMALFORMED":
        assert found == [(1, "a", None)]
    else:
        assert found == [
            (1, "a", None),
            (2, None, "2"),
            (None, "c", '{"id":"x","name":"c"}'),
            (4, "d", "4,d,e"),
        ]


def test_a_stream_of_csv_continues_after_a_restart(spark: SparkSession, tmp_path: Path) -> None:
    """Pages, and an inclusive bound by a column of the header."""
    rows = [f"{n},{1000 + n // 2}" for n in range(7)]

    def answer(request: Request) -> Answer:
        since, page = int(request.query.get("since") or 0), int(request.query["page"])
        found = [row for row in rows if int(row.split(",")[1]) >= since]
        text = "\n".join(["id,at", *found[(page - 1) * 2 : page * 2]])
        return Answer(text.encode(), headers={"Content-Type": "text/csv"})

    delivered: list[Row] = []
    with Emulated(answer) as api:
        for _ in range(2):
            stream = read_rest_stream(
                spark,
                f"{api.url}/t?since={{at}}",
                response_format="csv",
                schema="id INT, at BIGINT",
                offset_type="max_field",
                offset_field="at",
                pagination="page",
                page_size=2,
            )
            query = (
                stream.writeStream.foreachBatch(lambda batch, _: delivered.extend(batch.collect()))
                .option("checkpointLocation", str(tmp_path / "checkpoint"))
                .trigger(availableNow=True)
                .start()
            )
            query.awaitTermination()
            rows += [f"{n},{1000 + n // 2}" for n in range(len(rows), len(rows) + 4)]
    assert sorted(row.id for row in delivered) == list(range(11))


def test_columns_of_a_stream(spark: SparkSession) -> None:
    body = {"hourly": {"time": [1, 2], "temperature": [1.5, None]}, "place": "Rome"}
    with Emulated(lambda _: Answer(body)) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/t",
            response_format="columns",
            data_field="hourly",
            added_fields={"place": "place"},
            offset_type="snapshot",
            record_key="time",
        )
        with collecting(stream.select("output.place", "output.time", "output.temperature")) as got:
            assert sorted(map(tuple, got.await_rows(2))) == [("Rome", 1, 1.5), ("Rome", 2, None)]


def test_calls_read_csv(spark: SparkSession) -> None:
    with csv_of("a,b\n1,x\n2,y\n") as api:
        found = read_rest(
            spark, f"{api.url}/t?n={{n}}", input_data=[{"n": 7}], method="GET", response_format="csv"
        ).select("n", "output.a", "output.b", "error")
        assert sorted(map(tuple, found.collect())) == [(7, 1, "x", None), (7, 2, "y", None)]


def test_a_compressed_file_of_several_parts_is_read(spark: SparkSession) -> None:
    body = gzip.compress(b"a,b\n1,x\n") + gzip.compress(b"2,y\n")
    with Emulated(lambda _: Answer(body, headers={"Content-Type": "application/gzip"})) as api:
        rows = read_rest(spark, f"{api.url}/t.csv.gz", response_format="csv", schema="a INT, b STRING").collect()
    assert sorted(map(tuple, rows)) == [(1, "x"), (2, "y")]


def test_a_file_is_one_binary_row(spark: SparkSession) -> None:
    body = bytes(range(256))
    with Emulated(lambda _: Answer(body, headers={"Content-Type": "image/png"})) as api:
        row = read_rest(spark, f"{api.url}/f", response_format="binary").select("output.*").collect()[0]
        assert (row.content, row.contentType, row.length) == (bytearray(body), "image/png", 256)
        called = read_rest(spark, f"{api.url}/{{n}}", input_data=[{"n": 1}], method="GET", response_format="binary")
        assert called.select("output.content").collect()[0].content == bytearray(body)


def test_a_preview_of_csv(spark: SparkSession) -> None:
    with csv_of(TABLE) as api:
        found = preview(spark, f"{api.url}/t", response_format="csv", csv_options={"sep": ";"})
    assert 'csv_options={"sep": ";"}' in found.call
    assert found.report["records"]["count"] == 3


@pytest.mark.parametrize("schema", ["a STRUCT<b: INT>", "output STRUCT<a: ARRAY<INT>>", "output ARRAY<INT>"])
def test_a_nested_schema_of_csv_is_refused_at_load(spark: SparkSession, schema: str) -> None:
    with csv_of("a\n1\n") as api, pytest.raises(PySparkException, match="cannot be nested"):
        read_rest(spark, f"{api.url}/t", response_format="csv", schema=schema)


def test_csv_in_place_of_json_names_the_option(spark: SparkSession) -> None:
    with csv_of(TABLE) as api, pytest.raises(PySparkException, match="responseFormat=csv"):
        read_rest(spark, f"{api.url}/t").collect()
