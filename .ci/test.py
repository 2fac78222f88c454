# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of all kinds, and ends with one line: `N passed, N failed`. Standard library only: it runs first."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SCALA_LINES = ("2.13", "2.12")
PYTEST_REPORTS = ROOT / "target" / "pytest"


@dataclass(frozen=True)
class Result:
    kind: str
    passed: int
    failed: int
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.passed} passed, {self.failed} failed{self.remark and f' ({self.remark})'}"


def main() -> int:
    results = [*scala_tests(), python_tests()]
    print("\nkinds of tests that ran:")
    for result in results:
        print(f"  {result}")
    failed = sum(result.failed for result in results)
    print(f"{sum(result.passed for result in results)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def scala_tests() -> list[Result]:
    """One sbt start for all of Scala: its start costs more than most of its work. The jars go into the wheel next."""
    for line in SCALA_LINES:
        for folder in scala_reports(line):
            shutil.rmtree(folder, ignore_errors=True)
    code = run(["./sbtw", "+assembly", "+Test/compile", "+test"])
    if code == 0:
        # Tells `make setup` that there is nothing left to compile.
        (ROOT / "target" / ".built").touch()
    results = [counted(f"Scala {line}", scala_reports(line), 0) for line in SCALA_LINES]
    if code != 0 and not any(result.failed for result in results):
        results.append(Result("sbt", 0, 1, f"exit code {code}"))
    return results


def scala_reports(line: str) -> list[Path]:
    """Where ScalaTest or, without its reporter, sbt puts JUnit XML. Both may be there, with the same tests."""
    return [target / name for name in ("junit", "test-reports") for target in ROOT.glob(f"target/scala-{line}*")]


def python_tests() -> Result:
    """The tests of the installed wheel."""
    shutil.rmtree(PYTEST_REPORTS, ignore_errors=True)
    setup = run(["make", "--no-print-directory", "setup"])
    if setup != 0:
        return Result("Python", 0, 1, f"make setup: exit code {setup}")
    report = PYTEST_REPORTS / "junit.xml"
    code = run([".venv/bin/python", "-m", "pytest", "python/tests", f"--junitxml={report}"])
    return counted("Python", [PYTEST_REPORTS], code)


def counted(kind: str, folders: list[Path], code: int) -> Result:
    """The counts of the first folder that has reports. No test, or a bad exit without a failed test, is a failure."""
    reports = next((found for folder in folders if (found := sorted(folder.glob("*.xml")))), [])
    passed = failed = 0
    try:
        for report in reports:
            for suite in ElementTree.parse(report).getroot().iter("testsuite"):
                bad = number(suite, "failures") + number(suite, "errors")
                failed += bad
                passed += number(suite, "tests") - bad - number(suite, "skipped")
    except (ElementTree.ParseError, ValueError) as e:
        return Result(kind, passed, failed + 1, f"a report is unreadable: {e}")
    if passed + failed == 0:
        return Result(kind, 0, 1, "no test ran")
    if code != 0 and failed == 0:
        return Result(kind, passed, 1, f"exit code {code}")
    return Result(kind, passed, failed)


def number(suite: ElementTree.Element, name: str) -> int:
    return int(suite.get(name) or 0)


def run(command: list[str]) -> int:
    print(f"\n$ {' '.join(command)}", flush=True)
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    except OSError as e:
        print(e, file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main())
