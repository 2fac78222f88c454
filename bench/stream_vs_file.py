# SPDX-License-Identifier: Apache-2.0
"""A stream of an API over loopback against `spark.read.json` of the same bytes, and against a loop written by hand.

Run as `python bench/stream_vs_file.py`. It reads 500,000 records of 1 KB, in pages of 1,000 and batches of 50,000, into
the noop sink. First the server and the measured process have one core each, then they share both cores. After runs that
only warm up Spark's JVM there are five rounds with a run of each side, and the result is the median.
"""

import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from event_records import PAGE, RECORDS, SCHEMA, event
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from spark_and_server import cores_model, jvm, processor_seconds, serving, session

from spark_rest import read_rest_stream

BATCH = 50_000
# A stream runs for days. Java compiles code of a stream for a long time, because Spark plans each micro-batch, and its
# planner is large: this is a sixth of the stream's CPU after 20 warm-up runs, and a fourteenth after 48. The code that
# reads a file is compiled after a few runs.
WARM_UPS = 40
RUNS = 5
FILES = 10
LOOP = "httpx loop"


@dataclass(frozen=True)
class Run:
    """The times of one run over all records. `cpu`: seconds of all threads of the process."""

    seconds: float
    cpu: float
    durations: Mapping[str, int]


@dataclass(frozen=True)
class Ratio:
    """How many times faster than `slower` a side is, or with `of_cpu` the ratio of their CPU times."""

    name: str
    side: str
    slower: str
    goal: float
    of_cpu: bool = False


