# SPDX-License-Identifier: Apache-2.0
"""Prints the jars of a session to which the user has already added a jar. Then checks that `format("rest")` works."""

import sys

from pyspark.sql import SparkSession

from spark_rest import configure, read_rest_stream

(own_jar,) = sys.argv[1:]
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
spark = configure(configure(builder.config("spark.jars", own_jar))).getOrCreate()
print("jars", spark.sparkContext.getConf().get("spark.jars"), flush=True)
print("columns", read_rest_stream(spark, "http://127.0.0.1/{timestamp}", infer_schema=False).columns, flush=True)
