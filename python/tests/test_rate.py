# SPDX-License-Identifier: Apache-2.0
"""Limits: 429, `Retry-After` and quota headers of an API, and `maxRequestRate` as the server sees it."""

from __future__ import annotations

import os
import signal
import time
from bisect import bisect_left
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from apis import Feed, numbered
from collected import collecting
from emulated import Answer, Emulated, Request
from live import growing, live_api
from processes import process_at
from pyspark.sql import SparkSession
from query import Query
from stopping import assert_stops, begin
from streams import ids_of
from waiting import wait_until

from spark_rest import read_rest_stream


class Counted:
    """An API of endless ids, one per page. It records the arrival of each request before it responds."""

    def __init__(self, parameter: str = "start_id", watched: bool = False) -> None:
        self.arrivals: list[float] = []
        self._processes: dict[tuple[int, int], int] = {}
        self._parameter = parameter
        self._watched = watched
        self.api = Emulated(self._answer)

    def _answer(self, request: Request) -> Answer:
        self.arrivals.append(time.monotonic())
        if self._watched and request.connection not in self._processes:
            self._processes[request.connection] = process_at(request.connection)
        return Answer([{"id": max(1, int(request.query[self._parameter]))}])

    @property
    def senders(self) -> list[int]:
        """Processes that sent requests, in the order of their connections."""
        return list(self._processes.values())

    def most_within(self, seconds: float, since: float = 0) -> int:
        """The maximum over all half-open windows of that length."""
        times = sorted(at for at in self.arrivals if at >= since)
        return max((bisect_left(times, at + seconds) - i for i, at in enumerate(times)), default=0)

    def used(self, since: float, seconds: float, windows: int) -> float:
        """The average number of requests per window, from the first request after `since`."""
        first = next(at for at in sorted(self.arrivals) if at >= since)
        return sum(first <= at < first + seconds * windows for at in self.arrivals) / windows

    def await_use(self, requests: int, seconds: float, since: float, what: str) -> None:
        wait_until(lambda: self.most_within(seconds, since) >= requests, what, 60)

    def await_askers(self, processes: int) -> None:
        wait_until(lambda: len(set(self.senders)) >= processes, f"requests of {processes} processes", 120)

    def await_time(self, since: float, seconds: float) -> None:
        """Waits until `seconds` after the first request that follows `since`."""
        wait_until(lambda: any(at >= since for at in self.arrivals), "a request", seconds=90)
        first = next(at for at in self.arrivals if at >= since)
        time.sleep(max(0.0, first + seconds - time.monotonic()))


def test_the_rate_is_used_fully_and_never_exceeded_over_a_restart(spark: SparkSession, tmp_path: Path) -> None:
    counted = Counted()
    with counted.api as api:
        stream = ids_of(spark, api, streaming_interval=0, max_request_rate="60/2s")
        for run in range(2):
            began = time.monotonic()
            query = begin(stream, tmp_path)
            # As soon as the machine can reach it. In the second run, the requests of the first run still count.
            counted.await_use(57, 2, began, f"use of the rate in run {run}")
            counted.await_time(began, 3)
            query.stop()
    assert counted.most_within(2) <= 60


def on_two_executors(api: Emulated, folder: Path) -> Query:
    return Query(
        api,
        folder,
        "id BIGINT",
        conf={"spark.master": "local-cluster[2,1,1024]"},
        streaming_interval=0,
        max_request_rate="100/3.6s",
    )


@pytest.mark.slow
def test_the_rate_holds_over_two_executors_with_a_lost_one_and_a_killed_driver(
    spark: SparkSession, tmp_path: Path
) -> None:
    seconds, windows = 3.6, 5
    counted = Counted("from", watched=True)
    with counted.api as api:
        query = on_two_executors(api, tmp_path)
        starts = []
        for _ in range(2):
            starts.append(time.monotonic())
            with query.driver() as driver:
                # The first window warms up the JVMs. Windows of the second run start after the loss.
                counted.await_time(starts[-1], seconds * (windows + 2))
                assert driver.is_running(), driver.output()
                if len(starts) == 1:
                    os.kill(counted.senders[-1], signal.SIGKILL)
                    counted.await_time(time.monotonic(), seconds)
                assert driver.is_running(), driver.output()
                driver.kill()
    assert counted.most_within(seconds) <= 100
    assert len(set(counted.senders)) >= 4, "two executors in each run"
    for start in starts:
        steady = next(at for at in counted.arrivals if at >= start) + seconds
        assert counted.used(steady, seconds, windows) >= 95


@pytest.mark.slow
def test_the_rate_holds_over_two_executors_and_a_killed_driver(spark: SparkSession, tmp_path: Path) -> None:
    """A shorter version for each commit. It lasts until each run has used the rate once."""
    seconds = 3.6
    counted = Counted("from", watched=True)
    with counted.api as api:
        query = on_two_executors(api, tmp_path)
        for run in (1, 2):
            began = time.monotonic()
            with query.driver() as driver:
                counted.await_askers(2 * run)
                counted.await_use(95, seconds, began, f"use of the rate in run {run}")
                assert driver.is_running(), driver.output()
                driver.kill()
    assert counted.most_within(seconds) <= 100


class Redirecting(Counted):
    """Each request is redirected once."""

    def _answer(self, request: Request) -> Answer:
        if request.path != "/data":
            return super()._answer(request)
        self.arrivals.append(time.monotonic())
        return Answer({}, status=302, headers={"Location": request.target.replace("/data", "/there")})


