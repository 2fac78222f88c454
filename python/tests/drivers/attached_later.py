# SPDX-License-Identifier: Apache-2.0
"""A session without the jar. `read_rest` attaches it. Prints ids, and an API's refusal."""

import sys

from pyspark.sql import SparkSession

import spark_rest

print("package", spark_rest.__file__, flush=True)
spark = SparkSession.builder.getOrCreate()
jars = spark.sparkContext._jsc.sc().listJars().size()
# One task per core, so that executors run before the jar is attached.
print(f"before: {jars} jars, {len(spark.range(0, 4, 1, 2).collect())} rows", flush=True)
url = sys.argv[1]
rows = spark_rest.read_rest(spark, f"{url}/ids", offset_field="id").collect()
# One text: a log line may come between two.
print(f"ids {sorted(row.output.id for row in rows)}\n", end="", flush=True)
refused = spark_rest.read_rest(spark, f"{url}/refused", offset_field="id", schema="id INT", max_retries=0)
try:
    refused.collect()
except Exception as e:
    print("refused:", next(line for line in str(e).splitlines() if "[REST_" in line), flush=True)
