# SPDX-License-Identifier: Apache-2.0
"""One call per row: 10,000 calls with a latency of 20 ms from 2 tasks, against `requests` in a pandas UDF.

Run as `python bench/calls.py`. Both sides read the same rows in two partitions, write to the noop sink, and have the
same number of calls in flight in each task. Ours uses `concurrency`. The other uses a thread pool in `mapInPandas`,
with a session and a connection per thread. Runs of both sides alternate, and the result is the median. The floor is
the time that the latency alone needs.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import requests
from pyspark.sql import DataFrame, SparkSession
from slow_server import LATENCY_SECONDS
from spark_and_server import cores_model, serving, session

from spark_rest import read_rest

CALLS = 10_000
TASKS = 2
WIDTH = 16
RUNS = 3


def main() -> None:
    # Without this setting, Spark starts its Python workers with another Python.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    print(f"machine: {os.cpu_count()} cores, {cores_model()}")
    print(f"{CALLS:,} calls of {LATENCY_SECONDS * 1000:.0f} ms, {TASKS} tasks, {WIDTH} calls in flight in each")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch, serving("slow_server.py") as url:
        spark = session(scratch)
        spark.range(0, CALLS, 1, TASKS).selectExpr("id AS n").createOrReplaceTempView("asked")
        ways: dict[str, Callable[[], DataFrame]] = {
            "spark-rest": lambda: ours(spark, url),
            "requests": lambda: theirs(spark, url),
        }
        for way in ways.values():
            must_be_right(way())
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(RUNS):
            for name, way in ways.items():
                seconds[name].append(timed(way()))
        spark.stop()
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    for name, median in medians.items():
        runs = ", ".join(f"{s:.2f}" for s in seconds[name])
        print(f"{name:<12}{median:6.2f} s, {CALLS / median:,.0f} calls/s (runs: {runs})")
    print(f"{'floor':<12}{CALLS * LATENCY_SECONDS / TASKS / WIDTH:6.2f} s")
    print(f"requests / spark-rest: {medians['requests'] / medians['spark-rest']:.2f}")


def ours(spark: SparkSession, url: str) -> DataFrame:
    return read_rest(
        spark,
        f"{url}/call?n={{n}}",
        input="asked",
        method="GET",
        partitions=TASKS,
        concurrency=WIDTH,
        output_type="string",
    )


def theirs(spark: SparkSession, url: str) -> DataFrame:
    def call_all(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        own = threading.local()

        def call(n: int) -> str:
            if not hasattr(own, "session"):
                own.session = requests.Session()
            response = own.session.get(f"{url}/call?n={n}", timeout=60)
            response.raise_for_status()
            return str(response.text)

        with ThreadPoolExecutor(WIDTH) as pool:
            for batch in batches:
                yield batch.assign(output=list(pool.map(call, batch["n"])), error=None)

    return spark.table("asked").mapInPandas(call_all, "n BIGINT, output STRING, error STRING")


def must_be_right(frame: DataFrame) -> None:
    """Requires that each row has its own response. This run also warms up."""
    wrong = frame.filter("error IS NOT NULL OR get_json_object(output, '$.n') != n").count()
    found = frame.selectExpr("count(DISTINCT n) AS n").collect()[0].n
    if wrong or found != CALLS:
        raise AssertionError(f"{wrong} wrong rows, {found} calls")


def timed(frame: DataFrame) -> float:
    began = time.perf_counter()
    frame.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
