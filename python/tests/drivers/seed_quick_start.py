# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: I001
# fmt: off
"""The quick start of the requirements. Only the host and one import line differ."""

import sys

from pyspark.sql import SparkSession
from spark_rest import RestDataSource

spark = SparkSession.builder \
    .appName("RESTStreaming") \
    .getOrCreate()

# Register REST data source
spark.dataSource.register(RestDataSource)

# Stream data from any API
df = spark.readStream.format("rest") \
    .option("url", sys.argv[1] + "/data?since={timestamp}") \
    .option("method", "GET") \
    .option("authType", "Bearer") \
    .option("oauthToken", "your_token") \
    .option("streaming", "true") \
    .option("streamingInterval", "30") \
    .option("offsetField", "timestamp") \
    .option("offsetType", "timestamp") \
    .load()

# Write to console or any sink
query = df.writeStream \
    .format("console") \
    .start()

query.awaitTermination()
