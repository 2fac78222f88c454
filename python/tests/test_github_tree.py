# SPDX-License-Identifier: Apache-2.0
"""The recipe of docs/cookbook/github-tree.md: two levels of parents that grow, over a kill."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from emulated import Answer, Emulated, Request
from process import Program
from pyspark.sql import SparkSession
from vendors.github import GitHub
from vendors.vendor import SECOND, Record, iso
from waiting import wait_until

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "github_tree.py"
LEVELS = re.compile(r"/orgs/apache/repos|/repos/apache/(?P<repo>[\w-]+)/issues(/(?P<number>\d+)/comments)?")
PATIENCE = 180
pytestmark = pytest.mark.slow


class Level(GitHub):
    """One list: the repositories, the issues of a repository, or the comments of an issue."""

    at_once = 1
    beginning = 0

    def __init__(self, path: str, show: Callable[[Record], dict[str, Any]]) -> None:
        super().__init__()
        self.path = path
        self.show = show

    def render(self, record: Record) -> Any:
        return {"updated_at": iso(record.updated)} | self.show(record)

    def respond(self, request: Request) -> Answer:
        self.check(request, self.path, "state", "sort", "direction", "since")
        found = self.since(self.since_of(request))
        return self.page(request, found[::-1] if request.query.get("direction") == "desc" else found)


class Tree:
    """An organization whose lists grow. As at GitHub, a comment changes its issue, and an issue not its repository."""

    def __init__(self) -> None:
        self._moment = 0
        self.repositories = Level("/orgs/apache/repos", self._repository)
        self.levels: dict[tuple[str, ...], Level] = {(): self.repositories}

    def _repository(self, record: Record) -> dict[str, Any]:
        return {"id": record.number, "name": f"repo-{record.number}", "owner": {"login": "apache"}}

    def _now(self, level: Level) -> int:
        self._moment += SECOND
        return level.clock + self._moment

    def add_repository(self) -> None:
        number = self.repositories.next_number()
        repo = f"repo-{number}"
        self.levels[repo,] = Level(
            f"/repos/apache/{repo}/issues",
            lambda r: {"id": 1000 * number + r.number, "number": r.number, "title": f"{repo} {r.number} v{r.version}"},
        )
        self.repositories.store(number, self._now(self.repositories))

    def add_issue(self, repo: str) -> None:
        issues = self.levels[repo,]
        number = issues.next_number()
        first = 100_000 * int(repo.removeprefix("repo-")) + 1000 * number
        self.levels[repo, str(number)] = Level(
            f"/repos/apache/{repo}/issues/{number}/comments",
            lambda r: {"id": first + r.number, "body": f"{repo} {number} {r.number} v{r.version}"},
        )
        issues.store(number, self._now(issues))

    def comment(self, repo: str, issue: int, number: int = 0) -> None:
        """A new comment, or a change of one."""
        comments = self.levels[repo, str(issue)]
        at = self._now(comments)
        comments.store(number or comments.next_number(), at)
        self.levels[repo,].store(issue, at)

    def answer(self, request: Request) -> Answer:
        found = LEVELS.fullmatch(request.path)
        key = tuple(part for part in (found["repo"], found["number"]) if part) if found else None
        if key is None or key not in self.levels:
            return Answer({"message": "Not Found"}, 404)
        return self.levels[key].answer(request)

    def comments(self) -> Counter[str]:
        levels = (level for key, level in self.levels.items() if len(key) == 2)
        return Counter(record["body"] for level in levels for record in level.expected())


def received(spark: SparkSession, folder: Path) -> Counter[str]:
    files = folder / "comments"
    if not (files / "_spark_metadata").exists():
        return Counter()
    rows = spark.read.schema("output STRUCT<body STRING>").parquet(str(files)).select("output.body").collect()
    return Counter(row.body for row in rows)


def test_comments_of_new_issues_of_new_repositories_arrive_once(spark: SparkSession, tmp_path: Path) -> None:
    tree = Tree()
    for repo in ("repo-1", "repo-2"):
        tree.add_repository()
        for issue in (1, 2):
            tree.add_issue(repo)
            tree.comment(repo, issue)

    program = tmp_path / "github_tree.py"
    short = re.sub(r"(streaming_interval|input_refresh)=\d+", r"\1=1", EXAMPLE.read_text())
    program.write_text(short.replace('"env:GITHUB_TOKEN"', '"ghp_..."'))
    with Emulated(tree.answer) as api:

        def driver() -> Program:
            return Program([sys.executable, str(program), api.url, "apache", str(tmp_path)], log=tmp_path / "log")

        def await_comments(running: Program) -> None:
            def arrived() -> bool:
                return not tree.comments() - received(spark, tmp_path)

            wait_until(lambda: arrived() or not running.is_running(), "comments", PATIENCE)
            assert running.is_running(), running.output()

        with driver() as first:
            await_comments(first)
            tree.add_repository()
            tree.add_issue("repo-3")
            tree.comment("repo-3", 1)
            tree.comment("repo-1", 1)
            await_comments(first)
            first.kill()
        tree.add_issue("repo-2")
        tree.comment("repo-2", 3)
        tree.comment("repo-1", 1, number=1)
        begin = len(api.requests)
        with driver() as second:
            await_comments(second)
            api.await_polls(12, PATIENCE)
            second.kill()
        idle = [r for r in api.requests[begin:] if r.path.endswith("/repo-1/issues/2/comments")]
    assert received(spark, tmp_path) == tree.comments()
    assert not idle, "the comments of an issue that did not change were requested"
    assert not [refusal for level in tree.levels.values() for refusal in level.refusals]
