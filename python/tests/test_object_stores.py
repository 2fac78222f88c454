# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and page logs in object stores, on emulators: kills, two drivers at once, and what each poll costs."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from apis import Feed
from emulated import Answer, Emulated, Request
from live import PAGE, growing, live_api, record
from object_stores import CLASS_PATH, S3, Gcs, ObjectStore
from process import Driver
from pyspark.sql import SparkSession
from query import Query
from waiting import wait_until

SCHEMA = "id BIGINT, timestamp BIGINT, text STRING"
LOG = "sources/0/"
"""The page log in a checkpoint."""

STORES = {"s3": S3, "gcs": Gcs}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ObjectStore]]:
    with ExitStack() as running:
        yield {name: running.enter_context(store(tmp_path_factory.mktemp(name))) for name, store in STORES.items()}


@pytest.fixture(params=list(STORES))
def store(request: pytest.FixtureRequest, stores: dict[str, ObjectStore]) -> ObjectStore:
    return stores[request.param]


def query_on(store: ObjectStore, api: Emulated, folder: Path, **options: Any) -> Query:
    return Query(api, folder, SCHEMA, checkpoint=store.url(folder.name), store=store.conf(), **options)


def conf_of(*stores: ObjectStore) -> dict[str, str]:
    """Settings of a session that uses all of them."""
    confs = [store.conf() for store in stores]
    paths = ":".join(conf[CLASS_PATH] for conf in confs)
    return {name: value for conf in confs for name, value in conf.items()} | {CLASS_PATH: paths}


def must_be_clean(store: ObjectStore, log: str) -> None:
    """The folder of a page log contains only files that a page log has, and manifests name all pages."""
    names = store.names(f"{log}/")
    manifests = [json.loads(store.text(f"{log}/{name}")) for name in names if name.startswith("manifests/")]
    named = {manifest["file"]["name"] for manifest in manifests}
    assert {name.partition("/")[2] for name in names if name.startswith("pages/")} == named
    assert Counter(name.partition("/")[0] for name in names if "/" in name)["epochs"] == 1, names
    folders = {"epochs", "manifests", "pages", "last-poll.json", "run-starts.json"}
    assert {name.partition("/")[0] for name in names} <= folders, names


@pytest.mark.slow
def test_of_many_writers_on_an_object_store_exactly_one_gets_each_name(
    stores: dict[str, ObjectStore], tmp_path: Path
) -> None:
    writers, names = 8, [f"manifests/{n}" for n in range(40)]
    urls = [store.url("contended") for store in stores.values()]
    arguments = {"conf": conf_of(*stores.values()), "urls": urls, "writers": writers, "names": names}
    with Driver("store_writers.py", json.dumps(arguments), log=tmp_path / "log") as driver:
        assert driver.wait(240) == 0, driver.output()
    for store, line in zip(stores.values(), driver.output().splitlines()[-len(stores) :]):
        got = json.loads(line)
        assert sum(map(len, got)) == len(names), f"names that a writer got: {[len(mine) for mine in got]}"
        for writer, mine in enumerate(got):
            assert all(store.text(f"contended/{name}") == f"writer {writer}" for name in mine), "another's content"
        assert sorted(store.names("contended/")) == sorted(names), "other objects are left"
        assert len([mine for mine in got if mine]) > 1, "one writer was always first: this shows nothing"
        assert store.counted("contended/")["copy"] == 0, "a rename is a copy, which replaces what exists"


def test_a_stream_with_its_checkpoint_in_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    """Counts the requests of the page log, apart from Spark's own files, which cost more.

    Then the driver is killed when a manifest is in the store and the response is not: the records come from the store.
    """
    polls, batches = 10, 5
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    log = f"{tmp_path.name}/{LOG}"
    with live_api(feed) as api:
        query = query_on(store, api, tmp_path, streaming_interval=0.2, retain_batches=1)

        def await_polls(count: int) -> None:
            begin = len(api.requests)
            wait_until(lambda: len(api.requests) >= begin + count, f"{count} polls", seconds=120)

        def add_page(page: int) -> None:
            feed.add(*(record((page - 1) * PAGE + n) for n in range(1, PAGE + 1)))

        with query.driver() as first:
            query.await_batches(first, 1)
            await_polls(3)
            idle = Cost.since_now(store, api)
            await_polls(polls)
            idle.print("idle", log)
            assert idle.writes(log) == 0, "an idle poll wrote something"
            full = Cost.since_now(store, api)
            for page in range(2, batches + 2):
                add_page(page)
                query.await_batches(first, page)
            await_polls(2)
            full.print(f"{batches} batches of {PAGE} records", log)
            full.print("Spark's own files, the same batches", tmp_path.name, but=log)
            assert idle.counted(log)["list"] + full.counted(log)["list"] == 0, "something was listed"
            killed = store.spring("put", f"{LOG}manifests/", first.kill, after=True)
            add_page(batches + 2)
            assert killed.wait(120), first.output()
        last, requests = (batches + 2) * PAGE, len(api.requests)
        query.drain()
        polled = [int(request.query["from"]) for request in api.requests[requests:]]
        assert polled and min(polled) >= last, f"a page that is in the store was requested again: {polled}"
    query.must_hold_once(spark, last)
    must_be_clean(store, log.rstrip("/"))


