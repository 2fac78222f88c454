# SPDX-License-Identifier: Apache-2.0
"""The fenced blocks of the documentation, and how a test treats each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from vendors.recipe import pages

ROOT = Path(__file__).resolve().parents[2]
# ADRs and the change log contain no code today. They are included in case someone adds code.
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^ *```([\w-]*)\s*$")
DIRECTIVE = re.compile(r"^ *<!-- test: (.*?) -->\s*$")


class Treatment(Enum):
    """The treatment of a block."""

    RUN = "run"
    RECIPE = "run by test_vendors.py"
    FAILS = "run, has to fail"
    COMPARED = "compared with the output or error of the block before it"
    COMPILED = "compiled"
    PARSED = "parsed"
    CHECKED = "its commands are checked"
    EXCERPT = "a part of a file that another test runs"
    SKIPPED = "skipped"
    UNKNOWN = "neither run nor skipped"


CODE = {
    "python": Treatment.RUN,
    "sql": Treatment.RUN,
    "scala": Treatment.COMPILED,
    "json": Treatment.PARSED,
    "sh": Treatment.CHECKED,
    "bash": Treatment.CHECKED,
}


@dataclass(frozen=True)
class Block:
    """A block, with the words of the comment `<!-- test: … -->` before it.

    - `api=<name>`: the block uses another API of `documented.py` than `example`.
    - `fails`: the block must raise an error.
    - `output`: the text that the block before must print, or the message that it must raise.
    - `in <file>`: the block is a part of this file, which another test runs.
    - `skip <why>`: the block does not run.
    """

    page: Path
    line: int
    language: str
    code: str
    directive: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def api(self) -> str:
        found = re.search(r"\bapi=(\w+)", self.directive)
        return found[1] if found else "example"

    @property
    def treatment(self) -> Treatment:
        if self.directive.startswith("skip "):
            return Treatment.SKIPPED
        if self.directive.startswith("in "):
            return Treatment.EXCERPT
        if self.directive == "output":
            return Treatment.COMPARED
        is_recipe = self.page.parent.name == "cookbook" and self.page.stem in pages()
        if self.language == "python" and is_recipe:
            return Treatment.RECIPE
        if self.language == "python" and "fails" in self.directive.split():
            return Treatment.FAILS
        return CODE.get(self.language, Treatment.UNKNOWN)


def blocks_of(page: Path) -> Iterator[Block]:
    """The blocks in order. Fails if a fence is not closed."""
    directive, opened, language, code = "", 0, "", list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence, told = FENCE.match(line), DIRECTIVE.match(line)
        if opened and fence:
            indent = min((len(x) - len(x.lstrip()) for x in code if x.strip()), default=0)
            yield Block(page, opened, language, "".join(f"{x[indent:]}\n" for x in code), directive)
            directive, opened, code = "", 0, []
        elif opened:
            code.append(line)
        elif fence:
            opened, language = number, fence[1]
        elif told:
            directive = told[1]
        elif line.strip():
            directive = ""
    assert not opened, f"{page}:{opened}: a block without an end"


def all_blocks() -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page)]
