# SPDX-License-Identifier: Apache-2.0
"""Fails if sentences use too many turns that slow a reader down. `make lint` runs it. Standard library only.

It reads Markdown without code, comments and long string literals of Scala and Java, and docstrings and comments of
Python. A single hit may be fine. Above `MOST` hits per 1,000 words, a stranger has to read sentences twice.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
    "src/main",
    "src/test",
    "python/src",
    "python/tests",
    "bench",
    "examples",
)
MOST = 3.0

TURNS = re.compile(
    r"""
    \b(?:is|are|was|were|be)\ (?:no|none)\b(?!\ longer)         # "is no X": write "is not an X"
    | \b(?:stands?|stood)\b(?!\ for)                            # "stands": write "is", "appears"
    | \b(?:asks?|asked|asking)\b                                # "ask": write "request", "poll"
    | \b(?:brings?|brought|bringing)\b                          # "bring": write "return"
    | \bbeside\b | \banew\b | \bmend(?:s|ed|ing)?\b             # "next to", "again", "fix"
    | (?<!IP\ )\baddress(?:es)?\b                               # "address": write "URL"
    | ,\ for\ (?:it|they|the|its|their|an?|each|there|this|so)\b  # ", for": write ", because"
    | \bwhat\ (?:is|was|are|were|has|had|came|comes|does|did|they|it|a|the|an|each|no)\b  # name the thing
    | \b(?:one|those)\ (?:that|which|whose)\b                   # name the thing
    | (?:^|[.;:]\ )(?:Not|Else|Likewise|As\ it|As\ they|By|With\ it|Of|Without\ it)\b\ (?=[a-z])  # no subject
    | ,\ or\ else\b
    | \bof\ (?:its|their|his|one's)\ own\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
CODE = re.compile(r"`[^`]*`|\]\([^)]*\)|\$\{[^}]*\}|\$\w+|<!--.*?-->")
WORD = re.compile(r"[A-Za-z']+")


def main() -> int:
    failed = False
    for name in READ:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.suffix in READERS)
        lines = [(file, number, CODE.sub(" ", text)) for file in files for number, text in READERS[file.suffix](file)]
        words = sum(len(WORD.findall(text)) for _, _, text in lines)
        hits = [(file, number, text, len(found)) for file, number, text in lines if (found := TURNS.findall(text))]
        rate = 1000 * sum(count for *_, count in hits) / max(words, 1)
        print(f"prose: {rate:4.1f} per 1,000 words in {name}")
        if rate > MOST:
            failed = True
            for file, number, text, _ in hits[:20]:
                print(f"  {file.relative_to(ROOT)}:{number}: {text.strip()[:160]}")
            print(f"  {name} has more than {MOST:g}. Rewrite these sentences; do not just replace the words.")
    return 1 if failed else 0


def markdown(file: Path) -> Iterator[tuple[int, str]]:
    text = re.sub(r"```.*?```", lambda m: "\n" * m[0].count("\n"), file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return enumerate(text.splitlines(), 1)


def scala(file: Path) -> Iterator[tuple[int, str]]:
    in_comment = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if in_comment or text.startswith("/*"):
            in_comment = "*/" not in text
            yield number, text.strip("/* ")
        elif text.startswith("//"):
            yield number, "" if "SPDX" in text else text
        else:
            for literal in re.findall(r'"((?:[^"\\]|\\.){12,})"', text):
                if len(re.findall(r"[A-Za-z]{2,}", literal)) >= 3 and " " in literal:
                    yield number, literal


def python(file: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
        is_text = token.type == tokenize.STRING and ('"""' in token.string or token.string.count(" ") > 3)
        if is_text or (token.type == tokenize.COMMENT and "SPDX" not in token.string):
            yield from enumerate(token.string.splitlines(), token.start[0])


READERS = {".md": markdown, ".scala": scala, ".java": scala, ".py": python}

if __name__ == "__main__":
    sys.exit(main())
