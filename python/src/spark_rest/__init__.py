# SPDX-License-Identifier: Apache-2.0
"""Any HTTP API as a Spark Structured Streaming source: ``spark.readStream.format("rest")``."""

from spark_rest._jar import jar_path
from spark_rest._options import read_rest_stream
from spark_rest._session import configure
from spark_rest._version import __version__

__all__ = ["__version__", "configure", "jar_path", "read_rest_stream"]
