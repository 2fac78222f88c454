# SPDX-License-Identifier: Apache-2.0
"""A Spark Connect client. Prints the results of reads, the error for wrong options, and whether a JVM was started."""

import sys

from pyspark.sql import SparkSession

from spark_rest import RestDataSource, read_rest, read_rest_stream

remote, url = sys.argv[1:]
spark = SparkSession.builder.remote(remote).getOrCreate()

stream = read_rest_stream(spark, f"{url}/data?start_id={{id}}", offset_type="incremental", offset_field="id")
query = stream.writeStream.format("memory").queryName("ids").trigger(availableNow=True).start()
query.awaitTermination()
print("streamed", sorted(row.output.id for row in spark.table("ids").collect()), flush=True)

# After a stream, because polls must be jobs of their session, not of all sessions.
rows = read_rest(spark, f"{url}/data?start_id=0", offset_field="id").collect()
print("read", sorted(row.output.id for row in rows), flush=True)

numbers = spark.createDataFrame([(2,), (3,)], "start_id INT")
called = read_rest(spark, f"{url}/data", input=numbers, method="GET").collect()
print("called", sorted((row.start_id, len(row.output.data)) for row in called), flush=True)

shops = spark.createDataFrame([("a",), ("b",)], "shop STRING")
endpoints = read_rest_stream(
    spark, f"{url}/{{shop}}?start_id={{id}}", input=shops, offset_type="incremental", offset_field="id"
)
query = endpoints.writeStream.format("memory").queryName("by_shop").trigger(availableNow=True).start()
query.awaitTermination()
print("by shop", sorted((row.shop, row.output.id) for row in spark.table("by_shop").collect()), flush=True)

spark.dataSource.register(RestDataSource)
registered = spark.read.format("rest").option("url", f"{url}/data?start_id=3").option("offsetField", "id").load()
print("registered", [row.output.id for row in registered.collect()], flush=True)

try:
    read_rest(spark, url, max_retries=-1)
except Exception as e:
    print(f"raised {type(e).__module__}.{type(e).__name__}", repr(str(e)), flush=True)

try:
    from pyspark import SparkContext

    print("gateway", SparkContext._gateway, flush=True)
except ImportError:
    print("gateway None", flush=True)