@dataclass
class Cost:
    """Requests at a store and at an API, since a moment."""

    store: ObjectStore
    api: Emulated
    begin: int
    polls: int

    @classmethod
    def since_now(cls, store: ObjectStore, api: Emulated) -> Cost:
        return cls(store, api, len(store.requests), len(api.requests))

    def counted(self, folder: str) -> Counter[str]:
        return self.store.counted(folder, self.begin)

    def writes(self, folder: str) -> int:
        counted = self.counted(folder)
        return counted.total() - counted["head"] - counted["get"] - counted["list"]

    def print(self, what: str, folder: str, but: str = " ") -> None:
        counted = self.counted(folder) - self.counted(but)
        sizes = self.store.body_bytes(folder, self.begin) - self.store.body_bytes(but, self.begin)
        polls = len(self.api.requests) - self.polls
        print(f"{self.store.scheme}: {what}, {polls} polls: {dict(counted)}, {sizes} bytes")


# The request during which a driver is killed: before the store gets it, or after that, without a response.
KILLS = [
    (operation, folder, after)
    for operation, folder in (
        ("put", "/.metadata"),
        ("put", f"{LOG}epochs/"),
        ("put", f"{LOG}last-poll.json"),
        ("put", f"{LOG}pages/"),
        ("put", f"{LOG}manifests/"),
        ("put", "/offsets/"),
        ("put", "/commits/"),
        ("put", f"{LOG}run-starts.json"),
        ("delete", f"{LOG}epochs/"),
        ("delete", f"{LOG}manifests/"),
        ("delete", f"{LOG}pages/"),
    )
    for after in (False, True)
]
# A driver that lives for some seconds starts faster without the optimizing compiler.
SHORT_LIVED = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
# And at any moment, in seconds after the first batch of a run.
MOMENTS = (0.4, 1.1)


@pytest.mark.slow
def test_killed_drivers_with_a_checkpoint_in_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    feed = Feed(*(record(n) for n in range(1, PAGE + 1)))
    kills = 0
    with live_api(feed) as api, growing(feed, PAGE + 1) as maker:
        query = query_on(store, api, tmp_path, conf=SHORT_LIVED, retain_batches=1)
        for operation, folder, after in KILLS:
            with query.driver() as driver:
                sprung = store.spring(operation, folder, driver.kill, after=after)
                assert sprung.wait(240), f"{operation} {folder}: {driver.output()}"
                kills += 1
                print(f"{store.scheme}: killed {'after' if after else 'before'} {operation} {folder}", flush=True)
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
                assert older.wait(400) == 1, "a driver that another one replaced should fail"
                # Spark may see it first, in its log of batches.
                told = (
                    "[REST_NEWER_RUN]",
                    "CONCURRENT_STREAM_LOG_UPDATE",
                    "Multiple streaming queries are concurrently",
                )
                assert any(text in older.output() for text in told), older.output()
                query.await_batches(newer, query.delivered_batches() + 2)
                newer.kill()
        maker.stop()
        made = maker.made
        query.drain()
    query.must_hold_once(spark, made)


@pytest.mark.slow
def test_a_large_batch_is_replayed_from_an_object_store(
    spark: SparkSession, store: ObjectStore, tmp_path: Path
) -> None:
    records = 100_000
    feed = Feed(*(record(n) | {"text": f"{n:0100d}"} for n in range(1, records + 1)))

    def answer(request: Request) -> Answer:
        start = int(request.query["from"])
        return Answer({"data": feed.since(lambda r: r["id"] >= start, records)})

    with Emulated(answer) as api:
        query = query_on(store, api, tmp_path, batch_size=records)
        with query.driver() as first:
            # The batch is in Spark's log, and the sink has nothing of it.
            killed = store.spring("copy", "/offsets/", first.kill, after=True)
            assert killed.wait(240), first.output()
        begin = len(store.requests)
        with query.driver() as second:
            wait_until(lambda: bool(store.counted("/commits/", begin)["put"]), "the batch to be committed", seconds=240)
            second.kill()
        read = [r for r in store.requests[begin:] if r.operation == "get" and r.is_in(f"{LOG}pages/")]
        print(f"{store.scheme}: {records} records in {sum(r.received for r in read)} bytes by {len(read)} requests")
        query.drain()
    query.must_hold_once(spark, records)
    received = sum(r.received for r in read)
    assert records * 100 < received, "the batch did not come from the store"
    assert received < records * 200, "bytes were read more than once"
