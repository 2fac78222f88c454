# SPDX-License-Identifier: Apache-2.0
"""Streams an API without new records, with a poll every five seconds, and prints the JVM's process id."""

import sys

from pyspark.sql import DataFrame, SparkSession

from spark_rest import configure, read_rest_stream

url, folder = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
).getOrCreate()


def stream(interval: float) -> DataFrame:
    return read_rest_stream(
        spark, url, offset_type="incremental", offset_field="id", schema="id BIGINT", streaming_interval=interval
    )


# Code that is not compiled yet is many times slower. With a poll every five seconds, the warm-up takes minutes.
warm_up = stream(0.03).writeStream.format("noop").option("checkpointLocation", f"{folder}/warm-up").start()
warm_up.awaitTermination(8)
warm_up.stop()
query = stream(5).writeStream.format("noop").option("checkpointLocation", f"{folder}/idle").start()
jvm = spark._jvm
assert jvm
print("jvm", jvm.java.lang.ProcessHandle.current().pid(), flush=True)
query.awaitTermination()
