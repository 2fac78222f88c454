# SPDX-License-Identifier: Apache-2.0
"""Argument types of `read_rest` and `read_rest_stream`: credentials, times, JSON, DataFrames.

And the errors they raise.
"""

from __future__ import annotations

import base64
import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from collected import collecting
from emulated import Answer, Emulated, Request
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession
from waiting import wait_until

from spark_rest import (
    ApiKey,
    Basic,
    Bearer,
    Credentials,
    Custom,
    Digest,
    OAuth1,
    OAuth2,
    RestError,
    Session,
    Signature,
    SigV4,
    read_rest,
    read_rest_stream,
)
from spark_rest._error import without_java_traces
from spark_rest._option_text import option_text

SECRETS = ("s3cret", "t0ken")
ALL = [
    Basic("t0ken", "s3cret"),
    Digest("t0ken", "s3cret"),
    Bearer("s3cret"),
    Bearer("s3cret", scheme="SSWS"),
    ApiKey("s3cret", name="X-Key", location="query"),
    OAuth1("s3cret", "s3cret", "t0ken", "t0ken", signature_method="HMAC-SHA256", realm="photos"),
    OAuth2("https://id.example.com/token", "t0ken", "s3cret", scope="read", params={"audience": "s3cret"}),
    OAuth2("https://id.example.com/token", "t0ken", grant_type="password", user="t0ken", password="s3cret"),
    SigV4("t0ken", "s3cret", "eu-central-1", "es", session_token="s3cret"),
    Session("https://id.example.com/login", {"password": "s3cret"}, token_field="id", lifetime=timedelta(minutes=10)),
    Signature("s3cret", "{query}", headers={"X-Pass": "t0ken", "X-Sign": "{signature}"}, api_key="t0ken"),
    Custom("com.acme.Signer", {"secret": "s3cret"}),
]


def anything(_: Request) -> Answer:
    return Answer([{"id": 1}])


@pytest.mark.parametrize("auth", ALL, ids=lambda auth: type(auth).__name__)
def test_a_repr_hides_secrets(auth: Credentials) -> None:
    for shown in (repr(auth), str(auth), f"{[auth]}"):
        assert not any(secret in shown for secret in SECRETS), shown
        assert "***" in shown
    assert auth == copy.deepcopy(auth) == pickle.loads(pickle.dumps(auth))


def test_a_repr_shows_the_other_fields() -> None:
    assert repr(ALL[4]) == "ApiKey(key=***, name='X-Key', location='query')"
    assert repr(Session("https://ada:pw@h/login?key=s3cret")) == "Session(url='https://***@h/login?***')"
    assert repr(Session("https://h/@login")) == "Session(url='https://h/@login')"


def test_credentials_are_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        Bearer("a").token = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        (Basic("ada", "päss"), {"Authorization": "Basic " + base64.b64encode("ada:päss".encode()).decode()}),
        (Bearer("t1"), {"Authorization": "Bearer t1"}),
        (Bearer("t1", scheme="SSWS"), {"Authorization": "SSWS t1"}),
        (ApiKey("k1"), {"X-API-Key": "k1"}),
        (ApiKey("k1", name="X-Token"), {"X-Token": "k1"}),
        (ApiKey("k1", name="sid", location="cookie"), {"Cookie": "sid=k1"}),
    ],
    ids=repr,
)
def test_credentials_are_sent(spark: SparkSession, auth: Credentials, sent: dict[str, str]) -> None:
    with Emulated(anything) as api:
        assert read_rest(spark, api.url, auth=auth, schema="id INT", offset_field="id").collect() == [(1,)]
        assert {name: api.requests[0].headers[name] for name in sent} == sent


