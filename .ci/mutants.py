# SPDX-License-Identifier: Apache-2.0
"""Applies one mutant at a time to a copy of the code, and checks that the test of the mutant fails.

The check fails if the test passes or does not run, and if the mutant does not compile. Arguments: words. With
arguments, only the mutants that contain one of the words are tried. Standard library only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from mutant import Mutant
from mutant_table import MUTANTS

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "mutants"
MAIN = "src/main/scala/io/github/sparkrest"
# A test may hang without the guarded line. A hang proves nothing.
MOST_SECONDS = 900
GUARDED = "fails as it should"
SOURCES = (".ci", "build.sbt", "LICENSE", "NOTICE", "VERSION", "sbtw", "src", "project", "docs", "python/src")


def main() -> int:
    words = [w.lower() for w in sys.argv[1:]]
    mutants = [c for c in MUTANTS if not words or any(w in f"{c.guard} {c.name} {c.suite}".lower() for w in words)]
    if not mutants:
        print(f"no mutant contains one of the words {', '.join(words)}")
        return 1
    copy()
    with Sbt() as sbt:
        print("all tests must pass without a mutant", flush=True)
        whole = sbt.run("testOnly " + " ".join(sorted({f"*.{c.suite}" for c in mutants})))
        if "[success]" not in whole:
            print(whole)
            return 1
        verdicts = [tried(mutant, sbt) for mutant in mutants]
    bad = [v for v in verdicts if v != GUARDED]
    print(f"{len(verdicts) - len(bad)} of {len(verdicts)} mutants are guarded by their test")
    return 1 if bad else 0


def copy() -> None:
    """Copies the files that sbt needs, and the classes that it has compiled, so that it only compiles changes."""
    for name in SOURCES:
        target = COPY / name
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        put = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        put(ROOT / name, target)
    for built in (*ROOT.glob("target/scala-2.13*"), *ROOT.glob("target/sbt-launch-*.jar")):
        target = COPY / "target" / built.name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            (shutil.copytree if built.is_dir() else shutil.copy2)(built, target)


def tried(mutant: Mutant, sbt: Sbt) -> str:
    sources = {path: path.read_text() for path in (COPY / MAIN).rglob("*.scala")}
    try:
        file, text = mutant.applied(sources)
    except ValueError as e:
        verdict = str(e)
    else:
        file.write_text(text)
        try:
            verdict = judged(mutant, sbt.run(f'testOnly *.{mutant.suite} -- -z "{mutant.test}"'))
        finally:
            file.write_text(sources[file])
    print(f"{mutant.guard} {mutant.name}: {mutant.suite} {verdict}", flush=True)
    return verdict


def judged(mutant: Mutant, output: str) -> str:
    if re.search(rf"{re.escape(mutant.test)}.*\*\*\* FAILED \*\*\*", output):
        return GUARDED
    print(output)
    if "Compilation failed" in output:
        return "DOES NOT COMPILE, so it proves nothing"
    return "STAYS GREEN" if re.search(r"Tests: succeeded [1-9]", output) else "DID NOT RUN"


class Sbt:
    """One sbt for all commands, because its start takes longer than a test. A command that fails does not end it.

    A command that hangs ends it, and the next command starts another one.
    """

    def __enter__(self) -> Sbt:
        self._count = 0
        self._process = self._started()
        return self

    @staticmethod
    def _started() -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["./sbtw"], cwd=COPY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def __exit__(self, *_: object) -> None:
        self._send("exit")
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def run(self, command: str) -> str:
        """The output of a command. A second command, which does not exist, marks its end."""
        if self._process.poll() is not None:
            self._process = self._started()
        self._count += 1
        mark = f"endOfCommand{self._count}"
        self._send(command)
        self._send(mark)
        assert self._process.stdout
        lines: list[str] = []
        watchdog = threading.Timer(MOST_SECONDS, self._process.kill)
        watchdog.start()
        for line in self._process.stdout:
            if f"Not a valid command: {mark}" in line:
                break
            lines.append(line)
        else:
            self._process.wait()
        watchdog.cancel()
        return "".join(lines)

    def _send(self, command: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(f"{command}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            print("sbt has ended", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
