# SPDX-License-Identifier: Apache-2.0
"""A user's program: streams an API into Parquet, slowly, until it is killed. The test starts it anew each time.

Arguments: url, offset type, offset field, checkpoint folder, Parquet folder, and `endless` or `to the end`.
"""

import sys
from typing import Literal, cast

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, offset_type, offset_field, checkpoint, output, until = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
).getOrCreate()
stream = read_rest_stream(
    spark,
    url,
    offset_type=cast(Literal["timestamp", "incremental"], offset_type),
    offset_field=offset_field,
    schema="id BIGINT, timestamp BIGINT, text STRING",
    streaming_interval=0.1,
    batch_size=100,
)
# Each record costs its task 15 ms, so that there is a middle of a batch: about a second long.
slow = stream if until == "to the end" else stream.filter("java_method('java.lang.Thread', 'sleep', 15L) != ''")
writer = (
    slow.writeStream.format("parquet")
    .option("checkpointLocation", checkpoint)
    .trigger(**({"availableNow": True} if until == "to the end" else {"processingTime": "0 seconds"}))
)
writer.start(output).awaitTermination()
