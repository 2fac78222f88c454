# SPDX-License-Identifier: Apache-2.0
"""The checks of `make release-check` find the faults that they are for. The command itself takes minutes."""

import importlib
import json
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CLASS = b"\xca\xfe\xba\xbe\x00\x00\x00\x37"
SERVICE = "META-INF/services/org.apache.spark.sql.sources.DataSourceRegister"
JAR = {
    "META-INF/MANIFEST.MF": b"",
    "META-INF/LICENSE": b"",
    "META-INF/NOTICE": b"",
    SERVICE: b"io.github.sparkrest.Source\n",
    "io/github/sparkrest/Source.class": CLASS,
}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / ".ci")
    name: str = request.param
    return importlib.import_module(name)


@pytest.mark.parametrize("script", ["release_workflows"], indirect=True)
@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_that_trusts_a_tag_is_found(script: ModuleType, file: Path) -> None:
    safe = {"permissions": {"contents": "read"}, "jobs": {"a": {"timeout-minutes": 1, "steps": [{"run": "true"}]}}}
    text = file.read_text()
    assert list(script._workflow(text, safe)) == []
    commit, version = "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"
    assert f"{commit} # {version}" in text
    assert "is not pinned" in next(script._workflow(text.replace(commit, version), safe))
    assert "no comment" in next(script._workflow(text.replace(f" # {version}", ""), safe))


@pytest.mark.parametrize("script", ["release_workflows"], indirect=True)
def test_a_workflow_without_limits_is_found(script: ModuleType) -> None:
    unsafe = {"jobs": {"a": {"steps": [{"run": "echo ${{ github.event.issue.title }}"}]}}}
    found = " ".join(script._workflow("", unsafe))
    assert all(word in found for word in ("no permissions", "no timeout-minutes", "text from outside"))


@pytest.mark.parametrize("script", ["release_bundle"], indirect=True)
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"scala/Option.class": CLASS}, "contains scala/Option.class"),
        ({"META-INF/versions/9/A.class": CLASS}, "contains META-INF/versions/9/A.class"),
        ({"io/github/sparkrest/New.class": CLASS[:-1] + b"\x3d"}, "not a class for Java 11"),
        ({"META-INF/NOTICE": None}, "no META-INF/NOTICE"),
        ({SERVICE: b"io.github.sparkrest.Gone\n"}, "io.github.sparkrest.Gone is not a class"),
    ],
    ids=["good", "foreign", "hidden", "too new", "no notice", "no service"],
)
def test_a_jar_that_must_not_be_published_is_found(
    script: ModuleType, tmp_path: Path, change: "dict[str, bytes | None]", problem: str
) -> None:
    contents = {name: content for name, content in {**JAR, **change}.items() if content is not None}
    with zipfile.ZipFile(tmp_path / "a.jar", "w") as jar:
        for name, content in contents.items():
            jar.writestr(name, content)
    found = list(script._jar(tmp_path / "a.jar"))
    assert len(found) == bool(problem)
    assert problem in "".join(found)


@pytest.mark.parametrize("script", ["versioned_site"], indirect=True)
def test_the_site_of_a_patch_for_an_old_version_is_not_the_latest(script: ModuleType, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for version in ("0.9.0", "0.10.0", "0.9.1", "0.11.0-rc1"):
        site = tmp_path / version
        site.mkdir()
        (site / "index.html").write_text(version)
        script.added(site, pages, version)
    listed = {item["version"]: item["aliases"] for item in json.loads((pages / "versions.json").read_text())}
    assert listed == {"0.11.0-rc1": [], "0.10.0": ["latest"], "0.9.1": [], "0.9.0": []}
    assert (pages / "latest" / "index.html").read_text() == "0.10.0"
