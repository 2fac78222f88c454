# SPDX-License-Identifier: Apache-2.0
"""The datasets of `test_pipelines.py`. Each reads another path, so that the API can tell their requests apart."""

import os

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest, read_rest_stream

spark = SparkSession.active()
url = os.environ["API_URL"]


@dp.table
def plain() -> DataFrame:
    reader = spark.readStream.format("rest").option("url", f"{url}/plain?start_id={{id}}")
    return reader.option("offsetType", "incremental").option("offsetField", "id").load().select("output.id")


@dp.table
def function() -> DataFrame:
    stream = read_rest_stream(spark, f"{url}/function?start_id={{id}}", offset_type="incremental", offset_field="id")
    return stream.select("output.id")


@dp.temporary_view
def view() -> DataFrame:
    return read_rest_stream(spark, f"{url}/view?start_id={{id}}", offset_type="incremental", offset_field="id")


@dp.table
def shops() -> DataFrame:
    stream = read_rest_stream(
        spark,
        f"{url}/{{shop}}?start_id={{id}}",
        input_data=[{"shop": "shop1"}, {"shop": "shop2"}],
        offset_type="incremental",
        offset_field="id",
    )
    return stream.select("shop", "output.id")


@dp.materialized_view
def batch() -> DataFrame:
    return read_rest(spark, f"{url}/batch?start_id=0").select("output.id")


@dp.materialized_view
def calls() -> DataFrame:
    called = read_rest(spark, f"{url}/calls", method="GET", input_data=[{"start_id": 1}, {"start_id": 2}])
    return called.selectExpr("start_id AS id")


try:
    read_rest(spark, f"{url}/frame", input=spark.range(1))
except TypeError as e:
    print("refused", e, flush=True)
