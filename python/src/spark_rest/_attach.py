# SPDX-License-Identifier: Apache-2.0
"""Makes `format("rest")` known to a session that already runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from spark_rest._jar import is_our_jar, jar_path

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

    Raises what `jar_path` raises, if no bundled jar fits the session's Spark.
    """
    if _is_connect(spark):
        _attach_to_server(spark)
    elif not _is_loaded(spark):
        path = Path(jar_path(spark.version)).as_posix().replace("'", "\\'")
        spark.sql(f"ADD JAR '{path}'")


def _is_connect(spark: SparkSession) -> bool:
    # Not by isinstance: importing the Connect client needs gRPC, which classic users lack.
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _attach_to_server(spark: SparkSession) -> None:
    if spark in _connect_sessions:
        return
    if not any(map(is_our_jar, (spark.conf.get("spark.jars", "") or "").split(","))):
        spark.addArtifacts(jar_path(spark.version))
    _connect_sessions.add(spark)


def _is_loaded(spark: SparkSession) -> bool:
    # PySpark has no public question for it. A trial load would be deceived by a Python data
    # source that somebody registered as "rest".
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    return loader.getResource(_MARK) is not None
