# SPDX-License-Identifier: Apache-2.0
"""The driver killed with SIGKILL at each step and at random: no record lost, no duplicate, no leftovers."""

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
    kill_at,
)
from emulated import Emulated
from live import PAGE, growing, live_api, record
from page_log import read_page_log
from parquet_stream import FURTHER, ParquetStream
from process import Driver
from pyspark.sql import SparkSession
from waiting import wait_until


def test_a_driver_killed_at_every_step_loses_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = Feed(*({**record(n), "padding": "x" * 20_000} for n in range(1, PAGE + 1)))
    with live_api(feed) as api:
        stream = ParquetStream(api, tmp_path)

        def kill(point: CrashPoint, **settings: float) -> None:
            began = time.monotonic()
            # A short interval makes a manifest for each record. With many retained manifests, one purge deletes many
            # of them.
            usual: dict[str, float] = {"streaming_interval": 0.02, "retain_batches": 1000, "task_millis": 2}
            _, tries = kill_at(point, lambda: stream.start("log", **{**usual, **settings}), stream.place)
            with capsys.disabled():
                print(f"\nkilled: {point.name}; frozen {tries} times in {time.monotonic() - began:.1f} s", end="")

        # Before any delivery. Half of 1.4 MB is more than the driver holds back.
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
        maker.add(FURTHER)
        stream.finish()
    assert stream.lost_and_repeated(spark, maker.made) == (0, 0), "lost, repeated"
    stream.must_be_clean()


def await_poll(api: Emulated, driver: Driver) -> None:
    sent = len(api.requests)
    wait_until(lambda: len(api.requests) > sent or not driver.is_running(), "a poll", 240)


def kill_at_random(
    kills: int,
    spark: SparkSession,
    folder: Path,
    seed: int,
    capsys: pytest.CaptureFixture[str],
    starting: bool = False,
) -> None:
    """Kills within three seconds after a poll.

    With `starting`, kills from the first moment on, so some runs never poll.
    """
    moments = random.Random(seed)
    feed = Feed()
    with live_api(feed) as api:
        stream = ParquetStream(api, folder)
        with growing(feed) as maker:
            for _ in range(kills):
                with stream.start(streaming_interval=0.05, task_millis=2) as driver:
                    if not starting:
                        await_poll(api, driver)
                    time.sleep(moments.uniform(0, 8 if starting else 3))
                    assert driver.is_running(), driver.output()
                    driver.kill()
                read_page_log(stream.place.page_log).must_be_whole()
        maker.add(FURTHER)
        stream.finish()
    lost, repeated = stream.lost_and_repeated(spark, maker.made)
    with capsys.disabled():
        print(f"\nseed {seed}: {kills} kills, {maker.made} records, {lost} lost, {repeated} repeated", end="")
    assert (lost, repeated) == (0, 0), f"lost, repeated; seed {seed}"
    stream.must_be_clean()


@pytest.mark.slow
def test_a_driver_killed_8_times_at_random_loses_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_at_random(8, spark, tmp_path, seed=20261123, capsys=capsys)


@pytest.mark.slow
def test_a_driver_killed_6_times_while_it_starts_loses_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before and during the claim of the page log, while the driver reads and cleans it, and in its first polls."""
    kill_at_random(6, spark, tmp_path, seed=time.time_ns(), capsys=capsys, starting=True)


@pytest.mark.slow
def test_a_driver_killed_50_times_at_random_loses_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_at_random(50, spark, tmp_path, seed=time.time_ns(), capsys=capsys)
