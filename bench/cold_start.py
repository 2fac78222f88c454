# SPDX-License-Identifier: Apache-2.0
"""The first 200,000 records of a fresh JVM: a stream of an API over loopback against `spark.read.json` of the same.

Run as `python bench/cold_start.py`. Each run has a process of its own, and the sides take turns. The time is from the
moment when the Spark session exists to the end of the query, so it includes loading and compiling the query's code.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from event_records import SCHEMA
from spark_and_server import cores_model, serving, session
from stream_vs_file import finished_stream, read_file, write_records

RECORDS = 200_000
RUNS = 5
GOAL = 1.3


def main() -> None:
    print(f"machine: {os.cpu_count()} cores, {cores_model()}, PySpark {version('pyspark')}")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        data = Path(scratch) / "events"
        write_records(data, RECORDS)
        with serving("server.py", str(data), "-") as host:
            sources = {"stream": f"{host}/events?since_id={{id}}", "file": str(data)}
            seconds: dict[str, list[float]] = {side: [] for side in sources}
            for _ in range(RUNS):
                for side, source in sources.items():
                    seconds[side].append(in_own_process(side, source))
    medians = {side: statistics.median(found) for side, found in seconds.items()}
    for side, median in medians.items():
        runs = ", ".join(f"{s:.2f}" for s in seconds[side])
        print(f"{side:<7}{median:6.2f} s, {RECORDS / median:,.0f} records/s (runs: {runs})")
    ratio = medians["stream"] / medians["file"]
    print(f"stream / file: {ratio:.2f} (goal <= {GOAL}: {'reached' if ratio <= GOAL else 'missed'})")


def in_own_process(side: str, source: str) -> float:
    command = [sys.executable, __file__, side, source]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    received, seconds = printed[-1].split()
    if int(received) != RECORDS:
        raise AssertionError(f"{received} records came, not {RECORDS:,}")
    return float(seconds)


def first_query(side: str, source: str) -> None:
    """Prints how many records came, and the seconds that they took."""
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        spark = session(scratch)
        began = time.perf_counter()
        if side == "file":
            read_file(spark, Path(source))
            seconds = time.perf_counter() - began
            received = spark.read.text(source).count()
        else:
            query = finished_stream(spark, source, Path(scratch) / "checkpoint", SCHEMA)
            seconds = time.perf_counter() - began
            received = sum(progress["numInputRows"] for progress in query.recentProgress)
        spark.stop()
    print(received, f"{seconds:.3f}")


if __name__ == "__main__":
    if sys.argv[1:]:
        first_query(*sys.argv[1:])
    else:
        main()
