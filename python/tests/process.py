# SPDX-License-Identifier: Apache-2.0
"""A driver program in a process group of its own, so that killing it kills its JVM with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

DRIVERS = Path(__file__).parent / "drivers"


class Driver:
    """A script of `drivers/`, running."""

    def __init__(self, script: str, *arguments: str, log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, str(DRIVERS / script), *arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | (env or {}),
                cwd=log.parent,
            )

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL to Python and the JVM at once: nothing is closed, flushed or told."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def wait(self, seconds: float = 90) -> int:
        """The exit status."""
        try:
            return self._process.wait(seconds)
        finally:
            if self.is_running():
                self.kill()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_running():
            self.kill()
