# SPDX-License-Identifier: Apache-2.0
"""How much of an API's latency `pages_in_flight` hides: 1,000 numbered pages of 100 records, with 100 ms latency each.

Run as `python bench/latency.py <a Python with dlt>`. It compares a stream with eight requests in flight, a stream with
sequential requests, `requests` with eight threads, and dlt with eight workers. They take turns, and the time is from
the start of a query to its end. A stream delivers the records in order and exactly once. The threads only parse the
pages, in any order. dlt writes them to files, in any order; its start, normalization and loading do not count.
"""

import os
import statistics
import subprocess
import sys
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
WARM_UPS = 8
RUNS = 3
GOALS = {"sequential": 6.0, "requests": 1.0, "dlt": 1.0}


def main() -> None:
    print(f"machine: {os.cpu_count()} cores, {cores_model()}")
    print(f"{PAGES:,} pages of {RECORDS} records, {LATENCY_SECONDS * 1000:.0f} ms each")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch, serving("paged_server.py") as host:
        url = f"{host}/events"
        spark = session(scratch)
        checkpoints = (Path(scratch) / f"checkpoint-{n}" for n in range(1, 1000))
        parallel = f"{IN_FLIGHT} in flight"
        ways: dict[str, Callable[[], float]] = {
            parallel: lambda: timed(lambda: stream(spark, url, next(checkpoints), IN_FLIGHT)),
            "requests": lambda: timed(lambda: threads(url)),
            "dlt": lambda: dlt(sys.argv[1], url),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(WARM_UPS):
            ways[parallel]()
        for _ in range(RUNS):
            for name, way in ways.items():
                seconds[name].append(way())
        seconds["sequential"] = [timed(lambda: stream(spark, url, next(checkpoints), 1))]
        spark.stop()
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        runs = ", ".join(f"{s:.2f}" for s in seconds[name])
        print(f"{name:<12}{median:7.2f} s, {PAGES / median:6.1f} pages/s (runs: {runs})")
    print(f"{'floor':<12}{PAGES * LATENCY_SECONDS / IN_FLIGHT:7.2f} s with {IN_FLIGHT} in flight")
    for slower, goal in GOALS.items():
        ratio = medians[slower] / medians[parallel]
        print(f"{slower} / {parallel}: {ratio:.2f} (goal >= {goal}: {'reached' if ratio >= goal else 'missed'})")


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


def dlt(python: str, url: str) -> float:
    script = Path(__file__).with_name("dlt_pages.py")
    command = [python, str(script), url, str(PAGES), str(IN_FLIGHT)]
    received, seconds = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    check(int(received))
    return float(seconds)


def timed(way: Callable[[], int]) -> float:
    began = time.perf_counter()
    check(way())
    return time.perf_counter() - began


def check(received: int) -> None:
    if received != PAGES * RECORDS:
        raise AssertionError(f"{received:,} records came, not {PAGES * RECORDS:,}")


if __name__ == "__main__":
    main()
