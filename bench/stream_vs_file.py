# SPDX-License-Identifier: Apache-2.0
"""A stream of an API over loopback against `spark.read.json` of the same records, both to the noop sink.

`python bench/stream_vs_file.py`: 500,000 records of 1 KB, pages of 1,000, batches of 50,000. The server has one core,
Spark the other on both sides. Warmed up, then five runs of each in turn; what counts is the median.
"""

import datetime
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from events import PAGE, RECORDS, SCHEMA, event
from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

BATCH = 50_000
WARM_UPS = 3
RUNS = 5
FILES = 10
GOAL = 0.9


@dataclass(frozen=True)
class Run:
    """One way from the first record to the last."""

    seconds: float
    durations: Mapping[str, int]


def main() -> None:
    cores = sorted(os.sched_getaffinity(0))
    pinned = len(cores) >= 2
    print(f"machine: {os.cpu_count()} cores, {cores_model()}, Python {platform.python_version()}")
    print(f"server on core {cores[0]}, Spark on core {cores[1]}" if pinned else "one core: nothing is pinned")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        data = Path(scratch) / "events"
        size = write_records(data)
        print(f"{RECORDS:,} records of {size / RECORDS:,.0f} bytes, pages of {PAGE:,}, batches of {BATCH:,}")
        if pinned:
            # Spark's JVM inherits it.
            os.sched_setaffinity(0, {cores[1]})
        with serving(data, str(cores[0]) if pinned else "-") as url:
            spark = session(scratch)
            measure(spark, data, url, Path(scratch), size)
            spark.stop()


def measure(spark: SparkSession, data: Path, url: str, scratch: Path, size: int) -> None:
    """Both sides in turn, so that a slow moment of the machine hits both."""
    streams, files = [], []
    for number in range(1 - WARM_UPS, RUNS + 1):
        stream = run_stream(spark, url, scratch / f"checkpoint-{number}")
        file = run_file(spark, data)
        if number > 0:
            streams.append(stream)
            files.append(file)
        kind = f"run {number} of {RUNS}" if number > 0 else "warm-up"
        print(f"{kind}: stream {rate(stream.seconds, size)}, file {rate(file.seconds, size)}", flush=True)
    stream_median = statistics.median(run.seconds for run in streams)
    file_median = statistics.median(run.seconds for run in files)
    ratio = file_median / stream_median
    print()
    print(f"stream (median): {rate(stream_median, size)}")
    print(f"file   (median): {rate(file_median, size)}")
    print(f"stream / file:   {ratio:.2f} (goal >= {GOAL}: {'reached' if ratio >= GOAL else 'missed'})")
    print()
    middle = min(streams, key=lambda run: abs(run.seconds - stream_median))
    print(f"where the time of a stream of {middle.seconds:.2f} s goes, by Spark's progress of its batches:")
    for name, milliseconds in sorted(middle.durations.items(), key=lambda entry: -entry[1]):
        print(f"  {name:<22}{milliseconds / 1000:8.2f} s")


def run_stream(spark: SparkSession, url: str, checkpoint: Path) -> Run:
    """From the first poll to the end of the last batch: `AvailableNow` ends by itself when a poll brings nothing."""
    stream = read_rest_stream(
        spark,
        url,
        offset_type="incremental",
        offset_field="id",
        schema=SCHEMA,
        streaming_interval=0,
        batch_size=BATCH,
    )
    writer = stream.writeStream.format("noop").trigger(availableNow=True)
    query = writer.option("checkpointLocation", str(checkpoint)).start()
    query.awaitTermination()
    batches = [progress for progress in query.recentProgress if progress["numInputRows"]]
    received = sum(progress["numInputRows"] for progress in batches)
    if received != RECORDS:
        raise AssertionError(f"{received:,} records came, not {RECORDS:,}")
    durations: Counter[str] = Counter()
    for progress in batches:
        durations.update(progress["durationMs"])
    return Run(end(batches[-1]) - begin(batches[0]), durations)


def run_file(spark: SparkSession, data: Path) -> Run:
    began = time.perf_counter()
    spark.read.schema(SCHEMA).json(str(data)).write.format("noop").mode("overwrite").save()
    return Run(time.perf_counter() - began, {})


def begin(progress: Mapping[str, Any]) -> float:
    return datetime.datetime.fromisoformat(progress["timestamp"].replace("Z", "+00:00")).timestamp()


def end(progress: Mapping[str, Any]) -> float:
    return begin(progress) + float(progress["durationMs"]["triggerExecution"]) / 1000


def session(scratch: str) -> SparkSession:
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.warehouse.dir", f"{scratch}/warehouse")
    )
    spark = configure(builder, fast_checkpoints=True).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def write_records(folder: Path) -> int:
    """As NDJSON files; returns their size in bytes."""
    folder.mkdir()
    share = RECORDS // FILES
    for number in range(FILES):
        first = number * share + 1
        lines = (event(n) + "\n" for n in range(first, first + share))
        (folder / f"{number:02}.json").write_text("".join(lines))
    return sum(file.stat().st_size for file in folder.iterdir())


@contextmanager
def serving(data: Path, core: str) -> Iterator[str]:
    """The server in its own process; it ends when its standard input does."""
    script = Path(__file__).with_name("server.py")
    with subprocess.Popen(
        [sys.executable, str(script), str(data), core], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        port = process.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}/events?since_id={{id}}"
        finally:
            process.stdin.close()


def rate(seconds: float, size: int) -> str:
    return f"{RECORDS / seconds:,.0f} records/s, {size / seconds / 1e6:,.0f} MB/s"


def cores_model() -> str:
    """What Linux calls the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return ", ".join(sorted(names)) or platform.machine()


if __name__ == "__main__":
    main()
