# SPDX-License-Identifier: Apache-2.0
"""Jobs at an API: a driver that is killed at any step continues with the job that the API already runs."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from emulated import Answer, Emulated, Request, Stall
from pyspark.sql import SparkSession
from query import Query
from waiting import wait_until

from spark_rest import read_rest


class Jobs:
    """A job has the records from `since` on that exist when it is created. Its result has three pages."""

    def __init__(self) -> None:
        self.records = list(range(1, 10))
        self.created: list[list[int]] = []
        self.polls = 0

    def answer(self, request: Request) -> Answer:
        if request.path == "/jobs":
            since = int(json.loads(request.body)["since"])
            self.created.append([n for n in self.records if n >= since])
            return Answer({"id": len(self.created), "state": "new"}, 202)
        part = re.fullmatch(r"/jobs/(\d+)(/results)?", request.path)
        assert part, request
        found = self.created[int(part[1]) - 1]
        if not part[2]:
            self.polls += 1
            return Answer({"state": "done" if self.polls % 3 == 0 else "running"})
        at = int(request.query.get("page", "0"))
        return Answer(
            {"records": [{"id": n} for n in found[at : at + 3]], "next": at + 3 if at + 3 < len(found) else None}
        )


class JobsOfRows:
    """An API in which each row of an input has its own jobs and records: six each, with ids of their own."""

    rows = ("a", "b", "c")

    def __init__(self) -> None:
        self.records = {row: list(range(6 * i + 1, 6 * i + 7)) for i, row in enumerate(self.rows)}
        self.created: list[tuple[str, list[int]]] = []

    def answer(self, request: Request) -> Answer:
        part = re.fullmatch(r"/([abc])/jobs(?:/(\d+)(/results)?)?", request.path)
        assert part, request
        if not part[2]:
            since = int(json.loads(request.body)["since"])
            self.created.append((part[1], [n for n in self.records[part[1]] if n >= since]))
            return Answer({"id": len(self.created), "state": "new"}, 202)
        row, found = self.created[int(part[2]) - 1]
        assert row == part[1], f"the job belongs to {row}: {request}"
        if not part[3]:
            return Answer({"state": "done"})
        at = int(request.query.get("page", "0"))
        return Answer(
            {"records": [{"id": n} for n in found[at : at + 3]], "next": at + 3 if at + 3 < len(found) else None}
        )

    def jobs(self) -> Counter[str]:
        return Counter(row for row, _ in self.created)


def is_creation(request: Request) -> bool:
    return request.path == "/jobs"


def is_status(request: Request) -> bool:
    return re.fullmatch(r"/jobs/\d+", request.path) is not None


def is_second_page(request: Request) -> bool:
    return request.query.get("page") == "3"


def test_a_killed_driver_continues_with_the_same_job(spark: SparkSession, tmp_path: Path) -> None:
    jobs = Jobs()
    with Emulated(jobs.answer) as api:
        query = Query(
            api,
            tmp_path,
            "id BIGINT",
            conf={"spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart": "false"},
            url=f"{api.url}/jobs/{{job}}/results",
            job_url=f"{api.url}/jobs",
            job_body={"since": "{id}"},
            job_done_when="state=done",
            job_failed_when="state=failed",
            job_poll_interval=0.1,
            data_field="records",
            initial_offset="0",
            pagination="cursor",
            next_field="next",
            page_param="page",
            # A task for each page, so that a kill comes between two commits of one job.
            max_pages_per_poll=1,
            streaming_interval=1,
        )

        def killed_in(step: Callable[[Request], bool]) -> None:
            api.stall(Stall.HEAD, 60, only=step)
            with query.driver() as running:
                assert api.stalled.wait(120), running.output()
                running.kill()

        killed_in(is_creation)
        assert len(jobs.created) == 1, "the API has a job that nobody knows"
        killed_in(is_status)
        assert len(jobs.created) == 2
        killed_in(is_second_page)
        assert len(jobs.created) == 2, "another job, although the API ran one"
        pages = [r.query.get("page") for r in api.requests if r.path == "/jobs/2/results"]
        api.stall_seconds = 0
        # Later than the job, so the run that ends has to create another one.
        jobs.records.append(10)
        with query.driver(trigger={"availableNow": True}) as running:
            assert running.wait(120) == 0, running.output()
        assert pages == [None, "3"]
        assert [r.query.get("page") for r in api.requests if r.path == "/jobs/2/results"] == [None, "3", "3", "6"]
        assert len(jobs.created) == 3
        assert not [r for r in api.requests if r.path.startswith("/jobs/1")]
    query.must_hold_once(spark, len(jobs.records))


def test_a_killed_driver_continues_with_the_job_of_each_row(spark: SparkSession, tmp_path: Path) -> None:
    jobs = JobsOfRows()
    with Emulated(jobs.answer) as api:
        query = Query(
            api,
            tmp_path,
            "id BIGINT",
            conf={"spark.sql.streaming.verifyCheckpointDirectoryEmptyOnStart": "false"},
            url=f"{api.url}/{{row}}/jobs/{{job}}/results",
            input_data=json.dumps([{"row": row} for row in jobs.rows]),
            job_url=f"{api.url}/{{row}}/jobs",
            job_body={"since": "{id}"},
            job_done_when="state=done",
            job_poll_interval=0.1,
            data_field="records",
            initial_offset="0",
            pagination="cursor",
            next_field="next",
            page_param="page",
            streaming_interval=600,
        )
        # The task polls all three rows, and nothing of it counts before it ends.
        api.stall(Stall.HEAD, 60, only=lambda r: r.path.startswith("/b/") and is_second_page(r))
        with query.driver() as running:
            assert api.stalled.wait(120), running.output()
            running.kill()
        assert jobs.jobs() == Counter(jobs.rows), "one job for each row"
        api.stall_seconds = 0

        def arrived() -> int:
            if not (query.output / "_spark_metadata").exists():
                return 0
            return spark.read.schema("id BIGINT").parquet(str(query.output)).count()

        with query.driver() as running:
            wait_until(lambda: arrived() >= 18 or not running.is_running(), "18 records", 120)
            assert running.is_running(), running.output()
            running.kill()
        assert jobs.jobs() == Counter(jobs.rows), "another job, although the API had one"
    query.must_hold_once(spark, 18)


def test_a_batch_read_waits_for_its_job(spark: SparkSession) -> None:
    jobs = Jobs()
    with Emulated(jobs.answer) as api:
        rows = read_rest(
            spark,
            f"{api.url}/jobs/{{job}}/results",
            job_url=f"{api.url}/jobs",
            job_body={"since": 5},
            job_done_when="state=done",
            job_poll_interval=0.05,
            schema="id BIGINT",
            data_field="records",
            pagination="cursor",
            next_field="next",
            page_param="page",
        )
        assert sorted(row.id for row in rows.collect()) == [5, 6, 7, 8, 9]
        assert len(jobs.created) == 1
