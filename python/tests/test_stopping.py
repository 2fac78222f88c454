# SPDX-License-Identifier: Apache-2.0
"""`query.stop()` at any moment returns within a second, and nothing of the stream remains."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apis import numbered
from emulated import Answer, Emulated, Failure, Request, Stall
from process import Driver
from processes import executor_id, java_threads, process_at
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from standalone import SPARK_HOME, Standalone
from stopping import assert_stops, begin, jobs, our_threads
from streams import ids_of
from waiting import wait_until

from spark_rest import read_rest_stream

HANGS = 20.0
# Appears in the name or the stack of a thread.
OURS = r"spark-?rest"
SLOW = f"java_method('java.lang.Thread', 'sleep', {HANGS * 1000:.0f}L) != ''"
Moment = Callable[[Emulated, Callable[[], StreamingQuery]], StreamingQuery]


# ---- moments of the stop: each gets the API and a function that starts the query


def await_first_batch(query: StreamingQuery) -> None:
    """While Spark plans and compiles the first batch, nothing can interrupt it, with any source."""
    wait_until(lambda: any(p["numInputRows"] for p in query.recentProgress), "the first batch")


def idle(api: Emulated, start: Callable[[], StreamingQuery]) -> StreamingQuery:
    """Stops between two polls."""
    query = start()
    await_first_batch(query)
    time.sleep(0.3)
    return query


def in_a_response(where: Stall) -> Moment:
    def moment(api: Emulated, start: Callable[[], StreamingQuery]) -> StreamingQuery:
        api.stall(where, HANGS)
        query = start()
        assert api.stalled.wait(30), "no request came"
        return query

    moment.__name__ = f"in_a_response_{where.name}"
    return moment


def in_the_backoff(api: Emulated, start: Callable[[], StreamingQuery]) -> StreamingQuery:
    """Stops in a backoff of half a minute on average."""
    api.fail_next(Failure.STATUS_500, times=1000)
    query = start()
    api.await_requests(1)
    time.sleep(0.3)
    return query


def told_to_wait(api: Emulated, start: Callable[[], StreamingQuery]) -> StreamingQuery:
    """Stops in a wait by `Retry-After`."""
    api.answer = lambda _: Answer({}, status=429, headers={"Retry-After": "60"})
    query = start()
    api.await_requests(1)
    time.sleep(0.3)
    assert len(api.requests) == 1, "Retry-After was not obeyed"
    return query


def quota_used_up(api: Emulated, start: Callable[[], StreamingQuery]) -> StreamingQuery:
    """Stops in a wait until a time that the API names, an hour from now."""
    answer = api.answer
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 3600)}
    api.answer = lambda request: Answer(answer(request).body, headers=headers)
    query = start()
    await_first_batch(query)
    time.sleep(0.3)
    assert len(api.requests) == 1, "the quota was overdrawn"
    return query


MOMENTS = [
    in_a_response(Stall.HEAD),
    in_a_response(Stall.BODY),
    in_a_response(Stall.TRICKLE),
    in_the_backoff,
    told_to_wait,
    quota_used_up,
]


@pytest.mark.parametrize("trigger", [{"processingTime": "0 seconds"}, {"availableNow": True}], ids=["always", "now"])
@pytest.mark.parametrize("moment", MOMENTS, ids=[m.__name__ for m in MOMENTS])
def test_stop_while_polling(spark: SparkSession, tmp_path: Path, moment: Moment, trigger: dict[str, Any]) -> None:
    with numbered(lambda: 1000) as api:
        stream = ids_of(spark, api, streaming_interval=0.1, retry_backoff=60)
        assert_stops(spark, api, moment(api, lambda: begin(stream, tmp_path, **trigger)))
        if api.stalled.is_set():
            assert api.given_up.wait(2), "the connection of the response that hung is still open"
            wait_until(lambda: api.open_connections == 0, f"the end of {api.open_connections} connections", seconds=2)


@pytest.mark.parametrize("interval", [0, 600])
def test_stop_while_idle(spark: SparkSession, tmp_path: Path, interval: int) -> None:
    with numbered(lambda: 10) as api:
        stream = ids_of(spark, api, streaming_interval=interval)
        assert_stops(spark, api, idle(api, lambda: begin(stream, tmp_path)))


@pytest.mark.parametrize("trigger", [{"processingTime": "0 seconds"}, {"availableNow": True}], ids=["always", "now"])
def test_stop_while_polling_waits_for_room(spark: SparkSession, tmp_path: Path, trigger: dict[str, Any]) -> None:
    """The sink is blocked in its first batch, and polling has reached its limit."""
    with numbered(lambda: 10**9) as api:
        stream = ids_of(spark, api, streaming_interval=0, batch_size=10, max_buffered_bytes="100k").filter(SLOW)
        query = begin(stream, tmp_path, **trigger)
        api.await_requests(1)
        settled(api)
        assert_stops(spark, api, query)


def settled(api: Emulated, seconds: float = 1.5) -> int:
    """Waits until no request arrives for a while. Returns the number of requests."""
    wait_until(lambda: bool(api.requests) and time.time() - api.requests[-1].at > seconds, "the last request")
    return len(api.requests)


def test_stop_at_any_moment_of_the_start(spark: SparkSession, tmp_path: Path) -> None:
    """A poll that Spark submits exactly at the stop must not run on: each response would take 20 s."""
    chance = random.Random(7)
    with numbered(lambda: 1000) as api:
        stream = ids_of(spark, api, streaming_interval=0)
        for number in range(25):
            api.stall(Stall.BODY, HANGS if number % 2 else 0)
            query = begin(stream, tmp_path / str(number))
            time.sleep(chance.uniform(0, 0.4))
            query.stop()
            wait_until(lambda: not jobs(spark), "the end of the query's jobs", seconds=2)
        wait_until(lambda: not our_threads(spark), "the end of its threads", seconds=5)


def test_stop_while_one_of_two_endpoints_is_slow(spark: SparkSession, tmp_path: Path) -> None:
    """By then the slow endpoint is polled in a separate job, next to the job of the other endpoints."""

    def is_slow(request: Request) -> bool:
        return request.path == "/slow"

    def answer(request: Request) -> Answer:
        start = max(1, int(request.query["from"]))
        return Answer([{"id": n} for n in range(start, 1001)])

    with Emulated(answer) as api:
        api.stall(Stall.BODY, HANGS, only=is_slow)
        stream = read_rest_stream(
            spark,
            f"{api.url}/{{name}}?from={{id}}",
            offset_type="incremental",
            offset_field="id",
            schema="name STRING, output STRUCT<id BIGINT>",
            streaming_interval=0.1,
            input_data=[{"name": "quick"}, {"name": "slow"}],
        )
        query = begin(stream, tmp_path)
        wait_until(lambda: len([r for r in api.requests if is_slow(r)]) == 2, "a poll in a separate job")
        quick = len(api.requests)
        api.await_requests(quick + 3)
        # The interrupted first poll, which let the other endpoint continue.
        assert api.given_up.wait(2)
        api.given_up.clear()
        assert_stops(spark, api, query)
        assert api.given_up.wait(2), "the connection of the response that hung is still open"


@pytest.mark.slow
def test_no_connection_is_left(spark: SparkSession, tmp_path: Path) -> None:
    """Idle connections are kept half a minute for other queries."""
    with numbered(lambda: 10) as api:
        assert_stops(spark, api, idle(api, lambda: begin(ids_of(spark, api, streaming_interval=0.1), tmp_path)))
        wait_until(lambda: api.open_connections == 0, f"the end of {api.open_connections} connections", seconds=35)


def test_stop_on_a_cluster(tmp_path: Path, standalone: Standalone) -> None:
    told = tmp_path / "told"
    with numbered(lambda: 1000) as api:
        api.stall(Stall.BODY, HANGS)
        arguments = (standalone.master, f"{api.url}/data?start_id={{id}}", str(tmp_path / "checkpoint"), str(told))
        env = {"SPARK_HOME": str(SPARK_HOME)}
        with Driver("stopped.py", *arguments, log=tmp_path / "log", env=env) as driver:
            wait_until(lambda: api.stalled.is_set() or not driver.is_running(), "a request", seconds=120)
            assert driver.is_running(), driver.output()
            executor = process_at(api.requests[-1].connection)
            executor_id(executor)
            assert java_threads(executor, OURS), "no thread of the executor polls, so the test would prove nothing"
            told.touch()
            wait_until(lambda: "stopped in" in driver.output() or not driver.is_running(), "the end of stop()")
            said = re.search(r"stopped in (\S+) s; jobs left: (\d+); failed: (\w+)", driver.output())
            assert said, driver.output()
            assert api.given_up.wait(2), "the executor did not cancel the request"
            wait_until(lambda: api.open_connections == 0, "the end of all connections", seconds=35)
            # Okio, under OkHttp, keeps one idle watchdog for a minute.
            wait_until(
                lambda: all("Okio Watchdog" in thread for thread in java_threads(executor, OURS)),
                "the end of its threads",
                seconds=5,
            )
            assert driver.is_running(), "the application has ended, so the closed connection proves nothing"
    assert float(said[1]) < 1, f"stop() took {said[1]} s"
    assert (said[2], said[3]) == ("0", "None"), said[0]
