# SPDX-License-Identifier: Apache-2.0
"""A stream against the ways in which people read an API today: `requests`, dlt and airbyte-cdk.

Run as `python bench/peers.py <a Python with dlt> <a Python with airbyte-cdk>`. The API is that of `stream_vs_file.py`:
records of 1 KB in pages of 1,000, each page named by the last record before it. Nothing is pinned. All sides take
turns, and the result is the median of their records per second. The stream makes typed rows of 500,000 records. The
others stop after 100,000: the loop makes Python objects, dlt writes files, and the source of airbyte-cdk makes the
messages that a destination reads.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from event_records import RECORDS, SCHEMA
from spark_and_server import cores_model, jvm, serving, session
from stream_vs_file import run_stream, write_records

# Java compiles the stream and Spark's planner in these runs.
WARM_UPS = 10
RUNS = 3
PEER_RECORDS = 100_000
STREAM = "typed stream"


def main() -> None:
    print(f"machine: {os.cpu_count()} cores, {cores_model()}")
    dlt, airbyte = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        data = Path(scratch) / "events"
        write_records(data)
        with serving("server.py", str(data), "-") as host:
            url = f"{host}/events?since_id={{id}}"
            spark = session(scratch)
            pid = jvm(spark)
            checkpoints = (Path(scratch) / f"checkpoint-{n}" for n in range(1, 1000))
            ways: dict[str, Callable[[], float]] = {
                STREAM: lambda: RECORDS / run_stream(spark, pid, url, next(checkpoints), SCHEMA).seconds,
                "requests": lambda: peer(sys.executable, "requests_loop.py", url),
                "dlt": lambda: peer(dlt, "dlt_pipeline.py", url),
                "airbyte-cdk": lambda: peer(airbyte, "airbyte_source.py", url),
            }
            for _ in range(WARM_UPS):
                ways[STREAM]()
            rates: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(RUNS):
                for name, way in ways.items():
                    rates[name].append(way())
            spark.stop()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, median in medians.items():
        print(f"{name:<14}{median:10,.0f} records/s, {median / medians[STREAM]:.2f} of the stream")


def peer(python: str, script: str, url: str) -> float:
    """Records per second of another process."""
    command = [python, str(Path(__file__).with_name(script)), url, str(PEER_RECORDS)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    # A source of airbyte-cdk prints its log there, too.
    records, seconds = printed.splitlines()[-1].split()
    if int(records) != PEER_RECORDS:
        raise AssertionError(f"{records} records came from {script}, not {PEER_RECORDS:,}")
    return PEER_RECORDS / float(seconds)


if __name__ == "__main__":
    main()
