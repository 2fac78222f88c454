# SPDX-License-Identifier: Apache-2.0
"""Hooks of MkDocs: pages for files outside of docs/, and links between files of the repository."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files of the root, and their names on the site."""
IMAGE = re.compile(r"(!\[[^]]*])\(docs/")
LINK = re.compile(r"(?<!!)\[([^]]*)]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """`folder/*.md` in the navigation becomes the pages of that folder."""
    config.nav = _expanded(config.nav, Path(config.docs_dir))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of the root become pages."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links to files become links to pages. If a file is not a page of the site, only the text of the link remains."""
    names = {page: source for source, page in PAGES.items()}
    source = names.get(page.file.src_uri, f"docs/{page.file.src_uri}")

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path == "docs/adr":
            path = f"docs/adr/{min(p.name for p in (ROOT / 'docs' / 'adr').glob('*.md'))}"
        if path in PAGES:
            to = PAGES[path]
        elif path.startswith("docs/") and path.endswith(".md"):
            to = path.removeprefix("docs/")
        else:
            if not (ROOT / path).exists():
                raise ValueError(f"{source}: {target} does not exist")
            return text
        return f"[{text}]({posixpath.relpath(to, posixpath.dirname(page.file.src_uri) or '.')}{anchor})"

    return LINK.sub(moved, IMAGE.sub(r"\1(", markdown) if source in PAGES else markdown)


def _expanded(entry: Any, docs: Path) -> Any:
    if isinstance(entry, dict):
        return {title: _expanded(below, docs) for title, below in entry.items()}
    if isinstance(entry, list):
        return [page for below in entry for page in _pages(below, docs)]
    return entry


def _pages(entry: Any, docs: Path) -> list[Any]:
    if isinstance(entry, str) and entry.endswith("/*.md"):
        found = sorted(path.relative_to(docs).as_posix() for path in docs.glob(entry))
        return [page for page in found if not page.endswith("/index.md")]
    return [_expanded(entry, docs)]
