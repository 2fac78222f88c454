# SPDX-License-Identifier: Apache-2.0
"""The processes of a benchmark: Spark and the server, and their CPU time."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from spark_rest import configure


def session(scratch: str) -> SparkSession:
    builder = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.warehouse.dir", f"{scratch}/warehouse")
    )
    spark = configure(builder, fast_checkpoints=True).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def jvm(spark: SparkSession) -> int:
    """The process id of Spark's driver."""
    assert spark._jvm
    return int(spark._jvm.java.lang.ProcessHandle.current().pid())


def processor_seconds(pid: int) -> float:
    """User and system time of all threads of a process, see proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[str]:
    """Runs a script of this folder as a server, and returns its URL. The process ends with its standard input."""
    path = Path(__file__).with_name(script)
    with subprocess.Popen(
        [sys.executable, str(path), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        port = process.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()


def cores_model() -> str:
    """The name of the processor, as Linux reports it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return ", ".join(sorted(names)) or platform.machine()
