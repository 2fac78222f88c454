# SPDX-License-Identifier: Apache-2.0
"""The main promise: a live API into Parquet, the driver killed with SIGKILL repeatedly, each record once.

The API runs in this process and survives the kills. It keeps producing records.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from apis import Feed
from collected import batches, finished_batches
from emulated import Emulated, Stall
from live import growing, live_api, record
from process import Driver
from pyspark.sql import SparkSession
from waiting import wait_until

RECORDS = 2000
Kill = Callable[[Driver, Emulated, Path], None]


def in_a_batch(checkpoint: Path) -> bool:
    """The offset of a batch is logged, but its commit is not."""
    done = finished_batches(checkpoint)
    begun = batches(checkpoint)
    return bool(begun) and (not done or begun[-1] > done[-1])


def kill_in_a_batch(after: int, seconds: float) -> Kill:
    """Kills in the first batch that starts after `after` more batches, `seconds` after its start."""

    def kill(driver: Driver, api: Emulated, checkpoint: Path) -> None:
        target = len(finished_batches(checkpoint)) + after
        wait_until(
            lambda: (len(finished_batches(checkpoint)) >= target and in_a_batch(checkpoint)) or not driver.is_running(),
            "a batch that runs",
            seconds=60,
        )
        time.sleep(seconds)
        assert driver.is_running(), driver.output()
        driver.kill()
        assert in_a_batch(checkpoint), "the batch was over before the kill"

    return kill


def kill_in_a_response(driver: Driver, api: Emulated, checkpoint: Path) -> None:
    """Half of a page has arrived, and the other half never arrives."""
    target = len(finished_batches(checkpoint)) + 1
    wait_until(lambda: len(finished_batches(checkpoint)) >= target or not driver.is_running(), "a batch", seconds=60)
    api.stall(Stall.BODY, seconds=3)
    assert api.stalled.wait(30), "no request came"
    assert driver.is_running(), driver.output()
    driver.kill()
    api.stall_seconds = 0


@pytest.mark.parametrize(
    ("offset_type", "field", "kills"),
    [
        pytest.param(
            "incremental",
            "id",
            [
                kill_in_a_batch(after=0, seconds=0.3),
                kill_in_a_batch(after=1, seconds=0.02),
                kill_in_a_response,
                kill_in_a_batch(after=1, seconds=0.6),
            ],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "timestamp",
            "timestamp",
            [kill_in_a_response, kill_in_a_batch(after=1, seconds=0.3)],
            marks=pytest.mark.slow,
        ),
    ],
    ids=["incremental", "timestamp"],
)
def test_each_record_exactly_once(
    spark: SparkSession, tmp_path: Path, offset_type: str, field: str, kills: list[Kill]
) -> None:
    checkpoint, output = tmp_path / "checkpoint", tmp_path / "output"
    feed = Feed()
    with live_api(feed, field) as api, growing(feed, last=RECORDS) as maker:

        def driver(until: str) -> Driver:
            url = f"{api.url}/data?from={{{field}}}"
            folders = (str(checkpoint), str(output))
            return Driver("stream_to_parquet.py", url, offset_type, field, *folders, until, log=tmp_path / "log")

        for kill in kills:
            with driver("endless") as running:
                kill(running, api, checkpoint)
        maker.finish()
        with driver("to the end") as last:
            assert last.wait() == 0, last.output()
    rows = spark.read.parquet(str(output)).collect()
    assert sorted(r.id for r in rows) == list(range(1, RECORDS + 1))
    assert {(r.id, r.timestamp, r.text) for r in rows} == {tuple(record(n).values()) for n in range(1, RECORDS + 1)}
