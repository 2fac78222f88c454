# SPDX-License-Identifier: Apache-2.0
"""The functions whose keyword arguments are the options of the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from spark_rest._keywords import takes
from spark_rest._options import BatchOptions, StreamOptions
from spark_rest._reader import load, load_stream, parser_options

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    # Type checkers know this module. It does not have to be installed.
    from typing_extensions import Unpack

    from spark_rest._credentials import Credentials


@takes(StreamOptions)
def read_rest_stream(
    spark: SparkSession,
    url: str,
    *,
    schema: StructType | str | None = None,
    json_options: Mapping[str, object] | None = None,
    csv_options: Mapping[str, object] | None = None,
    xml_options: Mapping[str, object] | None = None,
    auth: Credentials | None = None,
    **options: Unpack[StreamOptions],
) -> DataFrame:
    """A streaming DataFrame of an HTTP API: ``spark.readStream.format("rest")`` with the options as arguments.

    An argument that is ``None`` is not set. Seconds may be a ``timedelta``, and JSON may be a dict or a list. A
    ``datetime`` needs a time zone.

    Without ``schema``, this function sends one request to infer a schema, unless ``infer_schema`` is false,
    ``output_type`` is not ``struct``, or ``schema_location`` already holds a schema. A stream that starts on a new
    checkpoint within ten seconds uses the response as its first poll. Exceptions are ``Trigger.AvailableNow`` and
    ``Once``, and the arguments ``lag``, ``input_version``, ``initial_offset="latest"`` and ``offset_type="window"``.

    Args:
        spark:
            The session. The connector's jar is attached to it if necessary.
        url:
            The URL, with placeholders. ``{<offsetField>}`` and ``{offset}`` become the offset, percent-encoded. A query
            parameter that only consists of an empty placeholder is left out.
        schema:
            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's JSON text), ``"output VARIANT"`` (Spark 4), or
            any other schema, which turns the record's fields into columns. Default: ``output STRUCT<...>``, inferred.
        json_options:
            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
        csv_options:
            Options of ``spark.read.csv``, with ``response_format="csv"``, e.g. ``{"sep": ";"}``.
        xml_options:
            Options of ``spark.read.xml``, with ``response_format="xml"``, e.g. ``{"rowTag": "entry"}``.
        auth:
            The credentials, e.g. ``Bearer("env:TOKEN")``. They replace ``auth_type`` and the arguments that belong to
            it. Their repr hides secrets. Default: no authentication.
        **options:
            The options of :class:`spark_rest._options.StreamOptions`.

    Returns:
        A streaming DataFrame. It delivers each record once, also over restarts with the same checkpoint.

    Raises:
        pyspark.errors.IllegalArgumentException: Arguments are wrong: ``[REST_INVALID_OPTIONS]``, with all errors in one
            message. Or the request for the schema failed: ``[REST_API_REFUSED]``, ``[REST_CONNECTION_FAILED]`` and
            others, see docs/errors.md.
        TypeError: No option accepts the type of an argument, an argument is unknown, or ``auth`` is given together with
            an argument that it sets.
        ValueError: A ``datetime`` has no time zone, or this Spark version has no jar.
        spark_rest.RestError: Spark itself failed, not the API. The text is the message of the JVM.

    Example::

        orders = read_rest_stream(
            spark, "https://api.example.com/orders?start_id={id}", offset_type="incremental", offset_field="id"
        )
        query = orders.writeStream.option("checkpointLocation", "/data/checkpoint").start("/data/orders")
    """
    return load_stream(
        spark,
        schema,
        parser_options(json_options, csv_options, xml_options),
        auth,
        {"url": url, **options},
    )


@takes(BatchOptions)
def read_rest(
    spark: SparkSession,
    url: str,
    *,
    schema: StructType | str | None = None,
    json_options: Mapping[str, object] | None = None,
    csv_options: Mapping[str, object] | None = None,
    xml_options: Mapping[str, object] | None = None,
    auth: Credentials | None = None,
    **options: Unpack[BatchOptions],
) -> DataFrame:
    """A DataFrame of an HTTP API: ``spark.read.format("rest")`` with the options as arguments.

    An argument that is ``None`` is not set. Seconds may be a ``timedelta``, and JSON may be a dict or a list. A
    ``datetime`` needs a time zone.

    Without ``schema``, this function sends one request to infer a schema, unless ``infer_schema`` is false,
    ``output_type`` is not ``struct``, or ``schema_location`` already holds a schema. With ``input`` or
    ``input_data``, it makes the calls for some of the rows instead.

    Args:
        spark:
            The session. The connector's jar is attached to it if necessary.
        url:
            The URL, with placeholders. ``{<offsetField>}`` and ``{offset}`` become the offset, percent-encoded. A query
            parameter that only consists of an empty placeholder is left out.
        schema:
            ``"output STRUCT<...>"``, ``"output STRING"`` (the record's JSON text), ``"output VARIANT"`` (Spark 4), or
            any other schema, which turns the record's fields into columns. Default: ``output STRUCT<...>``, inferred.
        json_options:
            Options of ``spark.read.json``, e.g. ``{"mode": "FAILFAST"}``.
        csv_options:
            Options of ``spark.read.csv``, with ``response_format="csv"``, e.g. ``{"sep": ";"}``.
        xml_options:
            Options of ``spark.read.xml``, with ``response_format="xml"``, e.g. ``{"rowTag": "entry"}``.
        auth:
            The credentials, e.g. ``Bearer("env:TOKEN")``. They replace ``auth_type`` and the arguments that belong to
            it. Their repr hides secrets. Default: no authentication.
        **options:
            The options of :class:`spark_rest._options.BatchOptions`.

    Returns:
        A DataFrame. Without an input: all records of all pages. With an input: the columns of the input, ``output``
        with the result of the row's call, and ``error``. Each action sends the requests again, unless
        ``call_strictly_once``.

    Raises:
        pyspark.errors.IllegalArgumentException: Arguments are wrong: ``[REST_INVALID_OPTIONS]``, with all errors in one
            message. Or the request for the schema failed: ``[REST_API_REFUSED]``, ``[REST_CONNECTION_FAILED]`` and
            others, see docs/errors.md.
        TypeError: No option accepts the type of an argument, an argument is unknown, or ``auth`` is given together with
            an argument that it sets.
        ValueError: A ``datetime`` has no time zone, or this Spark version has no jar.
        spark_rest.RestError: Spark itself failed, not the API. The text is the message of the JVM.

    Example::

        users = read_rest(
            spark, "https://api.example.com/users/{id}", input_data=[{"id": 1}, {"id": 2}], method="GET"
        )
        users.select("id", "output.name", "error").show()
    """
    return load(
        spark,
        schema,
        parser_options(json_options, csv_options, xml_options),
        auth,
        {"url": url, **options},
    )
