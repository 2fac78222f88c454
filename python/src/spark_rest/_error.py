# SPDX-License-Identifier: Apache-2.0
"""Failures of Spark that PySpark would show as a Java stack trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What the Connect client puts between the message and the server's stack trace.
_CONNECT_TRACE = "\n\nJVM stacktrace:\n"


class RestError(Exception):
    """Spark failed while the source was loaded; the text is the message of the JVM, without its stack trace.

    Wrong options and an API that cannot be asked are no such case: they raise
    ``pyspark.errors.IllegalArgumentException``, with a message that begins with ``[REST_``.
    """


@contextmanager
def without_java_traces() -> Iterator[None]:
    """Raise what PySpark raises, with the JVM's message alone; `RestError` where PySpark has no class of its own."""
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
    """The class of `pyspark.errors` that a class of the Connect client stands for."""
    import pyspark.errors

    public = (getattr(pyspark.errors, base.__name__, None) for base in type(e).__mro__)
    return next((cls for cls in public if cls is not None and isinstance(e, cls)), RestError)
