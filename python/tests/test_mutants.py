# SPDX-License-Identifier: Apache-2.0
"""The table of mutants matches the code. `make test-mutants` applies the mutants, which takes half an hour or more."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "src" / "main" / "scala" / "io" / "github" / "sparkrest"
SUITES = {p.stem: p for p in (ROOT / "src" / "test" / "scala").rglob("*Suite.scala")}
INVARIANTS = set(re.findall(r"\bI\d+\b", (ROOT / "ARCHITECTURE.md").read_text()))


def test_each_mutant_has_its_guard_in_the_code_and_names_a_test_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / ".ci")
    mutants = importlib.import_module("mutant_table").MUTANTS
    sources = {path: path.read_text() for path in MAIN.rglob("*.scala")}
    wrong = []
    for mutant in mutants:
        try:
            path, text = mutant.applied(sources)
            if text == sources[path]:
                wrong.append(f"{mutant.guard} {mutant.name}: changes nothing")
        except ValueError as e:
            wrong.append(str(e))
        if mutant.suite not in SUITES or mutant.test not in SUITES[mutant.suite].read_text():
            wrong.append(f"{mutant.guard} {mutant.name}: no test {mutant.test!r} in {mutant.suite}")
    assert not wrong, "\n".join(wrong)
    assert {mutant.invariant for mutant in mutants} == INVARIANTS, "an invariant has no mutant"
    for twice in (Counter(m.name for m in mutants), Counter(m.guard for m in mutants)):
        assert not [name for name, count in twice.items() if count > 1]
    unused = {
        tag for text in sources.values() for line in re.findall(r"// guard: (.*)", text) for tag in line.split(", ")
    }
    assert unused == {mutant.guard for mutant in mutants}, "a guard has no mutant"
