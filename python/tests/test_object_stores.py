# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and page logs in object stores, on emulators: kills, two drivers at once, and what each poll costs."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from apis import Feed
from emulated import Answer, Emulated, Request
from live import PAGE, growing, live_api, record
from object_stores import Gcs, ObjectStore, S3
from process import Driver
from pyspark.sql import SparkSession
from query import Query
from waiting import wait_until

SCHEMA = "id BIGINT, timestamp BIGINT, text STRING"
LOG = "sources/0/"
"""The page log in a checkpoint."""

STORES = {"s3": S3, "gcs": Gcs}


@pytest.fixture(scope="module", params=list(STORES))
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with STORES[request.param](tmp_path_factory.mktemp("store")) as running:
        yield running


def query_on(store: ObjectStore, api: Emulated, folder: Path, **options: object) -> Query:
    return Query(api, folder, SCHEMA, checkpoint=store.url(folder.name), store=store.conf(), **options)


def must_be_clean(store: ObjectStore, log: str) -> None:
    """The folder of a page log contains only files that a page log has, and manifests name all pages."""
    names = store.names(f"{log}/")
    manifests = [json.loads(store.text(f"{log}/{name}")) for name in names if name.startswith("manifests/")]
    named = {manifest["file"]["name"] for manifest in manifests}
    assert {name.partition("/")[2] for name in names if name.startswith("pages/")} == named
    assert Counter(name.partition("/")[0] for name in names if "/" in name)["epochs"] == 1, names
    folders = {"epochs", "manifests", "pages", "last-poll.json", "run-starts.json"}
    assert {name.partition("/")[0] for name in names} <= folders, names


def test_of_many_writers_on_an_object_store_exactly_one_gets_each_name(store: ObjectStore, tmp_path: Path) -> None:
    writers, names = 8, [f"manifests/{n}" for n in range(40)]
    arguments = {"conf": store.conf(), "url": store.url("contended"), "writers": writers, "names": names}
    with Driver("store_writers.py", json.dumps(arguments), log=tmp_path / "log") as driver:
        assert driver.wait(120) == 0, driver.output()
    got = json.loads(driver.output().splitlines()[-1])
    assert sum(map(len, got)) == len(names), f"names that a writer got: {[len(mine) for mine in got]}"
    for writer, mine in enumerate(got):
        assert all(store.text(f"contended/{name}") == f"writer {writer}" for name in mine), "another writer's content"
    assert sorted(store.names("contended/")) == sorted(names), "other objects are left"
    assert len([mine for mine in got if mine]) > 1, "one writer was always first: this shows nothing"
    assert store.counted("contended/")["copy"] == 0, "a rename is a copy, which replaces what exists"


def test_a_stream_with_its_checkpoint_in_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    """Killed when a manifest is in the store and its response is not: the records are replayed from there."""
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    with live_api(feed) as api:
        query = query_on(store, api, tmp_path)
        with query.driver() as first:
            query.await_batches(first, 1)
            killed = store.spring("put", f"{LOG}manifests/", first.kill, after=True)
            feed.add(*(record(n) for n in range(PAGE + 1, 2 * PAGE + 1)))
            assert killed.wait(60), first.output()
        requests = len(api.requests)
        query.drain()
        assert all("from=1" not in r.target for r in api.requests[requests:]), "a page that was stored was polled again"
    query.must_hold_once(spark, 2 * PAGE)
    must_be_clean(store, f"{tmp_path.name}/{LOG}".rstrip("/"))


# What a driver asks of the store when it is killed: before it happens, or after it without a response.
KILLS = [
    (operation, folder, after)
    for operation, folder in (
        ("put", "/.metadata"),
        ("put", f"{LOG}epochs/"),
        ("put", f"{LOG}run-starts.json"),
        ("put", f"{LOG}last-poll.json"),
        ("put", f"{LOG}pages/"),
        ("put", f"{LOG}manifests/"),
        ("delete", f"{LOG}epochs/"),
        ("delete", f"{LOG}manifests/"),
        ("delete", f"{LOG}pages/"),
        ("put", "/offsets/"),
        ("put", "/commits/"),
    )
    for after in (False, True)
]
# And at any moment, in seconds after the first batch of a run.
MOMENTS = (0.3, 0.7, 1.1, 1.6)


