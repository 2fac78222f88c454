# SPDX-License-Identifier: Apache-2.0
"""The schema of the DataFrame, determined by options alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from emulated import Answer, Emulated
from hdfs import ROOT
from pyspark.errors import IllegalArgumentException, StreamingQueryException
from pyspark.sql import Row, SparkSession

from spark_rest import read_rest, read_rest_stream

RECORDS = [{"id": "1", "user": {"born": "2001-02-03"}}, {"id": "22", "user": {"born": "2004-05-06"}}]


def api() -> Emulated:
    return Emulated(lambda _: Answer({"data": RECORDS}))


def test_schema_hints_override_inference(spark: SparkSession) -> None:
    with api() as running:
        frame = read_rest(
            spark,
            f"{running.url}/data",
            offset_field="id",
            offset_type="max_field",
            schema_hints="id BIGINT, user.born DATE, missing INT",
        )
        assert frame.schema.simpleString() == "struct<output:struct<id:bigint,user:struct<born:date>,missing:int>>"
        rows = frame.selectExpr("output.id", "year(output.user.born)", "output.missing").collect()
    # As in spark.read.json: a text is not a number.
    assert [tuple(row) for row in rows] == [(None, 2001, None), (None, 2004, None)]


def test_output_type_string_returns_the_text_of_records(spark: SparkSession) -> None:
    with api() as running:
        frame = read_rest(spark, f"{running.url}/data", offset_field="id", output_type="string")
        assert not running.requests, "load() sends no request"
        assert [row.output for row in frame.collect()] == [
            '{"id": "1", "user": {"born": "2001-02-03"}}',
            '{"id": "22", "user": {"born": "2004-05-06"}}',
        ]


def test_output_type_variant_needs_spark_4(spark: SparkSession) -> None:
    with api() as running:

        def read(**options: str) -> None:
            frame = read_rest(spark, f"{running.url}/data", output_type="variant", **options)  # type: ignore[arg-type]
            assert not running.requests, "load() sends no request"
            years = frame.selectExpr("variant_get(output, '$.user.born', 'date') AS born").selectExpr("year(born) AS y")
            assert sorted(row.y for row in years.collect()) == [2001, 2004]

        if spark.version.startswith("3."):
            with pytest.raises(IllegalArgumentException, match="outputType: variant needs Spark 4"):
                read()
        else:
            read(offset_field="id")


def test_conflicting_options_are_refused(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        read_rest_stream(spark, "http://127.0.0.1:9/", infer_schema=False, output_type="struct")
    assert "outputType: struct is inferred, and inferSchema is false" in str(caught.value)
    with pytest.raises(IllegalArgumentException) as caught:
        read_rest_stream(spark, "http://127.0.0.1:9/", output_type="string", schema_hints="id INT")
    assert "schemaHints: need outputType=struct, and outputType is string" in str(caught.value)


def growing(records: list[dict[str, object]]) -> Emulated:
    return Emulated(lambda request: Answer(records[max(0, int(request.query["since"]) - 1) :]))


def test_a_stored_schema_grows_with_the_records(spark: SparkSession, tmp_path: Path) -> None:
    records: list[dict[str, object]] = [{"id": 1, "user": {"name": "Ann"}}]
    with growing(records) as api:

        def run() -> list[Row]:
            stream = read_rest_stream(
                spark,
                f"{api.url}/data?since={{id}}",
                offset_type="incremental",
                offset_field="id",
                streaming_interval=0,
                schema_location=str(tmp_path / "schema"),
            )
            writer = stream.writeStream.format("parquet").option("checkpointLocation", str(tmp_path / "checkpoint"))
            writer.trigger(availableNow=True).start(str(tmp_path / "out")).awaitTermination(60)
            found = spark.read.option("mergeSchema", "true").parquet(str(tmp_path / "out"))
            return found.select("output.*").orderBy("id").collect()

        assert len(run()) == 1
        records.append({"id": 2, "user": {"name": "Bob", "born": "2001-02-03"}, "vip": True})
        with pytest.raises(StreamingQueryException, match=r"\[REST_SCHEMA_CHANGED\].*user\.born STRING, vip BOOLEAN"):
            run()
        assert [(row.id, row.user.asDict(), row.vip) for row in run()] == [
            (1, {"name": "Ann", "born": None}, None),
            (2, {"name": "Bob", "born": "2001-02-03"}, True),
        ]


def test_the_table_of_rescued_data_in_the_docs_is_true(spark: SparkSession) -> None:
    page = (ROOT / "docs" / "schema.md").read_text()
    lines = re.findall(r'^\| `(\{"id".*?\})` \|.*\| (null|`.*`) \|$', page, re.MULTILINE)
    assert len(lines) == 3
    with growing([json.loads(record) for record, _ in lines]) as api:
        frame = read_rest(
            spark,
            f"{api.url}/data?since=1",
            offset_type="incremental",
            offset_field="id",
            schema="id BIGINT, age INT, address STRUCT<city: STRING>",
            rescued_data_column="rest",
        )
        rescued = [row.rest and json.loads(row.rest) for row in frame.orderBy("id").collect()]
    assert rescued == [json.loads(rest.strip("`")) for _, rest in lines]


def test_wrong_settings_are_reported_at_load(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        read_rest_stream(
            spark, "http://127.0.0.1:9/", schema_evolution_mode="addNewColumns", rescued_data_column="output"
        )
    for problem in (
        "schemaEvolutionMode: addNewColumns needs schemaLocation",
        "rescuedDataColumn: output is a column of the result",
    ):
        assert problem in str(caught.value)
