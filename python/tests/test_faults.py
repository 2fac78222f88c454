# SPDX-License-Identifier: Apache-2.0
"""A live API behind WireMock's faults and a broken network, streamed into Parquet: each record arrives once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from apis import Feed
from fault_proxy import Break, FaultProxy
from live import Maker, growing, live_api, record
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from waiting import wait_until
from wiremock import DELAYS, FAULTS, WireMock

from spark_rest import read_rest_stream

SCHEMA = "id BIGINT, timestamp BIGINT, text STRING"


class IntoParquet:
    """A running query and its output."""

    def __init__(self, query: StreamingQuery, output: Path) -> None:
        self._query = query
        self._output = output

    def rows(self) -> int:
        """The rows by the sink's log. Raises the error of a failed query."""
        error = self._query.exception()
        if error:
            raise error
        if not (self._output / "_spark_metadata").exists():
            return 0
        spark = SparkSession.getActiveSession()
        assert spark
        return spark.read.schema(SCHEMA).parquet(str(self._output)).count()

    def must_move_on(self, seconds: float = 30) -> None:
        """Waits for further rows."""
        before = self.rows()
        wait_until(lambda: self.rows() > before, f"more than {before} rows", seconds)

    def must_hold_once(self, spark: SparkSession, maker: Maker) -> None:
        """Requires every record that the API made, once and unchanged."""
        maker.stop()
        wait_until(lambda: self.rows() >= maker.made, f"{maker.made} rows, where {self.rows()} are", 60)
        found = sorted(tuple(r) for r in spark.read.parquet(str(self._output)).collect())
        assert found == made(maker.made)


@contextmanager
def into_parquet(spark: SparkSession, url: str, folder: Path) -> Iterator[IntoParquet]:
    stream = read_rest_stream(
        spark,
        f"{url}/data?from={{id}}",
        offset_type="incremental",
        offset_field="id",
        schema=SCHEMA,
        streaming_interval=0.1,
        retry_backoff=0.05,
        max_retries=1,
        read_timeout=1,
        connect_timeout=2,
    )
    writer = stream.writeStream.option("checkpointLocation", str(folder / "checkpoint"))
    query = writer.start(str(folder / "output"), format="parquet")
    try:
        yield IntoParquet(query, folder / "output")
    finally:
        query.stop()


def test_each_record_once_through_every_fault_and_delay_of_wiremock(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed()
    with live_api(feed) as api, growing(feed) as maker, WireMock(api.url, tmp_path) as mock:  # noqa: SIM117
        with into_parquet(spark, mock.url, tmp_path) as stream:
            stream.must_move_on()
            for fault in FAULTS:
                mock.fail(fault, times=3)
            for delay in DELAYS.values():
                mock.pass_on(**delay)
                time.sleep(1)
            # Longer than the stream's timeout: no byte arrives until the delay is over.
            mock.pass_on(fixedDelayMilliseconds=1500)
            time.sleep(2)
            mock.pass_on()
            stream.must_hold_once(spark, maker)


def read_all(spark: SparkSession, url: str) -> list[tuple[object, ...]]:
    """A batch read of all pages up to an empty page."""
    reader = spark.read.format("rest").schema(SCHEMA).option("url", f"{url}/data?from={{id}}")
    reader = reader.options(offsetType="incremental", offsetField="id", readTimeout="1", connectTimeout="2")
    return sorted(tuple(row) for row in reader.options(maxRetries="20", retryBackoff="20ms").load().collect())


def made(count: int) -> list[tuple[object, ...]]:
    return [tuple(record(n).values()) for n in range(1, count + 1)]


def test_a_batch_read_through_every_fault_of_wiremock(spark: SparkSession, tmp_path: Path) -> None:
    feed = Feed(*(record(n) for n in range(1, 401)))
    with live_api(feed) as api, WireMock(api.url, tmp_path) as mock:
        mock.meet(*FAULTS)
        assert read_all(spark, mock.url) == made(400)
        mock.await_met()


def test_a_batch_read_over_a_broken_network(spark: SparkSession) -> None:
    feed = Feed(*(record(n) for n in range(1, 701)))
    with live_api(feed) as api:
        port = int(api.url.rpartition(":")[2])
        with FaultProxy(port, seed=3, stall_seconds=2, most_bytes=8000) as proxy:
            assert read_all(spark, proxy.url) == made(700)
            assert proxy.broken.total() >= 3, proxy.broken


def broken_network(spark: SparkSession, folder: Path, seed: int, breaks: int) -> None:
    """Runs until enough connections were broken, in each way at least once."""
    feed = Feed()
    with live_api(feed) as api, growing(feed) as maker:
        port = int(api.url.rpartition(":")[2])
        with FaultProxy(port, seed=seed) as proxy, into_parquet(spark, proxy.url, folder) as stream:
            wait_until(
                lambda: stream.rows() >= 0 and proxy.broken.total() >= breaks and len(proxy.broken) == len(Break),
                f"{breaks} breaks of all kinds",
                120 + breaks,
            )
            proxy.breaking = False
            stream.must_hold_once(spark, maker)


def test_each_record_once_over_a_broken_network(spark: SparkSession, tmp_path: Path) -> None:
    broken_network(spark, tmp_path, seed=1, breaks=25)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_each_record_once_over_a_broken_network_for_long(spark: SparkSession, tmp_path: Path, seed: int) -> None:
    broken_network(spark, tmp_path, seed, breaks=300)