@pytest.mark.slow
def test_killed_drivers_with_a_checkpoint_in_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    kills = 0
    with live_api(feed) as api, growing(feed, PAGE + 1) as maker:
        query = query_on(store, api, tmp_path, retain_batches=1)
        for operation, folder, after in KILLS:
            with query.driver() as driver:
                sprung = store.spring(operation, folder, driver.kill, after=after)
                wait_until(lambda: sprung.is_set() or not driver.is_running(), f"{operation} {folder}", seconds=90)
                assert sprung.is_set(), driver.output()
                kills += 1
        for seconds in MOMENTS:
            with query.driver() as driver:
                query.await_batches(driver, query.delivered_batches() + 1)
                time.sleep(seconds)
                driver.kill()
                kills += 1
        maker.stop()
        made = maker.made
        query.drain()
    query.must_hold_once(spark, made)
    print(f"{store.scheme}: {kills} kills, {made} records: 0 lost, 0 repeated")
    must_be_clean(store, f"{tmp_path.name}/{LOG}".rstrip("/"))
    assert kills >= 20


@pytest.mark.slow
def test_two_drivers_on_one_checkpoint_in_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    with live_api(feed) as api, growing(feed, PAGE + 1) as maker:
        query = query_on(store, api, tmp_path)
        with query.driver("older") as older:
            query.await_batches(older, 1)
            with query.driver("newer") as newer:
                assert older.wait(120) == 1, "a driver that another one replaced should fail"
                # Spark may see it first, in its log of batches.
                told = ("[REST_NEWER_RUN]", "CONCURRENT_STREAM_LOG_UPDATE", "Multiple streaming queries are concurrently")
                assert any(text in older.output() for text in told), older.output()
                query.await_batches(newer, query.delivered_batches() + 2)
                newer.kill()
        maker.stop()
        made = maker.made
        query.drain()
    query.must_hold_once(spark, made)


@pytest.mark.slow
def test_a_large_batch_is_replayed_from_an_object_store(spark: SparkSession, store: ObjectStore, tmp_path: Path) -> None:
    records = 100_000
    feed = Feed(*(record(n) | {"text": f"{n:0100d}"} for n in range(1, records + 1)))

    def answer(request: Request) -> Answer:
        start = int(request.query["from"])
        return Answer({"data": feed.since(lambda r: r["id"] >= start, records)})

    with Emulated(answer) as api:
        query = query_on(store, api, tmp_path, batch_size=records)
        with query.driver() as first:
            killed = store.spring("put", "/commits/", first.kill, after=False)
            assert killed.wait(240), first.output()
        begin = len(store.requests)
        with query.driver() as second:
            wait_until(lambda: bool(store.counted("/commits/", begin)["put"]), "the batch to be committed", seconds=240)
            second.kill()
        read = [r for r in store.requests[begin:] if r.operation == "get" and r.is_in(f"{LOG}pages/")]
        print(f"{store.scheme}: {records} records in {sum(r.received for r in read)} bytes by {len(read)} requests")
        query.drain()
    query.must_hold_once(spark, records)
    assert sum(r.received for r in read) > records * 100, "the batch did not come from the store"


def test_what_polls_cost_at_an_object_store(store: ObjectStore, tmp_path: Path) -> None:
    """Per poll and batch, of the page log alone: Spark's own files cost more, and are Spark's."""
    polls = 20
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    with live_api(feed) as api:
        query = query_on(store, api, tmp_path, streaming_interval=0.2)
        log = f"{tmp_path.name}/{LOG}"
        with query.driver() as driver:
            query.await_batches(driver, 1)

            def await_polls(count: int) -> None:
                begin = len(api.requests)
                wait_until(lambda: len(api.requests) >= begin + count, f"{count} polls", seconds=60)

            await_polls(3)
            begin, first = len(store.requests), len(api.requests)
            await_polls(polls)
            idle, idle_polls = store.counted(log, begin), len(api.requests) - first
            idle_bytes = store.bytes(log, begin)
            begin, batches = len(store.requests), query.delivered_batches()
            for n in range(1, polls + 1):
                feed.add(*(record(n * PAGE + m) for m in range(1, PAGE + 1)))
                query.await_batches(driver, batches + n)
            await_polls(2)
            full, spark_own = store.counted(log, begin), store.counted(tmp_path.name, begin)
            full_bytes = store.bytes(log, begin)
            driver.kill()
    spark_own -= full
    print(f"{store.scheme}: {idle_polls} idle polls: {dict(idle)}, {idle_bytes} bytes")
    print(f"{store.scheme}: {polls} batches of {PAGE} records: {dict(full)}, {full_bytes} bytes; Spark: {dict(spark_own)}")
    assert idle["put"] + idle["copy"] + idle["delete"] + idle["other"] == 0, f"an idle poll wrote: {idle}"
    assert idle["list"] + full["list"] == 0, f"something was listed: {idle}, {full}"
