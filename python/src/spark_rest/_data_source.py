# SPDX-License-Identifier: Apache-2.0
"""For programs that register a Python data source: why it is another name that is registered is told in ADR 16."""

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

_HINT = 'After spark.dataSource.register(RestDataSource) use format("rest"): this name is only registered in its place.'


class RestDataSource(DataSource):
    """Makes ``format("rest")`` work in programs that call ``spark.dataSource.register(RestDataSource)``.

    Registering it attaches the connector's jar to the active session, unless it has it. No Python runs when data is
    read. Spark 4.0 and later; see :func:`spark_rest.configure` for all versions.
    """

    def __init__(self, options: dict[str, str]) -> None:
        raise ValueError(_HINT)

    @classmethod
    def name(cls) -> str:
        """Attaches the jar; ``rest`` itself is the jar's name, which Spark lets nobody register twice."""
        session = _active_session()
        if session is not None:
            attach(session)
        return "rest_data_source"


def warn_without_data_sources() -> None:
    """Tell who takes the class from the package on Spark 3.5 what to do instead."""
    if _SPARK_3:
        warnings.warn(
            "spark.dataSource came with Spark 4.0. On Spark 3.5 leave out spark.dataSource.register(RestDataSource), "
            "and make the session with spark_rest.configure(SparkSession.builder).getOrCreate(): then "
            'format("rest") works.',
            stacklevel=3,
        )


def _active_session() -> SparkSession | None:
    from pyspark.sql import SparkSession
    from pyspark.sql.utils import is_remote

    if is_remote():
        from pyspark.sql.connect.session import SparkSession as ConnectSession

        return ConnectSession.getActiveSession()  # type: ignore[return-value, unused-ignore]
    return SparkSession.getActiveSession()
