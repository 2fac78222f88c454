# SPDX-License-Identifier: Apache-2.0
"""help() documents each argument with unit and default, the errors, and an example that runs."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from doc_blocks import Block
from doc_reader import Reader
from pyspark.sql import DataFrame, SparkSession

import spark_rest
from spark_rest import _keywords, read_rest, read_rest_stream

READS = [read_rest, read_rest_stream]
Read = Callable[..., DataFrame]


@pytest.mark.parametrize("function", READS)
def test_the_docstrings_list_every_parameter(function: Read) -> None:
    text = inspect.getdoc(function) or ""
    for name in inspect.signature(function).parameters:
        assert f"\n    {name}:\n" in text, name
    for word in (
        "Seconds to wait",
        "Default: ``10``.",
        "Returns:",
        "Raises:",
        "[REST_INVALID_OPTIONS]",
        "Never printed",
    ):
        assert word in text, word


@pytest.mark.parametrize("function", READS)
def test_an_unknown_argument_is_an_error_that_names_the_nearest(spark: SparkSession, function: Read) -> None:
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'page_sise'\.\nUse 'page_size'\."):
        function(spark, "http://localhost/", page_sise=10)


def test_each_read_only_has_its_options() -> None:
    stream, batch = (set(inspect.signature(function).parameters) for function in (read_rest_stream, read_rest))
    assert "checkpoint" not in stream | batch
    assert {"batch_size", "page_log_location"} <= stream - batch
    assert {"call_strictly_once"} <= batch - stream


def test_without_its_source_the_docstrings_point_to_the_docs() -> None:
    assert "See docs/options.md." in _keywords._described({"page_size": "int"}, "    **options:\n", {})


def test_each_public_name_has_a_docstring() -> None:
    for name in spark_rest.__all__:
        assert name.startswith("__") or inspect.getdoc(getattr(spark_rest, name)), name


@pytest.mark.parametrize("function", READS)
def test_a_parameter_that_accepts_a_timedelta_mentions_seconds(function: Read) -> None:
    text = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters.values()
    durations = [p.name for p in parameters if "timedelta" in str(p.annotation)]
    assert len(durations) > 5
    entries = {name: re.search(rf"^    {name}:\n((?: {{8}}.*\n)+)", text, re.MULTILINE) for name in durations}
    silent = [name for name, entry in entries.items() if not entry or "seconds" not in entry[1].lower()]
    assert silent == []


@pytest.mark.parametrize("function", READS)
def test_the_example_runs(spark: SparkSession, tmp_path: Path, function: Read) -> None:
    """Against the API of the documentation. The example must return rows."""
    _, _, example = (inspect.getdoc(function) or "").partition("\nExample::\n\n")
    code = f"from spark_rest import {function.__name__}\n\n{textwrap.dedent(example)}"
    assert f" = {function.__name__}(" in code
    with Reader(spark, tmp_path) as reader:
        reader.read(Block(Path(__file__), 0, "python", code, ""))
