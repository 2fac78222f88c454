# SPDX-License-Identifier: Apache-2.0
"""A driver program in a separate process group, so that a kill or a freeze also affects its JVM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from waiting import wait_until

if TYPE_CHECKING:
    from typing_extensions import Self

DRIVERS = Path(__file__).parent / "drivers"


class Program:
    """A command that runs in a separate process group, together with its child processes."""

    def __init__(self, command: list[str], *, log: Path, env: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
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
        """Sends SIGKILL to the whole group at once. No process can close, flush or report anything."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def freeze(self) -> None:
        """Sends SIGSTOP to Python and the JVM. On return all threads have stopped, so no file changes any more."""
        wait_until(self._frozen, "the driver to freeze", 120)

    def _frozen(self) -> bool:
        os.killpg(self._process.pid, signal.SIGSTOP)
        looks = 25
        while not self._stands_still():
            looks -= 1
            if looks == 0:
                # A thread that starts a process waits for it uninterruptibly. The new process is stopped too.
                self.thaw()
                return False
            time.sleep(0.01)
        return True

    def thaw(self) -> None:
        """Continues the processes after `freeze`."""
        os.killpg(self._process.pid, signal.SIGCONT)

    def _stands_still(self) -> bool:
        try:
            return all(_state(thread) in "TtZX" for process in self._group() for thread in (process / "task").iterdir())
        except (FileNotFoundError, ProcessLookupError):
            return False  # The process ended meanwhile.

    def _group(self) -> list[Path]:
        return [p for p in Path("/proc").glob("[0-9]*") if _group_of(int(p.name)) == self._process.pid]

    def wait(self, seconds: float = 90) -> int:
        """The exit status."""
        try:
            return self._process.wait(seconds)
        finally:
            if self.is_running():
                self.kill()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_running():
            self.kill()


class Driver(Program):
    """A running script of `drivers/`: Python and its JVM."""

    def __init__(self, script: str, *arguments: str, log: Path, env: dict[str, str] | None = None) -> None:
        super().__init__([sys.executable, str(DRIVERS / script), *arguments], log=log, env=env)


def _group_of(process: int) -> int:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return -1


def _state(thread: Path) -> str:
    """The state of a process, as one letter. The name before it, in parentheses, may contain any character."""
    return (thread / "stat").read_text().rpartition(") ")[2][0]
