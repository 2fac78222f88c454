# SPDX-License-Identifier: Apache-2.0
"""What the drivers of tests do, without the connector: queries, streams, and files. Ends when its JVM has ended."""

import tempfile
from pathlib import Path

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, from_json

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def keep(batch: DataFrame, _: int) -> None:
    batch.collect()


def stream(folder: Path) -> None:
    """From files into each sink, with both kinds of triggers."""
    records = spark.readStream.schema("id BIGINT, n STRUCT<text: STRING>").json(str(folder / "records"))
    for name in ("parquet", "console", "noop", "memory", "batches"):
        writer = records.select("id", "n.text").writeStream.option("checkpointLocation", str(folder / f"{name}-log"))
        writer = writer.queryName(name).trigger(availableNow=True)
        query = (
            writer.foreachBatch(keep).start()
            if name == "batches"
            else writer.format(name).start(*([str(folder / name)] if name == "parquet" else []))
        )
        query.awaitTermination()
    ticks = spark.readStream.format("rate").load().writeStream.format("noop").trigger(processingTime="0 seconds")
    query = ticks.option("checkpointLocation", str(folder / "ticks")).start()
    query.awaitTermination(2)
    query.stop()


with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    texts = spark.createDataFrame([(1, '{"text": "a"}'), (2, '{"text": "b"}')], "id BIGINT, json STRING")
    records = texts.select("id", from_json("json", "text STRING").alias("n"))
    records.coalesce(1).write.json(str(folder / "records"))
    stream(folder)
    found = spark.read.parquet(str(folder / "parquet")).groupBy("text").count().orderBy(col("count").desc())
    assert found.count() == 2 and len(found.collect()) == 2
    records.createOrReplaceTempView("records")
    spark.sql("SELECT max(id), first(n.text) FROM records WHERE id > 0").show()
spark.stop()
gateway = SparkContext._gateway
assert gateway
# A JVM of Spark ends with its input. Only then it writes the archive.
gateway.shutdown()
gateway.proc.stdin.close()
gateway.proc.wait()
