# SPDX-License-Identifier: Apache-2.0
"""Checks the staged bundle: the demands of Maven Central, and the promises of this project about its jars."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

GROUP = "io/github/sparkrest"
SCALA_LINES = ("2.12", "2.13")
MAVEN = {"m": "http://maven.apache.org/POM/4.0.0"}
REQUIRED = (
    *("groupId", "artifactId", "version", "packaging", "name", "description", "url"),
    *("licenses/license/name", "licenses/license/url", "scm/url", "scm/connection", "scm/developerConnection"),
    *("developers/developer/id", "developers/developer/name", "organization/name"),
)
IN_SPARK = {
    "org.scala-lang:scala-library",
    "org.apache.spark:spark-sql",
    "org.apache.hadoop:hadoop-client-api",
    "com.github.luben:zstd-jni",
    "org.lz4:lz4-java",
    "org.apache.commons:commons-compress",
    "org.apache.commons:commons-text",
    "com.fasterxml.jackson.core:jackson-core",
    "org.slf4j:slf4j-api",
}
IN_THE_JAR = {
    "com.squareup.okhttp3:okhttp-jvm",
    "com.softwaremill.sttp.client4:core",
    "io.circe:circe-core",
    "io.circe:circe-parser",
}
TEST = {"org.scalatest:scalatest", "org.scalatestplus:scalacheck-1-18"}
SERVICE = "META-INF/services/org.apache.spark.sql.sources.DataSourceRegister"
IN_EACH_JAR = {"META-INF/MANIFEST.MF", "META-INF/LICENSE", "META-INF/NOTICE", SERVICE}
JAVA_11 = 55
"""The version of the class files that Java 11 writes."""
MAGIC = b"\xca\xfe\xba\xbe"


def problems(staging: Path, version: str) -> list[str]:
    found = []
    for scala in SCALA_LINES:
        name = f"spark-rest_{scala}"
        folder = staging / GROUP / name / version
        found += [f"{name}: {problem}" for problem in _of_a_line(folder, f"{name}-{version}", version)]
    staged = {path.name for path in (staging / GROUP).glob("*")}
    if staged != {f"spark-rest_{scala}" for scala in SCALA_LINES}:
        found.append(f"The bundle has the artifacts {sorted(staged)}.")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?", version) or version.endswith("SNAPSHOT"):
        found.append(f"VERSION is {version}. Set it to a version of three numbers, without SNAPSHOT.")
    return found


def _of_a_line(folder: Path, stem: str, version: str) -> Iterator[str]:
    main = {f"{stem}{suffix}" for suffix in (".jar", ".pom", "-sources.jar", "-javadoc.jar")}
    expected = main | {f"{name}.{kind}" for name in main for kind in ("md5", "sha1")}
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    yield from (f"{name} is missing." for name in sorted(expected - present))
    yield from (f"{name} does not belong to the bundle." for name in sorted(present - expected))
    if expected - present:
        return
    yield from (problem for name in sorted(main) for problem in _checksums(folder / name))
    yield from _pom(folder / f"{stem}.pom", version)
    yield from _jar(folder / f"{stem}.jar")
    yield from _small_jar(folder / f"{stem}-sources.jar", f"{GROUP}/", {".scala", ".java"})
    yield from _small_jar(folder / f"{stem}-javadoc.jar", "options.md", {".md"})
    sizes = ", ".join(f"{name.removeprefix(stem)} {(folder / name).stat().st_size:,}" for name in sorted(main))
    print(f"  {stem}: {sizes} bytes")


def _checksums(file: Path) -> Iterator[str]:
    content = file.read_bytes()
    for kind in ("md5", "sha1"):
        if file.with_name(f"{file.name}.{kind}").read_text().strip() != hashlib.new(kind, content).hexdigest():
            yield f"{file.name}.{kind} does not match the file."


def _pom(file: Path, version: str) -> Iterator[str]:
    pom = ElementTree.parse(file).getroot()

    def text(path: str, at: ElementTree.Element = pom) -> str:
        return at.findtext("/".join(f"m:{step}" for step in path.split("/")), "", MAVEN).strip()

    yield from (f"The POM has no {path}." for path in REQUIRED if not text(path))
    if text("version") != version:
        yield f"The POM has the version {text('version')}, VERSION has {version}."
    if pom.find("m:repositories", MAVEN) is not None:
        yield "The POM names repositories."
    scopes: dict[str, str] = {}
    for dependency in pom.findall("m:dependencies/m:dependency", MAVEN):
        artifact = re.sub(r"_2\.1[23]$", "", text("artifactId", dependency))
        scopes[f"{text('groupId', dependency)}:{artifact}"] = text("scope", dependency) or "compile"
    meant = dict.fromkeys(IN_SPARK | IN_THE_JAR, "provided") | dict.fromkeys(TEST, "test")
    for name in sorted(scopes.keys() | meant.keys()):
        if scopes.get(name) != meant.get(name):
            yield f"The POM has {name} with scope {scopes.get(name)}, not {meant.get(name)}."


def _jar(file: Path) -> Iterator[str]:
    """All classes are in our package and run on Java 11, and the jar contains licenses and the service."""
    with zipfile.ZipFile(file) as jar:
        names = [name for name in jar.namelist() if not name.endswith("/")]
        outside = [name for name in names if not name.startswith((f"{GROUP}/", "META-INF/"))]
        hidden = [name for name in names if name.startswith("META-INF/") and name.endswith(".class")]
        yield from (f"The jar contains {name}, outside of {GROUP}." for name in [*outside, *hidden][:5])
        yield from (f"The jar has no {name}." for name in sorted(IN_EACH_JAR - set(names)))
        if len(names) != len(set(names)):
            yield "The jar contains a file twice."
        classes = [name for name in names if name.endswith(".class")]
        yield from (f"{name} is not a class for Java 11 or earlier." for name in classes if not _fits(jar, name))
        own = {f"{name.removesuffix('.class').replace('/', '.')}" for name in classes}
        services = jar.read(SERVICE).decode().split() if SERVICE in names else []
        yield from (f"The service {name} is not a class of the jar." for name in services if name not in own)
        if not services:
            yield "The jar registers no data source."


def _fits(jar: zipfile.ZipFile, name: str) -> bool:
    with jar.open(name) as stream:
        head = stream.read(8)
    return head[:4] == MAGIC and int.from_bytes(head[6:8], "big") <= JAVA_11


def _small_jar(file: Path, expected: str, suffixes: set[str]) -> Iterator[str]:
    """The sources and the javadoc jar: files of the right kind, and no classes."""
    with zipfile.ZipFile(file) as jar:
        names = [name for name in jar.namelist() if not name.endswith("/")]
    if not any(name.startswith(expected) and Path(name).suffix in suffixes for name in names):
        yield f"{file.name} has no {expected}."
    if any(name.endswith(".class") for name in names):
        yield f"{file.name} contains classes."
