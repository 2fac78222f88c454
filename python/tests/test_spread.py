# SPDX-License-Identifier: Apache-2.0
"""Executors send all requests: for schema inference, and for the endpoints of a stream in turn."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from emulated import Answer, Emulated, Request
from process import Driver
from processes import executor_id, process_at
from pyspark.sql import SparkSession
from query import LOCAL_CLUSTER, Query
from standalone import SPARK_HOME
from waiting import wait_until

RECORDS = 20
ENDPOINTS = 130
# The client closed the connection before the test looked at it.
GONE = "gone"


class RequestsByExecutor:
    """Returns records from an id on, ten per page, and records which executor requested which path."""

    def __init__(self) -> None:
        self.by: dict[str, list[str]] = defaultdict(list)
        self._connections: dict[tuple[int, int], str] = {}

    def __call__(self, request: Request) -> Answer:
        self.by[request.path].append(self._executor_of(request.connection))
        first = max(1, int(request.query.get("from", "1")))
        return Answer([{"id": n} for n in range(first, min(first + 10, RECORDS + 1))])

    @property
    def senders(self) -> Counter[str]:
        return Counter(who for by in list(self.by.values()) for who in list(by))

    def _executor_of(self, connection: tuple[int, int]) -> str:
        """The look-up is slow, and a connection belongs to the process that opened it."""
        if connection not in self._connections:
            try:
                process = process_at(connection)
            except LookupError:
                return GONE
            try:
                self._connections[connection] = executor_id(process)
            except LookupError as e:
                return str(e)
        return self._connections[connection]


def test_a_load_requests_once_and_from_an_executor(tmp_path: Path) -> None:
    requests_of = RequestsByExecutor()
    with Emulated(requests_of) as api:
        env = {"SPARK_HOME": str(SPARK_HOME)}
        with Driver("inferred.py", api.url, log=tmp_path / "log", env=env) as driver:
            assert driver.wait(120) == 0, driver.output()
    assert driver.output().count("struct<") >= 4 and "id:bigint" in driver.output(), driver.output()
    requests = {path: len(by) for path, by in requests_of.by.items()}
    # Calls infer the schema from a sample of at least three rows.
    assert requests == {"/stream": 1, "/endpoints/0": 1, "/batch": 1, "/calls/0": 1, "/calls/1": 1, "/calls/2": 1}
    assert requests_of.senders.keys() <= {"0", "1"}, requests_of.by


@pytest.mark.slow
def test_all_executors_poll_many_endpoints(spark: SparkSession, tmp_path: Path) -> None:
    """One task per endpoint. Spark chooses the executor for each poll."""
    requests_of = RequestsByExecutor()
    names = [f"s{n}" for n in range(ENDPOINTS)]
    with Emulated(requests_of) as api:
        query = Query(
            api,
            tmp_path,
            "shop STRING, id BIGINT",
            conf={"spark.master": LOCAL_CLUSTER},
            url=f"{api.url}/{{shop}}?from={{id}}",
            input_data=[{"shop": name} for name in names],
            streaming_interval=1,
        )

        with query.driver() as driver:
            wait_until(
                lambda: min(requests_of.senders["0"], requests_of.senders["1"]) >= ENDPOINTS or not driver.is_running(),
                "requests of both executors",
                seconds=120,
            )
            assert driver.is_running(), driver.output()
            assert requests_of.senders.keys() <= {"0", "1", GONE}, requests_of.senders
            driver.kill()
        assert requests_of.by.keys() == {f"/{name}" for name in names}
        query.drain()
    rows = spark.read.parquet(str(query.output)).select("shop", "id").collect()
    expected = Counter((name, n) for name in names for n in range(1, RECORDS + 1))
    assert Counter((row.shop, row.id) for row in rows) == expected
