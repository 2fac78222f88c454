# SPDX-License-Identifier: Apache-2.0
"""Streams an API to the console with asynchronous progress tracking, as text, until it is killed.

Spark allows few sinks for this mode. Only the console survives the driver, as its output.
"""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, checkpoint, batch_size = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.showConsoleProgress", "false")
).getOrCreate()
# Log lines go to the same output, and would appear between the rows.
spark.sparkContext.setLogLevel("ERROR")
stream = read_rest_stream(
    spark,
    url,
    offset_type="incremental",
    offset_field="id",
    infer_schema=False,
    streaming_interval=0.05,
    batch_size=int(batch_size),
)
(
    stream.writeStream.format("console")
    .option("numRows", 100_000)
    .option("truncate", False)
    .option("checkpointLocation", checkpoint)
    .option("asyncProgressTrackingEnabled", True)
    .option("asyncProgressTrackingCheckpointIntervalMs", 4000)
    .start()
    .awaitTermination()
)
