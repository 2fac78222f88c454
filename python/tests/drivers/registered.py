# SPDX-License-Identifier: Apache-2.0
"""`spark.dataSource.register(RestDataSource)`, twice; then the name that it registered."""

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
    print("other name:", next(line for line in str(e).splitlines() if line.startswith("ValueError")), flush=True)
