# SPDX-License-Identifier: Apache-2.0
"""A program for spark-submit, whose JVM runs before `configure` is called. Prints the ids that it streamed."""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

(url,) = sys.argv[1:]
spark = configure(SparkSession.builder.appName("under spark-submit")).getOrCreate()
stream = read_rest_stream(spark, url, offset_type="incremental", offset_field="id", schema="id BIGINT")
query = stream.writeStream.format("memory").queryName("ids").trigger(availableNow=True).start()
query.awaitTermination()
print("ids", sorted(row.id for row in spark.table("ids").collect()), flush=True)
