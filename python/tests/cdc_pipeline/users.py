# SPDX-License-Identifier: Apache-2.0
"""AUTO CDC from a stream of changes. `test_pipelines.py` runs it as far as Spark's built-in formats allow."""

import os

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest_stream

spark = SparkSession.active()
url = os.environ["API_URL"]


@dp.temporary_view
def user_changes() -> DataFrame:
    changes = read_rest_stream(
        spark, f"{url}/users?since={{version}}", offset_type="incremental", offset_field="version"
    )
    return changes.select("output.*")


dp.create_streaming_table("users")
dp.create_auto_cdc_flow(
    target="users",
    source="user_changes",
    keys=["id"],
    sequence_by="version",
    apply_as_deletes="deleted",
    stored_as_scd_type=1,
)
