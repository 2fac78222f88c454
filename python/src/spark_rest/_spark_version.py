# SPDX-License-Identifier: Apache-2.0
"""Which Spark it is: what differs between Spark lines is decided by these two numbers."""

from __future__ import annotations

import re


def installed_spark_version() -> str:
    """Return the version of the PySpark that `import pyspark` finds, e.g. `4.3.0`.

    Raises `ModuleNotFoundError` if there is none.
    """
    try:
        from pyspark import __version__
    except ModuleNotFoundError as e:
        raise ModuleNotFoundError(
            'PySpark is not installed: pip install "spark-rest[pyspark]". Or name the version: jar_path("4.1").',
            name=e.name,
        ) from e
    return __version__


def major_minor(spark_version: str) -> tuple[int, int]:
    """Return `(4, 1)` of `4.1.4` or `4.1.0-SNAPSHOT`; `ValueError` if it is no version."""
    numbers = re.match(r"(\d+)\.(\d+)", spark_version)
    if numbers is None:
        raise ValueError(f"not a Spark version: {spark_version!r}; expected e.g. 4.3.0")
    return int(numbers[1]), int(numbers[2])
