# SPDX-License-Identifier: Apache-2.0
"""A Python application that uses the connector without the Python package:

spark-submit --packages io.github.sparkrest:spark-rest_2.13:0.1.0 submitted.py URL FOLDER
"""

import sys

from pyspark.sql import SparkSession

url, folder = sys.argv[1:]
spark = SparkSession.builder.appName("submitted").getOrCreate()
records = (
    spark.readStream.format("rest")
    .option("url", f"{url}/data?start_id={{id}}")
    .option("offsetType", "incremental")
    .option("offsetField", "id")
    .schema("id BIGINT, name STRING")
    .load()
)
query = (
    records.writeStream.format("parquet")
    .option("path", f"{folder}/rows")
    .option("checkpointLocation", f"{folder}/checkpoint")
    .trigger(availableNow=True)
    .start()
)
query.awaitTermination()
print("rows", spark.read.parquet(f"{folder}/rows").count(), flush=True)
