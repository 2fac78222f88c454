# SPDX-License-Identifier: Apache-2.0
"""Makes `format("rest")` known to a session that already runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from spark_rest._jar import is_our_jar, plain_jar_path

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# A class that every jar of ours holds, whatever the source's classes are called.
_MARK = "io/github/sparkrest/BuildInfo.class"

_connect_sessions: WeakSet[SparkSession] = WeakSet()


def attach(spark: SparkSession) -> None:
    """Add the bundled jar to a session, unless it has a jar of spark-rest already.

    May be called as often as wished: on a classic session it asks the JVM (about 2 ms), on a
    Connect session it acts once. It has to be called from each Python thread that uses the
    source, because `ADD JAR` reaches the JVM thread of its caller alone; a jar that came through
    `spark.jars` is seen by all threads.

    Raises what `plain_jar_path` raises, if no bundled jar fits the session's Spark; and
    `RuntimeError` if Spark takes the jar and does not see it.
    """
    if is_connect(spark):
        _attach_to_server(spark)
    elif not _is_loaded(spark):
        jar = plain_jar_path(spark.version)
        spark.sql(f"ADD JAR '{jar}'")
        if not _is_loaded(spark):
            raise RuntimeError(
                f"Spark did not load {jar}. Start the session with it: configure(SparkSession.builder), or "
                "spark-submit --jars $(python -m spark_rest jar)."
            )


def is_connect(spark: SparkSession) -> bool:
    """Whether the session is a client of Spark Connect, without a JVM of its own."""
    # Not by isinstance: importing the Connect client needs gRPC, which classic users lack.
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _attach_to_server(spark: SparkSession) -> None:
    if spark in _connect_sessions:
        return
    if not any(map(is_our_jar, (spark.conf.get("spark.jars", "") or "").split(","))):
        spark.addArtifacts(plain_jar_path(spark.version))
    _connect_sessions.add(spark)


def _is_loaded(spark: SparkSession) -> bool:
    # PySpark has no public question for it. A trial load would be deceived by a Python data
    # source that somebody registered as "rest".
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    return loader.getResource(_MARK) is not None
