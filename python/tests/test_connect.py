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
from event_log import event_log_conf
from keystore import SETTING, keystore_of
from process import Driver, Program
from standalone import SPARK_HOME
from waiting import wait_until

if pyspark.__version__.startswith("3."):
    pytest.skip("PySpark has a Connect server since 4.0", allow_module_level=True)


# The drivers' folder contains a secrets.py, which NumPy would import instead of Python's module.
SAFE_PATH = {"PYTHONSAFEPATH": "1"}
SECRETS = {"conf:spark.acme.token": "s3cret-of-conf", "hadoop:acme-token": "s3cret-of-hadoop"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("connect")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    keystore = keystore_of(folder / "api.jceks", acme_token=SECRETS["hadoop:acme-token"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = {
        "spark.connect.grpc.binding.port": port,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.acme.token": SECRETS["conf:spark.acme.token"],
        SETTING: keystore,
        **event_log_conf(folder / "events"),
    }
    command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", "local[2]"]
    command += [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    with Program(command, log=folder / "log", env={"SPARK_HOME": str(SPARK_HOME)}) as running:
        wait_until(lambda: _listens(port) or not running.is_running(), "the Connect server", seconds=90)
        assert running.is_running(), running.output()
        yield f"sc://127.0.0.1:{port}"


@pytest.mark.slow
def test_secrets_that_only_the_server_reads(server: str, folder: Path, tmp_path: Path) -> None:
    with (
        ids_from(Feed({"id": 1}, {"id": 2})) as api,
        Driver("connect_secrets.py", server, api.url, *SECRETS, log=tmp_path / "log", env=SAFE_PATH) as client,
    ):
        assert client.wait(120) == 0, client.output()
        sent = {request.headers["Authorization"] for request in api.requests}
    output = client.output()
    for reference in SECRETS:
        assert f"{reference} [1, 2]{os.linesep}" in output, output
    assert sent == {f"Bearer {secret}" for secret in SECRETS.values()}
    assert "settings of a session are not read" in output
    (events,) = (folder / "events").iterdir()
    log = events.read_text()
    assert all(reference in log for reference in SECRETS), "the event log contains the plans"
    assert [secret for secret in SECRETS.values() if secret in log + output] == []


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_connect_client_works_without_a_jvm(server: str, tmp_path: Path) -> None:
    """The server starts without the jar, and the client uploads it."""
    nowhere = {"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path), "SPARK_HOME": str(tmp_path)}
    nowhere |= SAFE_PATH
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
