# SPDX-License-Identifier: Apache-2.0
"""Streams over many endpoints: polls per second, the CPU time of a poll, and the memory of the driver.

Run as `python bench/endpoints.py`. With `--serve` it only runs the API, whose endpoints return the requested record
after 50 ms. The benchmark has two parts, each in one run:

- throughput: 2,000 endpoints are polled without an interval. The other side is `requests` in one Python process, with
  the same number of threads and the same endpoints. The result is requests per second in steady state.
- cost: the CPU time of Spark's JVM per poll, with 10 to 2,000 endpoints that are polled once a second. It must not
  grow. The exit code is 1 if the cost at 2,000 endpoints is more than 1.5 times the cost at 100.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from spark_and_server import cores_model, jvm, processor_seconds, serving, session

from spark_rest import read_rest_stream

LATENCY = 0.05
ENDPOINTS = 2_000
TASKS = 2
IN_FLIGHT = 64
SECONDS = 20
SIZES = (10, 100, 1_000, 2_000)
MOST_GROWTH = 1.5


def main() -> int:
    print(f"machine: {os.cpu_count()} cores, {cores_model()}; {LATENCY * 1000:.0f} ms latency")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch, serving("endpoints.py", "--serve") as url:
        spark = session(scratch)
        peer = polled_by_requests(url)
        ours = polled_by_stream(spark, url, Path(scratch) / "throughput")
        print(f"requests in {TASKS * IN_FLIGHT} threads: {peer:.0f} polls/s")
        print(f"stream, {TASKS} tasks x {IN_FLIGHT} in flight: {ours:.0f} polls/s, ratio {ours / peer:.2f}")
        print("processor time of the JVM for a poll, polled once a second:")
        costs: dict[int, float] = {}
        for size in SIZES:
            rate, costs[size] = cost(spark, url, size, Path(scratch) / f"cost-{size}")
            print(f"  {size:5} endpoints: {costs[size] * 1000:6.2f} ms ({rate:.0f} polls/s)", flush=True)
        spark.stop()
    return verdict(costs)


def verdict(costs: dict[int, float]) -> int:
    """The exit code."""
    growth = costs[2_000] / costs[100]
    holds = growth <= MOST_GROWTH
    print(f"a poll costs {growth:.2f} times as much at 2,000 endpoints as at 100: {'ok' if holds else 'it grows'}")
    return 0 if holds else 1


def stream(spark: SparkSession, url: str, size: int, interval: float) -> DataFrame:
    return read_rest_stream(
        spark,
        f"{url}/{{number}}?from={{id}}",
        input_data=[{"number": n} for n in range(size)],
        offset_type="incremental",
        offset_field="id",
        schema="number BIGINT, output STRUCT<id BIGINT>",
        streaming_interval=interval,
        partitions=TASKS,
        concurrency=IN_FLIGHT,
        batch_size=0,
    )


@contextmanager
def running(frame: DataFrame, checkpoint: Path) -> Iterator[StreamingQuery]:
    query = frame.writeStream.format("noop").option("checkpointLocation", str(checkpoint)).start()
    try:
        yield query
    finally:
        query.stop()


def polls(query: StreamingQuery) -> int:
    error = query.exception()
    if error:
        raise error
    progress = query.lastProgress
    return int(progress["sources"][0]["metrics"]["polls"]) if progress else 0


def steady(query: StreamingQuery, pid: int) -> tuple[float, float]:
    """Waits for the steady state. Returns polls per second, and seconds of CPU time per poll."""
    while polls(query) < 2 * ENDPOINTS and query.isActive:
        time.sleep(0.5)
    return measured(query, pid)


def measured(query: StreamingQuery, pid: int) -> tuple[float, float]:
    began, before, used = time.monotonic(), polls(query), processor_seconds(pid)
    time.sleep(SECONDS)
    made = polls(query) - before
    return made / (time.monotonic() - began), (processor_seconds(pid) - used) / made


def polled_by_stream(spark: SparkSession, url: str, checkpoint: Path) -> float:
    with running(stream(spark, url, ENDPOINTS, 0), checkpoint) as query:
        rate, _ = steady(query, jvm(spark))
        runtime = spark.sparkContext._jvm.java.lang.Runtime.getRuntime()  # type: ignore[union-attr]
        spark.sparkContext._jvm.java.lang.System.gc()  # type: ignore[union-attr]
        live = (runtime.totalMemory() - runtime.freeMemory()) / 1e6
        progress = query.lastProgress
        offset = len(str(progress["sources"][0]["endOffset"])) if progress else 0
        print(f"{ENDPOINTS} endpoints: live heap of driver and executor {live:.0f} MB, offset of {offset} characters")
    return rate


def cost(spark: SparkSession, url: str, size: int, checkpoint: Path) -> tuple[float, float]:
    """Polls per second, and seconds of CPU time per poll."""
    with running(stream(spark, url, size, 1), checkpoint) as query:
        while polls(query) < 5 * size:
            time.sleep(0.5)
        return measured(query, jvm(spark))


def polled_by_requests(url: str) -> float:
    """As many threads as all tasks together, each with a connection that stays open."""
    sessions: dict[int, requests.Session] = {}

    def poll(thread: int) -> int:
        mine = sessions.setdefault(thread, requests.Session())
        end, made = time.monotonic() + SECONDS, 0
        offsets = dict.fromkeys(range(thread, ENDPOINTS, TASKS * IN_FLIGHT), 1)
        while True:
            for number in offsets:
                if time.monotonic() > end:
                    return made
                records: list[dict[str, Any]] = mine.get(f"{url}/{number}", params={"from": offsets[number]}).json()
                offsets[number] = records[-1]["id"] + 1
                made += 1

    with ThreadPoolExecutor(TASKS * IN_FLIGHT) as pool:
        return sum(pool.map(poll, range(TASKS * IN_FLIGHT))) / SECONDS


# ---- the API, in a separate process


async def serve() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(LATENCY)
            first = max(1, int(head.split(b" ", 2)[1].rpartition(b"=")[2]))
            body = b'[{"id":%d}]' % first
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        writer.close()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        asyncio.run(serve())
    else:
        sys.exit(main())
