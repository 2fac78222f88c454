# SPDX-License-Identifier: Apache-2.0
"""Streams on a cluster whose executor has another page log than the driver, because their working folders differ."""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, checkpoint = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local-cluster[1,1,1024]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
).getOrCreate()
stream = read_rest_stream(
    spark,
    url,
    offset_type="incremental",
    offset_field="id",
    schema="id BIGINT",
    page_log_location="file:/proc/self/cwd/pagelog",
)
stream.writeStream.format("noop").option("checkpointLocation", checkpoint).start().awaitTermination()
