# SPDX-License-Identifier: Apache-2.0
"""A user's program: streams an API into Parquet, slowly, until it is killed. The test restarts it each time.

Arguments: url, offset type, offset field, checkpoint folder, Parquet folder, `endless` or `to the end`, and settings as
`name=value`: retain_batches, streaming_interval, batch_size, and `task_millis` (time that a task spends per record).
"""

import sys
from typing import Literal, cast

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, offset_type, offset_field, checkpoint, output, until, *settings = sys.argv[1:]
setting = {"retain_batches": "2", "streaming_interval": "0.1", "batch_size": "100", "task_millis": "15"}
setting |= dict(s.split("=") for s in settings)
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    .config("spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart", "false")
).getOrCreate()
stream = read_rest_stream(
    spark,
    url,
    offset_type=cast(Literal["timestamp", "incremental"], offset_type),
    offset_field=offset_field,
    schema="id BIGINT, timestamp BIGINT, text STRING",
    streaming_interval=float(setting["streaming_interval"]),
    batch_size=int(setting["batch_size"]),
    retain_batches=int(setting["retain_batches"]),
)
# With a delay per record, a kill can hit the middle of a batch. By default a batch takes about a second.
slow = stream.filter(f"java_method('java.lang.Thread', 'sleep', {setting['task_millis']}L) != ''")
writer = (
    (stream if until == "to the end" else slow)
    .writeStream.format("parquet")
    .option("checkpointLocation", checkpoint)
    .trigger(**({"availableNow": True} if until == "to the end" else {"processingTime": "0 seconds"}))
)
writer.start(output).awaitTermination()
