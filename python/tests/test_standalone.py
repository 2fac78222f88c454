# SPDX-License-Identifier: Apache-2.0
"""A standalone cluster that already runs and later gets a jar, or an executor that replaces a lost executor."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from emulated import Answer, Emulated, Request
from process import Driver, Program
from processes import executor_id, process_at
from pyspark.sql import SparkSession
from standalone import SPARK_HOME, Standalone
from waiting import wait_until
from watched import PAGE, ClusterQuery, Watched, page

import spark_rest

EXAMPLES = Path(__file__).parents[2] / "examples"
LOCAL = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
CONF = [word for name, value in LOCAL.items() for word in ("--conf", f"{name}={value}")]


@pytest.mark.slow
def test_a_new_executor_replaces_a_killed_one(spark: SparkSession, tmp_path: Path, standalone: Standalone) -> None:
    """The cluster starts it while the stream runs. It polls, as the lost executor did."""
    watched = Watched()
    with watched.api:
        query = ClusterQuery(tmp_path, watched, {"spark.master": standalone.master})
        with query.driver() as driver:
            wait_until(
                lambda: len(set(watched.senders)) == 2 or not driver.is_running(),
                "polls of both executors",
                seconds=120,
            )
            assert driver.is_running(), driver.output()
            first = set(watched.senders)
            assert {executor_id(process) for process in first} == {"0", "1"}
            watched.feed.add(*page(0))
            query.await_batches(driver, 1)
            _, killed = watched.given[-1]
            os.kill(killed, signal.SIGKILL)
            pages = 1
            while all(process in first for _, process in watched.given):
                assert pages < 200, f"no new executor was given a page: {watched.given}"
                watched.feed.add(*page(pages))
                pages += 1
                query.await_batches(driver, pages)
            (added,) = {process for _, process in watched.given} - first
            # This is not a third executor that started late, because the cluster has cores for two.
            assert executor_id(added) == "2"
        query.drain()
    query.must_hold_once(spark, pages * PAGE)


def ids(senders: set[str]) -> Emulated:
    """Two records. Records which executors send requests. Other processes get no response."""

    def answer(request: Request) -> Answer:
        senders.add(executor_id(process_at(request.connection)))
        if request.path == "/refused":
            return Answer({"error": "not you"}, status=403)
        start = int(request.query.get("start_id", "0"))
        return Answer([{"id": n, "name": f"name {n}"} for n in (1, 2) if n >= start])

    return Emulated(answer)


def test_an_application_submitted_in_client_mode(tmp_path: Path, standalone: Standalone) -> None:
    senders: set[str] = set()
    submit = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", standalone.master, "--deploy-mode", "client"]
    env = {"SPARK_HOME": str(SPARK_HOME), "PYSPARK_PYTHON": sys.executable}
    with ids(senders) as api:
        application = [str(EXAMPLES / "submitted.py"), api.url, str(tmp_path / "out")]
        command = [*submit, *CONF, "--jars", spark_rest.jar_path(), *application]
        with Program(command, log=tmp_path / "log", env=env) as driver:
            assert driver.wait(120) == 0, driver.output()
    assert "rows 2\n" in driver.output()
    assert senders


def test_executors_that_already_run_get_the_jar(tmp_path: Path, standalone: Standalone) -> None:
    senders: set[str] = set()
    env = {
        "SPARK_HOME": str(SPARK_HOME),
        "PYSPARK_SUBMIT_ARGS": " ".join(["--master", standalone.master, *CONF, "pyspark-shell"]),
    }
    with ids(senders) as api, Driver("attached_later.py", api.url, log=tmp_path / "log", env=env) as driver:
        assert driver.wait(120) == 0, driver.output()
    assert "before: 0 jars, 4 rows\n" in driver.output(), driver.output()
    assert "ids [1, 2]\n" in driver.output()
    assert "[REST_API_REFUSED]" in driver.output().partition("refused:")[2], driver.output()
    assert senders
