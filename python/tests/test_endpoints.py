# SPDX-License-Identifier: Apache-2.0
"""Streams over many endpoints: one endpoint per row of an input, each with a separate offset."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.errors import IllegalArgumentException, StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from query import Query
from waiting import wait_until

from spark_rest import read_rest_stream


class Shops:
    """`/shops/<name>?from=<id>` returns the records of a shop, in pages, with ids from 1 on."""

    PAGE = 10

    def __init__(self, **newest: int) -> None:
        self.newest = newest
        self.refused: set[str] = set()
        self.hangs: set[str] = set()
        self.release = threading.Event()
        self.answers: dict[str, Answer] = {}
        self.polled_at: dict[str, list[float]] = defaultdict(list)

    def __call__(self, request: Request) -> Answer:
        shop = unquote(request.path.rsplit("/", 1)[1])
        self.polled_at[shop].append(time.monotonic())
        if shop in self.answers:
            return self.answers.pop(shop)
        if shop in self.refused:
            return Answer({"error": "no such shop"}, status=404)
        if shop in self.hangs:
            self.release.wait(60)
        first = max(1, int(request.query["from"]))
        last = min(self.newest.get(shop, 0), first + self.PAGE - 1)
        return Answer([{"id": n, "text": f"{shop} {n}"} for n in range(first, last + 1)])

    def __enter__(self) -> Shops:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()

    @property
    def records(self) -> set[tuple[str, int]]:
        return {(shop, n) for shop, newest in self.newest.items() for n in range(1, newest + 1)}


def stream(spark: SparkSession, api: Emulated, **options: Any) -> DataFrame:
    defaults: dict[str, Any] = {
        "offset_type": "incremental",
        "offset_field": "id",
        "streaming_interval": 0.1,
        "retry_backoff": "10ms",
    }
    return read_rest_stream(spark, f"{api.url}/shops/{{shop}}?from={{id}}", **(defaults | options))


def shop_rows(*names: str) -> list[dict[str, object]]:
    return [{"shop": name, "rank": n} for n, name in enumerate(names)]


class Gathered:
    """Rows by batch.

    A batch that runs again after a restart must be equal. A query and its restarts share an instance.
    """

    def __init__(self) -> None:
        self.batches: dict[int, list[Any]] = {}

    @property
    def rows(self) -> list[Any]:
        return [row for number in sorted(self.batches) for row in self.batches[number]]

    def await_rows(self, count: int) -> None:
        wait_until(lambda: len(self.rows) >= count, f"{count} rows")

    @contextmanager
    def running(self, frame: DataFrame, checkpoint: Path) -> Iterator[StreamingQuery]:
        def add(batch: DataFrame, number: int) -> None:
            self.batches[number] = batch.collect()

        query = frame.writeStream.foreachBatch(add).option("checkpointLocation", str(checkpoint)).start()
        try:
            yield query
            error = query.exception()
            if error:
                raise error
        finally:
            query.stop()


def found(rows: list[Any]) -> Counter[tuple[str, int]]:
    return Counter((row.shop, row.output.id) for row in rows)


def test_each_row_is_an_endpoint_with_its_columns_next_to_its_records(spark: SparkSession, tmp_path: Path) -> None:
    with Shops(a=25, b=3, ü=12) as shops, Emulated(shops) as api:
        frame = stream(spark, api, input_data=shop_rows("a", "b", "ü"))
        assert frame.schema.simpleString() == "struct<shop:string,rank:bigint,output:struct<id:bigint,text:string>>"
        with collecting(frame, tmp_path) as query:
            rows = query.await_rows(40)
            assert {(r.rank, r.shop, r.output.text.split()[0]) for r in rows} == {
                (0, "a", "a"),
                (1, "b", "b"),
                (2, "ü", "ü"),
            }
            shops.newest |= {"b": 4, "a": 26}
            assert found(query.await_rows(42)) == Counter(shops.records)
        newest = max((tmp_path / "offsets").glob("[0-9]*"), key=lambda p: int(p.name))
        offset = json.loads(newest.read_text().splitlines()[-1])
        assert sorted(offset["endpoints"].values()) == ["12", "26", "4"], "the greatest id of each"


def test_a_restart_continues_each_offset_while_endpoints_come_and_go(spark: SparkSession, tmp_path: Path) -> None:
    schema = "shop STRING, output STRUCT<id BIGINT>"
    gathered = Gathered()
    with Shops(a=15, b=15, c=15) as shops, Emulated(shops) as api:
        with gathered.running(stream(spark, api, input_data=shop_rows("a", "b"), schema=schema), tmp_path):
            gathered.await_rows(30)
        shops.newest |= {"a": 20, "b": 20}
        again = [{"rank": 0, "shop": "a"}, {"shop": "c", "rank": 7}]
        with gathered.running(stream(spark, api, input_data=again, schema=schema), tmp_path):
            gathered.await_rows(50)
            time.sleep(0.5)
            assert {r.output.id for r in gathered.rows if r.shop == "b"} == set(range(1, 16)), (
                "it is not an endpoint any more"
            )
        both = [{"rank": 1, "shop": "b"}, {"shop": "c", "rank": 7}]
        with gathered.running(stream(spark, api, input_data=both, schema=schema), tmp_path):
            gathered.await_rows(55)
            time.sleep(0.5)
        assert found(gathered.rows) == Counter(shops.records)


def test_rows_that_appear_while_the_stream_runs_become_endpoints(spark: SparkSession, tmp_path: Path) -> None:
    """The input is a table that grows. A row that is deleted and comes back continues, and so does a restart."""
    gathered, parents = Gathered(), str(tmp_path / "parents")

    def write(mode: str, *names: str) -> None:
        spark.createDataFrame([(name,) for name in names], "shop STRING").coalesce(1).write.mode(mode).parquet(parents)

    def frame() -> DataFrame:
        schema = "shop STRING, output STRUCT<id BIGINT, text STRING>"
        return stream(spark, api, input=spark.read.parquet(parents), input_refresh=0.3, schema=schema)

    with Shops(a=12, b=25) as shops, Emulated(shops) as api:
        write("append", "a")
        with gathered.running(frame(), tmp_path / "checkpoint") as query:
            gathered.await_rows(12)
            write("append", "b")
            gathered.await_rows(37)
            write("overwrite", "b")
            wait_until(lambda: metric(query, "endpoints") == 1, "the new input")
            polls = len(shops.polled_at["a"])
            shops.newest |= {"a": 15, "b": 26}
            gathered.await_rows(38)
            assert len(shops.polled_at["a"]) == polls
            write("append", "a")
            gathered.await_rows(41)
        shops.newest |= {"a": 16}
        with gathered.running(frame(), tmp_path / "checkpoint"):
            gathered.await_rows(42)
            time.sleep(0.5)
        assert found(gathered.rows) == Counter(shops.records)


def test_an_input_that_cannot_grow_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    """Spark reads the list of files that a streaming query wrote when a view is made, and never again."""
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "1.json").write_text('{"shop": "a"}')
    names = spark.readStream.schema("shop STRING").json(str(tmp_path / "names")).writeStream.format("parquet")
    names = names.option("path", str(tmp_path / "parents")).option("checkpointLocation", str(tmp_path / "written"))
    names.trigger(availableNow=True).start().awaitTermination()
    parents = spark.read.parquet(str(tmp_path / "parents"))
    with Emulated(Shops(a=3)) as api:
        schema = "shop STRING, output STRUCT<id BIGINT, text STRING>"
        frame = stream(spark, api, input=parents, input_refresh=1, schema=schema)
        query = frame.writeStream.format("noop").option("checkpointLocation", str(tmp_path / "checkpoint")).start()
        with pytest.raises(StreamingQueryException, match=r"inputRefresh: the view .* never grows"):
            query.awaitTermination(60)


def test_children_are_polled_when_their_parent_changed(spark: SparkSession, tmp_path: Path) -> None:
    """The table has a row for each change of a parent. `availableNow` polls the children of changed parents."""
    gathered, parents = Gathered(), str(tmp_path / "parents")

    def change(**versions: int) -> None:
        rows = list(versions.items())
        spark.createDataFrame(rows, "shop STRING, version INT").coalesce(1).write.mode("append").parquet(parents)

    def run() -> None:
        schema = "shop STRING, output STRUCT<id BIGINT, text STRING>"
        frame = stream(spark, api, input=spark.read.parquet(parents), input_version="version", schema=schema)

        def add(batch: DataFrame, number: int) -> None:
            gathered.batches[number] = batch.collect()

        writer = frame.writeStream.foreachBatch(add).option("checkpointLocation", str(tmp_path / "checkpoint"))
        writer.trigger(availableNow=True).start().awaitTermination()

    with Shops(a=12, b=3) as shops, Emulated(shops) as api:
        change(a=9, b=1)
        run()
        shops.polled_at.clear()
        run()
        assert not shops.polled_at, "no parent changed, so no request was sent"
        shops.newest |= {"a": 14, "b": 5}
        change(a=10)
        run()
        assert set(shops.polled_at) == {"a"} and len(gathered.rows) == 17
        change(b=2)
        run()
    assert found(gathered.rows) == Counter(shops.records)


def metric(query: StreamingQuery, name: str) -> int:
    progress = query.lastProgress
    return int(progress["sources"][0]["metrics"][name]) if progress else -1


def test_a_slow_or_failing_endpoint_delays_no_other(spark: SparkSession, tmp_path: Path) -> None:
    names = [f"s{n}" for n in range(10)]
    with Shops(**dict.fromkeys(names, 5)) as shops, Emulated(shops) as api:
        frame = stream(
            spark, api, input_data=shop_rows(*names), schema="shop STRING, output STRUCT<id BIGINT>", max_retries=0
        )
        with collecting(frame, tmp_path) as query:
            query.await_rows(50)
            shops.hangs, shops.refused = {"s3"}, {"s4"}
            time.sleep(4)  # by then the polls of both are handed back
            before = {name: len(shops.polled_at[name]) for name in names}
            time.sleep(3)
            polls = {name: len(shops.polled_at[name]) - before[name] for name in names}
            healthy = [polls[name] for name in names if name not in ("s3", "s4")]
            assert min(healthy) >= 6 and polls["s3"] == 0 and polls["s4"] >= 3, polls
            progress = query.query.lastProgress
            shops.newest = dict.fromkeys(names, 7)
            query.await_rows(66)
            shops.hangs, shops.refused = set(), set()
            shops.release.set()
            assert found(query.await_rows(70)) == Counter(shops.records)
    assert progress is not None and progress["sources"][0]["metrics"]["endpoints"] == "10"


def test_all_endpoints_share_one_rate(spark: SparkSession, tmp_path: Path) -> None:
    names = [f"s{n}" for n in range(30)]
    with Shops(**dict.fromkeys(names, 15)) as shops, Emulated(shops) as api:
        frame = stream(
            spark,
            api,
            input_data=shop_rows(*names),
            schema="shop STRING, output STRUCT<id BIGINT>",
            max_request_rate="20/1s",
            streaming_interval=0.01,
        )
        with collecting(frame, tmp_path) as query:
            assert found(query.await_rows(450)) == Counter(shops.records)
        times = sorted(moment for moments in shops.polled_at.values() for moment in moments)
    # The server may record a time late.
    assert all(later - first >= 0.75 for first, later in zip(times, times[20:])), "more than 20 requests in a second"
    assert max(map(len, shops.polled_at.values())) - min(map(len, shops.polled_at.values())) <= 3, "in turn"


def test_a_quota_stops_all_endpoints_but_a_503_only_its_own(spark: SparkSession, tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    with Shops(**dict.fromkeys(names, 1)) as shops, Emulated(shops) as api:
        frame = stream(spark, api, input_data=shop_rows(*names), schema="output STRING", max_retries=0)
        with collecting(frame, tmp_path) as query:
            query.await_rows(3)
            shops.answers["a"] = Answer({}, status=503, headers={"Retry-After": "3600"})
            time.sleep(1.5)
            before = {name: len(shops.polled_at[name]) for name in names}
            time.sleep(1.5)
            assert len(shops.polled_at["a"]) == before["a"] and len(shops.polled_at["b"]) >= before["b"] + 3
            shops.answers["b"] = Answer({}, status=429, headers={"Retry-After": "3600"})
            time.sleep(1)
            before = {name: len(shops.polled_at[name]) for name in names}
            time.sleep(1)
            assert {name: len(shops.polled_at[name]) for name in names} == before


def test_the_schema_selects_the_columns_of_a_view_as_input(spark: SparkSession, tmp_path: Path) -> None:
    view = spark.createDataFrame([("a", 1.5, None), ("b", 2.5, "x")], "shop STRING, weight DOUBLE, note STRING")
    view.createOrReplaceTempView("shops_of_test")
    with Shops(a=3, b=2) as shops, Emulated(shops) as api:
        frame = stream(spark, api, input="shops_of_test", schema="id BIGINT, weight DOUBLE, note STRING")
        with collecting(frame, tmp_path) as query:
            rows = sorted(query.await_rows(5))
        assert [tuple(r) for r in rows] == [
            (1, 1.5, None),
            (1, 2.5, "x"),
            (2, 1.5, None),
            (2, 2.5, "x"),
            (3, 1.5, None),
        ]
        manifests = [json.loads(p.read_text()) for p in (tmp_path / "sources" / "0" / "manifests").glob("*.json")]
        rows_kept = [json.loads(row) for manifest in manifests for row in manifest["rows"].values()]
        assert rows_kept and all(row.keys() == {"weight", "note"} for row in rows_kept), (
            "columns that are not in the result were stored"
        )


def test_a_stream_can_omit_the_columns_of_the_input(spark: SparkSession, tmp_path: Path) -> None:
    with Shops(a=3) as shops, Emulated(shops) as api:
        frame = stream(spark, api, input_data=shop_rows("a"), include_inputs_in_output=False, output_type="string")
        assert frame.columns == ["output"]
        with collecting(frame, tmp_path) as query:
            assert [json.loads(r.output)["id"] for r in query.await_rows(3)] == [1, 2, 3]


@pytest.mark.parametrize("trigger", ["available_now", "once"])
def test_a_trigger_that_ends_reads_all_endpoints(spark: SparkSession, tmp_path: Path, trigger: str) -> None:
    with Shops(a=35, b=3, c=0) as shops, Emulated(shops) as api:
        frame = stream(spark, api, input_data=shop_rows("a", "b", "c"), schema="shop STRING, output STRUCT<id BIGINT>")
        written: list[Any] = []
        writer = frame.writeStream.foreachBatch(lambda batch, _: written.extend(batch.collect()))
        how: Any = {"availableNow": True} if trigger == "available_now" else {"once": True}
        for newest in (35, 41):
            shops.newest["a"] = newest
            query = writer.option("checkpointLocation", str(tmp_path)).trigger(**how).start()
            assert query.awaitTermination(60)
        assert found(written) == Counter(shops.records)
        shops.refused.add("b")
        query = writer.option("checkpointLocation", str(tmp_path)).trigger(**how).start()
        with pytest.raises(StreamingQueryException, match="REST_"):
            query.awaitTermination(60)


def test_a_new_stream_ends_if_all_endpoints_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    with Shops(a=1, b=1) as shops, Emulated(shops) as api:
        shops.refused = {"a", "b"}
        frame = stream(spark, api, input_data=shop_rows("a", "b"), schema="output STRING")
        with collecting(frame, tmp_path) as query:
            wait_until(lambda: query.query.exception() is not None, "its end")
            with pytest.raises(StreamingQueryException, match="REST_API_REFUSED"):
                query.rows()


def test_many_endpoints_have_their_states_in_a_file(spark: SparkSession, tmp_path: Path) -> None:
    """More states than an offset contains.

    `states` contains them, and idle states survive the purge of the page log.
    """
    names = [f"s{n}" for n in range(150)]
    with Shops(**dict.fromkeys(names, 2)) as shops, Emulated(shops) as api:

        def run() -> DataFrame:
            return stream(
                spark,
                api,
                input_data=shop_rows(*names),
                schema="shop STRING, output STRUCT<id BIGINT>",
                retain_batches=1,
            )

        gathered = Gathered()
        with gathered.running(run(), tmp_path):
            gathered.await_rows(300)
            for newest in range(3, 43):  # one endpoint has new records, and the others are idle
                shops.newest["s7"] = newest
                gathered.await_rows(300 + newest - 2)
        log = tmp_path / "sources" / "0"
        assert len(list((log / "states").iterdir())) == 1, "the states must be in one file, and older files deleted"
        assert len(list((log / "manifests").iterdir())) < 20
        shops.newest |= {"s1": 3, "s149": 3}
        with gathered.running(run(), tmp_path):
            gathered.await_rows(342)
            time.sleep(0.5)
        assert found(gathered.rows) == Counter(shops.records)
        offset = json.loads((tmp_path / "offsets" / "0").read_text().splitlines()[-1])
        assert offset["endpoints"] == {} and "states" in offset


@pytest.mark.parametrize(
    ("count", "kills"),
    [pytest.param(40, (3,), marks=pytest.mark.slow), pytest.param(120, (15, 2, 12, 1), marks=pytest.mark.slow)],
    ids=["short", "long"],
)
def test_each_record_of_each_endpoint_once_over_kills(
    spark: SparkSession, tmp_path: Path, count: int, kills: tuple[int, ...]
) -> None:
    """A live API of many shops. The driver is killed with SIGKILL at random moments, each after some batches.

    In the long test the states move to a file meanwhile.
    """
    random = Random(1795466573)
    names = [f"s{n}" for n in range(count)]
    halt = threading.Event()
    with Shops(**dict.fromkeys(names, 1)) as shops, Emulated(shops) as api:
        query = Query(
            api,
            tmp_path,
            "shop STRING, id BIGINT",
            url=f"{api.url}/shops/{{shop}}?from={{id}}",
            input_data=shop_rows(*names),
            retain_batches=1,
            batch_size=300,
        )

        def sell() -> None:
            while not halt.wait(0.005):
                shops.newest[random.choice(names)] += 1

        seller = threading.Thread(target=sell)
        seller.start()
        try:
            for batches in kills:
                before = query.delivered_batches()
                with query.driver() as driver:
                    query.await_batches(driver, before + batches)
                    time.sleep(random.random() / 2)
                    driver.kill()
        finally:
            halt.set()
            seller.join()
        query.drain()
    rows = spark.read.parquet(str(query.output)).select("shop", "id").collect()
    assert Counter((row.shop, row.id) for row in rows) == Counter(shops.records)
    states = tmp_path / "checkpoint" / "sources" / "0" / "states"
    assert count <= 100 or list(states.iterdir())


def test_wrong_inputs_are_reported(spark: SparkSession) -> None:
    with Shops(a=1) as shops, Emulated(shops) as api:
        with pytest.raises(IllegalArgumentException, match=r"contains no column of the input.*\{shop\}"):
            read_rest_stream(spark, f"{api.url}/shops/a", input_data=[{"shop": "a"}])
        with pytest.raises(IllegalArgumentException, match="has no row"):
            spark.createDataFrame([], "shop STRING").createOrReplaceTempView("no_shops")
            stream(spark, api, input="no_shops")
        reader = (
            spark.readStream.format("rest")
            .option("url", f"{api.url}/shops/{{shop}}")
            .option("inputData", '[{"shop":"a"}]')
        )
        with pytest.raises(StreamingQueryException, match='option\\("streaming", "true"\\)'):
            reader.schema("output STRING").load().writeStream.format("noop").start().awaitTermination(30)
