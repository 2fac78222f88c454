# SPDX-License-Identifier: Apache-2.0
"""The content of the wheel, the exports of the package, and how it attaches itself to Spark."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pyspark
import pytest
from apis import Feed, ids_from
from process import DRIVERS, Driver
from pyspark.sql import SparkSession

import spark_rest

PYTHON = Path(__file__).parent.parent


def wheel() -> zipfile.ZipFile:
    (path,) = (PYTHON / "dist").glob("*.whl")
    return zipfile.ZipFile(path)


def test_all_lists_the_public_names() -> None:
    public = {
        name
        for name, value in vars(spark_rest).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert set(spark_rest.__all__) == public | {"__version__", "RestDataSource"}
    assert {"configure", "jar_path", "packages", "read_rest", "read_rest_stream"} <= public
    for name in spark_rest.__all__:
        assert getattr(spark_rest, name) is not None


def test_the_import_does_not_import_pyspark() -> None:
    """`python -m spark_rest jar` and a Connect client need a fast import without PySpark's requirements."""
    code = "import sys, spark_rest; print([m for m in sys.modules if m.startswith('pyspark')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout == "[]\n"


@pytest.mark.skipif(pyspark.__version__.startswith("3."), reason="mypy does not look into PySpark 3's own types")
def test_a_users_program_passes_mypy_strict(tmp_path: Path) -> None:
    """Against the installed wheel, from a folder without settings. mypy reports a wrong argument."""
    program = (Path(__file__).parent / "user_program.py").read_text()
    (tmp_path / "right.py").write_text(program)
    (tmp_path / "wrong.py").write_text(program.replace('location="query"', 'location="path"'))
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "right.py", "wrong.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "right.py" not in ran.stdout, ran.stdout
    assert 'Argument "location" to "ApiKey" has incompatible type' in ran.stdout, ran.stdout


def test_the_version_is_the_version_of_the_project() -> None:
    assert spark_rest.__version__ == (PYTHON.parent / "VERSION").read_text().strip()


def test_the_docs_name_the_tested_versions() -> None:
    tested = (PYTHON / "spark-versions.txt").read_text().split()
    rows = re.findall(r"^\| (\d\.\d) \| (\S+) \| `(.*)` \|$", (PYTHON.parent / "docs/versions.md").read_text(), re.M)
    assert rows == [(v.rpartition(".")[0], v, spark_rest.packages(v)) for v in tested]
    assert f"pyspark=={tested[-1]}\n" in (PYTHON / "requirements-dev.txt").read_text()


def test_the_wheel_contains_both_jars_and_every_module() -> None:
    with wheel() as opened:
        files = [name for name in opened.namelist() if ".dist-info/" not in name]
        (licence,) = (name for name in opened.namelist() if name.endswith("/licenses/LICENSE"))
        assert opened.read(licence) == (PYTHON.parent / "LICENSE").read_bytes()
        (metadata,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        assert b"License-Expression: Apache-2.0\nLicense-File: LICENSE\n" in opened.read(metadata)
    version = spark_rest.__version__
    assert sorted(name for name in files if name.endswith(".jar")) == [
        f"spark_rest/jars/spark-rest_2.12-{version}.jar",
        f"spark_rest/jars/spark-rest_2.13-{version}.jar",
    ]
    source = PYTHON / "src"
    modules = {str(path.relative_to(source)) for path in source.rglob("*.py")}
    assert {name for name in files if not name.endswith(".jar")} == modules | {"spark_rest/py.typed"}


def test_the_installed_package_is_the_wheel() -> None:
    """Otherwise these tests would use the source tree, and miss a file that the wheel lacks."""
    assert PYTHON / "src" not in Path(spark_rest.__file__).parents
    with wheel() as opened:
        assert opened.read("spark_rest/__init__.py") == Path(spark_rest.__file__).read_bytes()


def test_the_jar_matches_the_running_spark() -> None:
    assert Path(spark_rest.jar_path()).is_file()
    scala = "2.12" if pyspark.__version__.startswith("3.") else "2.13"
    assert f"spark-rest_{scala}-" in str(spark_rest.jar_path())
    printed = subprocess.run(
        [sys.executable, "-m", "spark_rest", "jar"], capture_output=True, text=True, check=True, timeout=30
    )
    assert printed.stdout.strip() == str(spark_rest.jar_path())


def test_configure_adds_to_the_users_jars(tmp_path: Path) -> None:
    own_jar = str(next((Path(pyspark.__file__).parent / "jars").glob("jackson-core-*.jar")))
    with Driver("print_jars.py", own_jar, log=tmp_path / "log") as driver:
        assert driver.wait() == 0, driver.output()
    found = re.search(r"^jars (.*)$", driver.output(), re.MULTILINE)
    assert found, driver.output()
    # Each once, although configure was called twice.
    assert found[1].split(",") == [own_jar, str(spark_rest.jar_path())]
    assert "columns ['output']" in driver.output()


def test_configure_on_a_running_session_changes_nothing_else(spark: SparkSession) -> None:
    before = spark.sparkContext.getConf().get("spark.jars")
    again = spark_rest.configure(SparkSession.builder).getOrCreate()
    assert again.sparkContext is spark.sparkContext
    assert again.sparkContext.getConf().get("spark.jars") == before


def test_configure_works_under_spark_submit() -> None:
    # PySpark's scripts find their home through the first python3 on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with ids_from(Feed({"id": 1}, {"id": 2}, {"id": 3})) as api:
        ran = subprocess.run(
            [
                str(Path(sys.executable).parent / "spark-submit"),
                "--master",
                "local[2]",
                "--conf",
                "spark.ui.enabled=false",
                str(DRIVERS / "under_spark_submit.py"),
                f"{api.url}/data?start_id={{id}}",
            ],
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert "ids [1, 2, 3]" in ran.stdout
