# SPDX-License-Identifier: Apache-2.0
"""Brings the connector's jar into a Spark session, whichever way the session is made."""

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
    """Adds the connector to a session that is about to be made: ``configure(SparkSession.builder).getOrCreate()``.

    The bundled jar is added to ``spark.jars``, after what is there from the builder, ``PYSPARK_SUBMIT_ARGS`` and
    ``spark-defaults.conf``. Where that comes too late, because the JVM runs already (spark-submit, a notebook) or is
    elsewhere (Spark Connect), or would hide ``spark.jars.packages`` from the executors, the session that
    ``getOrCreate`` returns gets the jar by ``ADD JAR`` or ``addArtifacts``. A spark-rest jar or package that the
    settings name already is left alone. A second call changes nothing.

    Args:
        builder:
            Is changed, and returned.
        fast_checkpoints:
            Lets **all** streams of the session write checkpoints through Spark's FileSystemBasedCheckpointFileManager:
            about 80 ms less per micro-batch. For checkpoints on local disks; leave it off for object stores. A file
            manager that is set already stays. Default: off.

    Raises:
        ModuleNotFoundError: PySpark is not installed.
        ValueError: There is no jar for the installed Spark.
        FileNotFoundError: This installation of spark-rest lacks the jar.
    """
    # The only way to read a builder; the same in PySpark 3.5 and 4.
    options: dict[str, object] = builder._options  # type: ignore[attr-defined, unused-ignore]
    outside = launch_conf()
    if fast_checkpoints and _CHECKPOINTS not in {*options, *outside}:
        builder.config(_CHECKPOINTS, _local_file_manager())
    if not _jvm_runs() and not _is_connect(options):
        _add_jar(builder, options, outside)
    _attach_when_made(builder)
    return builder


def _add_jar(builder: SparkSession.Builder, options: dict[str, object], outside: dict[str, str]) -> None:
    # Neither hides the other: what the program sets wins on the executors, what is outside on the driver's class path.
    jars = list(dict.fromkeys(_entries(options.get("spark.jars")) + _entries(outside.get("spark.jars"))))
    packages = _entries(options.get("spark.jars.packages")) + _entries(outside.get("spark.jars.packages"))
    # With packages PySpark would hand a builder's `spark.jars` to the executors in place of what Spark
    # resolved and added to them. Left alone, the session gets our jar when it is made.
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

    # The port is set by spark-submit, before a gateway to it is opened.
    return SparkContext._gateway is not None or "PYSPARK_GATEWAY_PORT" in os.environ


def _is_connect(options: dict[str, object]) -> bool:
    mode = options.get("spark.api.mode") or os.environ.get("SPARK_API_MODE", "")
    return "spark.remote" in options or "SPARK_REMOTE" in os.environ or str(mode).lower() == "connect"


def _local_file_manager() -> str:
    package = "org.apache.spark.sql.execution.streaming"
    if major_minor(installed_spark_version()) >= (4, 1):
        package += ".checkpointing"
    return f"{package}.FileSystemBasedCheckpointFileManager"
