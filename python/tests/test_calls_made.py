# SPDX-License-Identifier: Apache-2.0
"""Calls of a query with an input: their number and concurrency, the rows that a limit counts, and the sent columns."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.errors import IllegalArgumentException
from pyspark.sql import DataFrame, SparkSession

from spark_rest import OAuth2, read_rest, read_rest_stream


def numbered(spark: SparkSession, api: Emulated, rows: int, **options: Any) -> DataFrame:
    """A call for each number from 0 on, by GET."""
    return read_rest(spark, api.url, input_data={"n": list(range(rows))}, method="GET", **options)


# ---- a limit counts rows, and calls may return no rows


def half(given: object, otherwise: object) -> Emulated:
    """Numbers below 10 get the first response, the others get the second."""

    def answer(request: Request) -> Answer:
        body = given if int(request.query["n"]) < 10 else otherwise
        return Answer(body, status=204 if body is None else 200)

    return Emulated(answer)


# The response for the first half, the response for the second half, the options, and the rows that all 20 calls
# return.
SOME_WITHOUT_A_ROW: dict[str, tuple[object, object, dict[str, Any], int]] = {
    "dropped": (
        {"a": "no number"},
        {"a": 1},
        {"schema": "n BIGINT, output STRUCT<a: BIGINT>", "json_options": {"mode": "DropMalformed"}},
        10,
    ),
    "no record": ([], [{"a": 1}], {"schema": "n BIGINT, output STRUCT<a: BIGINT>", "data_field": "$"}, 10),
    "empty array, output": ([], [{"a": 1}], {"schema": "n BIGINT, output STRUCT<a: BIGINT>"}, 10),
    "empty array, columns": ([], [{"a": 1}], {"schema": "n BIGINT, a BIGINT, error STRING"}, 10),
    "long array, columns": ([{"a": 1}, {"a": 2}], {"a": 3}, {"schema": "n BIGINT, a BIGINT"}, 30),
    "no content": (None, {"a": 1}, {"schema": "n BIGINT, output STRUCT<a: BIGINT>"}, 20),
    "text of an empty array": ([], {"a": 1}, {"schema": "n BIGINT, output STRING"}, 20),
    "array type": ([], [1, 2], {"schema": "n BIGINT, output ARRAY<BIGINT>"}, 20),
}


@pytest.mark.parametrize(("case", "once"), [("dropped", "Y"), *((case, "N") for case in SOME_WITHOUT_A_ROW)])
def test_a_limit_counts_rows(spark: SparkSession, case: str, once: str) -> None:
    first, second, options, rows = SOME_WITHOUT_A_ROW[case]
    with half(first, second) as api:
        frame = numbered(spark, api, 20, call_strictly_once=once, **options)
        assert frame.limit(7).count() == 7
        assert len(frame.collect()) == rows
        assert frame.count() == rows, "unselected columns do not change the count"


def test_a_limit_without_a_known_number_of_calls_stops_them_too(spark: SparkSession) -> None:
    with Emulated(lambda _: Answer([{"a": 1}])) as api:
        frame = numbered(spark, api, 1000, schema="n BIGINT, a BIGINT", partitions=2, concurrency=4)
        assert frame.limit(5).count() == 5
        assert len(api.requests) <= 2 * (5 + 4), "five per task, and the calls in flight"


# ---- number and concurrency of calls


def test_an_input_has_two_partitions_by_default(spark: SparkSession) -> None:
    with Emulated(lambda _: Answer({})) as api:
        assert numbered(spark, api, 10, infer_schema=False).rdd.getNumPartitions() == 2
        assert numbered(spark, api, 1, infer_schema=False).rdd.getNumPartitions() == 1, "a partition is empty"
        assert numbered(spark, api, 10, infer_schema=False, partitions=5).rdd.getNumPartitions() == 5


@pytest.mark.parametrize(("options", "at_once"), [({}, 16), ({"partitions": 1, "concurrency": 5}, 5)])
def test_calls_overlap(spark: SparkSession, options: dict[str, int], at_once: int) -> None:
    """By default eight in each of two tasks. The API responds after all of them have arrived."""
    together = threading.Barrier(at_once)
    now, most, lock = 0, 0, threading.Lock()

    def answer(_: Request) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(30)
        with lock:
            now -= 1
        return Answer({})

    with Emulated(answer) as api:
        frame = numbered(spark, api, at_once * 4, schema="n BIGINT, output STRING, error STRING", **options)
        assert [row.error for row in frame.collect()] == [None] * (at_once * 4)
    assert most == at_once


@pytest.mark.parametrize(
    ("rows", "percent", "calls"),
    [(100, None, 30), (2, None, 2), (20, 1, 3), (1000, 30, 100), (50, 100, 50), (101, 3, 4)],
)
def test_a_sample_of_the_rows_is_called_for_the_schema(
    spark: SparkSession, rows: int, percent: int | None, calls: int
) -> None:
    with Emulated(lambda request: Answer({"a": request.query["n"]})) as api:
        frame = numbered(spark, api, rows, schema_sample_pcnt=percent)
        assert frame.schema["output"].simpleString() == "output:struct<a:string>"
        assert sorted(int(request.query["n"]) for request in api.requests) == list(range(calls))


# ---- each call at most once


def test_a_refused_token_does_not_repeat_a_strictly_once_call(spark: SparkSession) -> None:
    tokens = 0

    def answer(request: Request) -> Answer:
        nonlocal tokens
        if request.path == "/token":
            tokens += 1
            return Answer({"access_token": f"token-{tokens}", "expires_in": 3600})
        return Answer({}, status=401 if request.headers["Authorization"] == "Bearer token-1" else 200)

    auth: dict[str, Any] = {"partitions": 1, "concurrency": 1, "infer_schema": False}
    for once, refused in (("Y", ["0"]), ("N", [])):
        tokens = 0
        with Emulated(answer) as api:
            auth["auth"] = OAuth2(f"{api.url}/token", "me", "mine")
            rows = numbered(spark, api, 4, call_strictly_once=once, **auth).collect()
            calls = Counter(request.query["n"] for request in api.requests if request.path != "/token")
        assert [str(row.n) for row in rows if row.error] == refused
        assert all(row.error.startswith("[REST_API_REFUSED]") for row in rows if row.error)
        assert calls == Counter({"0": 1 if once == "Y" else 2, "1": 1, "2": 1, "3": 1}), once
        assert tokens == 2, "later calls must use another token"


# ---- the sent parts of a row


@contextmanager
def time_zone(spark: SparkSession, name: str) -> Iterator[None]:
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", name)
    try:
        yield
    finally:
        assert before
        spark.conf.set("spark.sql.session.timeZone", before)


TIMES = """
    SELECT *, named_struct('a.b', micros, 'none', CAST(NULL AS TIMESTAMP)) AS parts, array(micros, millis) AS list,
        map('k', micros) AS by_name, CAST(NULL AS STRUCT<t: TIMESTAMP>) AS no_parts,
        '2026-01-02T03:04:05.120000Z' AS text
    FROM (SELECT timestamp'2026-01-02 03:04:05.123456Z' AS micros, timestamp'2026-01-02 03:04:05.12345Z' AS fewer,
        timestamp'2026-01-02 03:04:05.12Z' AS millis, timestamp'2026-01-02 03:04:05Z' AS seconds,
        CAST(NULL AS TIMESTAMP) AS none, timestamp_ntz'2026-03-29 02:30:00.000001' AS local,
        timestamp_ntz'2026-03-29 02:30:00' AS local_seconds, date'2026-01-02' AS day)"""


@pytest.mark.parametrize(
    ("zone", "clock", "offset"),
    [("UTC", "03:04", "Z"), ("Asia/Kolkata", "08:34", "+05:30"), ("Europe/Berlin", "04:04", "+01:00")],
)
def test_times_are_sent_with_full_precision(spark: SparkSession, zone: str, clock: str, offset: str) -> None:
    """With microseconds, or as `to_json` writes them if milliseconds suffice.

    A local time in a gap is sent unchanged.
    """
    with time_zone(spark, zone), Emulated(lambda _: Answer({})) as api:
        spark.sql(TIMES).createOrReplaceTempView("times")
        (row,) = read_rest(spark, f"{api.url}/", input="times", infer_schema=False, on_error="fail").collect()
        assert row.micros.microsecond == 123456
        (request,) = api.requests
        sent = json.loads(request.body)
        at = f"2026-01-02T{clock}:05"
        assert sent == {
            "micros": f"{at}.123456{offset}",
            "fewer": f"{at}.123450{offset}",
            "millis": f"{at}.120{offset}",
            "seconds": f"{at}.000{offset}",
            "none": None,
            "local": "2026-03-29T02:30:00.000001",
            "local_seconds": "2026-03-29T02:30:00.000",
            "day": "2026-01-02",
            "list": [f"{at}.123456{offset}", f"{at}.120{offset}"],
            "parts": {"a.b": f"{at}.123456{offset}", "none": None},
            "by_name": {"k": f"{at}.123456{offset}"},
            "no_parts": None,
            "text": "2026-01-02T03:04:05.120000Z",
        }
        read_rest(spark, f"{api.url}/?at={{micros}}", input="times", infer_schema=False, method="GET").collect()
        assert api.requests[-1].query == {"at": f"{at}.123456{offset}"}


def test_time_columns_of_an_endpoint_keep_full_precision(spark: SparkSession, tmp_path: Path) -> None:
    with time_zone(spark, "Asia/Kolkata"), Emulated(lambda _: Answer([{"id": 1}])) as api:
        view = spark.sql("SELECT 'a' AS shop, timestamp'2026-01-02 03:04:05.123456Z' AS since")
        view.createOrReplaceTempView("shops_since")
        stream = read_rest_stream(
            spark,
            f"{api.url}/{{shop}}?since={{since}}&from={{id}}",
            input="shops_since",
            offset_type="incremental",
            offset_field="id",
            schema="since TIMESTAMP, id BIGINT",
        )
        with collecting(stream, tmp_path) as query:
            (found,) = query.await_rows(1)
        assert found.since == view.collect()[0].since
        assert api.requests[0].query["since"] == "2026-01-02T08:34:05.123456+05:30"


# ---- SQL, and missing options


def test_sql_can_use_a_view_as_input(spark: SparkSession) -> None:
    with Emulated(lambda request: Answer({"name": request.path.strip("/"), "at": time.time()})) as api:
        spark.sql(
            "CREATE OR REPLACE TEMPORARY VIEW people AS SELECT * FROM VALUES (1, 'ann'), (2, 'bob') AS t(id, name)"
        )
        spark.sql(
            f"""CREATE OR REPLACE TEMPORARY VIEW called_people USING rest
                OPTIONS (url '{api.url}/{{name}}', input 'people', method 'GET', `partitions` '1')"""
        )
        rows = spark.sql("SELECT id, name, output.name AS found, error FROM called_people ORDER BY id DESC").collect()
        assert [tuple(row) for row in rows] == [(2, "bob", "bob", None), (1, "ann", "ann", None)]
        assert spark.sql("SELECT * FROM called_people").columns == ["id", "name", "output", "error"]
        spark.sql(
            f"""CREATE OR REPLACE TEMPORARY VIEW typed_people (id INT, output STRUCT<name: STRING>) USING rest
                OPTIONS (url '{api.url}/{{name}}', input 'people', method 'GET', onError 'fail')"""
        )
        sent = len(api.requests)
        assert spark.sql("SELECT count(*), max(output.name) FROM typed_people").collect() == [(2, "bob")]
        assert len(api.requests) == sent + 2, "a schema is not inferred"


@pytest.mark.parametrize("options", [{}, {"method": "POST"}, {"inputData": '[{"n": 1}]'}, {"streaming": "true"}])
def test_missing_options_are_named(spark: SparkSession, options: dict[str, str]) -> None:
    """The message never says that an input is required, because the input is optional."""
    for reader in (spark.read, spark.readStream):
        with pytest.raises(IllegalArgumentException, match="url: is required and was not given") as caught:
            reader.format("rest").options(**options).load()
        assert "input is required" not in str(caught.value)
