# SPDX-License-Identifier: Apache-2.0
"""The time of requests and batches, and the costs of an idle stream."""

import os
import re
import time
from pathlib import Path

import pytest
from apis import Feed, ids_from
from collected import batches, collecting, finished_batches
from emulated import Emulated
from process import Driver
from pyspark.sql import DataFrame, SparkSession
from streams import ids_of
from waiting import wait_until


def every(interval: float, spark: SparkSession, api: Emulated) -> DataFrame:
    return ids_of(spark, api, streaming_interval=interval)


def gaps(api: Emulated) -> list[float]:
    """The seconds between requests."""
    return [b.at - a.at for a, b in zip(api.requests, api.requests[1:])]


def test_the_interval_holds_between_polls(spark: SparkSession) -> None:
    feed = Feed({"id": 1})
    with ids_from(feed) as api, collecting(every(1, spark, api)) as got:
        for number in (2, 3, 4):
            api.await_polls(1)
            # Waiting records do not trigger the next poll early.
            feed.add({"id": number})
        got.await_rows(4)
        api.await_polls(1)
    # The interval starts just before a request. The first request of a JVM includes the loading of the client's
    # classes.
    assert min(gaps(api)[1:]) > 0.9
    assert max(gaps(api)) < 2


def test_the_interval_holds_when_a_poll_has_to_wait_for_a_free_core(spark: SparkSession) -> None:
    """The interval lies between requests as the API sees them, not between the moments when Spark submits polls."""
    with ids_from(Feed({"id": 1})) as api, collecting(every(1, spark, api)) as got:
        got.await_rows(1)
        # Both cores sleep. A queued task starts when they finish.
        spark.range(2, numPartitions=2).filter("java_method('java.lang.Thread', 'sleep', 2500L) != ''").count()
        api.await_polls(2)
    assert min(gaps(api)[1:]) > 0.9


def test_the_interval_holds_over_a_restart(spark: SparkSession, tmp_path: Path) -> None:
    with ids_from(Feed({"id": 1})) as api:
        for requests in (1, 2):
            writer = every(3, spark, api).writeStream.format("noop")
            query = writer.option("checkpointLocation", str(tmp_path)).start()
            api.await_requests(requests)
            # The first run ends with a logged batch, as usual.
            wait_until(lambda: finished_batches(tmp_path) == [0], "the first batch")
            query.stop()
    assert 2.9 < gaps(api)[0] < 4.5


def test_no_batch_without_new_records(spark: SparkSession, tmp_path: Path) -> None:
    with ids_from(Feed({"id": 1})) as api, collecting(every(0.1, spark, api), tmp_path) as got:
        got.await_rows(1)
        api.await_polls(10)
        assert batches(tmp_path) == [0]


def test_an_empty_api_makes_no_batch(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed()
    with ids_from(feed) as api, collecting(every(0.1, spark, api), tmp_path) as got:
        api.await_polls(10)
        assert batches(tmp_path) == []
        feed.add({"id": 1})
        got.await_rows(1)
        assert batches(tmp_path) == [0]


def cpu_seconds(pid: int) -> float:
    """User and system time of a JVM so far, without its compiler threads, which stop when all code is compiled."""
    ticks = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # The second field is the name, which may contain blanks. Count from behind it.
        head, _, rest = (thread / "stat").read_text().rpartition(")")
        if not head.endswith("CompilerThre"):
            ticks += sum(map(int, rest.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def cores_used(pid: int, seconds: float) -> float:
    """The average over the next `seconds`."""
    before, began = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began)


@pytest.mark.slow
def test_an_idle_stream_costs_under_three_percent_of_a_core(tmp_path: Path) -> None:
    with ids_from(Feed({"id": 1})) as api:
        url = f"{api.url}/data?start_id={{id}}"
        with Driver("idle_stream.py", url, str(tmp_path), log=tmp_path / "log") as driver:
            wait_until(lambda: "jvm" in driver.output() or not driver.is_running(), "the warm-up", seconds=90)
            found = re.search(r"^jvm (\d+)$", driver.output(), re.MULTILINE)
            assert found, driver.output()
            api.await_polls(2)
            polled = len(api.requests)
            # Other programs on the machine can only add to the figure, so the minimum of several samples is the best
            # estimate.
            looks = [cores_used(int(found[1]), seconds=10)]
            while min(looks) >= 0.03 and len(looks) < 3:
                looks.append(cores_used(int(found[1]), seconds=10))
            assert driver.is_running(), driver.output()
            assert len(api.requests) > polled, "polling stopped"
    assert min(looks) < 0.03, looks
