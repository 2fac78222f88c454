# SPDX-License-Identifier: Apache-2.0
"""Infers schemas on two executors without a query: for a stream, for a batch read, and for calls for three rows.

Argument: url of the API. Prints the schemas.
"""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest, read_rest_stream

url = sys.argv[1]
builder = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
)
spark = configure(builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
rows = {"n": [0, 1, 2]}
for frame in (
    read_rest_stream(spark, f"{url}/stream?from={{id}}", offset_field="id", offset_type="incremental"),
    read_rest_stream(
        spark, f"{url}/endpoints/{{n}}?from={{id}}", input_data=rows, offset_field="id", offset_type="incremental"
    ),
    read_rest(spark, f"{url}/batch", pagination="link"),
    read_rest(spark, f"{url}/calls/{{n}}", input_data=rows, method="GET"),
):
    print(frame.schema.simpleString(), flush=True)
spark.stop()
