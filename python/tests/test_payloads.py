# SPDX-License-Identifier: Apache-2.0
"""CSV, XML, columns, archives and files, from a response to typed rows."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyspark
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


XML = """<l n="2"><r id="1"><at>2024-05-27T20:00:00Z</at><name>A &amp; B</name><tag>x</tag><tag>y</tag></r>
<r id="2"><at>2024-05-27T21:00:00Z</at><name>H<sub>2</sub>O</name></r></l>"""
of_xml = pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="Spark 3.5 has no parser of XML")


def xml_of(text: str) -> Emulated:
    return Emulated(lambda _: Answer(text.encode(), headers={"Content-Type": "text/xml; charset=utf-8"}))


@of_xml
def test_xml_becomes_the_rows_of_spark(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(XML)
    plain = spark.read.format("xml").option("rowTag", "r").load(str(tmp_path / "r.xml"))
    with xml_of(XML) as api:
        frame = read_rest(spark, f"{api.url}/r", response_format="xml", xml_options={"rowTag": "r"})
        assert frame.schema["output"].dataType == plain.schema
        assert frame.select("output.*").collect() == plain.collect()
        called = read_rest(
            spark,
            f"{api.url}/{{n}}",
            input_data=[{"n": 7}],
            method="GET",
            response_format="xml",
            xml_options={"rowTag": "r"},
            schema="n BIGINT, output STRUCT<_id: INT, name: STRING>",
        )
        assert sorted((r.n, r.output._id, r.output.name) for r in called.collect()) == [
            (7, 1, "A & B"),
            (7, 2, "H<sub>2</sub>O"),
        ]
        with pytest.raises(PySparkException, match="rowTag: is required"):
            read_rest(spark, f"{api.url}/r", response_format="xml")
        found = preview(spark, f"{api.url}/r?at={{at}}", response_format="xml", xml_options={"rowTag": "r"})
    assert 'xml_options={"rowTag": "r"}' in found.call
    assert "_xml" not in str(found)


@of_xml
def test_a_stream_of_xml_follows_links_and_names_deletes(spark: SparkSession) -> None:
    """Pages by an attribute next to the records. A delete has its key, with its type."""
    known = {n: f"<item><name>{n}</name></item>" for n in range(5)}

    def answer(request: Request) -> Answer:
        page = int(request.query.get("page", "0"))
        rows = [f'<r id="{n}">{text}</r>' for n, text in sorted(known.items())]
        link = f'<link rel="next" href="?page={page + 1}"/>' if len(rows) > (page + 1) * 2 else ""
        return Answer(f"<l>{link}{''.join(rows[page * 2 : page * 2 + 2])}</l>".encode())

    with Emulated(answer) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/r",
            response_format="xml",
            xml_options={"rowTag": "r"},
            schema="_id BIGINT, item STRUCT<name: STRING>",
            offset_type="snapshot",
            record_key="_id",
            read_changes=True,
            pagination="nextUrl",
            next_field="link[_rel=next]._href",
            streaming_interval=0.2,
        )
        with collecting(stream.select("_id", "item.name", "_change_type")) as got:
            assert sorted(map(tuple, got.await_rows(5))) == [(n, str(n), "insert") for n in range(5)]
            del known[2]
            assert tuple(got.await_rows(6)[-1]) == (2, None, "delete")


@pytest.mark.skipif(not pyspark.__version__.startswith("3."), reason="Spark 4 has a parser of XML")
def test_xml_needs_spark_4(spark: SparkSession) -> None:
    with xml_of(XML) as api, pytest.raises(PySparkException, match="needs the XML parser of Spark 4"):
        read_rest(spark, f"{api.url}/r", response_format="xml", xml_options={"rowTag": "r"})


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_the_files_of_an_archive_are_read(spark: SparkSession) -> None:
    archive = zipped(**{"a/1.csv": "a,b\n1,x\n", "2.csv": "b,a\ny,2\n"})
    with Emulated(lambda _: Answer(archive, headers={"Content-Type": "application/zip"})) as api:
        frame = read_rest(spark, f"{api.url}/t.zip", response_format="csv")
        assert sorted(map(tuple, frame.select("output.a", "output.b").collect())) == [(1, "x"), (2, "y")]


def test_an_archive_that_is_cut_delivers_nothing(spark: SparkSession) -> None:
    """The first file is whole, and the archive ends behind it."""
    archive = zipped(**{"1.json": '[{"id":1}]', "2.json": '[{"id":2}]'})
    second = archive.index(b"PK\x03\x04", 1)
    bodies = [archive[:second], archive]
    with Emulated(lambda _: Answer(bodies.pop(0) if len(bodies) > 1 else bodies[0])) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/t.zip",
            schema="id INT",
            offset_type="snapshot",
            record_key="id",
            streaming_interval=0.2,
            retry_backoff=0.1,
        )
        with collecting(stream) as got:
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]
            api.await_polls(2, 60)
            assert len(got.rows()) == 2
    assert len(bodies) == 1


def test_bodies_are_saved_and_rows_have_their_paths(spark: SparkSession, tmp_path: Path) -> None:
    """A restart, a replayed batch and a call of the same content name the same file."""
    body = [b"\x89PNG" + bytes(100_000)]
    folder = tmp_path / "files"
    delivered: dict[int, list[Row]] = {}
    with Emulated(lambda _: Answer(body[0], headers={"Content-Type": "image/png"})) as api:

        def run() -> None:
            stream = read_rest_stream(
                spark,
                f"{api.url}/f",
                response_format="binary",
                save_to=folder.as_uri(),
                offset_type="snapshot",
                record_key="sha256",
            )
            query = (
                stream.select("output.*")
                .writeStream.foreachBatch(lambda batch, n: delivered.update({n: batch.collect()}))
                .option("checkpointLocation", str(tmp_path / "checkpoint"))
                .trigger(availableNow=True)
                .start()
            )
            query.awaitTermination()

        run()
        assert len(list(folder.iterdir())) == 1
        first = delivered.pop(0)
        # The batch was logged, and its commit is lost: it runs again.
        (tmp_path / "checkpoint" / "commits" / "0").unlink()
        body[0] = b"another"
        run()
        assert delivered.pop(0) == first
        called = read_rest(
            spark,
            f"{api.url}/{{n}}",
            input_data=[{"n": 1}, {"n": 2}],
            method="GET",
            response_format="binary",
            save_to=folder.as_uri(),
        )
        paths = {(r.n, r.path) for r in called.select("n", "output.path").collect()}
    rows = [*first, *(row for batch in delivered.values() for row in batch)]
    assert [(r.contentType, r.length, r.sha256) for r in rows] == [
        ("image/png", len(content), hashlib.sha256(content).hexdigest())
        for content in (b"\x89PNG" + bytes(100_000), b"another")
    ]
    assert [Path(r.path.removeprefix("file:")).read_bytes() for r in rows][1] == b"another"
    assert paths == {(1, rows[1].path), (2, rows[1].path)}
    assert sorted(f.name for f in folder.iterdir()) == sorted(r.sha256 for r in rows)


def test_save_to_needs_binary_and_a_scheme(spark: SparkSession) -> None:
    with pytest.raises(PySparkException, match="saveTo: belongs to responseFormat=binary"):
        read_rest(spark, "http://127.0.0.1:1/f", save_to="file:/data")
    with pytest.raises(PySparkException, match="not a URL with a scheme"):
        read_rest(spark, "http://127.0.0.1:1/f", response_format="binary", save_to="/data")
