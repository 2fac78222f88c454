# SPDX-License-Identifier: Apache-2.0
"""A fast check that the table of mutants fits the code. `make test-cures` takes more than half an hour for it."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "src" / "main" / "scala" / "io" / "github" / "sparkrest"
SUITES = {p.stem: p for p in (ROOT / "src" / "test" / "scala").rglob("*Suite.scala")}
INVARIANTS = set(re.findall(r"\bI\d\b", (ROOT / "ARCHITECTURE.md").read_text()))


def test_each_mutant_is_in_its_file_once_and_names_an_existing_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / ".ci")
    cures = importlib.import_module("cure_table").CURES
    wrong = []
    for cure in cures:
        found = (MAIN / cure.file).read_text().count(cure.old)
        if found != 1:
            wrong.append(f"{cure.name}: {found} times in {cure.file}: {cure.old!r}")
        if cure.suite not in SUITES or cure.test not in SUITES[cure.suite].read_text():
            wrong.append(f"{cure.name}: no test {cure.test!r} in {cure.suite}")
    assert not wrong, "\n".join(wrong)
    assert {cure.invariant for cure in cures} == INVARIANTS, "an invariant has no mutant"
    twice = [name for name, count in Counter(cure.name for cure in cures).items() if count > 1]
    assert not twice
