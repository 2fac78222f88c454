# SPDX-License-Identifier: Apache-2.0
"""Spark errors that PySpark would show as a Java stack trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The Connect client puts this text between the message and the server's stack trace.
_CONNECT_TRACE = "\n\nJVM stacktrace:\n"


class RestError(Exception):
    """Spark failed while it loaded the source. The text is the JVM's message without its stack trace.

    Wrong options and refused requests raise ``pyspark.errors.IllegalArgumentException`` instead, with a message that
    begins with ``[REST_``.
    """


@contextmanager
def without_java_traces() -> Iterator[None]:
    """Shorten PySpark's exceptions to the JVM's message. `RestError` replaces exceptions without a PySpark class."""
    try:
        yield
    except Exception as e:
        java = getattr(e, "java_exception", None)
        if java is not None:
            raise RestError(str(java.getMessage() or java.toString())) from None
        message, trace, _ = str(e).partition(_CONNECT_TRACE)
        if not trace:
            raise
        raise _public_class(e)(message) from None


def _public_class(e: Exception) -> Callable[[str], Exception]:
    """The class of `pyspark.errors` that corresponds to an exception of the Connect client."""
    import pyspark.errors

    public = (getattr(pyspark.errors, base.__name__, None) for base in type(e).__mro__)
    return next((cls for cls in public if cls is not None and isinstance(e, cls)), RestError)
