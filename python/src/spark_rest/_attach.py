# SPDX-License-Identifier: Apache-2.0
"""Adds `format("rest")` to a session that already runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from spark_rest._jar import is_our_jar, plain_jar_path
from spark_rest._pipelines import InPipelineError, refused_analysis

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A class that every spark-rest jar contains, in every version.
_MARK = "io/github/sparkrest/BuildInfo.class"

_connect_sessions: WeakSet[SparkSession] = WeakSet()


def attach(spark: SparkSession) -> None:
    """Add the bundled jar to a session, unless it has a jar of spark-rest already.

    Repeated calls are cheap. A classic session checks its JVM each time (about 2 ms). A Connect
    session does nothing after the first call.

    Call it from each Python thread that uses the source. `ADD JAR` only reaches the JVM thread of
    its caller. A jar in `spark.jars` is visible to all threads.

    Raises the errors of `plain_jar_path` if no bundled jar fits the session's Spark. Raises
    `RuntimeError` if Spark accepts the jar but does not load it.
    """
    if is_connect(spark):
        _attach_to_server(spark)
    elif not _is_loaded(spark):
        jar = plain_jar_path(spark.version)
        spark.sql(f"ADD JAR '{jar}'")
        if not _is_loaded(spark):
            raise RuntimeError(
                f"Spark did not load {jar}.\n"
                "Start the session with the jar: use configure(SparkSession.builder), or "
                "spark-submit --jars $(python -m spark_rest jar)."
            )


def is_connect(spark: SparkSession) -> bool:
    """Whether the session is a Spark Connect client, which has no JVM."""
    # isinstance would import the Connect client. That needs gRPC, which classic users lack.
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _attach_to_server(spark: SparkSession) -> None:
    if spark in _connect_sessions:
        return
    if not any(map(is_our_jar, (spark.conf.get("spark.jars", "") or "").split(","))):
        spark.addArtifacts(plain_jar_path(_server_version(spark)))
    _connect_sessions.add(spark)


def _server_version(spark: SparkSession) -> str | None:
    """`None`, which means the installed PySpark, in a query function of a pipeline, where Spark hides its version."""
    try:
        with refused_analysis():
            return spark.version
    except InPipelineError:
        return None


def _is_loaded(spark: SparkSession) -> bool:
    # PySpark has no public API for this check. A trial load is not reliable: a Python data source
    # may be registered as "rest".
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    return loader.getResource(_MARK) is not None