def test_an_oauth2_token_is_fetched(spark: SparkSession) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/token":
            return Answer({"access_token": "fresh", "expires_in": 3600})
        return Answer([{"id": 1}])

    with Emulated(answer) as api:
        auth = OAuth2(f"{api.url}/token", "me", "mine", params={"audience": "all"}, scope="read write")
        assert read_rest(spark, f"{api.url}/data", auth=auth, schema="id INT", offset_field="id").count() == 1
        token, data = (next(r for r in api.requests if r.path == path) for path in ("/token", "/data"))
    assert token.headers["Authorization"] == "Basic " + base64.b64encode(b"me:mine").decode()
    assert b"audience=all" in token.body and b"scope=read" in token.body
    assert data.headers["Authorization"] == "Bearer fresh"


def test_oauth1_credentials_sign_requests(spark: SparkSession) -> None:
    with Emulated(anything) as api:
        auth = OAuth1("ck", "cs", signature_method="HMAC-SHA256")
        assert read_rest(spark, api.url, auth=auth, schema="id INT", offset_field="id").count() == 1
        sent = api.requests[0].headers["Authorization"]
    assert sent.startswith("OAuth ")
    assert 'oauth_consumer_key="ck"' in sent and 'oauth_signature_method="HMAC-SHA256"' in sent


def test_credentials_conflict_with_the_arguments_that_they_set(spark: SparkSession) -> None:
    with pytest.raises(TypeError, match=r"auth=Bearer\(token=\*\*\*\) sets authType, oauthToken, which the arg") as e:
        read_rest(spark, "http://localhost/", auth=Bearer("s3cret"), auth_type="Bearer", oauth_token="t0ken")
    assert not any(secret in str(e.value) for secret in SECRETS)


def test_a_text_is_refused_as_credentials(spark: SparkSession) -> None:
    with pytest.raises(
        TypeError, match=r"^auth: the value is a str\.\nUse one of the classes Basic, Digest, Bearer"
    ) as e:
        read_rest(spark, "http://localhost/", auth="s3cret")  # type: ignore[arg-type]
    assert "s3cret" not in str(e.value)


def test_incomplete_credentials_are_reported_with_all_other_errors(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as e:
        read_rest(spark, "http://localhost/", auth=OAuth2("https://id.example.com/token", "me"), max_retries=-1)
    message = str(e.value)
    assert message.startswith("[REST_INVALID_OPTIONS] 2 options are wrong:")
    assert "oauth2ClientSecret: is required" in message and "maxRetries" in message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is ", "as it is "),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (Decimal("1.50"), "1.50"),
        (timedelta(minutes=1, milliseconds=5), "60.005000s"),
        (timedelta(), "0.000000s"),
        (timedelta(days=400), "34560000.000000s"),
        (datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "2025-01-02T03:04:05Z"),
        (datetime(2025, 1, 2, 3, 4, 5, 678, timezone(timedelta(hours=-3))), "2025-01-02T03:04:05.000678-03:00"),
        ({"a": "ü", "b": [1, None, {"c": True}]}, '{"a": "ü", "b": [1, null, {"c": true}]}'),
        ([{"at": datetime(2025, 1, 2, tzinfo=timezone.utc)}], '[{"at": "2025-01-02T00:00:00Z"}]'),
        (("a", "b"), '["a", "b"]'),
    ],
    ids=repr,
)
def test_a_value_becomes_the_text_of_its_option(value: object, text: str) -> None:
    assert option_text("x", value) == text


def test_a_time_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^Option initialOffset: datetime.* has no time zone.\nUse value.replace"):
        option_text("initialOffset", datetime(2025, 1, 1))
    with pytest.raises(ValueError, match="has no time zone"):
        option_text("body", {"since": datetime(2025, 1, 1)})


@pytest.mark.parametrize("value", [object(), b"s3cret", date(2025, 1, 1), {"s3cret"}, {"a": b"s3cret"}], ids=repr)
def test_other_types_are_an_error_that_hides_the_value(value: object) -> None:
    with pytest.raises(TypeError, match=r"^Option x: the value (is|contains) a ") as e:
        option_text("x", value)
    assert "s3cret" not in str(e.value)


