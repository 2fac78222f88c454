# SPDX-License-Identifier: Apache-2.0
"""Finds the bundled jar for a Spark version."""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from pathlib import Path

from spark_rest._spark_version import installed_spark_version, major_minor
from spark_rest._version import __version__

_JARS = Path(__file__).parent / "jars"

# Without separators, quotes, and characters that a URI escapes.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+=-]+")


def jar_path(spark_version: str | None = None) -> str:
    """The path of the bundled jar for a Spark version. Spark 3.5 needs Scala 2.12, Spark 4.x needs Scala 2.13.

    Args:
        spark_version:
            For example ``"4.1.4"``. Only the first two numbers count. Default: the version of the installed PySpark.

    Returns:
        An absolute path, for ``spark.jars`` or ``spark-submit --jars``.

    Raises:
        ModuleNotFoundError: No version is given, and PySpark is not installed.
        ValueError: There is no jar for that Spark version.
        FileNotFoundError: This installation of spark-rest lacks the jar.
    """
    version = installed_spark_version() if spark_version is None else spark_version
    jar = _JARS / f"spark-rest_{_scala_of(version)}-{__version__}.jar"
    if not jar.is_file():
        raise FileNotFoundError(
            f"{jar}, the jar for Spark {version}, is missing.\n"
            "Install the spark-rest wheel. In a checkout of the repository, run `make setup`."
        )
    return str(jar)


def packages(spark_version: str | None = None) -> str:
    """The Maven coordinates for a Spark version, for ``spark.jars.packages`` or ``spark-submit --packages``.

    Args:
        spark_version:
            For example ``"4.1.4"``, as in :func:`jar_path`. Default: the version of the installed PySpark.

    Returns:
        For example ``io.github.sparkrest:spark-rest_2.13:0.1.0``.

    Raises:
        ModuleNotFoundError: No version is given, and PySpark is not installed.
        ValueError: There is no artifact for that Spark version.
    """
    version = installed_spark_version() if spark_version is None else spark_version
    return f"io.github.sparkrest:spark-rest_{_scala_of(version)}:{__version__}"


@functools.cache
def plain_jar_path(spark_version: str | None = None) -> str:
    """As `jar_path`, with a path that Spark's `ADD JAR` and `spark.jars` understand.

    If the path contains a blank or a comma, `ADD JAR` succeeds but Spark does not find the jar. The
    result is then a copy, which exists until this program ends. Raises `OSError` if the folder for
    the copy has such a path too.
    """
    jar = Path(jar_path(spark_version)).as_posix()
    if _PLAIN.fullmatch(jar):
        return jar
    folder = tempfile.mkdtemp(prefix="spark-rest-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = Path(shutil.copy(jar, folder)).as_posix()
    if not _PLAIN.fullmatch(copy):
        raise OSError(
            f"Spark cannot load a jar from {jar} or {folder}: both paths contain a blank or a special character.\n"
            "Set TMPDIR to a folder whose path is plain, or install spark-rest elsewhere."
        )
    return copy


def is_our_jar(jar_or_package: str) -> bool:
    """Whether an entry of ``spark.jars`` or ``spark.jars.packages`` is this connector, in any version."""
    return "spark-rest_" in jar_or_package


def _scala_of(spark_version: str) -> str:
    spark = major_minor(spark_version)
    if spark == (3, 5):
        return "2.12"
    if spark[0] == 4:
        return "2.13"
    raise ValueError(f"spark-rest {__version__} has no jar for Spark {spark_version}.\nUse Spark 3.5 or 4.x.")
