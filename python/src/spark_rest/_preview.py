# SPDX-License-Identifier: Apache-2.0
"""A look at an API before a stream is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spark_rest._attach import attach
from spark_rest._credentials import Credentials
from spark_rest._error import without_java_traces
from spark_rest._reader import option_texts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from spark_rest._auth import ApiKey, Basic, Bearer, OAuth1, OAuth2


@dataclass(frozen=True)
class Preview:
    """What :func:`preview` found out; ``print`` and a notebook show its text. No field of it holds a secret."""

    text: str
    """All of it, to be read."""

    call: str
    """The call of :func:`spark_rest.read_rest_stream` to paste."""

    report: Mapping[str, Any] = field(repr=False)
    """The same as data: request, response, records, schema, offsets, bound, pagination, limits, notes, options."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def preview(
    spark: SparkSession,
    url: str,
    *,
    auth: Basic | Bearer | ApiKey | OAuth1 | OAuth2 | None = None,
    **options: object,
) -> Preview:
    """Makes at most three requests to an API, and says what a stream of it needs.

    It tells where the records are, their schema, which fields progress could be tracked by and in which order they
    come, whether the API sends the record at the offset again, how it names further pages and its limits; and it gives
    the call of ``read_rest_stream`` to paste. The requests are made on an executor by the code that polls. ::

        print(preview(spark, "https://api.example.com/data?since={updated_at}", auth=Bearer("env:API_TOKEN")))

    Args:
        spark:
            The session; the connector's jar is attached to it if it is not there yet.
        url:
            As of :func:`spark_rest.read_rest_stream`. A placeholder in it says what the offset field is called.
        auth:
            Likewise. Default: no authentication.
        **options:
            Any other argument of :func:`spark_rest.read_rest_stream`, by the same name.

    Raises:
        pyspark.errors.IllegalArgumentException: Options are wrong, or the API did not answer as it should; the message
            begins with ``[REST_``.
        TypeError: An argument has a type that no option has.
        ValueError: A ``datetime`` has no time zone, or there is no jar for this Spark.
        spark_rest.RestError: Spark itself failed.
    """
    named = {camel_case(name): value for name, value in options.items()}
    return look(spark, auth, {"url": url} | named)


def look(spark: SparkSession, auth: Credentials | None, options: Mapping[str, object]) -> Preview:
    """As :func:`preview`, with options of Spark's own names."""
    texts = option_texts(None, auth, options)
    with without_java_traces():
        attach(spark)
        found = spark.read.format("rest-preview").options(**texts).load().collect()[0]
    return Preview(found["text"], found["call"], json.loads(found["report"]))


def camel_case(name: str) -> str:
    """``offset_field`` and ``offset-field`` as the option table writes it: ``offsetField``."""
    return re.sub(r"[_-]([a-z0-9])", lambda found: found.group(1).upper(), name)
