# SPDX-License-Identifier: Apache-2.0
"""A running query whose rows a test can read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from waiting import wait_until


class Collected:
    """All rows that a query has delivered so far."""

    def __init__(self, query: StreamingQuery, spark: SparkSession, table: str) -> None:
        self.query = query
        self._spark = spark
        self._table = table

    def rows(self) -> list[Row]:
        """Raises the error of a failed query."""
        error = self.query.exception()
        if error:
            raise error
        # A DataFrame that is reused would always return the rows of its first collect().
        return self._spark.table(self._table).collect()

    def await_rows(self, count: int, seconds: float = 30) -> list[Row]:
        """Waits for at least `count` rows."""
        wait_until(lambda: len(self.rows()) >= count, f"{count} rows", seconds)
        return self.rows()


class Delivered:
    """For `foreachBatch`: the ids of each batch in order. A query and its restarts may share an instance."""

    def __init__(self, seconds: float = 0) -> None:
        """`seconds`: the duration of each batch."""
        self.batches: dict[int, list[int]] = {}
        self._seconds = seconds

    def __call__(self, batch: DataFrame, number: int) -> None:
        found = [row.id for row in batch.collect()]
        time.sleep(self._seconds)
        self.batches[number] = found

    @property
    def ids(self) -> list[int]:
        return [i for number in sorted(self.batches) for i in self.batches[number]]

    def await_ids(self, count: int) -> None:
        wait_until(lambda: len(self.ids) >= count, f"{count} ids")

    def await_batches(self, count: int) -> None:
        wait_until(lambda: len(self.batches) >= count, f"{count} batches")


@contextmanager
def collecting(stream: DataFrame, checkpoint: Path | None = None) -> Iterator[Collected]:
    """Starts a query into memory, and stops it on exit."""
    name = f"collected_{uuid.uuid4().hex}"
    writer = stream.writeStream.format("memory").queryName(name)
    if checkpoint:
        writer = writer.option("checkpointLocation", str(checkpoint))
    query = writer.start()
    try:
        yield Collected(query, stream.sparkSession, name)
    finally:
        query.stop()


def batches(checkpoint: Path) -> list[int]:
    """Numbers of the started batches, from the checkpoint's offset log."""
    return _numbers(checkpoint / "offsets")


def finished_batches(checkpoint: Path) -> list[int]:
    """Numbers of the finished batches."""
    return _numbers(checkpoint / "commits")


def _numbers(folder: Path) -> list[int]:
    return sorted(int(f.name) for f in folder.glob("*") if f.name.isdigit()) if folder.exists() else []
