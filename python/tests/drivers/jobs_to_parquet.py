# SPDX-License-Identifier: Apache-2.0
"""A user's program: streams the records of jobs into Parquet until it is killed, or with `to the end` until it ends.

Arguments: base URL, checkpoint folder, Parquet folder, `endless` or `to the end`.
"""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

url, checkpoint, output, until = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    .config("spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart", "false")
).getOrCreate()
stream = read_rest_stream(
    spark,
    f"{url}/jobs/{{job}}/results",
    job_url=f"{url}/jobs",
    job_body={"since": "{id}"},
    job_done_when="state=done",
    job_failed_when="state=failed",
    job_poll_interval=0.1,
    schema="id BIGINT",
    data_field="records",
    offset_type="incremental",
    offset_field="id",
    initial_offset="0",
    pagination="cursor",
    next_field="next",
    page_param="page",
    # A task for each page, so that a kill comes between two commits of one job.
    max_pages_per_poll=1,
    streaming_interval=1,
)
writer = (
    stream.writeStream.format("parquet")
    .option("checkpointLocation", checkpoint)
    .trigger(**({"availableNow": True} if until == "to the end" else {"processingTime": "0 seconds"}))
)
writer.start(output).awaitTermination()
