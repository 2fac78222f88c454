# SPDX-License-Identifier: Apache-2.0
"""The version of the installed package. The bundled jars have the same version."""

from importlib.metadata import version

__version__ = version("spark-rest")