@pytest.mark.parametrize("most", [3, 10])
def test_redirects_count_towards_the_rate(spark: SparkSession, tmp_path: Path, most: int) -> None:
    """An odd limit leaves one request, which is too few for a redirected request."""
    counted = Redirecting()
    with counted.api as api:
        query = begin(ids_of(spark, api, streaming_interval=0, max_request_rate=f"{most}/s"), tmp_path)
        counted.await_time(0, 4)
        metrics = query.recentProgress[-1]["sources"][0]["metrics"]
        query.stop()
    assert counted.most_within(1) <= most
    assert len(counted.arrivals) >= 6, "it goes on"
    assert metrics["failedPolls"] == "0"


def test_redirects_of_schema_inference_count_too(spark: SparkSession, tmp_path: Path) -> None:
    """At each start, although the connector reads the checkpoint and its notes of the last run later."""
    counted = Redirecting()
    with counted.api as api:
        for run in (1, 2):
            stream = ids_of(spark, api, schema=None, streaming_interval=0, max_request_rate="8/60s", max_retries=0)
            query = begin(stream, tmp_path)
            # Two requests for each schema, and two for the next page in the first run. The window allows no more.
            counted.await_use(2 + 2 * run, 60, 0, f"requests of run {run}")
            time.sleep(2)
            query.stop()
    assert counted.most_within(60) <= 8


def test_a_batch_read_respects_the_rate_too(spark: SparkSession) -> None:
    arrivals: list[float] = []

    def answer(request: Request) -> Answer:
        arrivals.append(time.monotonic())
        page = int(request.query["page"])
        return Answer([{"id": page}] if page <= 12 else [])

    with Emulated(answer) as api:
        reader = spark.read.format("rest").schema("id BIGINT").option("url", f"{api.url}/data")
        reader = reader.option("offsetType", "snapshot").option("pagination", "page")
        rows = reader.option("maxRequestRate", "5/s").load().collect()
    assert sorted(row.id for row in rows) == list(range(1, 13))
    assert all(b - a >= 1 for a, b in zip(arrivals, arrivals[5:]))


def obsolete_850(at: float) -> str:
    return time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(at))


FORMS: list[Callable[[], tuple[str, float]]] = [
    # The header, and the time until which the stream must wait.
    lambda: ("1", time.time() + 1),
    lambda: ("0.5", time.time() + 0.5),
    lambda: (formatdate(int(time.time()) + 2, usegmt=True), int(time.time()) + 2.0),
    lambda: (obsolete_850(int(time.time()) + 2), int(time.time()) + 2.0),
    lambda: (time.asctime(time.gmtime(int(time.time()) + 2)), int(time.time()) + 2.0),
]


def test_a_live_stream_obeys_all_forms_of_retry_after(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed()
    live = live_api(feed)
    waits: list[tuple[str, float, int]] = []

    def answer(request: Request) -> Answer:
        number = len(api.requests)
        if number % 4 == 0 and len(waits) < len(FORMS):
            form, until = FORMS[len(waits) % len(FORMS)]()
            waits.append((form, until, number))
            return Answer({"error": "slow down"}, status=(429, 503, 403)[len(waits) % 3], headers={"Retry-After": form})
        return live.answer(request)

    with Emulated(answer) as api, growing(feed) as maker:
        options: dict[str, Any] = {"offset_type": "incremental", "offset_field": "id", "streaming_interval": 0.05}
        stream = read_rest_stream(spark, f"{api.url}/data?from={{id}}", schema="id BIGINT", **options)
        with collecting(stream, tmp_path) as got:
            wait_until(lambda: len(waits) == len(FORMS), "the waits", seconds=60)
            api.await_polls(3)
            maker.stop()
            got.await_rows(maker.made)
            wait_until(lambda: len(got.rows()) == maker.made, "all rows")
            assert sorted(row.id for row in got.rows()) == list(range(1, maker.made + 1))
    for form, until, number in waits:
        # `number` counts the request itself. HTTP dates have a resolution of a second.
        assert api.requests[number].at >= until - 0.02, f"{form}: {until - api.requests[number].at} s too early"


def test_a_used_up_quota_is_visible_in_the_progress(spark: SparkSession, tmp_path: Path) -> None:
    with numbered(lambda: 1000, most=100) as api:
        answers = api.answer

        def limited(request: Request) -> Answer:
            found = answers(request)
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(time.time() + 0.4)}
            return Answer(found.body, headers=headers)

        api.answer = limited
        query = begin(ids_of(spark, api, streaming_interval=0), tmp_path)
        api.await_requests(6)
        wait_until(lambda: len([p for p in query.recentProgress if p["numInputRows"]]) >= 4, "batches")
        metrics = query.recentProgress[-1]["sources"][0]["metrics"]
        query.stop()
    assert metrics["quotaLeft"] == "0"
    assert int(metrics["rateLimitWaitMs"]) >= 400
    assert min(b.at - a.at for a, b in zip(api.requests, api.requests[1:])) > 0.35


@pytest.mark.parametrize("trigger", [{"processingTime": "0 seconds"}, {"availableNow": True}], ids=["always", "now"])
def test_stop_while_the_rate_is_used_up(spark: SparkSession, tmp_path: Path, trigger: dict[str, Any]) -> None:
    with numbered(lambda: 1000, most=1) as api:
        query = begin(ids_of(spark, api, streaming_interval=0, max_request_rate="2/h"), tmp_path, **trigger)
        api.await_requests(2)
        time.sleep(0.5)
        assert len(api.requests) == 2
        assert_stops(spark, api, query)
