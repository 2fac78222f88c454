# SPDX-License-Identifier: Apache-2.0
"""Builds everything that a release publishes and checks it, without any account: `make release-check`.

A step returns its problems as sentences. The steps after a problem still run, so that one run names all problems.
The files of the release page end up in `target/release/assets`. This script needs the standard library only. Its steps
need sbt, through `sbtw`, and pip for the packages of `requirements-release.txt`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import release_bundle
import release_python
import release_sbom
import release_workflows
import sign_bundle

ROOT = Path(__file__).resolve().parent.parent
VERSION = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
STAGING = ROOT / "target" / "sona-staging"
RELEASE = ROOT / "target" / "release"
ASSETS = RELEASE / "assets"
SBOM = ASSETS / f"spark-rest-{VERSION}.cdx.json"
TOOLS = RELEASE / "tools" / "bin" / "python"
PLACES = release_python.Places(ROOT, VERSION, TOOLS)


def main() -> int:
    shutil.rmtree(ASSETS, ignore_errors=True)
    ASSETS.mkdir(parents=True)
    steps: dict[str, Callable[[], list[str]]] = {
        "tools with hashes": tools,
        "workflows": lambda: release_workflows.problems(ROOT, TOOLS),
        "jars, POM, sources, javadoc": bundle,
        "signatures": signatures,
        "wheel and sdist": lambda: release_python.problems(PLACES),
        "SBOM": sbom,
        "documentation": documentation,
        "assets": assets,
    }
    found = []
    for name, step in steps.items():
        print(f"release-check: {name}", flush=True)
        problems = step()
        for problem in problems:
            print(f"  PROBLEM {problem}", flush=True)
        found += problems
    print(f"release-check: {len(found)} problems" if found else f"release-check: {VERSION} is ready", flush=True)
    return 1 if found else 0


def tools() -> list[str]:
    """A virtual environment with the packages that build the wheel and the site, and no others."""
    locked = ROOT / "python" / "requirements-release.txt"
    pins = {line.split()[0] for line in locked.read_text(encoding="utf-8").splitlines() if "==" in line}
    plain = [ROOT / "python" / f"requirements-{name}.txt" for name in ("dev", "docs")]
    wanted = [line for file in plain for line in file.read_text(encoding="utf-8").split()]
    names = {pin.partition("==")[0] for pin in pins}
    other = [line for line in wanted if line.partition("==")[0] in names and line not in pins]
    if other:
        return [f"requirements-release.txt has another version of {name}. Run .ci/lock_release.py." for name in other]
    if not TOOLS.exists():
        run([sys.executable, "-m", "venv", str(TOOLS.parent.parent)])
    pip = [str(TOOLS), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = run([*pip, "--only-binary=:all:", "--require-hashes", "-r", str(locked)])
    return [] if installed == 0 else ["pip did not install requirements-release.txt. Read its message above."]


def bundle() -> list[str]:
    """Builds both Scala lines with one sbt, because its start takes long."""
    shutil.rmtree(STAGING, ignore_errors=True)
    for old in RELEASE.glob("shaded_*.tsv"):
        old.unlink()
    if run(["./sbtw", "+publish", "+shadedModules"]) != 0:
        return ["sbt did not build the bundle. Read its message above."]
    return release_bundle.problems(STAGING, VERSION)


def signatures() -> list[str]:
    """Signs with a throw-away key, so that a mistake in the signing step appears before the release."""
    if shutil.which("gpg") is None:
        print("  skipped: gpg is not installed")
        return []
    # A folder outside of target/, because the path of gpg's socket is limited to about 100 characters.
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        sign_bundle.make_key(Path(home))
        signed = sign_bundle.sign(STAGING, Path(home))
        bad = [file.name for file in signed if not sign_bundle.is_signed(file, Path(home))]
        # Signatures of a throw-away key must not be uploaded.
        for file in STAGING.rglob("*.asc"):
            file.unlink()
    print(f"  {len(signed)} files signed with a throw-away key, and verified")
    return [f"The signature of {name} does not verify." for name in bad] + ([] if signed else ["No file was signed."])


def sbom() -> list[str]:
    listed = sorted(RELEASE.glob("shaded_*.tsv"))
    jars = sorted((ROOT / "target" / "jars").glob(f"*-{VERSION}.jar"))
    return release_sbom.problems(listed, jars, SBOM, VERSION)


def documentation() -> list[str]:
    env = {"NO_MKDOCS_2_WARNING": "1"}
    built = run([str(TOOLS), "-m", "mkdocs", "build", "--quiet", "--strict"], **env)
    return [] if built == 0 else ["mkdocs did not build the site. Read its message above."]


def assets() -> list[str]:
    """The files of the release page, and their checksums in the form that `sha256sum -c` reads."""
    files = [*(ROOT / "target" / "jars").glob(f"spark-rest_*-{VERSION}.jar"), *(ROOT / "python" / "dist").iterdir()]
    for file in files:
        shutil.copy2(file, ASSETS)
    names = sorted(file.name for file in ASSETS.iterdir())
    lines = [f"{hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (ASSETS / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    for name in names:
        print(f"  {(ASSETS / name).stat().st_size:>10,} {name}")
    return [] if len(names) == 5 else [f"Two jars, a wheel, an sdist and an SBOM are due, not {', '.join(names)}."]


def run(command: list[str], **env: str) -> int:
    return subprocess.run(command, cwd=ROOT, env=os.environ | env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
