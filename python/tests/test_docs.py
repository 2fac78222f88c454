# SPDX-License-Identifier: Apache-2.0
"""The documentation: every block of code runs, and every option, error and link in it exists.

The blocks of a page share their names, as if typed one after the other. Each DataFrame that a block creates must
return rows. `doc_blocks.py` describes how a page marks its blocks, and `documented.py` contains the APIs.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyspark
import pytest
from class_archive import SHORT_LIVED
from doc_blocks import PAGES, ROOT, Block, Treatment, all_blocks, blocks_of
from doc_reader import Reader
from pyspark.sql import SparkSession
from vendors.table import VENDORS

import spark_rest

DOCS = ROOT / "docs"
RUNNING = {Treatment.RUN, Treatment.FAILS, Treatment.COMPARED}
WITH_CODE = [page for page in PAGES if any(block.treatment in RUNNING for block in blocks_of(page))]
GENERATED = {"options.md", "errors.md"}
SPARK = Path(pyspark.__file__).parent


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_blocks_of_a_page_run(spark: SparkSession, tmp_path: Path, page: Path) -> None:
    with Reader(spark, tmp_path) as reader:
        for block in blocks_of(page):
            if block.treatment in RUNNING:
                reader.read(block)


def treated(treatment: Treatment) -> list[Block]:
    return [block for block in all_blocks() if block.treatment is treatment]


def test_each_block_runs_or_names_the_reason_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = all_blocks()
    assert [b.name for b in blocks if b.treatment is Treatment.UNKNOWN] == []
    code = [b.name for b in blocks if b.treatment is Treatment.SKIPPED and b.language in ("python", "sql", "json")]
    assert code == [], "only foreign programs may be skipped"
    after_failing = [(a, b) for a, b in zip(blocks, blocks[1:]) if a.treatment is Treatment.FAILS]
    assert [a.name for a, b in after_failing if b.treatment is not Treatment.COMPARED] == [], "the error has to follow"
    skipped = treated(Treatment.SKIPPED)
    assert [b.name for b in skipped if len(b.directive.split()) < 3] == [], "a reason is missing"
    counts = Counter(block.treatment for block in blocks)
    assert counts[Treatment.RUN] >= 30
    with capsys.disabled():
        print(
            f"\n{len(blocks)} blocks of the documentation:", *(f"{n} {t.value}" for t, n in counts.items()), sep="\n  "
        )
        print(*(f"  {block.name}: {block.directive}" for block in skipped), sep="\n")


def test_recipes_have_a_test() -> None:
    assert sorted({block.page.stem for block in treated(Treatment.RECIPE)}) == sorted(VENDORS)


def test_json_blocks_are_valid() -> None:
    for block in treated(Treatment.PARSED):
        json.loads(block.code)


def test_excerpts_are_in_their_files() -> None:
    strange = [b.name for b in treated(Treatment.EXCERPT) if b.code not in (ROOT / b.directive[3:]).read_text()]
    assert strange == []


def test_the_site_builds() -> None:
    """In strict mode: a broken link, a broken anchor, or a page outside the navigation fails the build."""
    index = ROOT / "target" / "site" / "index.html"
    index.unlink(missing_ok=True)
    made = subprocess.run(["make", "docs"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "<title>" in index.read_text(encoding="utf-8")


# ---- commands


def test_commands_exist() -> None:
    problems = [
        f"{block.name}: {line}: {problem}"
        for block in treated(Treatment.CHECKED)
        for line in block.code.replace("\\\n", " ").splitlines()
        if (problem := what_is_wrong(line.split("  #")[0].strip()))
    ]
    assert problems == []


def what_is_wrong(line: str) -> str | None:
    """The problem with a line of a shell block, or `None`."""
    words = shlex.split(line, comments=True)
    if not words:
        return None
    if words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return None if set(words[1:]) <= set(targets) else "no such target"
    if words[:2] == ["pip", "install"]:
        return None if all(any(ROOT.glob(word)) for word in words[2:]) else "no such wheel"
    if words[:3] == ["python", "-m", "spark_rest"]:
        # argparse reads the arguments before it prints its help, but does not report unknown arguments.
        told = subprocess.run([sys.executable, *words[1:], "--help"], capture_output=True, text=True, check=False)
        unknown = (word for word in words if word.startswith("--") and word not in told.stdout)
        return told.stderr or next(unknown, None)
    if words[0] == "spark-submit":
        known = submit_options()
        return next((f"no option {word}" for word in words[1:] if word.startswith("--") and word not in known), None)
    if words[0] == "spark-pipelines":
        known = submit_options() | {"--full-refresh"}
        return next((f"no option {word}" for word in words[2:] if word.startswith("--") and word not in known), None)
    return "an unknown command"


@functools.cache
def submit_options() -> set[str]:
    """The options that spark-submit's help lists."""
    env = os.environ | {"SPARK_HOME": str(SPARK)}
    told = subprocess.run(
        [SPARK / "bin" / "spark-submit", "--help"], capture_output=True, text=True, check=True, env=env
    )
    return set(re.findall(r"--[a-z-]+", told.stderr + told.stdout))


