# SPDX-License-Identifier: Apache-2.0
"""The notebook `examples/quickstart.ipynb`, and the demo API that it starts."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import pyspark
import pytest
from hdfs import ROOT
from nbclient import NotebookClient

import spark_rest

NOTEBOOK = ROOT / "examples" / "quickstart.ipynb"


def read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]


def test_the_demo_api_runs_inside_of_with() -> None:
    with spark_rest.demo_api(backlog=5, total=7, rate=1000) as api:
        assert len(read(f"{api.url}/events?limit=3")["events"]) == 3
        assert api.stats()["total"] == 7 and api.stats()["served"] == 3
        port = int(api.url.rpartition(":")[2])
        with spark_rest.demo_api() as other:
            assert other.url != api.url, "each has a free port"
    with pytest.raises(OSError):
        read(f"{api.url}/stats")
    again = spark_rest.demo_api(port=port)
    assert again.url == api.url, "the port is free again"
    again.close()
    again.close()


def test_the_notebook_has_no_output_in_git() -> None:
    kept = [cell.id for cell in notebook().cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
    assert kept == [], "clear all outputs before you commit"


@pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="streams have _metadata since Spark 4.0")
def test_the_notebook_runs(tmp_path: Path) -> None:
    executed = notebook()
    NotebookClient(executed, timeout=180, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = {cell.id: cell.outputs for cell in executed.cells if cell.cell_type == "code"}
    assert "the API has 500 events: 500 received, 0 repeated" in outputs["check"][0].text
    for chart in ("rate", "lag"):
        images = [o for o in outputs[chart] if o.output_type == "display_data" and "image/png" in o.data]
        assert len(images) == 1, chart
