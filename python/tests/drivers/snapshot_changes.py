# SPDX-License-Identifier: Apache-2.0
"""A user's program: merges the changes of a snapshot into a table of Parquet files, until it is killed or stopped.

Arguments: url, checkpoint folder, and the folder of the table, which has a folder for each batch that ran.
"""

import sys

from pyspark.sql import DataFrame, SparkSession

from spark_rest import configure, read_rest_stream

url, checkpoint, table = sys.argv[1:]
spark = configure(
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    .config("spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart", "false")
).getOrCreate()
stream = read_rest_stream(
    spark,
    url,
    offset_type="snapshot",
    record_key="id",
    read_changes=True,
    pagination="cursor",
    next_field="next",
    page_param="after",
    schema="id BIGINT, name STRING",
    streaming_interval=0.2,
    batch_size=3,
    retry_backoff=0.1,
)
changes = stream.select("id", "name", "_change_type", "_commit_version", "_commit_timestamp")

# What MERGE does, on a table that is a folder of Parquet files for each batch.
MERGE = """
SELECT coalesce(new.id, old.id) AS id, if(new.id IS NULL, old.name, new.name) AS name
FROM old FULL OUTER JOIN (
  SELECT newest.* FROM (SELECT max_by(struct(*), _commit_version) AS newest FROM changes GROUP BY id)
) AS new ON old.id = new.id
WHERE coalesce(new._change_type, '') != 'delete'
"""


def merge(batch: DataFrame, number: int) -> None:
    session = batch.sparkSession
    batch.persist()
    batch.write.mode("overwrite").parquet(f"{table}/changes/{number}")
    old = session.read.parquet(f"{table}/states/{number - 1}") if number > 0 else batch.limit(0)
    old.createOrReplaceTempView("old")
    batch.createOrReplaceTempView("changes")
    session.sql(MERGE).write.mode("overwrite").parquet(f"{table}/states/{number}")
    batch.unpersist()


writer = changes.writeStream.foreachBatch(merge).option("checkpointLocation", checkpoint)
writer.trigger(processingTime="0 seconds").start().awaitTermination()
