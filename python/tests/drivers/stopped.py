# SPDX-License-Identifier: Apache-2.0
"""Streams an API on a cluster, and stops the query on request. The application runs until it is killed.

Arguments: master, url with `{id}`, checkpoint folder, and a file. The query stops when the file exists. Prints the
duration of the stop, and the number of jobs that still run two seconds later.
"""

import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

master, url, checkpoint, told = sys.argv[1:]
spark = configure(
    SparkSession.builder.master(master)
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1"),
    fast_checkpoints=True,
).getOrCreate()
stream = read_rest_stream(spark, url, offset_type="incremental", offset_field="id", schema="id BIGINT")
query = stream.writeStream.format("noop").option("checkpointLocation", checkpoint).start()
while not Path(told).exists():
    time.sleep(0.02)
began = time.monotonic()
query.stop()
took = time.monotonic() - began
deadline = began + 2
tracker = spark.sparkContext.statusTracker()
while tracker.getActiveJobsIds() and time.monotonic() < deadline:
    time.sleep(0.02)
print(f"stopped in {took:.3f} s; jobs left: {len(tracker.getActiveJobsIds())}; failed: {query.exception()}", flush=True)
while True:
    time.sleep(1)
