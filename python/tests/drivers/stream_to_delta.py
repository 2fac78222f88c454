# SPDX-License-Identifier: Apache-2.0
"""Streams an API into a Delta table until it is killed, or until the trigger ends. Needs a PySpark that Delta supports.

Argument: JSON with `jars`, `options` (of `read_rest_stream`), `checkpoint`, `table` and `trigger`.
"""

import json
import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

arguments = json.loads(sys.argv[1])
builder = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.jars", ",".join(arguments["jars"]))
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    .config("spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart", "false")
)
spark = configure(builder, fast_checkpoints=True).getOrCreate()
writer = read_rest_stream(spark, **arguments["options"]).writeStream.format("delta").trigger(**arguments["trigger"])
writer = writer.option("checkpointLocation", arguments["checkpoint"]).option("mergeSchema", "true")
writer.start(arguments["table"]).awaitTermination()
