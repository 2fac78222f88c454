# SPDX-License-Identifier: Apache-2.0
"""How the jar reaches sessions that were created without it, and how it coexists with other settings."""

from __future__ import annotations

import shutil
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pyspark
import pytest
from emulated import Answer, Emulated, Request
from process import Driver
from pyspark.sql import SparkSession
from waiting import wait_until

import spark_rest
from spark_rest import _attach
from spark_rest._jar import plain_jar_path
from spark_rest._launch_conf import launch_conf

HAS_DATA_SOURCES = not pyspark.__version__.startswith("3.")
QUIET = {
    "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false pyspark-shell",
    "SPARK_LOCAL_IP": "127.0.0.1",
}


def ids(request: Request) -> Answer:
    if request.path == "/refused":
        return Answer({"error": "not you"}, status=403)
    return Answer([{"id": 1}, {"id": 2}])


def ran(script: str, *arguments: str, folder: Path, env: dict[str, str] | None = None) -> str:
    """The output of the driver."""
    with Driver(script, *arguments, log=folder / "log", env=QUIET | (env or {})) as driver:
        assert driver.wait() == 0, driver.output()
    return driver.output()


@pytest.mark.skipif(not HAS_DATA_SOURCES, reason="spark.dataSource came with Spark 4.0")
def test_the_quick_start_of_the_requirements_with_one_import_line_changed(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        assert request.headers["Authorization"] == "Bearer your_token"
        return Answer({"data": [{"id": 7, "timestamp": 1234567890}]})

    with Emulated(answer) as api, Driver("seed_quick_start.py", api.url, log=tmp_path / "log", env=QUIET) as driver:
        wait_until(lambda: "{7, 1234567890}" in driver.output() or not driver.is_running(), "a row", seconds=60)
        assert "Batch: 0" in driver.output() and "{7, 1234567890}" in driver.output(), driver.output()
        assert api.requests[0].query == {"since": "0"}


@pytest.mark.skipif(not HAS_DATA_SOURCES, reason="spark.dataSource came with Spark 4.0")
def test_the_registered_name_points_to_the_format(tmp_path: Path) -> None:
    with Emulated(ids) as api:
        output = ran("registered.py", f"{api.url}/ids", folder=tmp_path, env={"PYSPARK_PYTHON": sys.executable})
    assert "ids [1, 2]" in output
    assert "custom metric" not in output, "Spark's UI cannot load classes of such a jar"
    assert 'other name: ValueError: format("rest_data_source") reads nothing' in output
    assert 'Use format("rest").' in output


@pytest.mark.skipif(HAS_DATA_SOURCES, reason="Spark 4 has spark.dataSource")
def test_spark_3_warns_and_names_the_replacement() -> None:
    with pytest.warns(
        UserWarning, match=r"spark.dataSource needs Spark 4.0 or later.\nRemove spark.dataSource.register"
    ):
        assert spark_rest.RestDataSource.__name__ == "RestDataSource"


def test_a_session_without_the_jar_gets_it_from_a_folder_with_blanks(tmp_path: Path) -> None:
    """`ADD JAR` accepts such a path but does not load the jar.

    The API's refusal comes from an executor, with its text.
    """
    site = tmp_path / "site packages, 100%"
    shutil.copytree(Path(spark_rest.__file__).parent, site / "spark_rest")
    metadata = Path(str(distribution("spark-rest").locate_file(f"spark_rest-{spark_rest.__version__}.dist-info")))
    shutil.copytree(metadata, site / metadata.name)
    with Emulated(ids) as api:
        output = ran("attached_later.py", api.url, folder=tmp_path, env={"PYTHONPATH": str(site)})
    assert f"package {site}" in output
    assert "ids [1, 2]" in output
    assert "[REST_API_REFUSED]" in output.partition("refused:")[2], output


def test_a_jar_that_spark_does_not_load_is_an_error(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since paths with blanks are copied, no real cause is known. So the test replaces the check."""
    monkeypatch.setattr(_attach, "_is_loaded", lambda _: False)
    # If Spark keeps jars per session, the session of the other tests stays unchanged.
    session = spark.newSession()
    with pytest.raises(RuntimeError) as e:
        spark_rest.read_rest(session, "http://localhost/", schema="id INT")
    assert str(e.value).startswith(
        f"Spark did not load {plain_jar_path()}.\nStart the session with the jar: use configure("
    )
    assert "\tat " not in str(e.value)


def test_packages_of_the_user_reach_the_executors(tmp_path: Path) -> None:
    """A builder's `spark.jars` would replace the jars that Spark resolved from `spark.jars.packages`."""
    folder = tmp_path / "repository" / "org" / "example" / "tiny" / "1.0"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "tiny-1.0.jar", "w") as jar:
        jar.writestr("org/example/tiny.txt", "tiny")
    (folder / "tiny-1.0.pom").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>"
        "<artifactId>tiny</artifactId><version>1.0</version></project>"
    )
    settings = tmp_path / "ivysettings.xml"
    settings.write_text(
        '<ivysettings><settings defaultResolver="only"/><resolvers>'
        f'<ibiblio name="only" m2compatible="true" root="{(tmp_path / "repository").as_uri()}"/>'
        "</resolvers></ivysettings>"
    )
    with Emulated(ids) as api:
        arguments = (f"{api.url}/ids", "org.example:tiny:1.0", str(settings), str(tmp_path / "ivy"))
        output = ran("with_packages.py", *arguments, folder=tmp_path)
    assert f"jars org.example_tiny-1.0.jar {Path(spark_rest.jar_path()).name}\n" in output, output
    assert "ids [1, 2]" in output


def test_settings_of_the_launch_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`configure` adds to `spark.jars`, so it reads what the defaults file and the variable of PySpark set."""
    (tmp_path / "spark-defaults.conf").write_text("# a comment\n\nspark.jars   a.jar\nspark.x=1\nspark.y: 2\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.x=3 --packages g:a:1 pyspark-shell")
    assert launch_conf() == {"spark.jars": "a.jar", "spark.x": "3", "spark.y": "2", "spark.jars.packages": "g:a:1"}


@pytest.mark.parametrize(("spark", "scala"), [("3.5.9", "2.12"), ("4.0.5", "2.13"), ("4.3.0", "2.13")])
def test_packages_are_coordinates(spark: str, scala: str) -> None:
    assert spark_rest.packages(spark) == f"io.github.sparkrest:spark-rest_{scala}:{spark_rest.__version__}"


def test_packages_are_those_of_the_installed_spark() -> None:
    assert spark_rest.packages() == spark_rest.packages(pyspark.__version__)


def test_a_jar_for_another_spark_line_is_an_error(tmp_path: Path) -> None:
    other = spark_rest.jar_path("4.0" if pyspark.__version__.startswith("3.") else "3.5")
    output = ran("wrong_jar.py", other, folder=tmp_path)
    assert "raised IllegalArgumentException: [REST_WRONG_SPARK] " in output, output
    assert f"this is Spark {pyspark.__version__} with Scala" in output
    right = "2.12" if pyspark.__version__.startswith("3.") else "2.13"
    assert f"Put spark-rest_{right} on the class path instead." in output
