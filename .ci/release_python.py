# SPDX-License-Identifier: Apache-2.0
"""Builds wheel and sdist from the jars of the bundle, and checks the result as a user of pip sees it."""

from __future__ import annotations

import email
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

LINES = ("2.12", "2.13")
MINORS = range(9, 15)
"""Python 3.9, the first that the package supports, to 3.14."""
IMPORTS = (
    "import importlib.util, spark_rest\n"
    "assert importlib.util.find_spec('pyspark') is None, 'this environment has PySpark'\n"
    "[getattr(spark_rest, name) for name in spark_rest.__all__ if name != 'RestDataSource']\n"
    "print(spark_rest.__version__)\n"
)
"""`RestDataSource` is a class of PySpark, so it alone cannot be imported without PySpark."""


@dataclass(frozen=True)
class Places:
    root: Path
    version: str
    tools: Path
    """The Python that has the build tools."""

    @property
    def jars(self) -> list[Path]:
        return [self.root / "target" / "jars" / f"spark-rest_{line}-{self.version}.jar" for line in LINES]

    @property
    def dist(self) -> Path:
        return self.root / "python" / "dist"


def problems(places: Places) -> list[str]:
    missing = [f"{jar.name} is missing." for jar in places.jars if not jar.is_file()]
    if missing or not _built(places):
        return missing or ["The wheel was not built. Read the message above."]
    wheels, sdists = list(places.dist.glob("*.whl")), list(places.dist.glob("*.tar.gz"))
    if len(wheels) != 1 or len(sdists) != 1:
        return [f"python/dist has {len(wheels)} wheels and {len(sdists)} sdists."]
    for file in (*wheels, *sdists):
        print(f"  {file.name}: {file.stat().st_size:,} bytes")
    checks = (_wheel(wheels[0], places), _sdist(sdists[0], places), _twine(places), _installed(wheels[0], places))
    return [problem for check in checks for problem in check]


def _built(places: Places) -> bool:
    """Builds the wheel from the sdist, which proves that the sdist is complete."""
    python = places.root / "python"
    bundled = python / "src" / "spark_rest" / "jars"
    for old in (bundled, places.dist):
        shutil.rmtree(old, ignore_errors=True)
    bundled.mkdir()
    for jar in places.jars:
        shutil.copy2(jar, bundled)
    for name in ("LICENSE", "NOTICE"):
        shutil.copy2(places.root / name, python)
    command = [str(places.tools), "-m", "build", "--no-isolation", "--outdir", str(places.dist), str(python)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        print(ran.stdout + ran.stderr)
    return ran.returncode == 0


def _wheel(file: Path, places: Places) -> Iterator[str]:
    with zipfile.ZipFile(file) as wheel:
        names = wheel.namelist()
        info = f"spark_rest-{places.version}.dist-info"
        yield from _metadata(email.message_from_bytes(wheel.read(f"{info}/METADATA")), "The wheel", places.version)
        for name in ("LICENSE", "NOTICE"):
            inside = f"{info}/licenses/{name}"
            if inside not in names or wheel.read(inside) != (places.root / name).read_bytes():
                yield f"The wheel does not contain the {name} of the repository."
        for jar in places.jars:
            inside = f"spark_rest/jars/{jar.name}"
            if inside not in names or wheel.read(inside) != jar.read_bytes():
                yield f"The wheel does not contain {jar.name} of the bundle."
        foreign = [name for name in names if not name.startswith(("spark_rest/", f"{info}/"))]
        yield from (f"The wheel contains {name}." for name in foreign)
        if "spark_rest/py.typed" not in names:
            yield "The wheel has no py.typed."


def _sdist(file: Path, places: Places) -> Iterator[str]:
    top = f"spark_rest-{places.version}"
    with tarfile.open(file) as sdist:
        names = {member.name for member in sdist.getmembers()}
        info = sdist.extractfile(f"{top}/PKG-INFO") if f"{top}/PKG-INFO" in names else None
        if info is not None:
            yield from _metadata(email.message_from_bytes(info.read()), "The sdist", places.version)
    wanted = ["PKG-INFO", "pyproject.toml", "LICENSE", "NOTICE", "README.md", "src/spark_rest/__init__.py"]
    wanted += [f"src/spark_rest/jars/{jar.name}" for jar in places.jars]
    yield from (f"The sdist has no {name}." for name in wanted if f"{top}/{name}" not in names)
    allowed = tuple(f"{top}/{name}" for name in (*wanted[:5], ".gitignore", "src/spark_rest/"))
    yield from (f"The sdist contains {name}." for name in sorted(names) if not name.startswith(allowed))


def _metadata(metadata: Message, what: str, version: str) -> Iterator[str]:
    expected = {
        "Metadata-Version": "2.4",
        "Name": "spark-rest",
        "Version": version,
        "License-Expression": "Apache-2.0",
        "Requires-Python": ">=3.9",
        "Description-Content-Type": "text/markdown",
    }
    for field, value in expected.items():
        if metadata[field] != value:
            yield f"{what} has {field} {metadata[field]}, not {value}."
    for field in ("Summary", "Author", "Project-URL", "Keywords", "Classifier"):
        if not metadata[field]:
            yield f"{what} has no {field}."
    if not str(metadata.get_payload()).strip():
        yield f"{what} has no description."
    for requirement in metadata.get_all("Requires-Dist", []):
        if "extra ==" not in requirement:
            yield f"{what} depends on {requirement}."


def _twine(places: Places) -> Iterator[str]:
    twine = shutil.which("twine")
    if twine is None:
        print("  twine check skipped: twine is not installed")
        return
    ran = subprocess.run([twine, "check", "--strict", *map(str, places.dist.iterdir())], check=False)
    if ran.returncode != 0:
        yield "twine check found problems. Read its message above."


def _installed(wheel: Path, places: Places) -> Iterator[str]:
    """Installs and imports the wheel with each Python, in a new environment without network and other packages."""
    pythons = list(_pythons())
    if not pythons:
        yield "No Python 3.9 or later was found."
    for version, python in pythons:
        with tempfile.TemporaryDirectory(prefix="release") as folder:
            commands = [
                [str(python), "-m", "venv", f"{folder}/venv"],
                [f"{folder}/venv/bin/python", "-m", "pip", "install", "--no-index", "--no-deps", "--quiet", str(wheel)],
                [f"{folder}/venv/bin/python", "-I", "-W", "error", "-c", IMPORTS],
            ]
            for command in commands:
                ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
                if ran.returncode != 0:
                    yield f"Python {version}: {(ran.stderr or ran.stdout).strip()}"
                    break
            else:
                said = ran.stdout.strip()
                print(f"  Python {version}: installed, imported {said}", flush=True)
                if said != places.version:
                    yield f"Python {version} imported version {said}."


def _pythons() -> Iterator[tuple[str, Path]]:
    """One Python of each minor version, from PATH and from pyenv, which PATH may lack."""
    pyenv = shutil.which("pyenv")
    root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False).stdout.strip() if pyenv else ""
    for minor in MINORS:
        on_path = shutil.which(f"python3.{minor}")
        found = sorted(Path(root, "versions").glob(f"3.{minor}.*/bin/python3.{minor}")) if root else []
        for python in [*found, *([Path(on_path)] if on_path else [])]:
            ran = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=False)
            version = re.fullmatch(rf"Python (3\.{minor}\.\S+)", ran.stdout.strip())
            # A shim of pyenv ends with an error if no version is selected for it.
            if ran.returncode == 0 and version:
                yield version[1], python
                break
