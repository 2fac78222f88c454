# SPDX-License-Identifier: Apache-2.0
"""A standalone Spark cluster on this machine: a master, and single-core workers on separate IP addresses.

The processes are Spark's, from the installed PySpark. Two IP addresses turn one machine into two hosts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyspark
from process import Program
from waiting import wait_until

if TYPE_CHECKING:
    from typing_extensions import Self

SPARK_HOME = Path(pyspark.__file__).parent
ENVIRONMENT = {"SPARK_HOME": str(SPARK_HOME), "SPARK_DAEMON_MEMORY": "256m", "SPARK_NO_DAEMONIZE": "1"}
HOSTS = ("127.0.0.1", "127.0.0.2")


class Standalone:
    """Used with `with`, which ends all processes.

    Args:
        folder: Folder for logs and the workers' files.
        hosts: The hosts, with one worker each.
        own_disk_at: At this path, the workers see an empty private disk.
    """

    def __init__(self, folder: Path, hosts: tuple[str, ...] = HOSTS, own_disk_at: Path | None = None) -> None:
        self._folder = folder
        self._hosts = hosts
        self._prefix = _on_own_disk(own_disk_at) if own_disk_at else []
        self._running = ExitStack()
        self.master = ""

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            address = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
            master = starting.enter_context(self._start("Master", *address))
            self.master = self._await(master, r"Starting Spark master at (spark://\S+)")
            for host in self._hosts:
                size = ("--cores", "1", "--memory", "1g", "--work-dir", str(self._folder / host))
                worker = self._start("Worker", "--host", host, *size, "--webui-port", "0", self.master)
                self._await(starting.enter_context(worker), r"Successfully registered with (master)")
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _start(self, role: str, *arguments: str) -> Program:
        command = [
            str(SPARK_HOME / "bin" / "spark-class"),
            f"org.apache.spark.deploy.{role.lower()}.{role}",
            *arguments,
        ]
        log = self._folder / f"{role}-{arguments[1]}.log"
        return Program([*(self._prefix if role == "Worker" else []), *command], log=log, env=ENVIRONMENT)

    @staticmethod
    def _await(program: Program, line: str) -> str:
        wait_until(lambda: bool(re.search(line, program.output())) or not program.is_running(), line, seconds=60)
        found = re.search(line, program.output())
        assert found, program.output()
        return found[1]


def cannot_have_own_disk(folder: Path) -> str:
    """The reason why `own_disk_at` does not work here, or an empty text."""
    if not shutil.which("unshare"):
        return "there is no unshare"
    tried = subprocess.run([*_on_own_disk(folder), "true"], capture_output=True, text=True, check=False)
    return (tried.stderr.strip() or f"exit status {tried.returncode}") if tried.returncode else ""


def _on_own_disk(folder: Path) -> list[str]:
    """A command prefix that gives a command a private disk at a path, in a separate mount namespace."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return [*unshare, "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(folder)]
