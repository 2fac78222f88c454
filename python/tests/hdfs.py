# SPDX-License-Identifier: Apache-2.0
"""An HDFS on this machine: a name node and a data node in separate processes, as in a cluster."""

from __future__ import annotations

import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyspark
import pytest
from class_archive import SHORT_LIVED
from process import Program

if TYPE_CHECKING:
    from typing_extensions import Self

ROOT = Path(__file__).parents[2]
SPARK_JARS = Path(pyspark.__file__).parent / "jars"
NODE = "org.apache.hadoop.hdfs.server"


class Hdfs:
    """Used with `with`, which ends the processes. The first write may have to wait some seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"hdfs://127.0.0.1:{free.getsockname()[1]}"
        self._class_path = ":".join([str(folder / "conf"), str(server_jar()), str(SPARK_JARS / "*")])

    def __enter__(self) -> Self:
        self._configure()
        with ExitStack() as starting:
            formatting = starting.enter_context(self._start("format", "namenode.NameNode", "-format"))
            assert formatting.wait() == 0, formatting.output()
            starting.enter_context(self._start("namenode", "namenode.NameNode"))
            starting.enter_context(self._start("datanode", "datanode.DataNode"))
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _configure(self) -> None:
        (self._folder / "conf").mkdir()
        any_port = "127.0.0.1:0"
        settings = {
            "fs.defaultFS": self.url,
            "dfs.replication": "1",
            "dfs.namenode.name.dir": (self._folder / "name").as_uri(),
            "dfs.datanode.data.dir": (self._folder / "data").as_uri(),
            "dfs.namenode.http-address": any_port,
            "dfs.datanode.address": any_port,
            "dfs.datanode.http.address": any_port,
            "dfs.datanode.ipc.address": any_port,
            "dfs.namenode.safemode.extension": "0",
        }
        properties = [f"<property><name>{n}</name><value>{v}</value></property>" for n, v in settings.items()]
        for name in ("core-site.xml", "hdfs-site.xml"):
            (self._folder / "conf" / name).write_text(f"<configuration>{''.join(properties)}</configuration>")

    def _start(self, name: str, node: str, *arguments: str) -> Program:
        command = ["java", *SHORT_LIVED.split(), "-Xmx256m", "-cp", self._class_path, f"{NODE}.{node}", *arguments]
        return Program(command, log=self._folder / f"{name}.log")


def server_jar() -> Path:
    """The jar, downloaded if missing.

    It matches the Hadoop of one PySpark version. With other versions the tests are skipped.
    """
    (client,) = SPARK_JARS.glob("hadoop-client-api-*.jar")
    version = client.stem.rpartition("-")[2]
    made = subprocess.run(
        ["make", "--no-print-directory", "hdfs"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"the HDFS jar could not be fetched: {made.stderr}"
    jar = ROOT / "target" / f"hadoop-client-minicluster-{version}.jar"
    if not jar.is_file():
        pytest.skip(f"this PySpark contains Hadoop {version}, and the Makefile has an HDFS for another version")
    return jar
