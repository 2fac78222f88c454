# SPDX-License-Identifier: Apache-2.0
"""Prints columns of a table as JSON. The settings of its catalog come from PYSPARK_SUBMIT_ARGS."""

import json
import sys

from pyspark.sql import SparkSession

table, columns = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
print("rows", json.dumps([row.asDict() for row in spark.sql(f"SELECT {columns} FROM {table}").collect()]), flush=True)
