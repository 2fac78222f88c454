# SPDX-License-Identifier: Apache-2.0
"""How much of an API's latency `pages_in_flight` hides: 1,000 numbered pages of 100 records, with 100 ms latency each.

Run as `python bench/latency.py`. It compares a stream with sequential requests, a stream with eight requests in flight,
and `requests` with eight threads. The three take turns, and the time is from the start of a query to its end. A stream
delivers the records in order and exactly once. The threads only parse the pages, in any order.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from event_records import SCHEMA
from paged_server import LATENCY_SECONDS, PAGES, RECORDS
from pyspark.sql import SparkSession
from spark_and_server import cores_model, serving, session

from spark_rest import read_rest_stream

IN_FLIGHT = 8
# A JVM that has just started compiles code during the first streams.
WARM_UPS = 4
RUNS = 3
GOAL = 6.0


def main() -> None:
    print(f"machine: {os.cpu_count()} cores, {cores_model()}")
    print(f"{PAGES:,} pages of {RECORDS} records, {LATENCY_SECONDS * 1000:.0f} ms each")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch, serving("paged_server.py") as host:
        url = f"{host}/events"
        spark = session(scratch)
        checkpoints = (Path(scratch) / f"checkpoint-{n}" for n in range(1, 1000))
        ways: dict[str, Callable[[], int]] = {
            f"{IN_FLIGHT} in flight": lambda: stream(spark, url, next(checkpoints), IN_FLIGHT),
            "requests": lambda: threads(url),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(WARM_UPS):
            timed(ways[f"{IN_FLIGHT} in flight"])
        for _ in range(RUNS):
            for name, way in ways.items():
                seconds[name].append(timed(way))
        seconds["sequential"] = [timed(lambda: stream(spark, url, next(checkpoints), 1))]
        spark.stop()
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        runs = ", ".join(f"{s:.2f}" for s in seconds[name])
        print(f"{name:<12}{median:7.2f} s, {PAGES / median:6.1f} pages/s (runs: {runs})")
    print(f"{'floor':<12}{PAGES * LATENCY_SECONDS / IN_FLIGHT:7.2f} s with {IN_FLIGHT} in flight")
    ratio = medians["sequential"] / medians[f"{IN_FLIGHT} in flight"]
    print(
        f"sequential / {IN_FLIGHT} in flight: {ratio:.2f} (goal >= {GOAL}: {'reached' if ratio >= GOAL else 'missed'})"
    )
    print(f"requests / {IN_FLIGHT} in flight: {medians['requests'] / medians[f'{IN_FLIGHT} in flight']:.2f}")


def stream(spark: SparkSession, url: str, checkpoint: Path, in_flight: int) -> int:
    events = read_rest_stream(
        spark,
        url,
        offset_type="incremental",
        offset_field="id",
        order="asc",
        pagination="page",
        has_more_field="has_more",
        data_field="data",
        schema=SCHEMA,
        streaming_interval=0,
        batch_size=50_000,
        max_pages_per_poll=PAGES,
        pages_in_flight=in_flight,
    )
    writer = events.writeStream.format("noop").trigger(availableNow=True)
    query = writer.option("checkpointLocation", str(checkpoint)).start()
    query.awaitTermination()
    return sum(progress["numInputRows"] for progress in query.recentProgress)


def threads(url: str) -> int:
    own = threading.local()

    def records(page: int) -> int:
        if not hasattr(own, "session"):
            own.session = requests.Session()
        return len(own.session.get(url, params={"page": page}, timeout=60).json()["data"])

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return sum(pool.map(records, range(1, PAGES + 1)))


def timed(way: Callable[[], int]) -> float:
    began = time.perf_counter()
    received = way()
    if received != PAGES * RECORDS:
        raise AssertionError(f"{received:,} records came, not {PAGES * RECORDS:,}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
