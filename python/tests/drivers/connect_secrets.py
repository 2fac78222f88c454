# SPDX-License-Identifier: Apache-2.0
"""A Spark Connect client that names secrets of the server: it streams with each, and prints a refusal."""

import sys

from pyspark.sql import SparkSession

from spark_rest import Bearer, read_rest, read_rest_stream

remote, url, *references = sys.argv[1:]
spark = SparkSession.builder.remote(remote).getOrCreate()

for number, reference in enumerate(references):
    stream = read_rest_stream(
        spark, f"{url}/data?start_id={{id}}", offset_type="incremental", offset_field="id", auth=Bearer(reference)
    )
    name = f"rows_{number}"
    query = stream.writeStream.format("memory").queryName(name).trigger(availableNow=True).start()
    query.awaitTermination()
    print(reference, sorted(row.output.id for row in spark.table(name).collect()), flush=True)

spark.conf.set("spark.session.token", "t")
try:
    read_rest(spark, url, auth=Bearer("conf:spark.session.token"))
except Exception as e:
    print("refused", e, flush=True)
