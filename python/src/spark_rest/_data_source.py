# SPDX-License-Identifier: Apache-2.0
"""For programs that register a Python data source. ADR 16 explains why the registered name is not ``rest``."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from spark_rest._attach import attach

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

try:
    from pyspark.sql.datasource import DataSource

    _SPARK_3 = False
except ImportError:
    DataSource = object  # type: ignore[assignment, misc, unused-ignore]
    _SPARK_3 = True

_HINT = 'format("rest_data_source") reads nothing: the name only serves spark.dataSource.register.\nUse format("rest").'


class RestDataSource(DataSource):
    """Makes ``format("rest")`` work in programs that call ``spark.dataSource.register(RestDataSource)``.

    Registering the class attaches the connector's jar to the active session, unless the session has the jar. No Python
    runs when data is read. Spark 4.0 and later; :func:`spark_rest.configure` works with all versions.
    """

    def __init__(self, options: dict[str, str]) -> None:
        raise ValueError(_HINT)

    @classmethod
    def name(cls) -> str:
        """Attaches the jar. The jar itself provides ``rest``, and Spark refuses a second source of that name."""
        session = _active_session()
        if session is not None:
            attach(session)
        return "rest_data_source"


def warn_without_data_sources() -> None:
    """Warn on Spark 3.5, which has no Python data sources, and name the replacement."""
    if _SPARK_3:
        warnings.warn(
            "spark.dataSource needs Spark 4.0 or later.\n"
            "Remove spark.dataSource.register(RestDataSource), and create the session with "
            "spark_rest.configure(SparkSession.builder).getOrCreate().",
            stacklevel=3,
        )


def _active_session() -> SparkSession | None:
    from pyspark.sql import SparkSession
    from pyspark.sql.utils import is_remote

    if is_remote():
        from pyspark.sql.connect.session import SparkSession as ConnectSession

        return ConnectSession.getActiveSession()  # type: ignore[return-value, unused-ignore]
    return SparkSession.getActiveSession()
