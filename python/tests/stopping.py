# SPDX-License-Identifier: Apache-2.0
"""Starts a query into the `noop` sink, and checks that `query.stop()` ends it with all its parts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from emulated import Emulated
from py4j.java_gateway import JVMView
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from waiting import wait_until


def our_threads(spark: SparkSession) -> list[str]:
    """Names of the live threads in the JVM, which is driver and executor."""
    jvm = spark._jvm
    assert isinstance(jvm, JVMView)
    names = [thread.getName() for thread in jvm.java.lang.Thread.getAllStackTraces().keySet()]
    return [name for name in names if name.startswith("spark-rest")]


def jobs(spark: SparkSession) -> list[int]:
    return list(spark.sparkContext.statusTracker().getActiveJobsIds())


def begin(stream: DataFrame, checkpoint: Path, **trigger: Any) -> StreamingQuery:
    writer = stream.writeStream.format("noop").option("checkpointLocation", str(checkpoint))
    return (writer.trigger(**trigger) if trigger else writer).start()


def assert_stops(spark: SparkSession, api: Emulated, query: StreamingQuery) -> None:
    """Requires that the query and all its parts stop within a second."""
    assert query.isActive, f"it ended before it was stopped: {query.exception()}"
    began = time.monotonic()
    query.stop()
    took = time.monotonic() - began
    # A query that polls as fast as possible may have sent one last request.
    sent = len(api.requests)
    wait_until(lambda: not jobs(spark), "the end of the query's jobs", seconds=2)
    wait_until(lambda: not our_threads(spark), f"the end of {our_threads(spark)}", seconds=5)
    assert query.exception() is None, "a query that was stopped has not failed"
    assert len(api.requests) <= sent + 1, "polling continued"
    assert took < 1, f"stop() took {took:.2f} s"
