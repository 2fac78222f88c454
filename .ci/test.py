# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of all kinds. The last line is `N passed, N failed`. Standard library only, because it runs first.

Tests often wait for processes and servers, so several units of tests run next to each other. A lane that is free takes
the next unit. So all lanes end at about the same time, however fast the machine is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SCALA_LINES = ("2.13", "2.12")
# `make test-sim` runs a million. The simulator tests pure functions, which are the same on both lines.
HISTORIES = {"2.13": "6000", "2.12": "1000"}
EVERYTHING = "--all-versions" in sys.argv
# Tests of behavior that differs between Spark lines. Without `--all-versions`, the oldest line runs only these tests.
ON_EVERY_SPARK = (
    "test_arguments.py",
    "test_attaching.py",
    "test_batch.py",
    "test_calls_made.py",
    "test_errors.py",
    "test_metadata.py",
    "test_package.py",
    "test_published.py",
    "test_schema.py",
    "test_seed_examples.py",
    "test_shapes.py",
    "test_strategies.py",
)
# Units that run next to each other.
LANES = 2
# Units of the newest Spark, the longest first. All other files are one unit, which takes about as long as both Scala
# lines: a new file belongs to it. These take two to four minutes each, and the lane that is free takes the next. So one
# lane waits two minutes for the other at most. Smaller units would start more Spark sessions, of 10 s each.
GROUPS = (
    ("docs", "vendors"),
    ("object_stores", "stores"),
    ("crashes", "secrets"),
    ("standalone", "stopping", "strategies", "triggers"),
)
# `make test-all` runs them with a Spark of each Scala line. They build the Scala application and a new environment.
SLOW_PUBLISHED = ["python/tests/test_published.py", "-m", "slow"]
MAKE = ["make", "--no-print-directory"]
CLASS_ARCHIVE = "python/tests/class_archive.py"
LINES_OF_FAILURE = 20
PYTEST_REPORTS = ROOT / "target" / "pytest"


@dataclass(frozen=True)
class Result:
    kind: str
    passed: int
    failed: int
    remark: str = ""
    skipped: int = 0
    # Name and error of each failed test.
    failures: tuple[str, ...] = ()

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.kind}: {self.passed} passed, {self.failed} failed{skipped}{self.remark and f' ({self.remark})'}"


