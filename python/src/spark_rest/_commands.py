# SPDX-License-Identifier: Apache-2.0
"""The commands of `python -m spark_rest` that need Spark. Each command starts a local session in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from spark_rest._error import without_java_traces
from spark_rest._option_text import camel_case
from spark_rest._preview import look
from spark_rest._session import configure

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TOOL = "io.github.sparkrest.connector.checkpoint.CheckpointOffsets"


def show_preview(url: str, pairs: Sequence[str]) -> None:
    """Print the result of :func:`spark_rest.preview`.

    Args:
        url: The URL of the API.
        pairs: Options, each followed by its value: ``--offset-field id``.
    """
    options: dict[str, object] = {**options_of(pairs)}
    with _spark() as spark:
        print(look(spark, None, {"url": url} | options))


def options_of(pairs: Sequence[str]) -> dict[str, str]:
    """`["--offset-field", "id", "--order=desc"]` as `{"offsetField": "id", "order": "desc"}`."""
    options: dict[str, str] = {}
    words = iter(pairs)
    for word in words:
        if not word.startswith("--") or len(word) < 3:
            sys.exit(f"spark_rest preview: {word!r} is not an option.\nWrite options as --offset-field id.")
        name, equals, value = word[2:].partition("=")
        if not equals:
            value = next(words, "")
        options[camel_case(name)] = value
    return options


def show_offsets(checkpoint: str, page_log: str) -> None:
    """Print the offsets and polls of a checkpoint."""
    with _spark() as spark:
        print(_tool(spark, checkpoint, page_log).text(), end="")


def rewind(checkpoint: str, page_log: str, batch: int, sure: bool) -> None:
    """Let the query continue after an earlier batch, and deliver the later batches again."""
    with _spark() as spark:
        tool = _tool(spark, checkpoint, page_log)
        print(tool.rewindPlan(batch), end="")
        if _confirmed(sure):
            print(tool.rewind(batch), end="")


def set_offset(checkpoint: str, page_log: str, source: str, endpoint: str, offset: str, sure: bool) -> None:
    """Set the offset of an endpoint's next poll."""
    with _spark() as spark:
        tool = _tool(spark, checkpoint, page_log)
        print(tool.setPlan(source, endpoint, offset), end="")
        if _confirmed(sure):
            print(tool.set(source, endpoint, offset), end="")


def _confirmed(sure: bool) -> bool:
    if sure:
        return True
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        sys.exit("Nothing was changed.")
    return True


def _tool(spark: SparkSession, checkpoint: str, page_log: str) -> Any:
    # The context class loader has the jar. The class loader of the gateway may lack it.
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    constructor = loader.loadClass(_TOOL).getConstructors()[0]
    gateway: Any = spark.sparkContext._gateway
    arguments = gateway.new_array(jvm.java.lang.Object, 3)
    # PySpark has no public API for the JVM session.
    arguments[0], arguments[1], arguments[2] = spark._jsparkSession, checkpoint, page_log  # type: ignore[attr-defined, unused-ignore]
    try:
        return constructor.newInstance(arguments)
    except Exception as e:
        java: Any = getattr(e, "java_exception", None)
        cause = java and java.getCause()
        if cause is None:
            raise
        sys.exit(str(cause.getMessage()))


@contextmanager
def _spark() -> Iterator[SparkSession]:
    """A small session. An error in it ends the program with its message, without a traceback."""
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[2]")
        .appName("spark-rest")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "1")
    )
    spark = configure(builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        with without_java_traces():
            yield spark
    except Exception as e:
        sys.exit(str(e))
    finally:
        spark.stop()
