# SPDX-License-Identifier: Apache-2.0
"""Spark Connect: a server that Spark's script starts, and a client process that cannot start a JVM."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from apis import Feed, ids_from
from process import Driver, Program
from standalone import SPARK_HOME
from waiting import wait_until

if pyspark.__version__.startswith("3."):
    pytest.skip("PySpark has a Connect server since 4.0", allow_module_level=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("connect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = {
        "spark.connect.grpc.binding.port": port,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": folder / "warehouse",
    }
    command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", "local[2]"]
    command += [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    with Program(command, log=folder / "log", env={"SPARK_HOME": str(SPARK_HOME)}) as running:
        wait_until(lambda: _listens(port) or not running.is_running(), "the Connect server", seconds=90)
        assert running.is_running(), running.output()
        yield f"sc://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_connect_client_works_without_a_jvm(server: str, tmp_path: Path) -> None:
    """The server starts without the jar, and the client uploads it."""
    nowhere = {"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path), "SPARK_HOME": str(tmp_path)}
    # The drivers' folder contains a secrets.py, which NumPy would import instead of Python's module.
    nowhere["PYTHONSAFEPATH"] = "1"
    feed = Feed({"id": 1}, {"id": 2}, {"id": 3})
    with (
        ids_from(feed) as api,
        Driver("connect_client.py", server, api.url, log=tmp_path / "log", env=nowhere) as client,
    ):
        assert client.wait(120) == 0, client.output()
    output = client.output()
    for line in (
        "streamed [1, 2, 3]",
        "read [1, 2, 3]",
        "called [(2, 2), (3, 1)]",
        "by shop [('a', 1), ('a', 2), ('a', 3), ('b', 1), ('b', 2), ('b', 3)]",
        "registered [3]",
        "gateway None",
    ):
        assert f"{line}{os.linesep}" in output, output
    raised = re.search(r"raised pyspark\.errors\.\S+\.IllegalArgumentException '(.*)'", output)
    assert raised, output
    assert raised[1].startswith("[REST_INVALID_OPTIONS] 1 option is wrong:")
    assert "maxRetries" in raised[1] and "\\tat " not in raised[1] and "JVM" not in raised[1]
