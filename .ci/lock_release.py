# SPDX-License-Identifier: Apache-2.0
"""Writes `python/requirements-release.txt`: the tools that build a release, with the hash of each file.

The input is `BUILD_TOOLS` in the versions of `requirements-dev.txt`, and all of `requirements-docs.txt`. Run it with
Python 3.11 after you change one of these versions: `python3.11 .ci/lock_release.py`. Standard library only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "python"
LOCKED = FOLDER / "requirements-release.txt"
BUILD_TOOLS = ("build", "hatchling")
# Some tools have a wheel for each platform: the runners of CI, and a developer's Mac.
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_14_0_arm64")
# pip resolves for one platform tag only, and each of these may be the tag of a suitable wheel.
ALSO = {
    "manylinux_2_28_x86_64": ("manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "manylinux_2_28_aarch64": ("manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "macosx_14_0_arm64": ("macosx_13_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"),
}
HEAD = "# Written by .ci/lock_release.py. Python 3.11, on Linux and on macOS with an ARM processor.\n"


def main() -> int:
    hashes: dict[str, set[str]] = defaultdict(set)
    for platform in PLATFORMS:
        for name, sha256 in resolved(platform):
            hashes[name].add(sha256)
    lines = [
        " \\\n    ".join([name, *(f"--hash=sha256:{sha256}" for sha256 in sorted(found))])
        for name, found in sorted(hashes.items())
    ]
    LOCKED.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{LOCKED.relative_to(ROOT)}: {len(lines)} packages")
    return 0


def wanted() -> list[str]:
    """Such as `build==1.6.1`."""
    dev = (FOLDER / "requirements-dev.txt").read_text(encoding="utf-8").split()
    docs = (FOLDER / "requirements-docs.txt").read_text(encoding="utf-8").split()
    return [*(line for line in dev if line.partition("==")[0] in BUILD_TOOLS), *docs]


def resolved(platform: str) -> list[tuple[str, str]]:
    """A pin and a hash for each package that pip would install on this platform."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        tags = [f"--platform={tag}" for tag in (platform, *ALSO[platform])]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
        for_platform = [*tags, "--python-version=3.11", "--only-binary=:all:", f"--target={folder}/target"]
        subprocess.run([*pip, "--ignore-installed", f"--report={report}", *for_platform, *wanted()], check=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    return [
        (
            f"{item['metadata']['name'].lower()}=={item['metadata']['version']}",
            item["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for item in installs
    ]


if __name__ == "__main__":
    sys.exit(main())
