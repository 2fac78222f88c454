# SPDX-License-Identifier: Apache-2.0
"""The result of `make publish-local`, used through `spark-submit --packages`, and the wheel, installed by pip."""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pyspark
import pytest
from apis import Feed, ids_from

import spark_rest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BIN = Path(sys.executable).parent
HOME = ROOT / "target" / "home"
SCALA = "2.12" if pyspark.__version__.startswith("3.") else "2.13"
FEED = Feed({"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"})


def checked(command: list[str], folder: Path = ROOT, **env: str) -> str:
    """The output of a command. Fails if the command fails."""
    # PySpark's scripts find their home through the first python3 on the path.
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path} | env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def repository() -> Path:
    """A local Maven repository with both artifacts of this build, in a temporary home."""
    folder = HOME / ".m2" / "repository"
    if not all(_is_published(jar, folder) for jar in (ROOT / "target" / "jars").glob("*.jar")):
        checked(["make", "publish-local", f"M2={folder}"])
    return folder


def _is_published(jar: Path, repository: Path) -> bool:
    published = repository / "io/github/sparkrest" / jar.stem.rpartition("-")[0] / spark_rest.__version__ / jar.name
    return published.is_file() and filecmp.cmp(jar, published, shallow=False)


def submitted(application: str, *arguments: str, folder: Path) -> str:
    """Offline: the artifact has no dependencies and is in the repository. Ivy's cache is empty."""
    return checked(
        [
            str(BIN / "spark-submit"),
            *("--packages", spark_rest.packages()),
            *("--master", "local[2]"),
            *("--conf", f"spark.jars.ivy={folder / 'ivy'}"),
            *("--conf", "spark.ui.enabled=false"),
            application,
            *arguments,
        ],
        folder,
        SPARK_SUBMIT_OPTS=f"{os.environ['SPARK_SUBMIT_OPTS']} -Duser.home={HOME} "
        "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=1 "
        "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=1",
    )


@pytest.mark.slow
def test_the_published_pom_has_no_dependencies_to_resolve(repository: Path) -> None:
    name, version = f"spark-rest_{SCALA}", spark_rest.__version__
    pom = ElementTree.parse(repository / "io/github/sparkrest" / name / version / f"{name}-{version}.pom")
    maven = {"m": "http://maven.apache.org/POM/4.0.0"}
    dependencies = pom.getroot().findall("m:dependencies/m:dependency", maven)
    assert dependencies
    for dependency in dependencies:
        assert dependency.findtext("m:scope", None, maven) in ("provided", "test"), ElementTree.tostring(dependency)
    assert pom.getroot().findtext("m:licenses/m:license/m:name", None, maven) == "Apache-2.0"


def test_a_python_application_runs_with_packages(repository: Path, tmp_path: Path) -> None:
    with ids_from(FEED) as api:
        output = submitted(str(EXAMPLES / "submitted.py"), api.url, str(tmp_path / "out"), folder=tmp_path)
    assert "rows 3" in output
    assert (
        tmp_path / "ivy" / "jars" / f"io.github.sparkrest_spark-rest_{SCALA}-{spark_rest.__version__}.jar"
    ).is_file()


def test_the_scala_applications_build_names_this_version() -> None:
    app = EXAMPLES / "scala-app"
    assert f'"spark-rest" % "{spark_rest.__version__}"' in (app / "build.sbt").read_text()
    properties = Path("project") / "build.properties"
    assert (app / properties).read_bytes() == (ROOT / properties).read_bytes()


@pytest.mark.slow
def test_the_scala_application_runs_with_packages(repository: Path, tmp_path: Path) -> None:
    """The application is compiled against the published artifact, for the Scala version of this Spark."""
    full = {"2.12": "2.12.20", "2.13": "2.13.18"}[SCALA]
    checked(
        [str(ROOT / "sbtw"), f"++{full} package"],
        EXAMPLES / "scala-app",
        JAVA_TOOL_OPTIONS=f"-Dmaven.repo.local={repository}",
    )
    jar = EXAMPLES / "scala-app" / "target" / f"scala-{SCALA}" / f"rest-to-parquet_{SCALA}-1.0.jar"
    with ids_from(FEED) as api:
        output = submitted(str(jar), api.url, str(tmp_path / "out"), folder=tmp_path)
    assert "rows 3" in output


@pytest.mark.slow
def test_ten_lines_run_in_a_fresh_environment(tmp_path: Path) -> None:
    """pip, with only the wheel and PySpark."""
    (wheel,) = (ROOT / "python" / "dist").glob("*.whl")
    python = tmp_path / "venv" / "bin" / "python"
    checked([sys.executable, "-m", "venv", str(tmp_path / "venv")])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    checked([*pip, str(wheel), f"pyspark=={pyspark.__version__}"])
    program = tmp_path / "ten_lines.py"
    program.write_text(
        "import sys\n"
        "from pyspark.sql import SparkSession\n"
        "from spark_rest import configure, read_rest, read_rest_stream\n"
        "spark = configure(SparkSession.builder).getOrCreate()\n"
        "url = sys.argv[1] + '/data?start_id={id}'\n"
        "events = read_rest_stream(spark, url, offset_type='incremental', offset_field='id')\n"
        "query = events.writeStream.format('memory').queryName('rows').trigger(availableNow=True).start()\n"
        "query.awaitTermination()\n"
        "print('streamed', sorted(row.output.name for row in spark.table('rows').collect()))\n"
        "print('read', read_rest(spark, url, offset_type='incremental', offset_field='id').count())\n"
    )
    assert len(program.read_text().splitlines()) == 10
    with ids_from(FEED) as api:
        output = checked([str(python), str(program), api.url], tmp_path)
    assert "streamed ['a', 'b', 'c']" in output
    assert "read 3" in output
