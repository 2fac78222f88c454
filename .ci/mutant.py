# SPDX-License-Identifier: Apache-2.0
"""A change that breaks an invariant, and the test that must fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_COMMENT = re.compile(r" *// guard: [^\n]*")


@dataclass(frozen=True)
class Mutant:
    """If `new` replaces `old` on the line that ends with `// guard: <guard>`, `test` of `suite` must fail.

    The comment marks the line, so a file can move or get another name. White space does not count.
    """

    guard: str
    name: str
    old: str
    new: str
    suite: str
    test: str

    @property
    def invariant(self) -> str:
        return self.guard.partition(".")[0]

    def applied(self, sources: Mapping[Path, str]) -> tuple[Path, str]:
        """The file and its text with the mutant. ValueError: the guard or `old` does not appear exactly once."""
        tag = re.compile(rf"// guard: (?:[^\n]*, )?{re.escape(self.guard)}(?:,|$)", re.MULTILINE)
        found = [(path, match) for path, text in sources.items() for match in tag.finditer(text)]
        if len(found) != 1:
            raise ValueError(f"{self.guard} {self.name}: {len(found)} lines with its guard")
        path, match = found[0]
        text = sources[path]
        number = text.count("\n", 0, match.start())
        lines = _COMMENT.sub("", text).split("\n")
        before, rest = "\n".join(lines[:number]), "\n".join(lines[number:])
        old = re.compile(r"\s+".join(re.escape(word) for word in self.old.split()))
        begin = old.search(rest)
        # The text may go on after the line, but must begin on it.
        if begin is None or begin.start() >= len(lines[number]):
            raise ValueError(f"{self.guard} {self.name}: the line has no {self.old!r}: {lines[number].strip()!r}")
        return path, f"{before}\n{old.sub(lambda _: self.new, rest, count=1)}"
