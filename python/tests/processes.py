# SPDX-License-Identifier: Apache-2.0
"""Linux's view of running processes: owners of connections, child processes, bytes read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

PROC = Path("/proc")


def process_at(connection: tuple[int, int]) -> int:
    """The client process of an open TCP connection, by both ports."""
    socket = _socket(*connection)
    for process in PROC.glob("[0-9]*"):
        if socket in _open_files(process):
            return int(process.name)
    raise LookupError(f"no process holds the connection {connection}")


def _open_files(process: Path) -> set[str]:
    return {_target(fd) for fd in _entries(process / "fd")}


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # The process ended meanwhile.
        return []


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # The file was closed meanwhile.
        return ""


def _socket(local: int, remote: int) -> str:
    for table in ("tcp", "tcp6"):
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if [int(end.rpartition(":")[2], 16) for end in fields[1:3]] == [local, remote]:
                return f"socket:[{fields[9]}]"
    raise LookupError(f"no connection from port {local} to port {remote}")


def command(pid: int) -> list[str]:
    """Program and arguments."""
    return (PROC / str(pid) / "cmdline").read_text().split("\0")


def commands_with(*words: str) -> list[int]:
    """The processes whose command contains all of these words."""
    return [int(p.name) for p in PROC.glob("[0-9]*") if all(word in _command_line(p) for word in words)]


def _command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:  # The process ended meanwhile.
        return ""


def executor_id(pid: int) -> str:
    """The id of the Spark executor in a process. Fails for other processes."""
    words = command(pid)
    if not any(word.endswith("CoarseGrainedExecutorBackend") for word in words):
        raise LookupError(f"process {pid} is not an executor: {' '.join(words)[:200]}")
    return words[words.index("--executor-id") + 1]


def bytes_read(pid: int) -> int:
    """Bytes read by all calls of `read`, from files and sockets, since the process started."""
    return int((PROC / str(pid) / "io").read_text().split()[1])


def java_threads(pid: int, pattern: str) -> list[str]:
    """The first lines of the JVM threads whose name or stack matches."""
    dump = subprocess.run(["jcmd", str(pid), "Thread.print"], capture_output=True, text=True, check=True).stdout
    return [thread.partition("\n")[0] for thread in dump.split("\n\n") if re.search(pattern, thread)]
