# SPDX-License-Identifier: Apache-2.0
"""Runs the blocks of a documentation page in the session of the tests."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from collected import collecting
from doc_blocks import Block, Treatment
from documented import APIS, SECRETS
from emulated import Emulated
from pyspark.sql import DataFrame, SparkSession
from waiting import wait_until

FOLDERS = ("/data/", "/secrets/", "/tls/", "/var/lib/app/")
HOSTS = ("https://api.example.com", "https://login.example.com", "https://api.github.com", "http://proxy.corp:3128")
DEMO = "http://127.0.0.1:8000"


class Reader:
    """Runs the blocks of a page in one session. The folders that the page names are in `folder`."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._spark = spark
        self._folder = folder
        self._names: dict[str, Any] = {"spark": spark, "await_rows": await_rows}
        self._apis: dict[str, Emulated] = {}
        self._open = contextlib.ExitStack()
        self._said = ""
        for name, secret in SECRETS.items():
            (folder / name).write_text(secret)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        for query in self._spark.streams.active:
            query.stop()
        self._open.close()

    def read(self, block: Block) -> None:
        """Runs or checks the block, according to its treatment."""
        if block.treatment is Treatment.COMPARED:
            assert_said(block, self._said)
        elif block.language == "sql":
            self._said = "".join(self._sql(statement) for statement in filter(str.strip, block.code.split(";")))
        elif block.treatment is Treatment.FAILS:
            # The block after this one contains the message. test_docs.py checks that it exists.
            with pytest.raises(Exception) as caught:
                self._type(block)
            self._said = str(caught.value)
        else:
            self._said = self._type(block)

    def _type(self, block: Block) -> str:
        made: list[DataFrame] = []
        module = ast.parse(self._here(block), block.name)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            for statement in module.body:
                made += self._execute(statement, block.name)
        started = self._spark.streams.active
        for query in started:
            await_rows(query)
            query.stop()
        if not started:
            self._must_bring_rows(block, made)
        return printed.getvalue()

    def _execute(self, statement: ast.stmt, name: str) -> Iterator[DataFrame]:
        """The DataFrames that the statement assigned or returned."""
        before = dict(self._names)
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), name, "eval"), self._names)
            yield from [value] if isinstance(value, DataFrame) else []
        else:
            exec(compile(ast.Module([statement], []), name, "exec"), self._names)
            values = [v for k, v in self._names.items() if before.get(k) is not v]
            yield from [v for v in values if isinstance(v, DataFrame)]

    def _must_bring_rows(self, block: Block, made: list[DataFrame]) -> None:
        with contextlib.ExitStack() as queries:
            running = [queries.enter_context(collecting(frame)) for frame in made if frame.isStreaming]
            for frame in made:
                assert frame.isStreaming or frame.collect(), f"{block.name}: a DataFrame without rows"
            for got in running:
                got.await_rows(1)

    def _sql(self, statement: str) -> str:
        frame = self._spark.sql(self._moved(statement, "example"))
        view = re.search(r"VIEW\s+(\w+)", statement, re.IGNORECASE)
        if view:
            frame = self._spark.table(view[1])
            self._open.callback(self._spark.catalog.dropTempView, view[1])
        assert frame.collect(), f"no rows: {statement}"
        return ""

    def _here(self, block: Block) -> str:
        code = re.sub(r"(\w+)\.awaitTermination\(\)", r"await_rows(\1)", block.code)
        return self._moved(code, block.api)

    def _moved(self, code: str, api: str) -> str:
        """The code with this machine's hosts, folders and secrets."""
        for host in HOSTS:
            code = code.replace(host, self._url(api)) if host in code else code
        if DEMO in code:
            code = code.replace(DEMO, self._demo())
        for folder in FOLDERS:
            code = code.replace(f'"{folder}', f'"{self._folder}/').replace(f"file:{folder}", f"file:{self._folder}/")
        # The environment and the settings of a running JVM cannot change. test_secrets.py runs such references.
        code = re.sub(r"\b(?:conf:spark|hadoop:[\w-])[\w.-]*", f"file:{self._folder}/API_TOKEN", code)
        return re.sub(r"\benv:(\w+)", rf"file:{self._folder}/\1", code)

    def _url(self, api: str) -> str:
        if api not in self._apis:
            self._apis[api] = self._open.enter_context(APIS[api](self._folder))
        return self._apis[api].url

    def _demo(self) -> str:
        if "demo" not in self._names:
            command = [sys.executable, "-m", "spark_rest", "demo", "--port", "0"]
            process = self._open.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            self._open.callback(process.terminate)
            assert process.stdout is not None
            self._names["demo"] = process.stdout.readline().strip()
        return str(self._names["demo"])


def await_rows(query: Any) -> None:
    """Replaces `awaitTermination()`. Waits until the query has delivered rows or has ended."""

    def delivered() -> bool:
        if query.exception():
            raise query.exception()
        # The rows of a `rate` source cannot be counted, so wait for its second batch.
        return not query.isActive or any(
            p["numInputRows"] or (is_clock(p) and p["batchId"]) for p in query.recentProgress
        )

    wait_until(delivered, "rows of a query")


def is_clock(progress: Any) -> bool:
    return str(progress["sources"][0]["description"]).startswith("RateStream")


def assert_said(block: Block, said: str) -> None:
    """Compares line by line. `…` matches any text, a blank matches any number of blanks."""
    for line in filter(None, map(str.strip, block.code.splitlines())):
        pattern = ".*".join(r"\s+".join(map(re.escape, part.split(" "))) for part in re.sub(" +", " ", line).split("…"))
        assert re.search(pattern, said), f"{block.name}: not said: {line}\nbut: {said}"
