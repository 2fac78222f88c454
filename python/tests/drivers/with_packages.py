# SPDX-License-Identifier: Apache-2.0
"""`configure` together with `spark.jars.packages`. Prints the jars of the executors, and ids."""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest

url, package, settings, ivy = sys.argv[1:]
builder = (
    SparkSession.builder.config("spark.jars.packages", package)
    .config("spark.jars.ivySettings", settings)
    .config("spark.jars.ivy", ivy)
)
spark = configure(builder).getOrCreate()
jars = spark.sparkContext._jsc.sc().listJars()
print("jars", *sorted(jars.apply(i).rpartition("/")[2] for i in range(jars.size())), flush=True)
rows = read_rest(spark, url, offset_field="id").collect()
print("ids", sorted(row.output.id for row in rows), flush=True)
