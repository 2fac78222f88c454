# SPDX-License-Identifier: Apache-2.0
"""What Spark forbids in the definitions of a declarative pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class InPipelineError(Exception):
    """Spark refused a call, because a definition of a pipeline made it."""


@contextmanager
def refused_analysis() -> Iterator[None]:
    """Raise `InPipelineError` if Spark refuses to analyze inside a query function, before it sends any request."""
    with _refused("ATTEMPT_ANALYSIS_IN_PIPELINE_QUERY_FUNCTION"):
        yield


@contextmanager
def refused_views() -> Iterator[None]:
    """Raise `InPipelineError` if Spark refuses a temporary view in the files of a pipeline."""
    with _refused("SESSION_MUTATION_IN_DECLARATIVE_PIPELINE"):
        yield


@contextmanager
def _refused(condition: str) -> Iterator[None]:
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as e:
        # The name of the method that returns the condition differs between Spark 3.5 and 4.
        if not str(e).startswith(f"[{condition}"):
            raise
        raise InPipelineError(condition) from None
