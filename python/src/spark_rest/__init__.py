# SPDX-License-Identifier: Apache-2.0
"""Any HTTP API as a source of Apache Spark: ``spark.readStream.format("rest")`` and ``spark.read.format("rest")``."""

import typing

from spark_rest import _auth
from spark_rest._auth import *  # noqa: F403
from spark_rest._credentials import Credentials
from spark_rest._demo import DemoApi, demo_api
from spark_rest._error import RestError
from spark_rest._jar import jar_path, packages
from spark_rest._preview import Preview, preview
from spark_rest._read import read_rest, read_rest_stream
from spark_rest._session import configure
from spark_rest._version import __version__

if typing.TYPE_CHECKING:
    from spark_rest._data_source import RestDataSource

__all__ = [
    "Credentials",
    "DemoApi",
    "Preview",
    "RestDataSource",
    "RestError",
    "__version__",
    "configure",
    "demo_api",
    "jar_path",
    "packages",
    "preview",
    "read_rest",
    "read_rest_stream",
]
__all__ += _auth.__all__


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # Its base class is PySpark's, and importing PySpark takes a second.
        if name == "RestDataSource":
            from spark_rest._data_source import RestDataSource, warn_without_data_sources

            warn_without_data_sources()
            return RestDataSource
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
