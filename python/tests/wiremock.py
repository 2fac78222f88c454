# SPDX-License-Identifier: Apache-2.0
"""WireMock in a separate process, as a proxy in front of an API, with its faults and delays."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from class_archive import SHORT_LIVED
from hdfs import ROOT
from process import Program
from waiting import wait_until

if TYPE_CHECKING:
    from typing_extensions import Self

FAULTS = ("EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE", "CONNECTION_RESET_BY_PEER")
DELAYS: dict[str, dict[str, Any]] = {
    "fixed": {"fixedDelayMilliseconds": 300},
    "uniform": {"delayDistribution": {"type": "uniform", "lower": 50, "upper": 250}},
    "lognormal": {"delayDistribution": {"type": "lognormal", "median": 100, "sigma": 0.6}},
    "dribble": {"chunkedDribbleDelay": {"numberOfChunks": 7, "totalDuration": 400}},
}


class WireMock:
    """Used with `with`. It forwards all requests to `target`."""

    def __init__(self, target: str, folder: Path) -> None:
        self._target = target
        self._met = ("", "")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = ["java", *SHORT_LIVED.split(), "-Xmx256m", "-jar", str(_jar()), "--port", str(port)]
        # WireMock's Jetty would start eight or more threads per core.
        command += ["--disable-banner", "--container-threads", "12"]
        self._program = Program(command, log=folder / "wiremock.log")

    def __enter__(self) -> Self:
        wait_until(self._answers, "WireMock to start", 60)
        self.pass_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()

    def pass_on(self, **delay: Any) -> None:
        """Removes all faults. Every response is delayed by `delay`."""
        self._admin("DELETE", "mappings")
        self._map({"urlPattern": ".*"}, {"proxyBaseUrl": self._target, **delay})

    def fail(self, fault: str, times: int) -> None:
        """The next requests meet `fault`. Returns after all of them did."""
        self.meet(*[fault] * times)
        self.await_met()
        self.pass_on()

    def meet(self, *faults: str) -> None:
        """Each of the next requests meets one of these faults, and later requests meet none."""
        self._met = (" ".join(faults), f"met {len(faults)}")
        for n, fault in enumerate(faults):
            scenario = {
                "scenarioName": self._met[0],
                "requiredScenarioState": f"met {n}" if n else "Started",
                "newScenarioState": f"met {n + 1}",
            }
            self._map({"urlPattern": ".*"}, {"fault": fault}, priority=1, **scenario)

    def await_met(self) -> None:
        """Waits until all faults were met."""
        wait_until(lambda: self._met in self._states(), f"{self._met[1]} of {self._met[0]}")

    def _states(self) -> list[tuple[str, str]]:
        return [(s["name"], s["state"]) for s in self._admin("GET", "scenarios")["scenarios"]]

    def _map(self, request: dict[str, Any], response: dict[str, Any], **more: Any) -> None:
        self._admin("POST", "mappings", {"request": request, "response": response, "priority": 10, **more})

    def _answers(self) -> bool:
        assert self._program.is_running(), self._program.output()
        try:
            self._admin("GET", "mappings")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def _admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/__admin/{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


def _jar() -> Path:
    """The jar, downloaded if missing."""
    made = subprocess.run(
        ["make", "--no-print-directory", "wiremock"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"WireMock could not be fetched: {made.stderr}"
    return ROOT / "target" / "wiremock-standalone.jar"
