# SPDX-License-Identifier: Apache-2.0
"""The cost of a micro-batch: 10 records of an API over loopback against 10 rows of Spark's `rate-micro-batch`.

Run as `python bench/overhead.py`. Both sources write to the noop sink with one task per batch, with each of Spark's two
checkpoint file managers. The server has one core, and Spark has the other. Queries of both sources alternate. The
result is the median duration of a batch in Spark's progress, without the first queries and the first batches of each
query.

The control is the time that Spark needs for its logs, which is the same work for both sources. If this time differs,
the run proves nothing about the sources. It once differed by a factor of two on a busy machine, with equal CPU time.
"""

import os
import statistics
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from event_records import event
from pyspark.sql import DataFrame, SparkSession
from spark_and_server import cores_model, serving, session

from spark_rest import read_rest_stream

ROWS = 10
RECORDS = 20_000
# Java compiles Spark's planner and the source during the first thousands of batches, on the core of Spark. Without
# these runs the manager that comes first looks slower, also in `addBatch`, which does not use it.
WARM_UP_RUNS = 25
RUNS = 4
WARM_UP = 60
BATCHES = 120
GOAL = 1.1
CONTROL = ("walCommit", "commitOffsets")
CONTROL_RANGE = (0.9, 1.1)
MANAGER = "spark.sql.streaming.checkpointFileManagerClass"
Durations = list[Mapping[str, int]]


def main() -> None:
    cores = sorted(os.sched_getaffinity(0))
    pinned = len(cores) >= 2
    print(f"machine: {os.cpu_count()} cores, {cores_model()}")
    with tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch:
        data = Path(scratch) / "events"
        data.mkdir()
        (data / "0.json").write_text("".join(event(n) + "\n" for n in range(1, RECORDS + 1)))
        if pinned:
            # Spark's JVM inherits this core.
            os.sched_setaffinity(0, {cores[1]})
        with serving("server.py", str(data), str(cores[0]) if pinned else "-") as host:
            url = f"{host}/events?since_id={{id}}"
            spark = session(scratch)
            spark.conf.set("spark.sql.streaming.numRecentProgressUpdates", str(WARM_UP + 10 * BATCHES))
            fast = spark.conf.get(MANAGER)
            assert fast
            measured(spark, url, Path(scratch) / "warm-up", WARM_UP_RUNS)
            for manager in (fast, fast.replace("FileSystemBased", "FileContextBased")):
                compare(spark, url, Path(scratch), manager)
            spark.stop()


def compare(spark: SparkSession, url: str, scratch: Path, manager: str) -> None:
    spark.conf.set(MANAGER, manager)
    name = manager.rpartition(".")[2]
    durations = measured(spark, url, scratch / name, RUNS)
    print(f"\n{name}, {RUNS} runs of {BATCHES} batches each, median milliseconds of a batch:")
    phases = sorted({phase for all_of in durations.values() for batch in all_of for phase in batch})
    medians = {p: [statistics.median(b.get(p, 0) for b in durations[s]) for s in ("rest", "rate")] for p in phases}
    for phase, (rest_ms, rate_ms) in sorted(medians.items(), key=lambda entry: -entry[1][0]):
        print(f"  {phase:<22}rest {rest_ms:6.1f}   rate-micro-batch {rate_ms:6.1f}")
    control = sum(medians[p][0] for p in CONTROL) / sum(medians[p][1] for p in CONTROL)
    rest_ms, rate_ms = medians["triggerExecution"]
    ratio = rest_ms / rate_ms
    low, high = CONTROL_RANGE
    verdict = "reached" if ratio <= GOAL else "missed"
    if not low <= control <= high:
        verdict = "no verdict: the control is out of range, is the machine busy?"
    load = os.getloadavg()[0]
    print(f"rest / rate-micro-batch: {ratio:.2f} (goal <= {GOAL}: {verdict})")
    print(f"control: {control:.2f} (valid from {low} to {high}); load average {load:.1f}", flush=True)


def measured(spark: SparkSession, url: str, scratch: Path, runs: int) -> dict[str, Durations]:
    """Both sources in turn, so that a slow moment of the machine hits both."""
    sources: dict[str, Callable[[], DataFrame]] = {"rest": lambda: rest(spark, url), "rate": lambda: rate(spark)}
    durations: dict[str, Durations] = {source: [] for source in sources}
    for run in range(runs):
        for source, stream in sources.items():
            durations[source] += batches(stream(), scratch / f"{source}-{run}")
    return durations


def rest(spark: SparkSession, url: str) -> DataFrame:
    """Polls once a second, which returns more records than the batches read."""
    return read_rest_stream(
        spark,
        url,
        offset_type="incremental",
        offset_field="id",
        schema="id BIGINT, created_at TIMESTAMP",
        streaming_interval=1,
        batch_size=ROWS,
    )


def rate(spark: SparkSession) -> DataFrame:
    reader = spark.readStream.format("rate-micro-batch").option("rowsPerBatch", ROWS)
    # One task, like the other source.
    return reader.option("numPartitions", 1).load()


def batches(stream: DataFrame, checkpoint: Path) -> Durations:
    """`durationMs` of each batch after the warm-up."""
    query = stream.writeStream.format("noop").option("checkpointLocation", str(checkpoint)).start()
    try:
        while len(query.recentProgress) < WARM_UP + BATCHES:
            if query.awaitTermination(1):
                raise AssertionError("the query ended")
        found: list[Mapping[str, Any]] = [p for p in query.recentProgress if p["numInputRows"]]
    finally:
        query.stop()
    if any(p["numInputRows"] != ROWS for p in found):
        raise AssertionError(f"not every batch had {ROWS} rows")
    return [p["durationMs"] for p in found[WARM_UP : WARM_UP + BATCHES]]


if __name__ == "__main__":
    main()
