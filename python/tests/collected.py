# SPDX-License-Identifier: Apache-2.0
"""A running query whose rows the tests can look at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from waiting import wait_until


class Collected:
    """All rows that a query delivered so far."""

    def __init__(self, query: StreamingQuery, spark: SparkSession, table: str) -> None:
        self.query = query
        self._spark = spark
        self._table = table

    def rows(self) -> list[Row]:
        """A failed query shows its error here."""
        error = self.query.exception()
        if error:
            raise error
        # A DataFrame made once would show the rows of its first collect() for ever.
        return self._spark.table(self._table).collect()

    def await_rows(self, count: int, seconds: float = 30) -> list[Row]:
        """Waits until at least `count` rows are there."""
        wait_until(lambda: len(self.rows()) >= count, f"{count} rows", seconds)
        return self.rows()


@contextmanager
def collecting(stream: DataFrame, checkpoint: Path | None = None) -> Iterator[Collected]:
    """Starts a query into memory, and stops it at the end."""
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
    """Numbers of the batches that were begun, by the checkpoint's log of offsets."""
    return _numbers(checkpoint / "offsets")


def finished_batches(checkpoint: Path) -> list[int]:
    """Numbers of the batches that were finished."""
    return _numbers(checkpoint / "commits")


def _numbers(folder: Path) -> list[int]:
    return sorted(int(f.name) for f in folder.glob("*") if f.name.isdigit()) if folder.exists() else []
