# SPDX-License-Identifier: Apache-2.0
"""Adds a built site to a folder with the sites of all releases: `versioned_site.py SITE PAGES VERSION`.

Each version gets a folder. The folder `latest` is a copy of the newest release, and `index.html` leads to it.
The theme's menu of versions reads `versions.json`, in the format of the tool mike. Standard library only.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

LATEST = "latest"
REDIRECT = f"""<!doctype html>
<meta charset="utf-8">
<title>spark-rest</title>
<meta http-equiv="refresh" content="0; url={LATEST}/">
<a href="{LATEST}/">spark-rest</a>
"""


def main() -> int:
    site, pages, version = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    added(site, pages, version)
    return 0


def added(site: Path, pages: Path, version: str) -> None:
    _replace(site, pages / version)
    versions = sorted((path.name for path in pages.iterdir() if _numbers(path.name)), key=_numbers, reverse=True)
    released = [name for name in versions if "-" not in name]
    newest = (released or versions)[0]
    _replace(pages / newest, pages / LATEST)
    listed = [{"version": v, "title": v, "aliases": [LATEST] if v == newest else []} for v in versions]
    (pages / "versions.json").write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    (pages / "index.html").write_text(REDIRECT, encoding="utf-8")
    # GitHub Pages leaves out folders that begin with an underscore, unless this file exists.
    (pages / ".nojekyll").touch()


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _numbers(version: str) -> tuple[int | bool | str, ...]:
    """Sorts 1.10.0 after 1.9.0, and after 1.10.0-rc1. Empty for a folder that is not a version."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-.+)?", version)
    return (int(match[1]), int(match[2]), int(match[3]), match[4] is None, match[4] or "") if match else ()


if __name__ == "__main__":
    sys.exit(main())
