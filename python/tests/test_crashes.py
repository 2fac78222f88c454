# SPDX-License-Identifier: Apache-2.0
"""The driver killed with SIGKILL at each step of its work, and at random: no record lost, none twice, nothing left."""

import random
import time
from pathlib import Path

import pytest
from apis import Feed
from crash_points import (
    BATCH_NOT_BEGUN,
    BATCH_NOT_COMMITTED,
    IN_A_RESPONSE,
    IN_THE_BATCH,
    IN_THE_PURGE,
    MANIFEST_WITHOUT_BATCH,
    PAGE_WITHOUT_MANIFEST,
    CrashPoint,
    Place,
    kill_at,
)
from emulated import Emulated
from live import PAGE, growing, live_api, record
from page_log import read_page_log
from process import Driver
from pyspark.sql import SparkSession

BATCH = 100
RETAIN = 2


class Stream:
    """A query that is started again and again on one checkpoint."""

    def __init__(self, api: Emulated, folder: Path) -> None:
        self.place = Place(folder / "checkpoint", folder / "output")
        self._url = f"{api.url}/data?from={{id}}"
        self._log = folder / "log"

    def start(self, until: str = "endless", **settings: object) -> Driver:
        folders = (str(self.place.checkpoint), str(self.place.output))
        given = {"batch_size": BATCH, "retain_batches": RETAIN, **settings}
        options = [f"{name}={value}" for name, value in given.items()]
        return Driver("stream_to_parquet.py", self._url, "incremental", "id", *folders, until, *options, log=self._log)

    def finish(self) -> None:
        """Takes all that the API has, and ends by itself."""
        with self.start("to the end", streaming_interval=0) as driver:
            assert driver.wait() == 0, driver.output()

    def lost_and_repeated(self, spark: SparkSession, records: int) -> tuple[int, int]:
        """Every row that is there is exactly what the API made."""
        rows = spark.read.parquet(str(self.place.output)).collect()
        assert {(r.id, r.timestamp, r.text) for r in rows} <= {tuple(record(n).values()) for n in range(1, records + 1)}
        delivered = {r.id for r in rows}
        return records - len(delivered), len(rows) - len(delivered)

    def must_be_clean(self) -> None:
        """The page log holds what the last batches need, and nothing else."""
        log = read_page_log(self.place.page_log)
        log.must_be_clean()
        kept = sum(m.records for m in log.manifests)
        assert kept <= (RETAIN + 2) * BATCH + PAGE, f"{kept} records are kept in {log.files} files: the log grows"


def test_killed_at_every_step(spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = Feed(*({**record(n), "padding": "x" * 20_000} for n in range(1, PAGE + 1)))
    with live_api(feed) as api:
        stream = Stream(api, tmp_path)

        def kill(point: CrashPoint, **settings: object) -> None:
            began = time.monotonic()
            # A short interval makes a manifest of each record; to keep many lets one purge delete many.
            options = {"streaming_interval": 0.02, "retain_batches": 1000, "task_millis": 2, **settings}
            _, tries = kill_at(point, lambda: stream.start(**options), stream.place)
            with capsys.disabled():
                print(f"\nkilled: {point.name}; frozen {tries} times in {time.monotonic() - began:.1f} s", end="")

        # Before anything was delivered; half of 1.4 MB is more than the driver holds back.
        api.stall_seconds = 3
        kill(IN_A_RESPONSE)
        api.stall_seconds = 0
        with growing(feed, first=PAGE + 1) as maker:
            kill(PAGE_WITHOUT_MANIFEST)
            kill(MANIFEST_WITHOUT_BATCH, task_millis=0)
            kill(BATCH_NOT_BEGUN)
            kill(IN_THE_BATCH, task_millis=15)
            kill(BATCH_NOT_COMMITTED)
            kill(IN_THE_PURGE, retain_batches=1)
        stream.finish()
    assert stream.lost_and_repeated(spark, maker.made) == (0, 0), "lost, repeated"
    stream.must_be_clean()


def kill_at_random(
    kills: int, spark: SparkSession, folder: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(seed)
    feed = Feed()
    with live_api(feed) as api:
        stream = Stream(api, folder)
        with growing(feed) as maker:
            for _ in range(kills):
                asked = len(api.requests)
                with stream.start(streaming_interval=0.05, task_millis=2) as driver:
                    api.await_requests(asked + 1, seconds=60)
                    time.sleep(moments.uniform(0, 3))
                    assert driver.is_running(), driver.output()
                    driver.kill()
                read_page_log(stream.place.page_log).must_be_whole()
        stream.finish()
    lost, repeated = stream.lost_and_repeated(spark, maker.made)
    with capsys.disabled():
        print(f"\nseed {seed}: {kills} kills, {maker.made} records, {lost} lost, {repeated} repeated", end="")
    assert (lost, repeated) == (0, 0), f"lost, repeated; seed {seed}"
    stream.must_be_clean()


def test_killed_8_times_at_random(spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill_at_random(8, spark, tmp_path, seed=20261123, capsys=capsys)


@pytest.mark.slow
def test_killed_50_times_at_random(spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill_at_random(50, spark, tmp_path, seed=time.time_ns(), capsys=capsys)
