# SPDX-License-Identifier: Apache-2.0
"""Every trigger over restarts: it delivers all records, ends if it must, and requests each record once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from apis import numbered
from collected import Delivered
from emulated import Answer, Emulated, Failure, Request
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from streams import ids_of

from spark_rest import read_rest_stream

Sink = Callable[[DataFrame, int], None]


def start(stream: DataFrame, checkpoint: Path, sink: Sink, **trigger: Any) -> StreamingQuery:
    writer = stream.writeStream.foreachBatch(sink).option("checkpointLocation", str(checkpoint))
    return writer.trigger(**trigger).start()


def run_to_its_end(stream: DataFrame, checkpoint: Path, sink: Sink, seconds: float = 60, **trigger: Any) -> None:
    """For a trigger that ends by itself. Raises the error of a failed query."""
    query = start(stream, checkpoint, sink, **trigger)
    try:
        assert query.awaitTermination(round(seconds)), f"{trigger} did not end by itself within {seconds} s"
    finally:
        query.stop()


@contextmanager
def running(stream: DataFrame, checkpoint: Path, sink: Sink, **trigger: Any) -> Iterator[StreamingQuery]:
    query = start(stream, checkpoint, sink, **trigger)
    try:
        yield query
    finally:
        query.stop()


def to(highest: int) -> list[int]:
    return list(range(1, highest + 1))


# ---- availableNow and once


@pytest.mark.parametrize("trigger", ["availableNow", "once"])
def test_a_trigger_ends_by_itself_and_continues_after_a_restart(
    spark: SparkSession, tmp_path: Path, trigger: str
) -> None:
    """On an idle API: the first run reads all records, and the next run reads the records that appeared meanwhile."""
    highest = [2500]
    got, given = Delivered(), list[int]()
    with numbered(lambda: highest[0], given=given) as api:
        for there in (2500, 2500, 4000):
            highest[0] = there
            stream = ids_of(spark, api, streaming_interval=0, batch_size=800)
            run_to_its_end(stream, tmp_path, got, **{trigger: True})
            assert got.ids == to(there)
    assert given == [1, 1001, 2001, 2501, 3501], "each record is requested once"
    sizes = [len(got.batches[n]) for n in sorted(got.batches)]
    if trigger == "once":
        # A run without new records makes no batch, or an empty batch.
        assert [n for n in sizes if n] == [2500, 1500], "one batch takes all"
    else:
        assert max(sizes) <= 800, "batchSize is the limit of a batch"


@pytest.mark.parametrize("trigger", ["availableNow", "once"])
def test_an_empty_api_ends_the_run(spark: SparkSession, tmp_path: Path, trigger: str) -> None:
    got = Delivered()
    with numbered(lambda: 0) as api:
        run_to_its_end(ids_of(spark, api, streaming_interval=0), tmp_path, got, **{trigger: True})
        assert len(api.requests) == 1
    assert got.ids == []


def ids_while_it_runs(there: int, per_second: int, given: list[int]) -> Emulated:
    """That many ids at the first request, and continuously more afterwards."""
    began: list[float] = []

    def highest() -> int:
        if not began:
            began.append(time.monotonic())
        return there + int((time.monotonic() - began[0]) * per_second)

    return numbered(highest, given=given)


@pytest.mark.parametrize("trigger", ["availableNow", "once"])
def test_a_trigger_ends_on_an_api_that_always_has_new_records(
    spark: SparkSession, tmp_path: Path, trigger: str
) -> None:
    """3,000 new records per second, without a field for their creation time."""
    got, given = Delivered(), list[int]()
    with ids_while_it_runs(20_000, per_second=3000, given=given) as api:
        stream = ids_of(spark, api, streaming_interval=0, batch_size=10_000)
        run_to_its_end(stream, tmp_path, got, seconds=60, **{trigger: True})
    assert got.ids == to(len(got.ids)), "records were lost, came twice or out of order"
    assert len(got.ids) >= 20_000, "records that were there at the start are missing"
    assert len(given) == len(set(given)), "the same records were requested twice"
    assert len([ids for ids in got.batches.values() if ids]) == 1 or trigger == "availableNow", "one batch takes all"


def times_while_it_runs(there: int, per_second: int) -> Emulated:
    """Records whose `timestamp`, in milliseconds, is their creation time."""
    first = time.time() * 1000 - there * 1000 / per_second

    def at(number: int) -> int:
        return int(first + number * 1000 / per_second)

    def answer(request: Request) -> Answer:
        since = int(request.query["since"])
        start = max(1, int((since - first) * per_second / 1000) - 10)
        newest = int((time.time() * 1000 - first) * per_second / 1000)
        return Answer([{"id": n, "timestamp": at(n)} for n in range(start, newest + 1) if at(n) >= since][:1000])

    return Emulated(answer)


def test_available_now_ends_when_the_offset_passes_its_start(spark: SparkSession, tmp_path: Path) -> None:
    got = Delivered()
    with times_while_it_runs(there=20_000, per_second=3000) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/data?since={{timestamp}}",
            schema="id BIGINT, timestamp BIGINT",
            streaming_interval=0,
            batch_size=10_000,
        )
        began = time.time()
        run_to_its_end(stream, tmp_path, got, seconds=60, availableNow=True)
        took = time.time() - began
    assert got.ids == to(len(got.ids)), "records were lost, came twice or out of order"
    assert len(got.ids) >= 20_000, "records that were there at the start are missing"
    assert len(got.ids) < 20_000 + 3000 * took, "the run continued after the offset had passed its start"


@pytest.mark.parametrize("trigger", ["availableNow", "once"])
def test_a_failing_api_does_not_look_complete(spark: SparkSession, tmp_path: Path, trigger: str) -> None:
    """After two pages all responses are errors, so the query fails.

    When the API recovers, the next run reads the rest.
    """
    got = Delivered()
    ill = [True]
    with numbered(lambda: 2500) as api:
        proper = api.answer

        def answer(request: Request) -> Answer:
            return Answer({}, status=503) if ill[0] and int(request.query["start_id"]) > 2000 else proper(request)

        api.answer = answer
        stream = ids_of(spark, api, streaming_interval=0, max_retries=1, retry_backoff=0.05)
        with pytest.raises(StreamingQueryException, match=r"\[REST_TOO_MANY_ERRORS\].*503"):
            run_to_its_end(stream, tmp_path, got, **{trigger: True})
        assert got.ids in ([], to(1000), to(2000)), "whole pages were delivered before the error"
        ill[0] = False
        run_to_its_end(stream, tmp_path, got, **{trigger: True})
    assert got.ids == to(2500)


# ---- processingTime


def test_batches_slower_than_the_interval_lose_nothing(spark: SparkSession, tmp_path: Path) -> None:
    """Each batch takes five times its trigger's interval, over a restart in the middle. Polling continues meanwhile."""
    got, given = Delivered(seconds=0.5), list[int]()
    with numbered(lambda: 40, given=given) as api:
        stream = ids_of(spark, api, streaming_interval=0.1, batch_size=5)
        for batches in (3, 8):
            with running(stream, tmp_path, got, processingTime="100 milliseconds"):
                got.await_batches(batches)
        assert len(api.requests) > 15, "the API was not polled while batches ran"
    assert got.ids == to(40)
    assert {len(ids) for ids in got.batches.values()} == {5}
    assert given == [1], "each record is requested once"


