# SPDX-License-Identifier: Apache-2.0
"""From Python values to the options of the source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral
from typing import TYPE_CHECKING

from spark_rest._attach import attach

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType


def load_stream(
    spark: SparkSession,
    schema: StructType | str | None,
    json_options: Mapping[str, str] | None,
    options: Mapping[str, object],
) -> DataFrame:
    """Loads ``format("rest")`` with options of Spark's own names; those that are ``None`` are not set.

    Raises:
        TypeError: A value is of a type that no option has.
        pyspark.errors.IllegalArgumentException: The source refuses the options; its message begins with ``[REST_``.
    """
    given = {**(json_options or {}), **options}
    texts = {name: _option_text(name, value) for name, value in given.items() if value is not None}
    attach(spark)
    reader = spark.readStream.format("rest").options(**texts)
    return (reader if schema is None else reader.schema(schema)).load()


def _option_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, float):
        # repr is the shortest text that is the same number; "f" spells it without an exponent.
        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False)
    # Not the value: it may be a secret.
    raise TypeError(f"Option {name}: a {type(value).__name__} is no value of an option.")
