# SPDX-License-Identifier: Apache-2.0
"""The stream that most tests need: records with growing ids, as a DataFrame with one column."""

from __future__ import annotations

from typing import Any

from emulated import Emulated
from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest_stream


def ids_of(spark: SparkSession, api: Emulated | str, **options: Any) -> DataFrame:
    """The ids of an API like `apis.numbered`, given as the API or its URL. `options` override the defaults."""
    url = api if isinstance(api, str) else api.url
    defaults: dict[str, Any] = {"offset_type": "incremental", "offset_field": "id", "schema": "id BIGINT"}
    return read_rest_stream(spark, f"{url}/data?start_id={{id}}", **(defaults | options))