RATIOS = [
    Ratio("typed stream over spark.read.json", "typed stream", "file", 1.2),
    Ratio("typed stream over httpx + orjson", "typed stream", LOOP, 1.5),
    Ratio("string output over httpx + orjson", "string stream", LOOP, 2.5),
    Ratio("CPU per record of the typed stream over the file's", "typed stream", "file", 1.0, of_cpu=True),
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--warm-ups", type=int, default=WARM_UPS)
    parser.add_argument("--only", choices=["pinned", "unpinned"])
    arguments = parser.parse_args()
    if not arguments.only:
        # A JVM keeps the cores that it had when it started, and Python keeps its JVM: each part needs a process.
        for part in ("pinned", "unpinned"):
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--only", part], check=True)
        return
    cores = sorted(os.sched_getaffinity(0))
    print(f"machine: {os.cpu_count()} cores, {cores_model()}, Python {platform.python_version()}")
    print(f"PySpark {version('pyspark')}, httpx {version('httpx')}, orjson {version('orjson')}")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        data = Path(scratch) / "events"
        size = write_records(data)
        print(f"{RECORDS:,} records of {size / RECORDS:,.0f} bytes, pages of {PAGE:,}, batches of {BATCH:,}")
        pinned = arguments.only == "pinned"
        if pinned and len(cores) < 2:
            return
        print(f"\nserver on core {cores[0]}, the other side on core {cores[1]}" if pinned else "\nnothing is pinned")
        with serving("server.py", str(data), str(cores[0]) if pinned else "-") as host:
            url = f"{host}/events?since_id={{id}}"
            # Spark's JVM and the loop inherit this setting.
            os.sched_setaffinity(0, {cores[1]} if pinned else set(cores))
            spark = session(scratch)
            measure(spark, data, url, Path(scratch) / f"pinned-{pinned}", size, arguments.warm_ups, arguments.runs)
            spark.stop()


def measure(spark: SparkSession, data: Path, url: str, scratch: Path, size: int, warm_ups: int, rounds: int) -> None:
    """All sides in turn, so that a slow moment of the machine hits all of them."""
    pid = jvm(spark)
    sides: dict[str, Callable[[str], Run]] = {
        "typed stream": lambda name: run_stream(spark, pid, url, scratch / f"typed-{name}", SCHEMA),
        "string stream": lambda name: run_stream(spark, pid, url, scratch / f"string-{name}", "output STRING"),
        "file": lambda _: run_file(spark, pid, data),
        LOOP: lambda _: run_loop(url),
    }
    runs: dict[str, list[Run]] = {side: [] for side in sides}
    for number in range(1 - warm_ups, rounds + 1):
        turn = {side: run for side, run in sides.items() if number > 0 or side != LOOP}
        done = {side: run(str(number)) for side, run in turn.items()}
        if number > 0:
            for side, run in done.items():
                runs[side].append(run)
        kind = f"run {number} of {rounds}" if number > 0 else "warm-up"
        print(f"{kind}: " + ", ".join(f"{side} {run.seconds:.2f} s" for side, run in done.items()), flush=True)
    print()
    for side, all_runs in runs.items():
        wall, cpu = median(all_runs, of_cpu=False), median(all_runs, of_cpu=True)
        print(f"{side:<14} {rate(wall, size)}, {cpu / RECORDS * 1e6:.1f} us of CPU per record")
    for ratio in RATIOS:
        mine, other = median(runs[ratio.side], ratio.of_cpu), median(runs[ratio.slower], ratio.of_cpu)
        value = mine / other if ratio.of_cpu else other / mine
        reached = value <= ratio.goal if ratio.of_cpu else value >= ratio.goal
        sign = "<=" if ratio.of_cpu else ">="
        print(f"{ratio.name}: {value:.2f} (goal {sign} {ratio.goal}: {'reached' if reached else 'missed'})")
    middle = sorted(runs["typed stream"], key=lambda run: run.seconds)[rounds // 2]
    print(f"where the time of a typed stream of {middle.seconds:.2f} s goes, by Spark's progress of its batches:")
    for name, milliseconds in sorted(middle.durations.items(), key=lambda entry: -entry[1]):
        print(f"  {name:<22}{milliseconds / 1000:8.2f} s")


def median(runs: list[Run], of_cpu: bool) -> float:
    return statistics.median(run.cpu if of_cpu else run.seconds for run in runs)


def run_stream(spark: SparkSession, pid: int, url: str, checkpoint: Path, schema: str) -> Run:
    """From the first poll to the end of the last batch: `AvailableNow` ends when a poll returns no records."""
    cpu_began = processor_seconds(pid)
    query = finished_stream(spark, url, checkpoint, schema)
    batches = [progress for progress in query.recentProgress if progress["numInputRows"]]
    check(sum(progress["numInputRows"] for progress in batches))
    durations: Counter[str] = Counter()
    for progress in batches:
        durations.update(progress["durationMs"])
    # A stream that runs for days writes its log into memory of pages that it purged. The logs of finished runs would
    # keep this memory, and the kernel would have to find new memory for each run, 25 GB in all.
    shutil.rmtree(checkpoint)
    return Run(end(batches[-1]) - begin(batches[0]), processor_seconds(pid) - cpu_began, durations)


def finished_stream(spark: SparkSession, url: str, checkpoint: Path, schema: str) -> StreamingQuery:
    stream = read_rest_stream(
        spark,
        url,
        offset_type="incremental",
        offset_field="id",
        schema=schema,
        streaming_interval=0,
        batch_size=BATCH,
    )
    writer = stream.writeStream.format("noop").trigger(availableNow=True)
    query = writer.option("checkpointLocation", str(checkpoint)).start()
    query.awaitTermination()
    return query


def run_file(spark: SparkSession, pid: int, data: Path) -> Run:
    cpu_began, began = processor_seconds(pid), time.perf_counter()
    read_file(spark, data)
    return Run(time.perf_counter() - began, processor_seconds(pid) - cpu_began, {})


def read_file(spark: SparkSession, data: Path) -> None:
    spark.read.schema(SCHEMA).json(str(data)).write.format("noop").mode("overwrite").save()


def run_loop(url: str) -> Run:
    script = Path(__file__).with_name("httpx_loop.py")
    printed = subprocess.run([sys.executable, str(script), url], check=True, capture_output=True, text=True).stdout
    records, seconds, cpu_seconds = printed.split()
    check(int(records))
    return Run(float(seconds), float(cpu_seconds), {})


def check(received: int) -> None:
    if received != RECORDS:
        raise AssertionError(f"{received:,} records came, not {RECORDS:,}")


def begin(progress: Mapping[str, Any]) -> float:
    return datetime.datetime.fromisoformat(progress["timestamp"].replace("Z", "+00:00")).timestamp()


def end(progress: Mapping[str, Any]) -> float:
    return begin(progress) + float(progress["durationMs"]["triggerExecution"]) / 1000


def write_records(folder: Path, records: int = RECORDS) -> int:
    """Writes the records as NDJSON files. Returns their size in bytes."""
    folder.mkdir()
    share = records // FILES
    for number in range(FILES):
        first = number * share + 1
        lines = (event(n) + "\n" for n in range(first, first + share))
        (folder / f"{number:02}.json").write_text("".join(lines))
    return sum(file.stat().st_size for file in folder.iterdir())


def rate(seconds: float, size: int) -> str:
    return f"{RECORDS / seconds:,.0f} records/s, {size / seconds / 1e6:,.0f} MB/s"


if __name__ == "__main__":
    main()
