# SPDX-License-Identifier: Apache-2.0
"""Previews an API before you create a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spark_rest._attach import attach
from spark_rest._credentials import Credentials
from spark_rest._error import without_java_traces
from spark_rest._option_text import camel_case
from spark_rest._reader import option_texts, parser_options

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Preview:
    """The result of :func:`preview`. ``print`` and notebooks show its text. No field contains a secret."""

    text: str
    """The complete result for a reader."""

    call: str
    """A call of :func:`spark_rest.read_rest_stream`, ready to paste."""

    report: Mapping[str, Any] = field(repr=False)
    """The result as data: request, response, records, schema, offsets, bound, pagination, limits, notes, options."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def preview(
    spark: SparkSession,
    url: str,
    *,
    json_options: Mapping[str, object] | None = None,
    csv_options: Mapping[str, object] | None = None,
    xml_options: Mapping[str, object] | None = None,
    auth: Credentials | None = None,
    **options: object,
) -> Preview:
    """Sends at most three requests to an API, and proposes the options of a stream.

    The result describes:

    - where the response contains the records, and their schema,
    - which fields can track progress, and their order,
    - whether the API returns the record at the offset again,
    - how the API links to further pages, and its rate limits.

    It also contains a call of ``read_rest_stream`` to paste. An executor sends the requests, with the same code as a
    stream's polls. ::

        print(preview(spark, "https://api.example.com/data?since={updated_at}", auth=Bearer("env:API_TOKEN")))

    Args:
        spark:
            The session. The connector's jar is attached to it if necessary.
        url:
            The URL, as in :func:`spark_rest.read_rest_stream`. A placeholder in it names the offset field.
        json_options, csv_options, xml_options:
            Options of Spark's parsers, as in :func:`spark_rest.read_rest_stream`.
        auth:
            The credentials, as in :func:`spark_rest.read_rest_stream`. Default: no authentication.
        **options:
            Every other argument of :func:`spark_rest.read_rest_stream` except ``schema``, under the same name.

    Raises:
        pyspark.errors.IllegalArgumentException: Options are wrong, or the API returned an unusable response. The
            message begins with ``[REST_``.
        TypeError: No option accepts the type of an argument.
        ValueError: A ``datetime`` has no time zone, or this Spark version has no jar.
        spark_rest.RestError: Spark itself failed.
    """
    named = {camel_case(name): value for name, value in options.items()}
    return look(spark, auth, {**parser_options(json_options, csv_options, xml_options), "url": url, **named})


def look(spark: SparkSession, auth: Credentials | None, options: Mapping[str, object]) -> Preview:
    """As :func:`preview`, with Spark's option names."""
    texts = option_texts({}, auth, options)
    with without_java_traces():
        attach(spark)
        found = spark.read.format("rest-preview").options(**texts).load().collect()[0]
    return Preview(found["text"], found["call"], json.loads(found["report"]))
