# SPDX-License-Identifier: Apache-2.0
"""Page logs on HDFS, and operations that a page log on a local disk avoids."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from apis import Feed
from collected import finished_batches
from emulated import Answer, Emulated
from hdfs import Hdfs
from live import PAGE, live_api, record
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from query import Query
from waiting import wait_until

from spark_rest import read_rest

PAGE_LOG_FOLDERS = {"epochs", "manifests", "pages", "last-poll.json", "run-starts.json"}


@pytest.fixture(scope="module")
def hdfs(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[str]:
    """The URL of a writable HDFS."""
    with Hdfs(tmp_path_factory.mktemp("hdfs")) as running:
        files = Files(spark, running.url)
        wait_until(files.can_be_written, "HDFS to take a file", seconds=120)
        yield running.url


class Files:
    """A folder in any Hadoop file system, seen from the test."""

    def __init__(self, spark: SparkSession, url: str) -> None:
        self.jvm: Any = spark._jvm
        self.conf = spark._jsc.hadoopConfiguration()
        self._url = url
        self.system = self._path("").getFileSystem(self.conf)

    def _path(self, name: str) -> Any:
        return self.jvm.org.apache.hadoop.fs.Path(f"{self._url}/{name}")

    def list(self, folder: str) -> set[str]:
        """File names. A missing folder has no names."""
        if not self.system.exists(self._path(folder)):
            return set()
        return {status.getPath().getName() for status in self.system.listStatus(self._path(folder))}

    def text(self, name: str) -> str:
        stream = self.system.open(self._path(name))
        try:
            return bytes(stream.readAllBytes()).decode()
        finally:
            stream.close()

    def can_be_written(self) -> bool:
        try:
            self.system.create(self._path("probe"), True).close()
        except Py4JJavaError:
            return False
        return bool(self.system.getStatus().getCapacity() > 0)


class PageLogFiles(Files):
    """A page log, by its file names and manifests."""

    def named(self) -> set[str]:
        return {json.loads(self.text(f"manifests/{name}"))["file"]["name"] for name in self.list("manifests")}

    def unnamed(self) -> set[str]:
        """Lists the files first, because a poll may end meanwhile."""
        files = self.list("pages")
        return files - self.named()

    def must_be_clean(self) -> None:
        """For a run that has ended by itself."""
        assert self.list("") <= PAGE_LOG_FOLDERS, "the folder contains files that do not belong to a page log"
        assert self.list("pages") == self.named(), "page files are left that no manifest names"
        assert len(self.list("epochs")) == 1
        assert not any(name.endswith(".tmp") for name in self.list("manifests") | self.list("epochs"))


SCHEMA = "id BIGINT, timestamp BIGINT, text STRING"


def add(feed: Feed, first: int, last: int) -> None:
    """Larger than the write buffer of a page file, so that half a response leaves half a file."""
    feed.add(*(record(n) | {"text": f"{n:010d}" * 1000} for n in range(first, last + 1)))


@pytest.mark.slow
def test_killed_drivers_lose_nothing_with_a_checkpoint_on_hdfs(spark: SparkSession, tmp_path: Path, hdfs: str) -> None:
    feed = Feed()
    add(feed, 1, 600)
    with live_api(feed) as api:
        query = Query(api, tmp_path, SCHEMA, checkpoint=f"{hdfs}/killed", batch_size=50)
        log = PageLogFiles(spark, f"{hdfs}/killed/sources/0")
        with query.driver() as first:
            query.await_batches(first, 2)
            first.kill()
        assert query.delivered_batches() < 600 / 50, "the run ended before the kill"
        api.stalled.clear()
        api.stall_seconds = 60
        with query.driver() as second:
            assert api.stalled.wait(240), second.output()
            second.kill()
        api.stall_seconds = 0
        add(feed, 601, 700)
        query.drain()
    query.must_hold_once(spark, 700)
    log.must_be_clean()
    assert log.named(), "the newest manifest, which contains the state, is gone"


@pytest.mark.slow
def test_a_zombie_driver_changes_nothing_on_hdfs(spark: SparkSession, tmp_path: Path, hdfs: str) -> None:
    """The driver is frozen in the middle of a response. It wakes up with a page file that another run has deleted."""
    feed = Feed()
    with live_api(feed) as api:
        query = Query(api, tmp_path, SCHEMA, page_log_location=f"{hdfs}/zombie")
        with query.driver("zombie") as zombie:
            add(feed, 1, PAGE)
            query.await_batches(zombie, 1)
            # Otherwise Spark finds the conflict itself, in its log of batches.
            wait_until(lambda: finished_batches(tmp_path / "checkpoint") == [0], "the commit of the batch", seconds=120)
            (folder,) = Files(spark, hdfs).list("zombie")
            log = PageLogFiles(spark, f"{hdfs}/zombie/{folder}")
            api.stall_seconds = 60
            add(feed, PAGE + 1, 2 * PAGE)
            wait_until(lambda: bool(log.unnamed()), "half a page file", seconds=120)
            zombie.freeze()
            half = log.unnamed()
            api.stall_seconds = 0
            with query.driver("heir") as heir:
                query.await_batches(heir, 2)
                assert not half & log.list("pages"), "the half page file was not swept"
                before = log.list("pages"), log.list("manifests"), log.list("epochs")
                zombie.thaw()
                assert zombie.wait(240) == 1, "a driver that another one replaced should fail"
                assert "[REST_NEWER_RUN]" in zombie.output(), zombie.output()
                after = log.list("pages"), log.list("manifests"), log.list("epochs")
                assert after == before, "the zombie wrote or deleted something"
                add(feed, 2 * PAGE + 1, 3 * PAGE)
                query.await_batches(heir, 3)
                heir.kill()
        query.drain()
    query.must_hold_once(spark, 3 * PAGE)
    log.must_be_clean()


def test_of_many_writers_on_hdfs_exactly_one_gets_each_name(spark: SparkSession, hdfs: str) -> None:
    writers, names = 8, [f"manifests/{n}" for n in range(40)]
    files = Files(spark, f"{hdfs}/contended")
    log = files.jvm.io.github.sparkrest.pagelog.store.HadoopLogStore(files.system, files._path(""), True)

    together = Barrier(writers)

    def write(writer: int) -> set[str]:
        # Each writer starts with another name, so that no writer is always first.
        begin = writer * len(names) // writers
        together.wait(60)
        mine = names[begin:] + names[:begin]
        return {name for name in mine if log.writeIfAbsent(name, f"writer {writer}".encode())}

    with ThreadPoolExecutor(writers) as pool:
        written = list(pool.map(write, range(writers)))
    assert sum(map(len, written)) == len(names), f"names that a writer got: {[len(got) for got in written]}"
    for writer, got in enumerate(written):
        assert all(files.text(name) == f"writer {writer}" for name in got), "another writer's content is there"
    assert files.list("manifests") == {name.partition("/")[2] for name in names}, "temporary files are left"
    assert len([got for got in written if got]) > 1, "one writer was always first, so this proves nothing"


def test_a_local_page_log_starts_no_process_for_its_files(tmp_path: Path) -> None:
    polls = 200
    recording = tmp_path / "recording.jfr"
    feed = Feed(*(record(n) for n in range(1, polls * PAGE + 1)))
    with live_api(feed) as api:
        flight_recorder = f"-XX:StartFlightRecording=filename={recording} -XX:FlightRecorderOptions=stackdepth=512"
        conf = {"spark.driver.extraJavaOptions": flight_recorder}
        query = Query(api, tmp_path, SCHEMA, conf=conf, streaming_interval=0.01, batch_size=2000)
        with query.driver(trigger={"availableNow": True}) as driver:
            assert driver.wait(300) == 0, driver.output()
        assert len(api.requests) >= polls
    starts = process_starts(recording)
    assert starts, (
        "no start was recorded, although Spark's checkpoint files start processes: the recording does not work"
    )
    ours = [start for start in starts if any("io.github.sparkrest" in frame for frame in start.frames)]
    print(f"{polls} polls; {len(starts)} processes were started, {len(ours)} of them from here")
    assert not ours, f"{len(ours)} processes were started from the page log, the first: {ours[0]}"


class Start:
    """A started process, and the code that started it."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.command = event["command"]
        self.frames = [frame["method"]["type"]["name"] for frame in event["stackTrace"]["frames"]]

    def __repr__(self) -> str:
        return f"{self.command} by {self.frames}"


