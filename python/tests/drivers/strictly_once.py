# SPDX-License-Identifier: Apache-2.0
"""Calls for 12 rows strictly once, by two executors. Prints a line of JSON for each row.

Arguments: url of the API, Spark's settings as a JSON object.
"""

import json
import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest

url, conf = sys.argv[1:]
builder = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
)
for name, value in json.loads(conf).items():
    builder = builder.config(name, value)
spark = configure(builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
frame = read_rest(
    spark,
    url,
    input_data={"n": list(range(12))},
    method="GET",
    partitions=2,
    concurrency=2,
    call_strictly_once="Y",
    schema="n BIGINT, output STRING, error STRING",
)
rows = frame.collect()
assert frame.count() == len(rows) == 12
spark.stop()
for row in rows:
    print(json.dumps({"n": row.n, "error": row.error}), flush=True)
