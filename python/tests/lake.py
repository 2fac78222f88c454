# SPDX-License-Identifier: Apache-2.0
"""Table formats with MERGE on the Spark that they are made for, and the mirror that `examples/mirror.py` keeps."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hdfs import ROOT
from process import DRIVERS, Program

SPARK_LINE = "4.0"
MIRROR = ROOT / "examples" / "mirror.py"


@dataclass(frozen=True)
class TableFormat:
    """`made_by` is the target of the Makefile that fetches the jars into the folder of this name."""

    made_by: str
    table: str
    conf: dict[str, str]


FORMATS = {
    "delta": TableFormat(
        "delta",
        "delta.`{folder}/users`",
        {
            "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
            "spark.databricks.delta.snapshotPartitions": "2",
        },
    ),
    "iceberg": TableFormat(
        "iceberg",
        "lake.shop.users",
        {
            "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
            "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
            "spark.sql.catalog.lake.type": "hadoop",
            "spark.sql.catalog.lake.warehouse": "{folder}/lake",
        },
    ),
}
COMMON = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.streaming.checkpointFileManagerClass": (
        "org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager"
    ),
    # Up to Spark 4.1, a checkpoint is rejected as foreign if a driver was killed while it wrote the very first offset.
    "spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart": "false",
}


class Mirror:
    """A mirror in a table of a format."""

    def __init__(self, name: str, folder: Path, url: str, program: Path = MIRROR) -> None:
        self._name, self._folder, self._url, self._program = name, folder, url, program
        self._format = FORMATS[name]
        self._table = self._format.table.format(folder=folder)
        self._checkpoint = folder / "checkpoint"
        self._python, self._jars = environment(self._format.made_by)

    def driver(self, *once: str) -> Program:
        """Starts a driver, which runs until it is killed, or with "once" until it has all records."""
        return self._run(str(self._program), self._url, self._table, self._name, str(self._checkpoint), *once)

    def rows(self, columns: str) -> list[dict[str, object]]:
        """The rows of the table, read by another driver."""
        with self._run(str(DRIVERS / "show_table.py"), self._table, columns) as reader:
            assert reader.wait(240) == 0, reader.output()
            shown = reader.output().rpartition("rows ")[2]
        return list(json.loads(shown))

    def committed(self) -> int:
        """The number of the last batch that Spark noted as done, or -1."""
        return max((int(file.name) for file in (self._checkpoint / "commits").glob("[0-9]*")), default=-1)

    def forget_last_commit(self) -> None:
        """Leaves the checkpoint as if the driver had been killed after the merge, and before Spark noted the batch."""
        name = str(self.committed())
        for file in (name, f".{name}.crc"):
            (self._checkpoint / "commits" / file).unlink(missing_ok=True)

    def _run(self, *command: str) -> Program:
        conf = {k: v.format(folder=self._folder) for k, v in (COMMON | self._format.conf).items()}
        settings = " ".join(f"--conf {k}={v}" for k, v in conf.items())
        arguments = f"--master local[2] --jars {','.join(self._jars)} {settings} pyspark-shell"
        env = {"PYSPARK_PYTHON": self._python, "PYSPARK_SUBMIT_ARGS": arguments}
        return Program([self._python, *command], log=self._folder / "log", env=env)


def environment(made_by: str) -> tuple[str, list[str]]:
    """The Python with that Spark version, and the jars of a format. Missing parts are built first."""
    made = subprocess.run(
        ["make", "--no-print-directory", "--silent", made_by, f"venv-{SPARK_LINE}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    jars = sorted(str(jar) for jar in (ROOT / "target" / made_by).glob("*.jar"))
    assert jars
    return str(ROOT / "target" / "venvs" / f"spark-{SPARK_LINE}" / "bin" / "python"), jars
