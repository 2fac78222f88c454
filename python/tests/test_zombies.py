# SPDX-License-Identifier: Apache-2.0
"""Two drivers on one checkpoint: a frozen driver wakes up after it was replaced, or both are started.

The newer run wins.
"""

from pathlib import Path

import pytest
from apis import Feed
from collected import batches, finished_batches
from crash_points import BEFORE_THE_PURGE, freeze_at, next_purge
from live import growing, live_api, record
from page_log import read_page_log
from parquet_stream import FURTHER, ParquetStream
from process import Driver
from pyspark.sql import SparkSession
from waiting import wait_until

# When two runs write the same entry of Spark's logs, Spark reports the error to the second run.
SPARK_SAYS_SO = "CONCURRENT_STREAM_LOG_UPDATE"
NEWER_RUN = "[REST_NEWER_RUN]"


def await_batches(stream: ParquetStream, further: int, *drivers: Driver) -> None:
    """Waits for `count` more finished batches. No driver may end before."""
    target = len(finished_batches(stream.place.checkpoint)) + further

    def done() -> bool:
        for driver in drivers:
            assert driver.is_running(), driver.output()
        return len(finished_batches(stream.place.checkpoint)) >= target

    wait_until(done, f"{further} batches", seconds=240)


def test_a_driver_that_wakes_up_stops_and_deletes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed()
    with live_api(feed) as api:
        stream = ParquetStream(api, tmp_path)
        checkpoint = stream.place.checkpoint
        # Each batch would purge all pages except the newest.
        with stream.start("zombie", streaming_interval=0.1, task_millis=0, retain_batches=0) as zombie:
            with growing(feed, last=300) as first:
                first.finish()
            wait_until(lambda: stream.delivered(spark) == 300 or not zombie.is_running(), "the first records", 240)
            # Only between batches is it certain that the page log reports the conflict, and not Spark.
            wait_until(lambda: batches(checkpoint) == finished_batches(checkpoint), "the end of the batch", 240)
            assert zombie.is_running(), zombie.output()
            zombie.freeze()
            with stream.start("heir", streaming_interval=0.1, task_millis=2) as heir:
                with growing(feed, first=301) as second:
                    await_batches(stream, 4, heir)
                    heir.freeze()
                    before = read_page_log(stream.place.page_log)
                    assert len(before.manifests) > 1, "there is nothing that could be deleted"
                    zombie.thaw()
                    assert zombie.wait(240) == 1, "a driver that another one replaced should fail"
                    after = read_page_log(stream.place.page_log)
                    assert after.manifests == before.manifests, "the older run changed the manifests"
                    # A response in transit may have created a page file that no manifest names.
                    gone = before.page_files.keys() - after.page_files.keys()
                    assert not gone, f"the older run deleted page files: {gone}"
                    assert NEWER_RUN in zombie.output(), zombie.output()
                    heir.thaw()
                    await_batches(stream, 2, heir)
                heir.kill()
        second.add(FURTHER)
        stream.finish()
    assert stream.lost_and_repeated(spark, second.made) == (0, 0), "lost, repeated"
    stream.must_be_clean()


@pytest.mark.slow
def test_a_driver_frozen_before_a_purge_purges_nothing_when_it_wakes_up(spark: SparkSession, tmp_path: Path) -> None:
    """The driver is frozen while Spark logs a batch.

    Its next step purges the files that the previous batch consumed.
    """
    records = 6000
    feed = Feed(*(record(n) for n in range(1, records + 1)))
    with live_api(feed) as api:
        stream = ParquetStream(api, tmp_path)
        before = stream.place.scene()
        with stream.start("zombie", streaming_interval=0.02, task_millis=0, retain_batches=0) as zombie:
            event, _ = freeze_at(BEFORE_THE_PURGE, zombie, stream.place, before)
            doomed = next_purge(event.now)
            with stream.start("heir", streaming_interval=0.02, task_millis=2, retain_batches=1000) as heir:
                await_batches(stream, 2, heir)
                heir.freeze()
                kept = read_page_log(stream.place.page_log)
                assert {m.seq for m in doomed} <= {m.seq for m in kept.manifests}, "the newer run has purged them"
                zombie.thaw()
                assert zombie.wait(240) == 1, "a driver that another one replaced should fail"
                left = read_page_log(stream.place.page_log)
                assert left.manifests == kept.manifests, f"the older run purged some of {doomed}"
                assert not kept.page_files.keys() - left.page_files.keys(), "the older run deleted page files"
                said = zombie.output()
                # The newer run has finished the same batch, so Spark may notice the conflict first.
                assert NEWER_RUN in said or SPARK_SAYS_SO in said, said
                heir.kill()
        feed.add(*(record(n) for n in range(records + 1, records + FURTHER + 1)))
        stream.finish()
    assert stream.lost_and_repeated(spark, records + FURTHER) == (0, 0), "lost, repeated"
    stream.must_be_clean()


@pytest.mark.slow
def test_of_two_drivers_at_once_the_older_stops(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed()
    with live_api(feed) as api, growing(feed) as maker:
        stream = ParquetStream(api, tmp_path)
        with stream.start("older", streaming_interval=0.05, task_millis=5) as older:
            await_batches(stream, 2, older)
            with stream.start("newer", streaming_interval=0.05, task_millis=5) as newer:
                assert older.wait(240) == 1, "the older driver should fail"
                said = older.output()
                assert NEWER_RUN in said or SPARK_SAYS_SO in said, said
                # The older driver may have logged one more batch, and Spark then stops the newer one too.
                target = len(finished_batches(stream.place.checkpoint)) + 2
                wait_until(
                    lambda: len(finished_batches(stream.place.checkpoint)) >= target or not newer.is_running(),
                    "the newer run to continue",
                    240,
                )
                if newer.is_running():
                    newer.kill()
                else:
                    assert SPARK_SAYS_SO in newer.output(), newer.output()
        maker.stop()
        maker.add(FURTHER)
        stream.finish()
    assert stream.lost_and_repeated(spark, maker.made) == (0, 0), "lost, repeated"
    stream.must_be_clean()