# ---- more than one source, more than one action


@pytest.mark.parametrize("trigger", [{"availableNow": True}, {"processingTime": "0 seconds"}], ids=["now", "always"])
def test_two_sources_in_one_query_lose_nothing(spark: SparkSession, tmp_path: Path, trigger: dict[str, Any]) -> None:
    """Two APIs on different hosts, one of which fails for a while. Each source has a separate log and offset."""
    highest = [30, 7]
    got, given = Delivered(), list[int]()
    with numbered(lambda: highest[0], 4, given) as one, numbered(lambda: highest[1]) as other:
        for there in ([30, 7], [30, 9], [55, 9]):
            highest[:] = there
            other.fail_next(Failure.STATUS_500)
            options: dict[str, Any] = {"streaming_interval": 0, "batch_size": 10, "retry_backoff": 0.05}
            both = ids_of(spark, one, **options).union(ids_of(spark, other, **options).selectExpr("-id AS id"))
            if "availableNow" in trigger:
                run_to_its_end(both, tmp_path, got, **trigger)
            else:
                with running(both, tmp_path, got, **trigger):
                    got.await_ids(sum(highest))
            assert sorted(got.ids) == sorted(to(highest[0]) + [-n for n in to(highest[1])])
    assert given == [*range(1, 31, 4), *range(31, 56, 4)], "each record is requested once"


@pytest.mark.parametrize("trigger", [{"availableNow": True}, {"processingTime": "0 seconds"}], ids=["now", "always"])
def test_a_stream_united_with_itself_gives_each_record_twice(
    spark: SparkSession, tmp_path: Path, trigger: dict[str, Any]
) -> None:
    highest = [30]
    got = Delivered()
    with numbered(lambda: highest[0]) as api:
        for there in (30, 47):
            highest[0] = there
            stream = ids_of(spark, api, streaming_interval=0, batch_size=10)
            if "availableNow" in trigger:
                run_to_its_end(stream.union(stream), tmp_path, got, **trigger)
            else:
                with running(stream.union(stream), tmp_path, got, **trigger):
                    got.await_ids(2 * there)
            assert Counter(got.ids) == dict.fromkeys(to(there), 2)


def test_two_actions_on_a_batch_request_once(spark: SparkSession, tmp_path: Path) -> None:
    """A batch is read from the page log, so its second action sees the same records without a request."""
    counted: list[int] = []
    got, given = Delivered(), list[int]()

    def twice(batch: DataFrame, number: int) -> None:
        counted.append(batch.count())
        got(batch, number)

    with numbered(lambda: 95, most=30, given=given) as api:
        stream = ids_of(spark, api, streaming_interval=0, batch_size=20)
        run_to_its_end(stream, tmp_path, twice, availableNow=True)
    assert got.ids == to(95)
    assert counted == [len(got.batches[n]) for n in sorted(got.batches)]
    assert given == [1, 31, 61, 91], "each record is requested once"
