# SPDX-License-Identifier: Apache-2.0
"""Keeps the newest version of each record of an API in a Delta or Iceberg table. docs/cookbook/mirror.md explains it.

spark-submit mirror.py URL TABLE FORMAT CHECKPOINT [once]
"""

from __future__ import annotations

import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import struct

from spark_rest import configure, read_rest_stream

url, table, table_format, checkpoint, *once = sys.argv[1:]
spark = configure(SparkSession.builder.appName("mirror")).getOrCreate()

CREATE = """
CREATE TABLE IF NOT EXISTS {table} (
  id BIGINT, version BIGINT, name STRING, deleted BOOLEAN,
  arrived STRUCT<polled_at: TIMESTAMP, page: BIGINT, record: BIGINT>
) USING {table_format}
"""

MERGE = """
MERGE INTO {table} AS old
USING (
  SELECT newest.* FROM (
    SELECT max_by(struct(*), struct(version, arrived)) AS newest
    FROM changes WHERE id IS NOT NULL GROUP BY id
  )
) AS new
ON old.id = new.id
WHEN MATCHED AND struct(new.version, new.arrived) > struct(old.version, old.arrived) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *
"""


def merge(batch: DataFrame, batch_id: int) -> None:
    batch.createOrReplaceTempView("changes")
    batch.sparkSession.sql(MERGE.format(table=table))


changes = read_rest_stream(
    spark,
    f"{url}/changes?from={{seq}}",
    offset_type="incremental",
    offset_field="seq",
    schema="seq BIGINT, id BIGINT, version BIGINT, name STRING, deleted BOOLEAN",
    streaming_interval=1,
)
arrived = struct("_metadata.polled_at", "_metadata.page", "_metadata.record").alias("arrived")
versions = changes.select("id", "version", "name", "deleted", arrived)

spark.sql(CREATE.format(table=table, table_format=table_format))
writer = versions.writeStream.foreachBatch(merge).option("checkpointLocation", checkpoint)
writer = writer.trigger(availableNow=True) if once else writer.trigger(processingTime="0 seconds")
writer.start().awaitTermination()
