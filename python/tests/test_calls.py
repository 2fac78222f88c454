# SPDX-License-Identifier: Apache-2.0
"""`spark.read.format("rest")` with an input: one call per row."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from emulated import Answer, Emulated, Failure, Request
from event_log import event_log_conf, tasks
from process import Driver
from processes import process_at
from py4j.protocol import Py4JJavaError
from pyspark.errors import IllegalArgumentException, PySparkException, StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import explode
from standalone import Standalone
from stopping import our_threads
from waiting import wait_until

from spark_rest import read_rest


def echo(request: Request) -> Answer:
    """The columns that the call sent, as an object."""
    body = request.body.decode()
    return Answer(
        {
            "path": request.path,
            "query": json.dumps(request.query),
            "body": body,
            "type": request.headers.get("Content-Type"),
            "cookie": request.headers.get("Cookie"),
        }
    )


def request_lines(api: Emulated) -> list[str]:
    return sorted(str(request) for request in api.requests)


# ---- where the columns of the input go


def test_post_is_the_default_and_all_columns_are_its_body(spark: SparkSession) -> None:
    """The example of the migration guide: only `url` and `inputData`."""
    rows = json.dumps([{"title": "a", "n": 1}, {"title": 'b "q"', "n": None}])
    with Emulated(echo) as api:
        frame = spark.read.format("rest").option("url", f"{api.url}/posts").option("inputData", rows).load()
        found = frame.collect()
    assert frame.columns == ["title", "n", "output", "error"]
    assert [(r.title, r.n, json.loads(r.output.body), r.error) for r in found] == [
        ("a", 1, {"title": "a", "n": 1}, None),
        ('b "q"', None, {"title": 'b "q"', "n": None}, None),
    ]
    assert {r.output.type for r in found} == {"application/json"}


def test_post_input_format_form_sends_the_columns_as_a_form(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data={"q": ["a b&c", "ü"]}, post_input_format="form")
        assert [r.output.body for r in frame.collect()] == ["q=a%20b%26c", "q=%C3%BC"]


def test_get_appends_each_column_to_the_query(spark: SparkSession) -> None:
    view = spark.createDataFrame([("Nevada", "nn"), ("Virgin Islands region", None)], "region STRING, source STRING")
    view.createOrReplaceTempView("search_params")
    with Emulated(echo) as api:
        url = f"{api.url}/resource.json?format=x"
        reader = spark.read.format("rest").option("url", url).option("input", "search_params").option("method", "GET")
        found = reader.option("partitions", "3").load().collect()
    assert [json.loads(r.output.query) for r in found] == [
        {"format": "x", "region": "Nevada", "source": "nn"},
        {"format": "x", "region": "Virgin Islands region"},
    ]


def test_a_dataframe_as_input_leaves_no_view_and_stays_cached(spark: SparkSession) -> None:
    """A driver that calls in `foreachBatch` for months must not collect a view for each batch."""
    rows = spark.createDataFrame([(1,), (2,)], "n INT").cache()
    # Those of streams stay.
    before = {table.name for table in spark.catalog.listTables()}
    with Emulated(echo) as api:
        found = read_rest(spark, f"{api.url}/{{n}}", input=rows, method="GET")
        with pytest.raises(IllegalArgumentException):
            read_rest(spark, f"{api.url}/{{n}}", input=rows, method="WAVE")  # type: ignore[arg-type]
        assert {table.name for table in spark.catalog.listTables()} == before
        assert rows.storageLevel.useMemory
        twice = found.select("n", "output.path").union(found.select("n", "output.path"))
        assert sorted(r.path for r in twice.collect()) == ["/1", "/1", "/2", "/2"]
    rows.unpersist()


@pytest.mark.parametrize("query_type", ["inline", None])
def test_placeholders_exclude_other_columns(spark: SparkSession, query_type: str | None) -> None:
    """A column that no placeholder names is not sent, because it may be confidential."""
    rows = [{"type": "user", "id": 1, "mail": "x"}, {"type": "a/b", "id": 2, "mail": "y"}]
    with Emulated(echo) as api:
        url = f"{api.url}/{{type}}/{{id}}"
        frame = read_rest(spark, url, input_data=rows, method="GET", query_type=query_type, infer_schema=False)  # type: ignore[arg-type]
        assert frame.count() == 2
        assert request_lines(api) == ["GET /a%2Fb/2?", "GET /user/1?"]


def test_a_body_template_with_placeholders(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(
            spark,
            api.url,
            input_data=[{"id": "7", "tags": ["x"], "n": 1.5}],
            body='{"query": "item {id}", "tags": {tags}, "n": {n}, "id": {id}}',
            cookie="a=b",
        )
        (row,) = frame.collect()
    assert json.loads(row.output.body) == {"query": "item 7", "tags": ["x"], "n": 1.5, "id": "7"}
    assert row.output.cookie == "a=b"


def test_options_of_older_sources_keep_their_meaning(spark: SparkSession) -> None:
    """A user without an `authType`, milliseconds, `inputPartitions`."""
    with Emulated(lambda r: Answer({"authorization": r.headers["Authorization"]})) as api:
        reader = spark.read.format("rest").option("url", f"{api.url}/search").option("method", "GET")
        reader = reader.option("inputData", '{"q": ["query1", "query2"]}').option("inputPartitions", "2")
        reader = reader.option("userId", "myusername").option("userPassword", "mypassword")
        reader = (
            reader.option("connectionTimeout", "1000").option("readTimeout", "5000").option("schemaSamplePcnt", "30")
        )
        frame = reader.load()
        assert frame.rdd.getNumPartitions() == 2
        basic = "Basic " + base64.b64encode(b"myusername:mypassword").decode()
        assert [(r.q, r.output.authorization) for r in frame.collect()] == [("query1", basic), ("query2", basic)]


def test_a_bare_number_is_milliseconds(spark: SparkSession) -> None:
    def slow(_: Request) -> Answer:
        time.sleep(0.5)
        return Answer({})

    with Emulated(slow) as api:
        for timeout, fails in (("200", True), ("20s", False)):
            frame = read_rest(
                spark, api.url, input_data=[{"a": 1}], schema="error STRING", read_timeout=timeout, max_retries=0
            )
            assert (frame.collect()[0].error is not None) == fails, timeout


# ---- results


def test_column_types_of_a_view_are_kept(spark: SparkSession) -> None:
    frame = spark.range(3).selectExpr(
        "id", "cast(id AS DECIMAL(10,2)) AS price", "timestamp'2026-01-02 03:04:05' AS at", "array(id) AS ids"
    )
    frame.createOrReplaceTempView("typed")
    with Emulated(echo) as api:
        result = spark.read.format("rest").options(url=api.url, input="typed", inferSchema="false").load()
        found = result.drop("output", "error").collect()
    assert found == frame.collect()


def test_an_array_is_one_value_and_records_are_rows(spark: SparkSession) -> None:
    def items(request: Request) -> Answer:
        n = int(request.query["n"])
        return Answer([{"i": i} for i in range(n)])

    rows = {"n": [2, 0, 3]}
    with Emulated(items) as api:
        whole = read_rest(spark, api.url, input_data=rows, method="GET", schema_sample_pcnt=100)
        assert [(r.n, [o.i for o in r.output]) for r in whole.collect()] == [(2, [0, 1]), (0, []), (3, [0, 1, 2])]
        assert [r.i for r in whole.select(explode("output").alias("o")).select("o.i").collect()] == [0, 1, 0, 1, 2]
        each = read_rest(spark, api.url, input_data=rows, method="GET", data_field="$", on_error="fail")
        assert [(r.n, r.output.i) for r in each.collect()] == [(2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]


def test_a_schema_sets_the_columns_of_calls(spark: SparkSession) -> None:
    rows = [{"id": 1}, {"id": 2}]
    with Emulated(lambda r: Answer({"a": int(r.query["id"]), "b": "x"})) as api:

        def read(schema: str) -> DataFrame:
            return read_rest(spark, api.url, input_data=rows, method="GET", schema=schema)

        assert [tuple(r) for r in read("id BIGINT, a INT, b STRING").collect()] == [(1, 1, "x"), (2, 2, "x")]
        assert [r.output for r in read("output STRING").collect()] == ['{"a": 1, "b": "x"}', '{"a": 2, "b": "x"}']
        assert len(api.requests) == 4, "a schema is not inferred"
        with pytest.raises(IllegalArgumentException, match="id is STRING in the schema, but BIGINT in the input"):
            read("id STRING, output STRING")


def test_the_output_can_omit_the_input_columns(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data=[{"a": 1}], include_inputs_in_output="N", on_error="fail")
        assert frame.columns == ["output"]


def test_results_stay_with_their_rows(spark: SparkSession) -> None:
    """The responses arrive in another order than the requests were sent."""

    def slow_at_first(request: Request) -> Answer:
        n = int(request.query["n"])
        time.sleep(0.02 * (n % 7))
        return Answer({"n": n})

    with Emulated(slow_at_first) as api:
        frame = read_rest(
            spark, api.url, input_data={"n": list(range(200))}, method="GET", partitions=2, concurrency=16
        )
        found = frame.collect()
    assert [r.n for r in found] == list(range(200))
    assert all(r.n == r.output.n for r in found)


# ---- failures


def test_a_failed_call_is_a_row(spark: SparkSession) -> None:
    def odd(request: Request) -> Answer:
        n = int(request.query["n"])
        return Answer({"n": n}, status=404 if n % 2 else 200)

    with Emulated(odd) as api:
        rows = {"n": [0, 1, 2]}
        found = read_rest(spark, api.url, input_data=rows, method="GET").collect()
        assert [(r.n, r.output and r.output.n, (r.error or "")[:18]) for r in found] == [
            (0, 0, ""),
            (1, None, "[REST_API_REFUSED]"),
            (2, 2, ""),
        ]
        failing = read_rest(spark, api.url, input_data=rows, method="GET", on_error="fail")
        with pytest.raises((PySparkException, Py4JJavaError), match=r"\[REST_API_REFUSED\]"):
            failing.collect()


def test_a_response_that_is_not_json_is_an_error(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data=[{"a": 1}], schema="output STRING, error STRING", max_retries=0)
        api.fail_next(Failure.HTML)
        (row,) = frame.collect()
    assert row.output is None
    assert row.error.startswith("[REST_")


def test_a_broken_call_is_retried(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data=[{"a": 1}], method="GET", infer_schema=False, retry_backoff="1ms")
        api.fail_next(Failure.STATUS_500, times=2)
        (row,) = frame.collect()
        assert row.error is None
        assert len(api.requests) == 3


# ---- calls that are not made


def test_a_limit_stops_the_calls(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data={"n": list(range(1000))}, infer_schema=False)
        assert frame.limit(5).count() == 5
        assert len(api.requests) <= 10, "more than five calls per task"
        assert len(frame.take(3)) == 3


def test_without_the_output_column_nothing_is_parsed(spark: SparkSession) -> None:
    """A response that does not fit the schema under FAILFAST is harmless if the query does not select the output."""
    with Emulated(lambda _: Answer({"a": "no number"})) as api:
        schema = "n BIGINT, output STRUCT<a: INT>, error STRING"
        frame = read_rest(spark, api.url, input_data={"n": [1, 2]}, schema=schema, json_options={"mode": "FAILFAST"})
        assert [r.n for r in frame.select("n").collect()] == [1, 2]
        with pytest.raises((PySparkException, Py4JJavaError)):
            frame.select("output.a").collect()


def test_a_cancelled_job_frees_its_slots_while_its_calls_wait(spark: SparkSession) -> None:
    """Spark only interrupts tasks if configured to.

    Without an interrupt, a task that waits for its calls would stay long.
    """
    group = "cancelled while its calls wait"
    ended: list[str] = []
    with Emulated(lambda _: Answer({}, status=429, headers={"Retry-After": "600"})) as api:
        frame = read_rest(
            spark, api.url, input_data={"n": [1, 2, 3, 4]}, schema="n BIGINT, output STRING, error STRING"
        )

        def collect() -> None:
            spark.sparkContext.setJobGroup(group, "calls", interruptOnCancel=False)
            try:
                frame.collect()
            except Exception as e:
                ended.append(str(e))

        thread = threading.Thread(target=collect)
        thread.start()
        api.await_requests(4)
        assert our_threads(spark)
        spark.sparkContext.cancelJobGroup(group)
        thread.join(10)
        assert ended and "cancelled" in ended[0]
        wait_until(lambda: not our_threads(spark), "the end of the calls", seconds=3)
        assert len(api.requests) == 4


# ---- each row at most once


def test_call_strictly_once_calls_no_row_twice(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        frame = read_rest(spark, api.url, input_data={"n": list(range(20))}, call_strictly_once="Y")
        assert [r.n for r in frame.collect()] == list(range(20))
        assert frame.filter("n > 10").count() == 9
        assert Counter(request_lines(api)).most_common(1)[0][1] == 1
        assert len(api.requests) == 20


def once_on_a_cluster(folder: Path, conf: dict[str, str], at_row_7: Callable[[Request], None]) -> list[dict[str, Any]]:
    """The returned rows. No row was called twice."""

    def answer(request: Request) -> Answer:
        if request.query["n"] == "7":
            at_row_7(request)
        return Answer({"n": int(request.query["n"])})

    with Emulated(answer) as api:
        with Driver("strictly_once.py", api.url, json.dumps(conf), log=folder / "log") as driver:
            assert driver.wait(120) == 0, driver.output()
        counts = Counter(request.query["n"] for request in api.requests)
    assert set(counts.values()) == {1}, counts
    rows = [json.loads(line) for line in driver.output().splitlines() if line.startswith('{"n"')]
    assert [row["n"] for row in rows] == list(range(12))
    return rows


def test_the_rows_of_a_lost_task_report_the_loss(tmp_path: Path) -> None:
    def killed(request: Request) -> None:
        os.kill(process_at(request.connection), signal.SIGKILL)

    rows = once_on_a_cluster(tmp_path, {}, killed)
    failed = [row for row in rows if row["error"]]
    assert [row["n"] for row in failed] == [6, 7, 8, 9, 10, 11], "the rows of one of two tasks"
    assert all(row["error"].startswith("[REST_CALL_LOST]") for row in failed)


@pytest.mark.slow
def test_a_speculative_copy_makes_no_calls(tmp_path: Path, standalone: Standalone) -> None:
    conf = {
        # Two hosts, because a copy never runs on the host of the first attempt.
        "spark.master": standalone.master,
        "spark.speculation": "true",
        "spark.speculation.interval": "100ms",
        # Spark only copies the task of a job with a single task because of this setting.
        "spark.speculation.task.duration.threshold": "1s",
    }
    events = tmp_path / "events"
    rows = once_on_a_cluster(tmp_path, conf | event_log_conf(events), lambda _: time.sleep(8))
    assert not [row for row in rows if row["error"]]
    assert [t for t in tasks(events) if t.speculative], "Spark started no copy"


# ---- wrong options


def test_wrong_options_are_named(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        read_rest(
            spark,
            "http://127.0.0.1:9/{idd}",
            input_data='[{"id": 1, "output": 2}, 3]',
            query_type="inline",
        )
    assert "inputData: element 1 of the array is not an object" in str(caught.value)
    with pytest.raises(IllegalArgumentException) as caught:
        read_rest(spark, "http://127.0.0.1:9/{idd}", input_data=[{"id": 1, "output": 2}], pagination="link")
    for text in ("url: {idd} is not a known placeholder; known: {id}", "a column is called output", "pagination: link"):
        assert text in str(caught.value)
    with pytest.raises(IllegalArgumentException, match="this session cannot read a view or table nowhere"):
        read_rest(spark, "http://127.0.0.1:9/", input="nowhere")
    with pytest.raises(IllegalArgumentException, match="partitions: needs an input; set inputData or input"):
        read_rest(spark, "http://127.0.0.1:9/", partitions=3)


def test_a_stream_with_an_input_is_pointed_to_streaming(spark: SparkSession, tmp_path: Path) -> None:
    reader = spark.readStream.format("rest").schema("output STRING")
    stream = reader.options(url="http://127.0.0.1:9/", inputData='[{"a": 1}]').load()
    query = stream.writeStream.format("noop").option("checkpointLocation", str(tmp_path)).start()
    with pytest.raises(StreamingQueryException, match="a call per input row is a batch read"):
        query.awaitTermination(30)


def test_calls_from_sql(spark: SparkSession) -> None:
    with Emulated(echo) as api:
        spark.sql(
            f"""CREATE OR REPLACE TEMPORARY VIEW called USING rest
                OPTIONS (url '{api.url}/sql', inputData '[{{"n": 1}}]', method 'GET')"""
        )
        (row,) = spark.sql("SELECT n, output.path FROM called").collect()
    assert (row.n, row.path) == (1, "/sql")
