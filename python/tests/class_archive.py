# SPDX-License-Identifier: Apache-2.0
"""The options of the JVMs that tests start, with an archive of Spark's classes that halves the time of their start.

Half of a driver's first ten seconds of processor time is for loading and verifying classes of Spark. A JVM can map
them from an archive (class data sharing). The archive lacks the connector, so each driver loads that from the jar.

As a program: makes the archive for the installed PySpark, unless it exists.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyspark

JARS = Path(pyspark.__file__).parent / "jars"
ARCHIVES = Path(__file__).parents[2] / "target" / "class-archives"
# Most JVMs of the tests live for seconds. In that time, the optimizing compiler and parallel garbage collectors use
# more processor time than they save.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Without an archive that fits its class path, a JVM starts in the usual way. It must not print a warning about that.
QUIET = "-Xshare:auto -Xlog:disable -Xlog:all=error:stderr"


def environment() -> dict[str, str]:
    """The options as variables that Spark's scripts read, for drivers, executors, and the processes of a cluster.

    `make test` makes the archive, and tests also run without one. A settings file would need a folder at the beginning
    of the class path, which an archive does not allow.
    """
    archive = path()
    options = f"{SHORT_LIVED} {QUIET} -XX:SharedArchiveFile={archive}" if archive.exists() else SHORT_LIVED
    return {
        "SPARK_SUBMIT_OPTS": f'{options} "-Dspark.executor.defaultJavaOptions={options}"',
        "SPARK_DAEMON_JAVA_OPTS": options,
    }


def path() -> Path:
    """The path of the archive for this JVM and these jars. A JVM rejects an archive of others."""
    java = shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin{os.pathsep}{os.environ['PATH']}")
    state = JARS.stat()
    parts = (str(java and Path(java).resolve()), str(JARS), str(state.st_mtime_ns), str(state.st_ino))
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return ARCHIVES / f"spark-{pyspark.__version__}-{key}.jsa"


def make(archive: Path) -> None:
    """Runs a driver that does what the drivers of tests do. Its JVM writes the archive when it ends."""
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    unfinished, log = archive.with_suffix(".tmp"), archive.with_suffix(".log")
    unfinished.unlink(missing_ok=True)
    options = f"{SHORT_LIVED} {QUIET} -XX:ArchiveClassesAtExit={unfinished}"
    command = [sys.executable, str(Path(__file__).parent / "drivers" / "usual_work.py")]
    environment = {k: v for k, v in os.environ.items() if k not in ("SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS")}
    with log.open("w") as out:
        code = subprocess.call(
            command, env=environment | {"SPARK_SUBMIT_OPTS": options}, stdout=out, stderr=subprocess.STDOUT, timeout=600
        )
    if code != 0 or not unfinished.exists():
        raise RuntimeError(f"no archive of classes: {log.read_text()}")
    unfinished.rename(archive)


if __name__ == "__main__":
    # A variable of Java separates options by blanks.
    if not (path().exists() or " " in str(path())):
        make(path())
