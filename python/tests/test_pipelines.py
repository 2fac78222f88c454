# SPDX-License-Identifier: Apache-2.0
"""Declarative pipelines: `spark-pipelines run` over the functions of the package, `format("rest")` and SQL."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pandas as pd
import pyspark
import pytest
from apis import Feed, ids_from
from process import Program
from pyspark.errors import PySparkException
from standalone import SPARK_HOME

from spark_rest import jar_path
from spark_rest._reader import option_texts

DEFINITIONS = Path(__file__).parent / "pipeline"
CDC_DEFINITIONS = Path(__file__).parent / "cdc_pipeline"
EXAMPLE = Path(__file__).parents[2] / "examples" / "pipeline"


class RefusingFrame:
    """A DataFrame in a file of a pipeline."""

    def createTempView(self, name: str) -> None:  # noqa: N802
        raise PySparkException(f"[SESSION_MUTATION_IN_DECLARATIVE_PIPELINE.CREATE_TEMP_VIEW] {name}")


def test_a_dataframe_as_input_needs_a_view() -> None:
    with pytest.raises(TypeError, match=r"(?s)a pipeline must not create one\.\nUse the name of a table .* input_data"):
        option_texts({}, None, {"input": RefusingFrame()})


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """The folder of a pipeline, without definitions."""
    pytest.importorskip("pyspark.pipelines", reason="pipelines exist since Spark 4.1")
    pytest.importorskip("yaml", reason="spark-pipelines needs PyYAML")
    spec = (EXAMPLE / "spark-pipeline.yml").read_text()
    (tmp_path / "spark-pipeline.yml").write_text(spec.replace("file:///tmp/spark-rest-pipeline", tmp_path.as_uri()))
    return tmp_path


def run(pipeline: Path, *, status: int = 0, **env: str) -> str:
    """One run of the pipeline, to its end. Returns the output of all runs."""
    command = [str(SPARK_HOME / "bin" / "spark-pipelines"), "run", "--conf", "spark.ui.enabled=false"]
    command += ["--conf", "spark.sql.catalogImplementation=hive", "--jars", jar_path()]
    env |= {"SPARK_HOME": str(SPARK_HOME), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    with Program(command, log=pipeline / "log", env=env) as running:
        assert running.wait(600) == status, running.output()[-5000:]
        return running.output()


def received(pipeline: Path, table: str) -> list[Any]:
    """The ids in a Parquet table."""
    files = (pipeline / "spark-warehouse" / table).glob("*.parquet")
    return sorted(n for file in files for n in pd.read_parquet(file)["id"].tolist())


@pytest.mark.slow
def test_two_runs_of_a_pipeline_receive_each_record_once(pipeline: Path) -> None:
    """Each record arrives once, and each run infers the schema of each dataset once."""
    shutil.copytree(DEFINITIONS, pipeline / "transformations")
    feed = Feed(*({"id": n, "name": f"n{n}"} for n in (1, 2, 3)))
    with ids_from(feed) as api:
        run(pipeline, API_URL=api.url)
        assert_once(pipeline, [1, 2, 3])
        # Inference and the first poll of each stream start at 0. The view has two streams, and of the endpoints only
        # the first is requested for the schema. A batch read requests its data once more.
        sent = Counter((r.path, int(r.query["start_id"])) for r in api.requests)
        starts = {path: count for (path, start), count in sent.items() if start == 0}
        assert starts == {"/plain": 2, "/function": 2, "/view": 3, "/shop1": 2, "/shop2": 1, "/batch": 2}
        assert sent["/calls", 1] == sent["/calls", 2] == 2

        feed.add({"id": 4, "name": "n4"}, {"id": 5, "name": "n5"})
        first = len(api.requests)
        output = run(pipeline, API_URL=api.url)
        assert_once(pipeline, [1, 2, 3, 4, 5])
        starts = Counter(r.path for r in api.requests[first:] if r.query["start_id"] == "0")
        assert starts == {"/plain": 1, "/function": 1, "/view": 1, "/shop1": 1, "/batch": 2}
    assert "refused Option input: a DataFrame needs a temporary view" in output


def assert_once(pipeline: Path, ids: list[int]) -> None:
    for table in ("plain", "function", "view_ids", "view_names", "batch"):
        assert received(pipeline, table) == ids, table
    assert received(pipeline, "shops") == sorted(ids + ids)
    assert received(pipeline, "calls") == [1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("scd_type", [1, 2])
def test_auto_cdc_accepts_a_stream_as_its_source(pipeline: Path, scd_type: int) -> None:
    """Spark accepts the stream, and then refuses the table, because its built-in formats do not support MERGE."""
    if pyspark.__version__ < ("4.2" if scd_type == 1 else "4.3"):
        pytest.skip(f"AUTO CDC with SCD type {scd_type} came later")
    shutil.copytree(CDC_DEFINITIONS, pipeline / "transformations")
    users = pipeline / "transformations" / "users.py"
    users.write_text(users.read_text().replace("stored_as_scd_type=1", f"stored_as_scd_type={scd_type}"))
    with ids_from(Feed({"id": 1, "version": 1, "name": "a", "deleted": False}), parameter="since") as api:
        output = run(pipeline, status=1, API_URL=api.url)
    assert "AUTOCDC_TARGET_DOES_NOT_SUPPORT_MERGE" in output


@pytest.mark.slow
def test_the_example_on_the_demo_api(pipeline: Path) -> None:
    shutil.copytree(EXAMPLE / "transformations", pipeline / "transformations")
    demo = [sys.executable, "-m", "spark_rest", "demo", "--port", "0", "--backlog", "250", "--total", "600"]
    with Program(demo, log=pipeline / "demo-log") as api:
        while not api.output().endswith("\n"):
            assert api.is_running(), api.output()
        url = api.output().strip()
        # The other 350 events are published while the pipeline runs.
        run(pipeline, API=url)
        run(pipeline, API=url)
        with urlopen(f"{url}/stats") as response:
            assert json.load(response)["published"] == 600
    assert received(pipeline, "events") == [f"evt-{n:06d}" for n in range(1, 601)]
