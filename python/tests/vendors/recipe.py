# SPDX-License-Identifier: Apache-2.0
"""The calls of the cookbook, read from its pages. The tests run the text that users read."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyspark.sql import DataFrame, SparkSession

from spark_rest import read_rest_stream

COOKBOOK = Path(__file__).resolve().parents[3] / "docs" / "cookbook"


@dataclass(frozen=True)
class Recipe:
    """The call `read_rest_stream(spark, url, **options)` of a page."""

    url: str
    options: dict[str, Any]

    def stream(self, spark: SparkSession, host: str, **changed: object) -> DataFrame:
        """With `host`, such as `http://127.0.0.1:1`, instead of the vendor's host, and with the changes of a test."""
        moved = self.moved(host)
        return read_rest_stream(spark, moved.url, **{**moved.options, **changed})

    def moved(self, host: str) -> Recipe:
        """Moves a URL to another host."""
        parts = urlsplit(self.url)
        vendor = f"{parts.scheme}://{parts.netloc}"
        options = {name: _moved(value, vendor, host) for name, value in self.options.items()}
        return Recipe(_moved(self.url, vendor, host), options)


def _moved(value: Any, vendor: str, host: str) -> Any:
    return value.replace(vendor, host) if isinstance(value, str) else value


def pages() -> list[str]:
    """The names of the pages with one call each, in alphabetical order."""
    return sorted(
        page.stem for page in COOKBOOK.glob("*.md") if page.stem not in ("index", "mirror", "github-tree", "jira-tree")
    )


def read_recipe(page: str) -> Recipe:
    text = (COOKBOOK / f"{page}.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1, f"{page}.md has {len(blocks)} blocks of Python, and must have one"
    [call] = [node for node in ast.walk(ast.parse(blocks[0])) if _is_call(node)]
    assert isinstance(call, ast.Call)
    _, url = call.args
    return Recipe(ast.literal_eval(url), {str(k.arg): ast.literal_eval(k.value) for k in call.keywords})


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "read_rest_stream"
