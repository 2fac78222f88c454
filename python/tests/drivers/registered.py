# SPDX-License-Identifier: Apache-2.0
"""Calls `spark.dataSource.register(RestDataSource)` twice, then loads the registered name."""

import sys

from pyspark.sql import SparkSession

from spark_rest import RestDataSource

(url,) = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
spark.dataSource.register(RestDataSource)
spark.dataSource.register(RestDataSource)
rows = spark.read.format("rest").option("url", url).option("offsetField", "id").load().collect()
print("ids", sorted(row.output.id for row in rows), flush=True)
try:
    spark.read.format(RestDataSource.name()).load()
except Exception as e:
    lines = str(e).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("ValueError"))
    print("other name:", *lines[first : first + 2], flush=True)
