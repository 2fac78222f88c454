# SPDX-License-Identifier: Apache-2.0
"""Queues: each message is in the sink once, and none is acknowledged before it is stored. Also over crashes."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from emulated import Answer, Emulated, Request
from page_log import page_log_of, read_page_log
from pyspark.sql import SparkSession
from query import Query
from vendors.pubsub import Subscription
from waiting import wait_until

from spark_rest import read_rest_stream

SCHEMA = "ackId STRING, message STRUCT<messageId: STRING, data: STRING>"


def options(api: Emulated, subscription: str) -> dict[str, Any]:
    base = f"{api.url}/v1/{subscription}"
    return {
        "url": f"{base}:pull",
        "auth_type": "Bearer",
        "oauth_token": "ya29...",
        "method": "POST",
        "body": '{"maxMessages": {pageSize}}',
        "page_size": 5,
        "data_field": "receivedMessages",
        "offset_type": "queue",
        "offset_field": None,
        "record_key": "message.messageId",
        "ack_url": f"{base}:acknowledge",
        "ack_body": '{"ackIds": ["{ackId}"]}',
    }


def message_ids(subscription: Subscription) -> Counter[str]:
    return Counter(r["message"]["messageId"] for r in subscription.expected())


class Gate:
    """Holds acknowledgements that the subscription has taken, so that a driver can be killed meanwhile."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._opened = threading.Event()
        self.reached = threading.Event()

    def open(self) -> None:
        self._opened.set()

    def answer(self, request: Request) -> Answer:
        answer = self._subscription.answer(request)
        if request.path.endswith(":acknowledge"):
            self.reached.set()
            self._opened.wait(60)
        return answer


def test_a_driver_killed_between_manifest_and_acknowledgement_repeats_nothing(
    spark: SparkSession, tmp_path: Path
) -> None:
    subscription = Subscription()
    gate = Gate(subscription)
    with Emulated(gate.answer) as api:
        query = Query(api, tmp_path, SCHEMA, **options(api, subscription.name))
        with query.driver() as driver:
            wait_until(lambda: gate.reached.is_set() or not driver.is_running(), "an acknowledgement", 120)
            assert gate.reached.is_set(), driver.output()
            driver.kill()
        log = read_page_log(page_log_of(tmp_path / "checkpoint"))
        log.must_be_whole()
        assert log.pending_acks, "the next run has nothing to acknowledge"
        *_, held = api.requests
        before = len(api.requests)
        gate.open()
        # The acknowledgement was lost with the response, so all messages come again.
        subscription.forget()
        subscription.new_and_changed()
        query.drain()
    assert api.requests[before].body == held.body, "the first request of a run acknowledges what the last one left"
    assert not subscription.left and not subscription.refusals
    rows = spark.read.parquet(str(query.output)).select("message.messageId").collect()
    assert Counter(row.messageId for row in rows) == message_ids(subscription)
    log = read_page_log(page_log_of(tmp_path / "checkpoint"))
    log.must_be_clean()
    assert not log.pending_acks


def test_each_endpoint_of_an_input_acknowledges_its_own_messages(spark: SparkSession, tmp_path: Path) -> None:
    queues = {name: Subscription(f"projects/p/subscriptions/{name}", 60.0) for name in ("orders", "visits")}

    def answer(request: Request) -> Answer:
        return queues[request.path.rpartition("/")[2].partition(":")[0]].answer(request)

    with Emulated(answer) as api:
        given = options(api, "projects/p/subscriptions/{queue}") | {"streaming_interval": 0.1, "on_error": "fail"}
        stream = read_rest_stream(spark, **given, schema=SCHEMA, input_data=[{"queue": name} for name in queues])
        query = (
            stream.writeStream.format("parquet")
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .start(str(tmp_path / "output"))
        )
        try:
            wait_until(lambda: query.exception() or not any(q.left for q in queues.values()), "acknowledgements", 60)
            queues["visits"].new_and_changed()
            wait_until(lambda: query.exception() or not any(q.left for q in queues.values()), "acknowledgements", 60)
            query.processAllAvailable()
        finally:
            query.stop()
    assert not query.exception() and not any(q.refusals for q in queues.values())
    rows = spark.read.parquet(str(tmp_path / "output")).select("ackId", "message.messageId").collect()
    for name, subscription in queues.items():
        assert Counter(r.messageId for r in rows if r.ackId.startswith(name)) == message_ids(subscription)


def test_a_batch_read_leaves_the_messages_in_the_queue(spark: SparkSession) -> None:
    subscription = Subscription(deadline=60.0)
    with Emulated(subscription.answer) as api:
        given = {name: value for name, value in options(api, subscription.name).items() if value is not None}
        names = {name.replace("_", ""): str(value) for name, value in given.items()}
        read = spark.read.format("rest").options(**names).schema(SCHEMA)
        rows = read.load().select("message.messageId").collect()
        assert Counter(row.messageId for row in rows) == message_ids(subscription)
        assert len(subscription.left) == len(rows), "acknowledged"
        assert {r.path.partition(":")[2] for r in api.requests} == {"pull"}


@pytest.mark.parametrize("missing", ["ack_url", "record_key"])
def test_a_queue_needs_an_acknowledgement_and_a_key(spark: SparkSession, missing: str) -> None:
    with Emulated(Subscription().answer) as api:
        given = {**options(api, "projects/shop/subscriptions/orders"), missing: None}
        with pytest.raises(Exception, match=r"is required by offsetType=queue"):
            read_rest_stream(spark, **given, schema=SCHEMA)