def main() -> int:
    oldest, *others, newest = spark_lines()
    older = [oldest, *others] if EVERYTHING else [oldest]
    failure = built(older)
    if failure:
        results = [failure]
    else:
        shutil.rmtree(PYTEST_REPORTS, ignore_errors=True)
        with ThreadPoolExecutor(LANES) as lanes:
            results = [result for unit in lanes.map(list, units(older, newest)) for result in unit]
    # Last, because the log of CI is cut in its middle.
    for result in results:
        for failure in result.failures:
            print(f"\nfailed ({result.kind}): {failure}")
    print("\nkinds of tests that ran:")
    for result in results:
        print(f"  {result}")
    failed = sum(result.failed for result in results)
    print(f"{sum(result.passed for result in results)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def units(older: list[str], newest: str) -> Iterator[Iterator[Result]]:
    """The units in the order in which lanes take them, the longest first. Iterating a unit runs its tests."""
    groups = [[f"python/tests/test_{name}.py" for name in group] for group in GROUPS]
    rest = [f"--ignore={file}" for group in groups for file in group]
    yield newest_spark(newest, ["python/tests", *rest], "", at_once=True)
    # Both lines share sbt's folders, so they are one unit.
    yield map(scala_tests, SCALA_LINES)
    yield from map(python_tests, older)
    if EVERYTHING:
        yield newest_spark(newest, SLOW_PUBLISHED, "published")
    for group, files in zip(GROUPS, groups):
        yield newest_spark(newest, files, ", ".join(group))


def newest_spark(line: str, tests: list[str], part: str, *, at_once: bool = False) -> Iterator[Result]:
    yield pytest(line, ".venv", tests, part, at_once=at_once)


def built(older: list[str]) -> Result | None:
    """Compiles and publishes both Scala lines with one sbt, because its start takes long, and makes `.venv`.

    sbt needs little more than one core, so `tools` runs next to it. The result is a failure, or None.
    """
    for line in SCALA_LINES:
        for folder in scala_reports(line):
            shutil.rmtree(folder, ignore_errors=True)
    # `test_published.py` uses the artifacts that are published here.
    repository = f"-Dmaven.repo.local={ROOT / 'target' / 'home' / '.m2' / 'repository'}"
    with ThreadPoolExecutor(1) as beside:
        downloaded = beside.submit(tools, older)
        # The published jars are those of `assembly`.
        code = run(["./sbtw", "+publishM2"], JAVA_TOOL_OPTIONS=repository)
        # A failure shows in the step that needs the tool, which tries again.
        downloaded.result()
    if code != 0:
        return Result("Scala", 0, 1, f"the build: exit code {code}")
    # Tells `make setup` that everything is compiled. The tests are compiled when they run.
    (ROOT / "target" / ".built").touch()
    code = run([*MAKE, "setup"])
    return Result("Python", 0, 1, f"make setup: exit code {code}") if code != 0 else None


def tools(older: list[str]) -> None:
    """What the tests need and pip installs, and the archive of classes for the drivers of the newest Spark."""
    run([*MAKE, ".venv/.requirements"], at_once=False)
    run([".venv/bin/python", CLASS_ARCHIVE], at_once=False)
    for line in older:
        run([".ci/venv", line, "--tools"], at_once=False)
    run([*MAKE, ".venv/.requirements-docs", "wiremock", "hdfs", "object-stores"], at_once=False)


def scala_tests(line: str) -> Result:
    """Each line runs its tests in a separate sbt, because `+test` would skip the second line after a failure."""
    code = run(["./sbtw", f"++{line}", "test"], at_once=False, SIM_RUNS=HISTORIES[line])
    return counted(f"Scala {line}", scala_reports(line), code)


def scala_reports(line: str) -> list[Path]:
    """The folders of JUnit XML by ScalaTest's reporter and by sbt. Both may exist, with the same tests."""
    return [target / name for name in ("junit", "test-reports") for target in ROOT.glob(f"target/scala-{line}*")]


def python_tests(line: str) -> Iterator[Result]:
    """Tests the wheel on an older Spark, in an environment of its own."""
    made = run([".ci/venv", line], at_once=False)
    if made != 0:
        yield Result(f"Python, Spark {line}", 0, 1, f".ci/venv {line}: exit code {made}")
        return
    venv = f"target/venvs/spark-{line}"
    yield pytest(line, venv, ["python/tests"] if EVERYTHING else [f"python/tests/{name}" for name in ON_EVERY_SPARK])
    if EVERYTHING and line == spark_lines()[0]:
        yield pytest(line, venv, SLOW_PUBLISHED, "published")


def spark_lines() -> list[str]:
    """Spark lines such as 4.0, the newest last."""
    return [v.rpartition(".")[0] for v in (ROOT / "python" / "spark-versions.txt").read_text().split()]


def pytest(line: str, venv: str, tests: list[str], part: str = "", *, at_once: bool = False) -> Result:
    folder = PYTEST_REPORTS / f"{line}{part and f'-{part}'}".replace(", ", "-")
    code = run([f"{venv}/bin/python", "-m", "pytest", *tests, f"--junitxml={folder}/junit.xml"], at_once=at_once)
    return counted(f"Python, Spark {line}{part and f', {part}'}", [folder], code)


def counted(kind: str, folders: list[Path], code: int) -> Result:
    """Counts the tests of the first folder with reports. No tests, or an error without a failed test, is a failure."""
    reports = next((found for folder in folders if (found := sorted(folder.glob("*.xml")))), [])
    passed = failed = skipped = 0
    failures: list[str] = []
    try:
        for report in reports:
            for suite in ElementTree.parse(report).getroot().iter("testsuite"):
                failures += failed_tests(suite)
                bad = number(suite, "failures") + number(suite, "errors")
                failed += bad
                skipped += number(suite, "skipped")
                passed += number(suite, "tests") - bad - number(suite, "skipped")
    except (ElementTree.ParseError, ValueError) as e:
        return Result(kind, passed, failed + 1, f"a report is unreadable: {e}", skipped, tuple(failures))
    if passed + failed == 0:
        return Result(kind, 0, 1, "no test ran", skipped)
    if code != 0 and failed == 0:
        return Result(kind, passed, 1, f"exit code {code}", skipped)
    return Result(kind, passed, failed, "", skipped, tuple(failures))


def failed_tests(suite: ElementTree.Element) -> Iterator[str]:
    """Name and error of each failed test. A long report keeps its beginning and its end, where pytest has the error."""
    for test in suite.iter("testcase"):
        for problem in (*test.iter("failure"), *test.iter("error")):
            text = f"{problem.get('message', '')}\n{problem.text or ''}"
            lines = [line for line in text.splitlines() if not line.startswith("\tat ") or "sparkrest" in line]
            half = LINES_OF_FAILURE // 2
            shown = lines if len(lines) <= LINES_OF_FAILURE else [*lines[:half], "...", *lines[-half:]]
            yield "\n  ".join([f"{test.get('classname')}: {test.get('name')}", *shown])


def number(suite: ElementTree.Element, name: str) -> int:
    return int(suite.get(name) or 0)


def run(command: list[str], *, at_once: bool = True, **env: str) -> int:
    """The exit code. Without `at_once`, the output is printed when the command has ended, so two outputs stay apart."""
    title = f"\n$ {' '.join(command)}"
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        if at_once:
            print(title, flush=True)
        try:
            code = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | env,
                check=False,
                stdout=None if at_once else output,
                stderr=None if at_once else subprocess.STDOUT,
            ).returncode
        except OSError as e:
            print(e, file=sys.stderr)
            return 127
        if not at_once:
            output.seek(0)
            print(title, *(line.rstrip("\n") for line in output), sep="\n", flush=True)
    print(f"[{time.monotonic() - started:.0f} s: {' '.join(command)}]", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
