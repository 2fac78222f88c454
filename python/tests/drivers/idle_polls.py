# SPDX-License-Identifier: Apache-2.0
"""Polls an API without new records as fast as possible, with an event log, and prints what remains.

Arguments: url, folder, whether the event log is compressed (`true`, `false`), warm-up polls, measured polls.
Prints one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

from py4j.java_gateway import JVMView
from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, folder, compress, warm_up, polls = sys.argv[1:]
checkpoint, events = Path(folder) / "checkpoint", Path(folder) / "events"
events.mkdir()
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.eventLog.enabled", "true")
    .config("spark.eventLog.dir", events.as_uri())
    .config("spark.eventLog.compress", compress)
    # The source of the poll count. Progress reports that Spark retains would look like growth.
    .config("spark.sql.streaming.noDataProgressEventInterval", "100")
    .config("spark.sql.streaming.numRecentProgressUpdates", "2")
).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
jvm = spark._jvm
assert isinstance(jvm, JVMView)
system, runtime = jvm.java.lang.System, jvm.java.lang.Runtime.getRuntime()


def files(top: Path) -> list[Path]:
    return [f for f in top.rglob("*") if f.is_file()]


def size(top: Path) -> int:
    return sum(f.stat().st_size for f in files(top))


def after_collection() -> int:
    """Bytes in use. Polls create garbage meanwhile, so the minimum of several samples is the best estimate."""
    system.gc()
    used = runtime.totalMemory() - runtime.freeMemory()
    time.sleep(0.1)
    return int(used)


def look() -> dict[str, int]:
    """The current figures."""
    return {
        "polls": polled(),
        "files": len(files(checkpoint)),
        "fileBytes": size(checkpoint),
        "heapBytes": min(after_collection() for _ in range(5)),
        "eventBytes": size(events),
    }


def polled() -> int:
    progress = query.lastProgress
    return int(progress["sources"][0]["metrics"]["polls"]) if progress else 0


def await_polls(count: int) -> None:
    while polled() < count:
        if not query.isActive:
            raise RuntimeError(f"the query ended: {query.exception()}")
        time.sleep(0.05)


stream = read_rest_stream(
    spark, url, offset_type="incremental", offset_field="id", schema="id BIGINT", streaming_interval=0.001
)
query = stream.writeStream.format("noop").option("checkpointLocation", str(checkpoint)).start()
await_polls(int(warm_up))
before = look()
await_polls(before["polls"] + int(polls))
print(json.dumps({"before": before, "after": look()}), flush=True)
query.stop()
