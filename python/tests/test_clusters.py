# SPDX-License-Identifier: Apache-2.0
"""Polls and batches on executors: where they run, and that the death of an executor loses and repeats nothing."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from collected import batches
from event_log import Task, event_log_conf, tasks
from process import Driver
from processes import bytes_read, executor_id
from pyspark.sql import SparkSession
from query import LOCAL_CLUSTER
from standalone import HOSTS, Standalone, cannot_have_own_disk
from waiting import wait_until
from watched import PAGE, ClusterQuery, Watched, page


def test_an_executor_killed_between_poll_and_read_loses_nothing(spark: SparkSession, tmp_path: Path) -> None:
    watched = Watched()
    with watched.api:
        query = ClusterQuery(tmp_path, watched, {"spark.master": LOCAL_CLUSTER})
        # Polls continue, but a batch only starts every ten seconds. The kill falls between a poll and its batch.
        with query.driver(trigger={"processingTime": "10 seconds"}) as driver:
            wait_until(lambda: len(watched.senders) >= 2 or not driver.is_running(), "polls", seconds=120)
            assert driver.is_running(), driver.output()
            pages = kills = 0
            while kills == 0:
                assert pages < 5, "no poll was over before a batch began"
                begun = batches(query.checkpoint)
                watched.feed.add(*page(pages))
                pages += 1
                wait_until(lambda: len(query.manifests()) == pages, "the poll to count")  # noqa: B023
                _, poller = watched.given[-1]
                os.kill(poller, signal.SIGKILL)
                kills = 1 if batches(query.checkpoint) == begun else 0
            location = query.manifests()[-1]["file"]["location"]
            assert location.startswith("executor_"), f"the pages were cached at {location!r}"
            query.await_batches(driver, len(begun) + 1)
            watched.feed.add(*page(pages))
            pages += 1
            query.await_batches(driver, len(begun) + 2)
        query.drain()
    query.must_hold_once(spark, pages * PAGE)
    assert watched.first_ids == [n * PAGE + 1 for n in range(pages)], "a page was requested again"


@pytest.mark.slow
def test_an_executor_killed_in_the_middle_of_a_poll_loses_nothing(spark: SparkSession, tmp_path: Path) -> None:
    watched = Watched()
    with watched.api as api:
        query = ClusterQuery(tmp_path, watched, {"spark.master": LOCAL_CLUSTER})
        with query.driver() as driver:
            watched.feed.add(*page(0))
            query.await_batches(driver, 1)
            watched.feed.add(*page(1))
            api.stall_seconds = 20
            assert api.stalled.wait(60), "no request came"
            # A response without records may have been stalled before.
            wait_until(lambda: len(query.unnamed()) == 1, "half a page file", seconds=60)
            api.stall_seconds = 0
            first, poller = watched.given[-1]
            half = query.unnamed()
            os.kill(poller, signal.SIGKILL)
            query.await_batches(driver, 2)
            watched.feed.add(*page(2))
            query.await_batches(driver, 3)
            assert half == query.unnamed(), "the half page file counts, or is gone before the next run"
        again = [process for start, process in watched.given if start == first]
        assert len(again) == 2 and again[1] != poller, f"the poll was not tried again elsewhere: {watched.given}"
        query.drain()
    query.must_hold_once(spark, 3 * PAGE)
    assert not query.unnamed(), "the next run did not sweep the half page file"


class Pairs:
    """Holds a response until it is requested twice, so that a poll and its copy always run at the same time."""

    def __init__(self, pages: int) -> None:
        self._pairs = {n * PAGE + 1: threading.Barrier(2) for n in range(pages)}

    def __call__(self, start: int) -> None:
        if start in self._pairs:
            self._pairs[start].wait(60)


def speculating(standalone: Standalone, events: Path) -> dict[str, str]:
    """Spark copies each task that takes longer than a second, and logs its tasks."""
    return {
        "spark.master": standalone.master,
        "spark.speculation": "true",
        "spark.speculation.task.duration.threshold": "1s",
    } | event_log_conf(events)


@pytest.mark.slow
def test_a_poll_that_runs_twice_at_once_counts_once(
    spark: SparkSession, tmp_path: Path, standalone: Standalone
) -> None:
    pages = 4
    watched = Watched(hold=Pairs(pages))
    for n in range(pages):
        watched.feed.add(*page(n))
    with watched.api:
        events = tmp_path / "events"
        query = ClusterQuery(tmp_path, watched, speculating(standalone, events), initial_offset=1)
        with query.driver() as driver:
            query.await_batches(driver, pages)
        for first in range(1, pages * PAGE, PAGE):
            senders = [process for start, process in watched.given if start == first]
            assert len(set(senders)) == 2, f"the page from {first} was requested by {senders}, not by two executors"
        copies = [t for t in tasks(events) if t.batch is None and t.speculative]
        assert copies, "Spark wrote down no speculative poll"
        assert [sum(p["records"] for p in m["file"]["pages"]) for m in query.manifests()] == [PAGE] * pages
        query.drain()
    query.must_hold_once(spark, pages * PAGE)
    assert not query.unnamed(), "the next run did not delete the files of the losing copies"


@pytest.mark.slow
def test_a_slow_poll_under_a_rate_counts_although_spark_copies_its_task(
    spark: SparkSession, tmp_path: Path, standalone: Standalone
) -> None:
    """The copy sends no request. If it reported first, Spark would kill each poll that takes longer."""
    watched = Watched(hold=lambda _: time.sleep(3))
    watched.feed.add(*page(0))
    with watched.api:
        events = tmp_path / "events"
        query = ClusterQuery(
            tmp_path, watched, speculating(standalone, events), initial_offset=1, max_request_rate="50/s"
        )
        with query.driver() as driver:
            query.await_batches(driver, 1)
        copies = [t for t in tasks(events) if t.batch is None and t.speculative]
        assert copies, "Spark wrote down no speculative poll"
        assert [start for start, _ in watched.given].count(1) == 1, f"a poll was killed: {watched.given}"


class Silence:
    """After the start, no request gets a response until the end. The poll that waits then is the last poll."""

    def __init__(self) -> None:
        self._began, self._ended = threading.Event(), threading.Event()

    def __call__(self, start: int) -> None:
        if self._began.is_set():
            self._ended.wait(120)

    def begin(self) -> None:
        self._began.set()

    def end(self) -> None:
        self._ended.set()


@pytest.mark.slow
def test_executors_poll_and_read_from_memory(tmp_path: Path, standalone: Standalone) -> None:
    """Executors poll, and read the polled records from memory.

    The driver sees no record, and nothing is polled twice.
    """
    warm_up, pages = 5, 65
    silence = Silence()
    watched = Watched(hold=silence)
    with watched.api as api:
        events = tmp_path / "events"
        # Long enough for a task to wait for its preferred executor.
        conf = {"spark.master": standalone.master, "spark.locality.wait": "60s"}
        query = ClusterQuery(tmp_path, watched, conf | event_log_conf(events))
        with query.driver() as driver:
            for n in range(warm_up):
                watched.feed.add(*page(n))
                query.await_batches(driver, n + 1)
            jvm = driver_jvm(driver)
            executors = {executor_id(process): process for process in watched.senders}
            read_before = {process: bytes_read(process) for process in [jvm, *executors.values()]}
            for n in range(warm_up, pages):
                watched.feed.add(*page(n))
            query.await_batches(driver, pages)
            silence.begin()
            # The request that the API still holds is not finished.
            wait_until(
                lambda: int(metrics(driver).get("polls", "0")) >= len(api.requests) - 1, "a metric for each poll"
            )
            read = {process: bytes_read(process) - before for process, before in read_before.items()}
            assert watched.first_ids == [n * PAGE + 1 for n in range(pages)], "a page was requested again"
            silence.end()
    assert jvm not in watched.senders, "the driver polled"
    assert set(watched.senders) <= set(executors.values()), "another process polled"
    polled = sum(m["file"]["bytes"] for m in query.manifests()[warm_up:])
    assert polled > 50 << 20
    ended = tasks(events)
    largest = max(t.result_bytes for t in ended)
    by_executors = sum(read[process] for process in executors.values())
    print(f"polled {polled:,} bytes; the driver read {read[jvm]:,}, the executors {by_executors:,}")
    print(f"largest result of {len(ended)} tasks: {largest:,} bytes; {Counter(t.locality for t in ended)}")
    assert largest < 8 << 10, f"a task sent {largest} bytes to the driver"
    assert read[jvm] < polled / 2, f"the driver read {read[jvm]:,} bytes while {polled:,} were polled"
    # Each byte is read once, from the API. A second read would come from disk.
    assert by_executors < polled * 1.5, f"the executors read {by_executors:,} bytes for {polled:,} that were polled"
    must_run_where_polled(query, [t for t in ended if t.batch is not None])


def must_run_where_polled(query: ClusterQuery, read: list[Task]) -> None:
    """Each page is a batch here."""
    where = {n: m["file"]["location"].rpartition("_")[2] for n, m in enumerate(query.manifests())}
    assert len(set(where.values())) == 2, "one executor did all polls, so this proves nothing"
    assert {t.batch for t in read} >= set(where), "a batch without tasks"
    elsewhere = [t for t in read if t.batch in where and t.executor != where[t.batch]]
    assert not elsewhere, f"{len(elsewhere)} of {len(read)} tasks ran elsewhere than their pages were: {elsewhere[:3]}"
    assert {t.locality for t in read} == {"PROCESS_LOCAL"}


def metrics(driver: Driver) -> dict[str, str]:
    """The last line that the driver printed."""
    lines = [line for line in driver.output().splitlines() if line.startswith("metrics ")]
    found: dict[str, str] = json.loads(lines[-1].removeprefix("metrics ")) if lines else {}
    return found


def driver_jvm(driver: Driver) -> int:
    """The process id that the driver printed."""
    (line,) = [line for line in driver.output().splitlines() if line.startswith("jvm ")]
    return int(line.split()[1])


def test_an_executor_with_another_disk_at_the_page_log_path_sends_no_request(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    obstacle = cannot_have_own_disk(checkpoint)
    if obstacle:
        pytest.skip(f"no private mount namespace: {obstacle}")
    watched = Watched()
    watched.feed.add(*page(0))
    with watched.api as api, Standalone(tmp_path, HOSTS[:1], own_disk_at=checkpoint) as cluster:
        query = ClusterQuery(tmp_path, watched, {"spark.master": cluster.master})
        with query.driver() as driver:
            assert driver.wait(120) == 1, driver.output()
        said = driver.output()
        assert "[REST_LOG_NOT_SHARED]" in said, said
        assert str(checkpoint) in said and "pageLogLocation" in said, said
        assert not api.requests, "a request was sent although its response could not be stored"
