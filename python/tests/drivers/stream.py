# SPDX-License-Identifier: Apache-2.0
"""Streams an API into Parquet until it is killed, or until the trigger ends.

Argument: JSON with `conf` (of the session), `options` (of `read_rest_stream`), `checkpoint`, `output` and `trigger`.
Prints the JVM's process id, and the source's metrics whenever they change.
"""

import json
import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

arguments = json.loads(sys.argv[1])
settings = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.streaming.noDataProgressEventInterval": "200",
}
builder = SparkSession.builder
for name, value in (settings | arguments["conf"]).items():
    builder = builder.config(name, value)
spark = configure(builder, fast_checkpoints=arguments["checkpoint"].startswith("/")).getOrCreate()
jvm = spark._jvm
assert jvm
print("jvm", jvm.java.lang.ProcessHandle.current().pid(), flush=True)
writer = read_rest_stream(spark, **arguments["options"]).writeStream.trigger(**arguments["trigger"])
writer = writer.option("checkpointLocation", arguments["checkpoint"])
query = writer.start(arguments["output"], format="parquet")
printed = None
while not query.awaitTermination(1):
    progress = query.lastProgress
    metrics = progress and progress["sources"][0]["metrics"]
    if metrics and metrics != printed:
        print("metrics", json.dumps(metrics), flush=True)
        printed = metrics
