# SPDX-License-Identifier: Apache-2.0
"""A session with a given jar. Prints the error of `load()`."""

import sys

from pyspark.sql import SparkSession

spark = SparkSession.builder.config("spark.jars", sys.argv[1]).getOrCreate()
try:
    spark.read.format("rest").option("url", "http://localhost/").load()
except Exception as e:
    print(f"raised {type(e).__name__}: {e}", flush=True)