def test_scala_blocks_compile(tmp_path: Path) -> None:
    """With the compiler of Spark's shell."""
    blocks = treated(Treatment.COMPILED)
    assert blocks
    files = []
    for number, block in enumerate(blocks):
        file = tmp_path / f"Block{number}.scala"
        file.write_text(
            f"object Block{number} {{ def run(spark: org.apache.spark.sql.SparkSession): Unit = {{\n{block.code}}} }}"
        )
        files.append(str(file))
    jars = str(SPARK / "jars" / "*")
    command = ["java", *SHORT_LIVED.split(), "-cp", jars, "scala.tools.nsc.Main", "-usejavacp"]
    command += ["-Ystop-after:refchecks", *files]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    # The JVM's notice about JAVA_TOOL_OPTIONS is not a compiler warning.
    said = [line for line in told.stderr.splitlines() if not line.startswith("Picked up ")]
    assert told.returncode == 0 and not said, told.stdout + told.stderr


# ---- names


GUIDES = [p for p in PAGES if p.parent == DOCS and p.name not in GENERATED] + [ROOT / "README.md"]
OTHER_NAMES = {
    *("availableNow", "foreachBatch", "readStream", "latestOffset"),
    *("addArtifacts", "endpoints", "failingEndpoints"),
    *("bytesReceived", "lagSeconds", "secondsSinceLastPoll"),
    *("failedPolls", "lastError", "newRecords", "recordsParsedBySpark", "recordsReceived", "unreadRecords"),
    *("quotaLeft", "rateLimitWaitLeftMs", "rateLimitWaitMs"),
    *("backfillPercent", "backfillSecondsLeft"),
    *("pageInfo", "throttleStatus"),
    *("contentType", "multiLine"),
}
"""Names in the guides that look like options, but belong to Spark, GraphQL, the source's metrics or placeholders."""


def options() -> set[str]:
    """The names of the options, and the values of some of them."""
    text = (DOCS / "options.md").read_text()
    rows, json_options = text.split("## Options of `spark.read.json`")
    table = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", rows, re.MULTILINE)
    values = [value for _, kind in table for value in kind.split(" / ")]
    aliases = re.findall(r"Also: `(\w+)`", rows)
    return {*(name for name, _ in table), *values, *aliases, *re.findall(r"`(\w+)`", json_options)}


def quoted(page: Path) -> list[str]:
    """The text in backticks outside of blocks."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", text)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_options_in_guides_exist(page: Path) -> None:
    words = [re.split(r"[=( ]", name)[0] for name in quoted(page)]
    camel = {word for word in words if re.fullmatch(r"[a-z]+[0-9]?([A-Z][a-z0-9]*)+", word)}
    assert camel - options() - OTHER_NAMES == set()
    parameters = {
        *inspect.signature(spark_rest.read_rest_stream).parameters,
        *inspect.signature(spark_rest.read_rest).parameters,
    }
    snake = {word for word, name in zip(words, quoted(page)) if re.fullmatch(r"[a-z]+[0-9]?(_[a-z0-9]+)+=.*", name)}
    assert snake - parameters == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_errors_and_links_of_a_page_exist(page: Path) -> None:
    text = page.read_text()
    known = set(re.findall(r"`(REST_[A-Z_]+)`", (DOCS / "errors.md").read_text()))
    assert set(re.findall(r"\bREST_[A-Z]+[A-Z_]*[A-Z]\b", text)) - known == set()
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
        file = (page.parent / target) if target else page
        assert file.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(file), f"{target}#{anchor} does not exist"


def test_each_page_is_in_the_navigation() -> None:
    site = (ROOT / "mkdocs.yml").read_text()
    assert [page.name for page in DOCS.glob("*.md") if not re.search(rf": {page.name}$", site, re.MULTILINE)] == []


def anchors(page: Path) -> set[str]:
    """The anchors that MkDocs makes from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", h).strip().lower()) for h in headings}
