# SPDX-License-Identifier: Apache-2.0
"""The major and minor version of Spark, on which the differences between Spark lines depend."""

from __future__ import annotations

import re


def installed_spark_version() -> str:
    """Return the version of the PySpark that `import pyspark` finds, e.g. `4.3.0`.

    Raises `ModuleNotFoundError` if PySpark is not installed.
    """
    try:
        from pyspark import __version__
    except ModuleNotFoundError as e:
        raise ModuleNotFoundError(
            'PySpark is not installed.\nRun pip install "spark-rest[pyspark]", or name the version: jar_path("4.1").',
            name=e.name,
        ) from e
    return __version__


def major_minor(spark_version: str) -> tuple[int, int]:
    """Return `(4, 1)` for `4.1.4` or `4.1.0-SNAPSHOT`. Raises `ValueError` for other texts."""
    numbers = re.match(r"(\d+)\.(\d+)", spark_version)
    if numbers is None:
        raise ValueError(f"{spark_version!r} is not a Spark version.\nUse a version such as 4.3.0.")
    return int(numbers[1]), int(numbers[2])
