# SPDX-License-Identifier: Apache-2.0
"""Which of the bundled jars fits a Spark version."""

from __future__ import annotations

from pathlib import Path

from spark_rest._spark_version import installed_spark_version, major_minor
from spark_rest._version import __version__

_JARS = Path(__file__).parent / "jars"


def jar_path(spark_version: str | None = None) -> str:
    """The path of the bundled jar that fits a Spark version: the Scala 2.12 one for Spark 3.5, the 2.13 one for 4.x.

    Args:
        spark_version:
            For example ``"4.1.4"``; only the first two numbers count. Default: the version of the installed PySpark.

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
            f"{jar} is missing, which Spark {version} needs. "
            "Install the spark-rest wheel; in a checkout of the repository, `make setup` builds and installs it."
        )
    return str(jar)


def is_our_jar(jar_or_package: str) -> bool:
    """Whether an entry of ``spark.jars`` or ``spark.jars.packages`` is this connector, in whatever version."""
    return "spark-rest_" in jar_or_package


def _scala_of(spark_version: str) -> str:
    spark = major_minor(spark_version)
    if spark == (3, 5):
        return "2.12"
    if spark[0] == 4:
        return "2.13"
    raise ValueError(f"spark-rest {__version__} has no jar for Spark {spark_version}. Use Spark 3.5 or 4.x.")
