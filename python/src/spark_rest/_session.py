# SPDX-License-Identifier: Apache-2.0
"""Adds the connector's jar to a Spark session."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

from spark_rest._attach import attach
from spark_rest._jar import is_our_jar, plain_jar_path
from spark_rest._launch_conf import launch_conf
from spark_rest._spark_version import installed_spark_version, major_minor

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CHECKPOINTS = "spark.sql.streaming.checkpointFileManagerClass"


def configure(builder: SparkSession.Builder, *, fast_checkpoints: bool = False) -> SparkSession.Builder:
    """Adds the connector to the session of a builder: ``configure(SparkSession.builder).getOrCreate()``.

    The bundled jar is appended to ``spark.jars``, after the jars of the builder, ``PYSPARK_SUBMIT_ARGS`` and
    ``spark-defaults.conf``. In three cases ``getOrCreate`` adds the jar to the new session instead, by ``ADD JAR`` or
    ``addArtifacts``:

    - The JVM already runs (spark-submit, a notebook).
    - The JVM is on a server (Spark Connect).
    - The settings contain ``spark.jars.packages``, which ``spark.jars`` would hide from the executors.

    If the settings already contain a spark-rest jar or package, it stays in use. A second call changes nothing.

    Args:
        builder:
            The builder to change. It is also the return value.
        fast_checkpoints:
            Writes the checkpoints of **all** streams of the session through Spark's
            FileSystemBasedCheckpointFileManager. This saves about 80 ms per micro-batch on local disks. Leave it off
            for object stores. A file manager that is already set stays in use. Default: off.

    Raises:
        ModuleNotFoundError: PySpark is not installed.
        ValueError: The installed Spark has no jar.
        FileNotFoundError: This installation of spark-rest lacks the jar.
    """
    # PySpark has no public way to read a builder. The attribute is the same in PySpark 3.5 and 4.
    options: dict[str, object] = builder._options  # type: ignore[attr-defined, unused-ignore]
    outside = launch_conf()
    if fast_checkpoints and _CHECKPOINTS not in {*options, *outside}:
        builder.config(_CHECKPOINTS, _local_file_manager())
    if not _jvm_runs() and not _is_connect(options):
        _add_jar(builder, options, outside)
    _attach_when_made(builder)
    return builder


def _add_jar(builder: SparkSession.Builder, options: dict[str, object], outside: dict[str, str]) -> None:
    # Join both lists. On the executors the program's setting wins, on the driver's class path the outer one.
    jars = list(dict.fromkeys(_entries(options.get("spark.jars")) + _entries(outside.get("spark.jars"))))
    packages = _entries(options.get("spark.jars.packages")) + _entries(outside.get("spark.jars.packages"))
    # Spark resolves packages and adds their jars for the executors. A builder's `spark.jars` would replace these
    # jars. So with packages the session gets our jar after its creation.
    if not packages and not any(map(is_our_jar, jars)):
        builder.config("spark.jars", ",".join([*jars, plain_jar_path()]))


def _entries(comma_separated: object) -> list[str]:
    return [entry.strip() for entry in str(comma_separated or "").split(",") if entry.strip()]


def _attach_when_made(builder: SparkSession.Builder) -> None:
    make = builder.getOrCreate
    if hasattr(make, "attaches_spark_rest"):
        return

    @functools.wraps(make)
    def make_and_attach() -> SparkSession:
        spark = make()
        attach(spark)
        return spark

    make_and_attach.attaches_spark_rest = True  # type: ignore[attr-defined]
    builder.getOrCreate = make_and_attach  # type: ignore[method-assign]


def _jvm_runs() -> bool:
    from pyspark import SparkContext

    # spark-submit sets the port before PySpark opens the gateway.
    return SparkContext._gateway is not None or "PYSPARK_GATEWAY_PORT" in os.environ


def _is_connect(options: dict[str, object]) -> bool:
    mode = options.get("spark.api.mode") or os.environ.get("SPARK_API_MODE", "")
    return "spark.remote" in options or "SPARK_REMOTE" in os.environ or str(mode).lower() == "connect"


def _local_file_manager() -> str:
    package = "org.apache.spark.sql.execution.streaming"
    if major_minor(installed_spark_version()) >= (4, 1):
        package += ".checkpointing"
    return f"{package}.FileSystemBasedCheckpointFileManager"
