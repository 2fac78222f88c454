# SPDX-License-Identifier: Apache-2.0
"""Checks the files of `.github`: they are YAML, and each workflow pins its actions and limits permissions and time."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)\s*(#\s*v\d+(?:\.\d+)*)?\s*$", re.MULTILINE)
# Text of a pull request or a tag becomes part of the script, before a shell sees it.
INTERPOLATED = re.compile(r"\$\{\{\s*(?:github\.(?:event|head_ref|ref_name|base_ref)|inputs|steps)\b")
# YAML reads the key `on` as true. The standard library cannot read YAML, but mkdocs installs a parser.
TO_JSON = "import json, sys, yaml; print(json.dumps({f: yaml.safe_load(open(f)) for f in sys.argv[1:]}, default=str))"


def problems(root: Path, python: Path) -> list[str]:
    files = sorted(map(str, (root / ".github").rglob("*.yml")))
    ran = subprocess.run([str(python), "-c", TO_JSON, *files], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        return [f"A file of .github is not valid YAML: {ran.stderr.strip().splitlines()[-1]}"]
    parsed: dict[str, Any] = json.loads(ran.stdout)
    found = []
    for path, content in parsed.items():
        file = Path(path)
        where = file.relative_to(root / ".github")
        if not isinstance(content, dict):
            found.append(f"{where} is not a mapping.")
        elif file.parent.name == "workflows":
            found += [f"{where}: {problem}" for problem in _workflow(file.read_text(encoding="utf-8"), content)]
    print(f"  {len(parsed)} files of .github are valid YAML")
    return found


def _workflow(text: str, content: dict[str, Any]) -> Iterator[str]:
    uses = USES.findall(text)
    if len(uses) != len(re.findall(r"\buses:", text)):
        yield "A line with uses: has another form than `uses: owner/action@commit # v1.2.3`."
    for action, comment in uses:
        if not action.startswith("./") and not PINNED.fullmatch(action):
            yield f"{action} is not pinned. Use the full commit of a release."
        elif not action.startswith("./") and not comment:
            yield f"{action} has no comment with its version."
    if content.get("permissions") is None:
        yield "The workflow has no permissions at the top."
    for name, job in content["jobs"].items():
        if "timeout-minutes" not in job:
            yield f"The job {name} has no timeout-minutes."
        for step in job.get("steps", []):
            if INTERPOLATED.search(str(step.get("run", ""))):
                yield f"A script of the job {name} contains text from outside. Pass it as an environment variable."
