# SPDX-License-Identifier: Apache-2.0
"""Counts the records of an API, in JVMs of 512 MB that write garbage collection logs.

Arguments: master, url, folder for checkpoint and logs. Prints `counted <records> <sum of ids>`.
"""

import sys

from pyspark.sql import DataFrame, SparkSession

from spark_rest import configure, read_rest_stream

master, url, folder = sys.argv[1:]
builder = (
    SparkSession.builder.master(master)
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.memory", "512m")
    .config("spark.executor.memory", "512m")
)
for role in ("driver", "executor"):
    builder = builder.config(f"spark.{role}.extraJavaOptions", f"-Xlog:gc:file={folder}/{role}-%p.gc")
spark = configure(builder).getOrCreate()
stream = read_rest_stream(
    spark,
    url,
    offset_type="incremental",
    offset_field="id",
    schema="id BIGINT, text STRING",
    streaming_interval=0,
    batch_size=0,
    max_response_bytes="2g",
)
counts: list[tuple[int, int]] = []


def count(batch: DataFrame, _: int) -> None:
    """Reads all columns."""
    row = batch.selectExpr("count(*)", "sum(id)", "sum(length(text))").head()
    assert row
    counts.append((row[0], row[1]))


writer = stream.writeStream.foreachBatch(count).option("checkpointLocation", f"{folder}/checkpoint")
writer.trigger(availableNow=True).start().awaitTermination()
print("counted", sum(c for c, _ in counts), sum(s for _, s in counts), flush=True)