def process_starts(recording: Path) -> list[Start]:
    def is_complete() -> bool:
        return subprocess.run(["jfr", "summary", str(recording)], capture_output=True, check=False).returncode == 0

    # The JVM writes the file while it ends, and it may end after its Python program.
    wait_until(is_complete, "the recording")
    command = ["jfr", "print", "--json", "--stack-depth", "512", "--events", "jdk.ProcessStart", str(recording)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    return [Start(event["values"]) for event in json.loads(printed.stdout)["recording"]["events"]]


def test_a_schema_is_kept_on_hdfs_and_grows_there(spark: SparkSession, hdfs: str) -> None:
    records: list[dict[str, object]] = [{"id": 1}]
    with Emulated(lambda _: Answer(records)) as api:

        def read() -> list[tuple[object, ...]]:
            frame = read_rest(
                spark,
                f"{api.url}/data",
                offset_type="incremental",
                offset_field="id",
                schema_location=f"{hdfs}/kept/schema",
            )
            return [tuple(row) for row in frame.select("output.*").orderBy("id").collect()]

        assert read() == [(1,)]
        records.append({"id": 2, "name": "Ann"})
        with pytest.raises((PySparkException, Py4JJavaError), match=r"\[REST_SCHEMA_CHANGED\]"):
            read()
        assert read() == [(1, None), (2, "Ann")]
    assert Files(spark, f"{hdfs}/kept/schema").list("schemas") == {"0.json", "1.json"}
