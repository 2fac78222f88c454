# SPDX-License-Identifier: Apache-2.0
"""A user's program with many streams from APIs into Parquet in one session. A stream that fails starts again.

Arguments: a JSON file with the streams by name, each with `options` of `read_rest_stream`, `checkpoint` and `output`;
then `endless`, or the seconds in which all streams must end. Errors go to `ended.json` in the folder of the JSON file.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from spark_rest import RestError, configure, read_rest_stream

STARTS = 8
file, until = Path(sys.argv[1]), sys.argv[2]
streams: dict[str, Any] = json.loads(file.read_text())
builder = (
    # A poll holds a slot while it waits for the API.
    SparkSession.builder.master("local[8]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.scheduler.mode", "FAIR")
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    .config("spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart", "false")
)
spark = configure(builder, fast_checkpoints=True).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
queries: dict[str, StreamingQuery] = {}
starts = dict.fromkeys(streams, 0)
ended: dict[str, str | None] = {}


def start(name: str) -> None:
    starts[name] += 1
    stream = streams[name]
    writer = read_rest_stream(spark, **stream["options"]).coalesce(1).writeStream.format("parquet")
    trigger: dict[str, Any] = {"processingTime": "0 seconds"} if until == "endless" else {"availableNow": True}
    queries[name] = writer.option("checkpointLocation", stream["checkpoint"]).trigger(**trigger).start(stream["output"])


def look(name: str, query: StreamingQuery) -> None:
    """Records that a query has ended, or restarts a failed query."""
    if query.isActive:
        return
    error = query.exception()
    if error is not None:
        print(name, "failed:", str(error)[:1000], flush=True)
        if until == "endless" or starts[name] < STARTS:
            start(name)
            return
    ended[name] = None if error is None else str(error)[:1000]


for name in streams:
    start(name)
print("all are started", flush=True)
deadline = time.monotonic() + (10**9 if until == "endless" else float(until))
while len(ended) < len(streams) and time.monotonic() < deadline:
    for name, query in queries.items():
        if name not in ended:
            try:
                look(name, query)
            except RestError as e:
                print(name, "does not start:", str(e)[:1000], flush=True)
    time.sleep(0.2)
for name, query in queries.items():
    if name not in ended:
        ended[name] = f"it has not ended in {until} s: {query.lastProgress}"[:1000]
        query.stop()
temporary = file.with_name("ended.tmp")
temporary.write_text(json.dumps(ended))
temporary.rename(file.with_name("ended.json"))