def test_times_and_json_reach_the_api(spark: SparkSession) -> None:
    began = datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    with Emulated(anything) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/search",
            method="POST",
            headers={"X-Two": "2"},
            params={"q": "a b&c"},
            body={"filter": {"after": "{id}"}, "size": 10},
            offset_type="max_field",
            offset_field="id",
            initial_offset=began,
            streaming_interval=timedelta(milliseconds=200),
            infer_schema=False,
        )
        with collecting(stream) as got:
            got.await_rows(1)
            api.await_polls(3)
        first, *others = api.requests
    assert (first.query, first.headers["X-Two"]) == ({"q": "a b&c"}, "2")
    assert first.body == b'{"filter": {"after": "2025-01-02T03:04:05Z"}, "size": 10}'
    assert {r.body for r in others} == {b'{"filter": {"after": "1"}, "size": 10}'}
    assert others[1].at - others[0].at < 5


def test_two_reads_can_have_different_dataframes_as_input(spark: SparkSession) -> None:
    """Each DataFrame gets a separate view."""
    with Emulated(lambda r: Answer({"received": r.query["n"]})) as api:
        one, two = (
            read_rest(
                spark,
                f"{api.url}/square?n={{n}}",
                input=spark.createDataFrame([(n,) for n in numbers], "n INT"),
                method="GET",
                read_timeout=timedelta(seconds=5),
            )
            for numbers in ([1, 2, 3], [4])
        )
        assert sorted((r.n, r.output.received, r.error) for r in one.collect()) == [
            (n, str(n), None) for n in (1, 2, 3)
        ]
        assert [(r.n, r.output.received) for r in two.collect()] == [(4, "4")]


def test_a_dataframe_can_be_the_input_of_a_stream(spark: SparkSession) -> None:
    """Each row is an endpoint with a separate offset."""
    with Emulated(lambda r: Answer([{"id": n} for n in (1, 2, 3) if n >= int(r.query["from"])])) as api:
        stream = read_rest_stream(
            spark,
            f"{api.url}/{{shop}}?from={{id}}",
            input=spark.createDataFrame([("a",), ("b",)], "shop STRING"),
            offset_type="incremental",
            offset_field="id",
            schema="shop STRING, id BIGINT",
            streaming_interval=timedelta(milliseconds=100),
        )
        with collecting(stream) as got:
            got.await_rows(6)
            wait_until(lambda: {r.path for r in api.requests if r.query["from"] == "4"} == {"/a", "/b"}, "next polls")
            assert sorted(got.rows()) == [(shop, n) for shop in "ab" for n in (1, 2, 3)]


def test_a_list_is_refused_as_input(spark: SparkSession) -> None:
    with pytest.raises(TypeError, match=r"^Option input: the value is a list\.\nUse a DataFrame or the name of"):
        read_rest(spark, "http://localhost/", input=[{"n": 1}])  # type: ignore[arg-type]


@pytest.mark.parametrize("read", [read_rest, read_rest_stream])
def test_errors_are_raised_at_the_call_without_java_traces(spark: SparkSession, read: Callable[..., Any]) -> None:
    with Emulated(lambda _: Answer({"error": "who are you?"}, status=401)) as api:
        with pytest.raises(IllegalArgumentException) as refused:
            read(spark, f"{api.url}/data", offset_field="id", max_retries=0)
        with pytest.raises(IllegalArgumentException) as wrong:
            read(spark, f"{api.url}/data", max_retries=-1)
    assert str(refused.value).startswith("[REST_API_REFUSED] ")
    assert str(wrong.value).startswith("[REST_INVALID_OPTIONS] ")
    for e in (refused.value, wrong.value):
        assert "\tat " not in str(e) and "Exception" not in str(e)
        assert e.__cause__ is None and e.__suppress_context__


def test_other_spark_errors_become_rest_errors(spark: SparkSession) -> None:
    """PySpark shows a Java stack trace for such an error of Spark."""
    with pytest.raises(RestError, match=r"^\[DATA_SOURCE_NOT_FOUND\]") as e, without_java_traces():
        spark.read.format("not_rest").load()
    assert "\tat " not in str(e.value)
    assert e.value.__suppress_context__
