# SPDX-License-Identifier: Apache-2.0
"""A table with each event of the demo API once."""

import os

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest_stream

spark = SparkSession.active()
API = os.environ.get("API", "http://127.0.0.1:8000")


@dp.table
def events() -> DataFrame:
    stream = read_rest_stream(
        spark,
        API + "/events?after={next_cursor}&limit=100",
        offset_type="cursor",
        offset_field="next_cursor",
        data_field="events",
    )
    return stream.select("output.*")
