# SPDX-License-Identifier: Apache-2.0
"""The lag of a live lane with and without a backfill of a million records next to it.

Run as `python bench/backfill.py`. With `--serve <ms>` it only runs the API: a record for each second before that
moment, and one for each 100 ms after it. A response takes 50 ms. The lag of a live record is the time from its creation
until a batch has it. The live lane runs alone before and after that. The exit code is 1 if the backfill makes the
median more than twice as large.
"""

import os
import re
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from delayed import serve
from pyspark.sql import DataFrame, SparkSession
from spark_and_server import cores_model, serving, session

from spark_rest import read_rest_stream

LATENCY = 0.05
HISTORY = 1_000_000
SLICE_SECONDS = 1_000
LIVE_MILLIS = 100
ALONE_SECONDS = 60
WARM_UP_SECONDS = 15
MOST_GROWTH = 2.0
REQUEST = re.compile(rb"GET /events\?from=(\d+)&to=(\d+) ")


def main() -> int:
    begin = int(time.time()) * 1000
    print(f"machine: {os.cpu_count()} cores, {cores_model()}; {LATENCY * 1000:.0f} ms latency")
    with (
        tempfile.TemporaryDirectory(prefix="spark-rest-bench") as scratch,
        serving("backfill.py", "--serve", str(begin)) as url,
    ):
        spark = session(scratch)
        before = Run(spark, url, begin, Path(scratch) / "before", backfill=False)
        with_backfill = Run(spark, url, begin, Path(scratch) / "both", backfill=True)
        after = Run(spark, url, begin, Path(scratch) / "after", backfill=False)
        spark.stop()
    print(f"alone, before: {before}")
    print(f"with backfill: {with_backfill}")
    print(f"alone, after:  {after}")
    print(f"backfill: {HISTORY / with_backfill.seconds:.0f} records/s, {with_backfill.seconds:.0f} s")
    growth = 2 * with_backfill.quantile(50) / (before.quantile(50) + after.quantile(50))
    holds = growth <= MOST_GROWTH
    print(f"the median lag is {growth:.2f} times as large: {'ok' if holds else 'too large'}")
    return 0 if holds else 1


class Run:
    """One query: until the backfill is done, or for some time without one."""

    def __init__(self, spark: SparkSession, url: str, begin: int, folder: Path, *, backfill: bool) -> None:
        self.lags: list[float] = []
        self._lock = threading.Lock()
        self._since = sys.maxsize
        frame = self._frame(spark, url, begin, backfill)
        writer = frame.writeStream.foreachBatch(lambda rows, _: self._take(rows))
        query = writer.option("checkpointLocation", str(folder)).start()
        started = time.monotonic()
        time.sleep(WARM_UP_SECONDS)
        self._since = int(time.time() * 1000)  # Records from before are those that the lane catches up with.
        while not (self._is_done(query.lastProgress) if backfill else time.monotonic() - started > ALONE_SECONDS):
            time.sleep(0.5)
        self.seconds = time.monotonic() - started
        query.stop()

    def _frame(self, spark: SparkSession, url: str, begin: int, backfill: bool) -> DataFrame:
        from_beginning: dict[str, Any] = {"backfill_from": begin - HISTORY * 1000} if backfill else {}
        return read_rest_stream(
            spark,
            f"{url}/events?from={{windowStart}}&to={{windowEnd}}",
            offset_type="window",
            offset_field="at",
            window_step=SLICE_SECONDS,
            request_offset_format="epoch_ms",
            offset_format="epoch_ms",
            initial_offset=begin,
            data_field="data",
            schema="id BIGINT, at BIGINT, text STRING",
            streaming_interval=0.2,
            batch_size=20_000,
            pages_in_flight=4,
            **from_beginning,
        )

    def _take(self, rows: DataFrame) -> None:
        times = [row.at for row in rows.select("at").where(f"at >= {self._since}").collect()]
        now = time.time() * 1000
        with self._lock:
            self.lags += [now - at for at in times]

    def _is_done(self, progress: Any) -> bool:
        return bool(progress) and progress["sources"][0]["metrics"].get("backfillPercent") == "100"

    def quantile(self, percent: int) -> float:
        return statistics.quantiles(self.lags, n=100)[percent - 1]

    def __str__(self) -> str:
        return f"lag p50 {self.quantile(50):.0f} ms, p99 {self.quantile(99):.0f} ms, {len(self.lags)} live records"


def response(begin: int, head: bytes) -> bytes:
    """The records of a slice, both ends inclusive, ready to send."""
    asked = REQUEST.match(head)
    first, last = (int(asked[1]), min(int(asked[2]), int(time.time() * 1000))) if asked else (1, 0)
    old = range(max(begin - HISTORY * 1000, -(-first // 1000) * 1000), min(last, begin - 1) + 1, 1000)
    new = range(begin + max(0, -(-(first - begin) // LIVE_MILLIS)) * LIVE_MILLIS, last + 1, LIVE_MILLIS)
    records = ",".join(
        f'{{"id":{at},"at":{at},"text":"an event of the bench at {at}"}}' for r in (old, new) for at in r
    )
    body = f'{{"data":[{records}]}}'
    return (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        moment = int(sys.argv[2])
        serve(lambda head: response(moment, head), LATENCY)
    else:
        sys.exit(main())
