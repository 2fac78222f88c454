# SPDX-License-Identifier: Apache-2.0
"""Loads a DataFrame of the source from Python values."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from spark_rest._attach import attach, is_connect
from spark_rest._credentials import Credentials, kinds
from spark_rest._error import without_java_traces
from spark_rest._literals import warn_about_literals
from spark_rest._option_text import camel_case, option_text
from spark_rest._pipelines import InPipelineError, refused_analysis, refused_views

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession
    from pyspark.sql.streaming.readwriter import DataStreamReader
    from pyspark.sql.types import StructType

    Reader = TypeVar("Reader", DataFrameReader, DataStreamReader)


_VIEW = "spark_rest_input_"


@without_java_traces()
def parser_options(*given: Mapping[str, object] | None) -> dict[str, object]:
    """The options of Spark's parsers together, as they were given."""
    return {name: value for options in given if options for name, value in options.items()}


def load_stream(
    spark: SparkSession,
    schema: StructType | str | None,
    parser_options: Mapping[str, object],
    auth: Credentials | None,
    options: Mapping[str, object],
) -> DataFrame:
    """Loads a stream of ``format("rest")`` with options in snake_case. Options that are ``None`` are left out.

    Raises:
        TypeError: No option accepts the type of a value, or ``auth`` and an option set the same value.
        pyspark.errors.IllegalArgumentException: The source refuses the options. The message begins with ``[REST_``.
        RestError: Spark itself failed.
    """
    texts = option_texts(parser_options, auth, _by_option_name(options))
    attach(spark)
    # With an input, only this option tells the source that each row is an endpoint.
    return _load(spark, spark.readStream, schema, {"streaming": "true"} | texts)


@without_java_traces()
def load(
    spark: SparkSession,
    schema: StructType | str | None,
    parser_options: Mapping[str, object],
    auth: Credentials | None,
    options: Mapping[str, object],
) -> DataFrame:
    """As :func:`load_stream`, for a batch read."""
    texts = option_texts(parser_options, auth, _by_option_name(options))
    try:
        attach(spark)
        return _load(spark, spark.read, schema, texts)
    finally:
        if texts.get("input", "").startswith(_VIEW) and not is_connect(spark):
            _forget_view(spark, texts["input"])


def _load(spark: SparkSession, reader: Reader, schema: StructType | str | None, texts: dict[str, str]) -> DataFrame:
    if is_connect(spark):
        warn_about_literals(texts)
    reader = reader.format("rest").options(**texts)
    frame = (reader if schema is None else reader.schema(schema)).load()
    if is_connect(spark):
        _analyze(frame)
    return frame


def _analyze(frame: DataFrame) -> None:
    """Let errors surface here. On Connect, `load()` alone sends nothing to the server, and the schema does.

    Spark does not analyze inside a query function of a pipeline. It reports the errors after the function returned.
    """
    with suppress(InPipelineError), refused_analysis():
        _ = frame.schema


def _by_option_name(options: Mapping[str, object]) -> dict[str, object]:
    return {camel_case(name): value for name, value in options.items()}


def option_texts(
    parser_options: Mapping[str, object], auth: Credentials | None, options: Mapping[str, object]
) -> dict[str, str]:
    given = {**parser_options, **{name: value for name, value in options.items() if value is not None}}
    if auth is not None:
        given |= _option_values(auth, given)
    return {
        name: _view_of(value) if name == "input" and not isinstance(value, str) else option_text(name, value)
        for name, value in given.items()
        if value is not None
    }


def _option_values(auth: Credentials, given: Mapping[str, object]) -> dict[str, object]:
    if not isinstance(auth, Credentials):
        # The value may be a secret, so the message only names its type.
        raise TypeError(
            f"auth: the value is a {type(auth).__name__}.\n"
            f"Use one of the classes {', '.join(kind.__name__ for kind in kinds())} of spark_rest, "
            'for example Bearer("...") for a token.'
        )
    values = auth._option_values()
    twice = sorted(values.keys() & given.keys())
    if twice:
        raise TypeError(
            f"auth={auth!r} sets {', '.join(twice)}, which the arguments set too.\n"
            "Remove auth, or remove the arguments that it sets."
        )
    return values


def _forget_view(spark: SparkSession, name: str) -> None:
    """Remove a view whose plan is part of a result now. A driver that calls in `foreachBatch` would collect views.

    On Connect the view stays, because the server resolves it again for each action. So does the view of a stream, which
    may read it again.
    """
    # The public method would also drop the DataFrame from Spark's cache.
    spark._jsparkSession.sessionState().catalog().dropTempView(name)  # type: ignore[attr-defined, unused-ignore]


def _view_of(frame: object) -> str:
    """Register a DataFrame under a name for the source."""
    if not hasattr(frame, "createTempView"):
        raise TypeError(
            f"Option input: the value is a {type(frame).__name__}.\n"
            "Use a DataFrame or the name of a view. For a list or a dict, use input_data."
        )
    name = f"{_VIEW}{uuid.uuid4().hex}"
    try:
        with refused_views():
            frame.createTempView(name)
    except InPipelineError:
        raise TypeError(
            "Option input: a DataFrame needs a temporary view, and a pipeline must not create one.\n"
            'Use the name of a table that exists, as in input="catalog.schema.table", or input_data for a list of rows.'
        ) from None
    return name
