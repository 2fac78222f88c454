# SPDX-License-Identifier: Apache-2.0
"""The version of the installed package; the jars beside it carry the same."""

from importlib.metadata import version

__version__ = version("spark-rest")
