# SPDX-License-Identifier: Apache-2.0
"""Streams and batch reads of APIs that require credentials, against providers built on oauthlib."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import subprocess
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jwt_provider
import pytest
from apis import Feed, ids_from
from aws_provider import Provider as AwsProvider
from collected import Collected, collecting
from digest_provider import Provider as DigestProvider
from digest_provider import challenging
from emulated import Answer, Emulated, Failure, Request, Stall
from oauth1_provider import METHODS
from oauth1_provider import Provider as OAuth1Provider
from oauth2_provider import Provider, behind
from processes import command, process_at
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession
from query import LOCAL_CLUSTER, Query
from session_provider import Provider as SessionProvider
from signature_provider import Provider as SignatureProvider
from stopping import assert_stops, begin
from streams import ids_of

from spark_rest import Bearer, Custom, Session, jar_path, read_rest


def signed(provider: OAuth1Provider, feed: Feed) -> Emulated:
    data = ids_from(feed, most=2, data_field=None)
    made: list[Emulated] = []

    def answer(request: Request) -> Answer:
        if not provider.takes(made[0].url, request):
            return Answer({"error": "bad signature"}, status=401)
        return data.answer(request)

    made.append(Emulated(answer))
    return made[0]


def consumer(provider: OAuth1Provider, method: str, tmp_path: Path) -> dict[str, Any]:
    """The secrets come from files. One ends with a line break, the other contains many."""
    secret = tmp_path / "secret"
    secret.write_text(provider.private_key() if method == "RSA-SHA1" else provider.consumer_secret + "\n")
    return {
        "auth_type": "OAuth1",
        "oauth_signature_method": method,
        "oauth_consumer_key": provider.consumer,
        "oauth_consumer_secret": f"file:{secret}",
        "oauth_token": provider.token,
        "oauth_token_secret": provider.token_secret,
    }


@pytest.mark.parametrize("method", METHODS)
def test_oauth1_signs_each_attempt_again(spark: SparkSession, tmp_path: Path, method: str) -> None:
    provider, feed = OAuth1Provider(), Feed({"id": 1}, {"id": 2}, {"id": 3})
    with signed(provider, feed) as api:
        api.fail_next(Failure.STATUS_500, 2)
        options = consumer(provider, method, tmp_path)
        awkward = {"q": "a b+c/ü&=~*'", "empty": ""}
        stream = ids_of(spark, api, params=awkward, streaming_interval=0.1, retry_backoff=0.05, **options)
        with collecting(stream) as got:
            got.await_rows(3)
            api.fail_next(Failure.RESET)
            feed.add({"id": 4})
            assert sorted(r.id for r in got.await_rows(4)) == [1, 2, 3, 4]
        assert len(api.failed) == 3
        assert len(provider.nonces) == len(set(provider.nonces)) == len(api.requests)


def test_oauth1_signs_a_form(spark: SparkSession, tmp_path: Path) -> None:
    provider, feed = OAuth1Provider(), Feed({"id": 1}, {"id": 2})
    data = ids_from(feed, data_field=None)

    def answer(request: Request) -> Answer:
        if not provider.takes(api.url, request):
            return Answer({"error": "bad signature"}, status=401)
        assert request.body.startswith(b"from=") and b"text=a+b" not in request.body
        return data.answer(request)

    with Emulated(answer) as api:
        stream = ids_of(
            spark,
            api,
            method="POST",
            body={"from": "{id}", "text": "a b & ü"},
            body_format="form",
            **consumer(provider, "HMAC-SHA256", tmp_path),
        )
        with collecting(stream) as got:
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]


def signed_by_aws(provider: AwsProvider, answer: Callable[[Request], Answer]) -> Emulated:
    def verified(request: Request) -> Answer:
        if not provider.takes(made[0].url, request):
            return Answer({"message": "The request signature we calculated does not match"}, status=403)
        return answer(request)

    made = [Emulated(verified)]
    return made[0]


AWKWARD = {"q": "a b+c/ü&=~*'", "empty": "", "Upper": "%", "a": "$(x)!"}


@pytest.mark.parametrize(("service", "token"), [("execute-api", None), ("execute-api", "t0ken/+="), ("s3", None)])
def test_sigv4_signs_each_attempt_again(spark: SparkSession, service: str, token: str | None) -> None:
    """Retries, pages of a `Link` header, and redirects."""
    provider, feed = AwsProvider(service, token), Feed({"id": 1}, {"id": 2}, {"id": 3})
    inner = ids_from(feed, most=2, data_field=None)
    inner_path = "/a%20b(c)'//data"

    def routed(request: Request) -> Answer:
        if unquote(request.path) != unquote(inner_path):
            return Answer({}, status=307, headers={"Location": request.target.replace("/data", inner_path, 1)})
        assert request.query["q"] == AWKWARD["q"] and request.query["empty"] == ""
        return inner.answer(request)

    with signed_by_aws(provider, routed) as api:
        api.fail_next(Failure.STATUS_500, 2)
        headers = {"X-Mine": "  two   blanks ", "User-Agent": "mine/1", "Accept": "application/json"}
        options: dict[str, Any] = {"params": AWKWARD, "headers": headers, **provider.options()}
        with collecting(ids_of(spark, api, streaming_interval=0.1, retry_backoff=0.05, **options)) as got:
            got.await_rows(3)
            api.fail_next(Failure.RESET)
            feed.add({"id": 4})
            assert sorted(r.id for r in got.await_rows(4)) == [1, 2, 3, 4]
        assert len(api.failed) == 3
        assert len(provider.accepted) == len(api.requests)
        assert {r.headers["User-Agent"] for r in api.requests} == {"mine/1"}


@pytest.mark.parametrize("form", [False, True])
def test_sigv4_signs_a_body(spark: SparkSession, form: bool) -> None:
    provider = AwsProvider("es")
    data = ids_from(Feed({"id": 1}, {"id": 2}), data_field=None)
    with signed_by_aws(provider, lambda r: data.answer(r)) as api:
        body = {"from": "{id}", "text": "a b & ü"}
        kind = "form" if form else "json"
        stream = ids_of(spark, api, method="POST", body=body, body_format=kind, **provider.options())
        with collecting(stream) as got:
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]
        assert all("ü".encode() in r.body or b"%C3%BC" in r.body for r in api.requests)
        assert len(provider.accepted) == len(api.requests)


def test_renewed_temporary_credentials_are_read_from_their_files(spark: SparkSession, tmp_path: Path) -> None:
    provider, feed = AwsProvider(session_token="first-session"), Feed({"id": 1})
    files = {n: tmp_path / n for n in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")}

    def write() -> None:
        for name, file in files.items():
            file.write_text(provider.options()[name] + "\n")

    write()
    with signed_by_aws(provider, ids_from(feed).answer) as api:
        options = provider.options() | {name: f"file:{file}" for name, file in files.items()}
        with collecting(ids_of(spark, api, streaming_interval=0.1, **options)) as got:
            got.await_rows(1)
            provider.access_key_id, provider.secret_access_key = "AKID-SECOND", "second/secret"
            provider.session_token = "second-session"
            write()
            feed.add({"id": 2})
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]


def test_a_signature_with_another_key_is_refused(spark: SparkSession) -> None:
    """Otherwise the verifier of these tests would accept anything."""
    provider = AwsProvider()
    with signed_by_aws(provider, ids_from(Feed({"id": 1})).answer) as api:
        wrong = provider.options() | {"aws_secret_access_key": "wr0ng-secret"}
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\]") as caught:
            ids_of(spark, api, **(wrong | {"schema": None}))
        assert "signature we calculated" in str(caught.value) and "wr0ng" not in str(caught.value)
        assert not provider.accepted


def five_ids_arrive(
    got: Collected, api: Emulated, feed: Feed, first: Callable[[], None], then: Callable[[], None]
) -> None:
    """Three ids are there. Another comes after `first` and a failed response, and another after `then`."""
    got.await_rows(3)
    first()
    api.fail_next(Failure.STATUS_500)
    feed.add({"id": 4})
    got.await_rows(4)
    then()
    feed.add({"id": 5})
    assert sorted(r.id for r in got.await_rows(5)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-256-sess"])
def test_digest_answers_a_challenge_and_then_counts(spark: SparkSession, algorithm: str) -> None:
    """Pages, a failed response, a stale nonce, and a server that forgets its nonces."""
    offers = ('Basic realm="x"', 'Digest realm="x", nonce="y", qop="auth", algorithm=SHA-512-256')
    provider = DigestProvider("Jane", "Circle öf Life", algorithm, most=5, offers=offers)
    feed = Feed({"id": 1}, {"id": 2}, {"id": 3})
    with challenging(provider, ids_from(feed, most=2, data_field=None)) as api:
        options = {"auth_type": "Digest", "user_id": provider.user, "user_password": provider.password}
        with collecting(ids_of(spark, api, streaming_interval=0.1, retry_backoff=0.05, **options)) as got:
            five_ids_arrive(got, api, feed, provider.renew, lambda: api.await_polls(12))
            assert failed_polls(got) == 0
        assert len(provider.nonces) >= 4, "some were stale, and one was forgotten"
        assert sum(len(c) for c in provider.nonces.values()) > len(api.requests) * 2 // 3, "most requests carried one"
        assert all(c == list(range(1, len(c) + 1)) for c in provider.nonces.values())


def test_digest_signs_a_body_and_names_its_refusal(spark: SparkSession) -> None:
    provider = DigestProvider("Jane", "s3cret")
    with challenging(provider, ids_from(Feed({"id": 1}))) as api:
        options = {"auth_type": "Digest", "user_id": "Jane", "user_password": "s3cret"}
        stream = ids_of(spark, api, method="POST", body={"from": "{id}"}, **options)
        with collecting(stream) as got:
            got.await_rows(1)
        assert all(r.body == b'{"from": "0"}' for r in api.requests[:2])
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\]") as caught:
            ids_of(spark, api, **(options | {"user_password": "wr0ng-passw0rd", "schema": None}))
        assert "who are you?" in str(caught.value) and "wr0ng" not in str(caught.value)


SESSION = {"auth_type": "Session", "session_token_field": "id"}
PLACES: dict[str, dict[str, Any]] = {
    "authorization": SESSION,
    "scheme": SESSION | {"auth_scheme": "Splunk"},
    "header": {**SESSION, "session_token_field": "header:X-Token", "api_key_name": "X-Token"},
    "query": SESSION | {"api_key_name": "_sid", "api_key_in": "query"},
    "body": SESSION
    | {"api_key_name": "auth", "api_key_in": "body", "method": "POST", "body": {"from": "{id}", "auth": "none"}},
    "cookies": {"auth_type": "Session"},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_session_is_renewed_when_it_ends(spark: SparkSession, tmp_path: Path, place: str) -> None:
    """A failed response, a revoked session, and a session that lives for two seconds."""
    provider, feed = SessionProvider(lifetime=2), Feed({"id": 1}, {"id": 2}, {"id": 3})
    password = tmp_path / "password"
    password.write_text(provider.password + "\n")
    body = {"username": provider.user, "password": f"file:{password}"}
    data = ids_from(feed, most=2, data_field=None)
    with provider.behind(data) as api:
        options = PLACES[place] | {"session_url": f"{api.url}/session", "session_body": body, "retry_backoff": 0.05}
        with collecting(ids_of(spark, api, streaming_interval=0.1, **options)) as got:
            five_ids_arrive(got, api, feed, provider.revoke, lambda: time.sleep(2))
            # A POST that failed is not repeated within the poll.
            assert failed_polls(got) == (place == "body")
    # The stream may end between a refusal and its login.
    assert len(provider.logins) >= 3 and len(provider.logins) - provider.refused in (0, 1), "a login for each refusal"


def test_a_session_is_renewed_before_it_ends(spark: SparkSession) -> None:
    provider, feed = SessionProvider(lifetime=3), Feed({"id": 1})
    with provider.behind(ids_from(feed)) as api:
        options: dict[str, Any] = {"session_url": f"{api.url}/session", "session_lifetime": timedelta(seconds=1)}
        options |= SESSION | {"user_id": provider.user, "user_password": provider.password}
        with collecting(ids_of(spark, api, streaming_interval=0.1, **options)) as got:
            for number in range(2, 6):
                got.await_rows(number - 1)
                feed.add({"id": number})
                time.sleep(0.7)
            assert sorted(r.id for r in got.await_rows(5)) == [1, 2, 3, 4, 5]
    assert provider.refused == 0 and len(provider.logins) >= 3


def test_many_calls_share_one_login(spark: SparkSession) -> None:
    provider = SessionProvider()
    with provider.behind(ids_from(Feed({"id": 1}), "n")) as api:
        auth = Session(f"{api.url}/session", user=provider.user, password=provider.password)
        rows = spark.range(40).withColumnRenamed("id", "n").repartition(4)
        read = read_rest(spark, f"{api.url}/data?n={{n}}", input=rows, auth=auth, method="GET", concurrency=4)
        assert read.count() == 40
    assert (len(provider.logins), provider.refused) == (1, 0)


def test_a_refused_login_names_its_options(spark: SparkSession) -> None:
    provider = SessionProvider()
    with provider.behind(ids_from(Feed({"id": 1}))) as api:
        wrong = SESSION | {"user_id": provider.user, "user_password": "wr0ng-passw0rd", "schema": None}
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_TOKEN_REFUSED\]") as caught:
            ids_of(spark, api, session_url=f"{api.url}/session", **wrong)
    said = str(caught.value)
    assert "unknown user" in said and "userPassword" in said and "sessionUrl" in said
    assert "wr0ng" not in said


def verified(provider: SignatureProvider, data: Emulated) -> Emulated:
    def answer(request: Request) -> Answer:
        return data.answer(request) if provider.takes(request) else Answer({"msg": "wrong signature"}, status=403)

    return Emulated(answer)


IN_HEADERS = {
    "api_key": "k1",
    "signature_key_encoding": "base64",
    "signature_encoding": "base64",
    "signature_template": "{timestamp}{method}{target}{body}",
    "signature_headers": {
        "CB-ACCESS-KEY": "{apiKey}",
        "CB-ACCESS-SIGN": "{signature}",
        "CB-ACCESS-TIMESTAMP": "{timestamp}",
        "CB-ACCESS-PASSPHRASE": "pass",
    },
}
IN_QUERY = {
    "signature_template": "{query}",
    "signature_params": {"signature": "{signature}", "timestamp": "{timestamp}"},
    "signature_time_format": "epoch_ms",
}


@pytest.mark.parametrize("post", [False, True])
@pytest.mark.parametrize("options", [IN_HEADERS, IN_QUERY], ids=["headers", "query"])
def test_an_hmac_signs_each_attempt_again(spark: SparkSession, options: dict[str, Any], post: bool) -> None:
    """Retries within a poll, and the polls after it."""
    provider, feed = SignatureProvider(), Feed({"id": 1}, {"id": 2}, {"id": 3})
    more = {"method": "POST", "body": {"from": "{id}", "text": "a b & ü"}} if post else {"params": AWKWARD}
    with verified(provider, ids_from(feed, most=2, data_field=None)) as api:
        api.fail_next(Failure.STATUS_500, 2)
        given: dict[str, Any] = {"auth_type": "Signature", "signature_key": provider.secret, **options, **more}
        with collecting(ids_of(spark, api, streaming_interval=0.1, retry_backoff=0.05, **given)) as got:
            got.await_rows(3)
            api.fail_next(Failure.RESET)
            feed.add({"id": 4})
            assert sorted(r.id for r in got.await_rows(4)) == [1, 2, 3, 4]
        assert len(api.failed) == 3
        assert len(provider.accepted) == len(api.requests)
        wrong = given | {"signature_key": "d3JvbmcgMQ==", "schema": None}
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\]") as caught:
            ids_of(spark, api, **wrong)
        assert "wrong signature" in str(caught.value) and "d3Jvbmcg" not in str(caught.value)


def signed_by_acme(request: Request, secret: str) -> bool:
    """As `examples/signer/AcmeSigner.java` signs, by Python's hmac."""

    def keyed(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    at = request.headers["X-Acme-Time"] or ""
    body = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    text = "\n".join([request.method, request.target.partition("?")[0], at, body])
    signature = base64.b64encode(keyed(keyed(secret.encode(), at[:10]), text)).decode()
    return bool(request.headers["Authorization"] == f"Acme c-17:{signature}")


def test_a_class_of_the_user_signs(spark: SparkSession, tmp_path: Path) -> None:
    """The class of `examples`, compiled against the jar of this package and added while Spark runs."""
    source = Path(__file__).parents[2] / "examples" / "signer" / "AcmeSigner.java"
    classes, jar = tmp_path / "classes", tmp_path / "acme.jar"
    subprocess.run(["javac", "--release", "11", "-cp", jar_path(), "-d", classes, source], check=True)
    with zipfile.ZipFile(jar, "w") as archive:
        archive.write(classes / "com" / "acme" / "AcmeSigner.class", "com/acme/AcmeSigner.class")
    spark.sql(f"ADD JAR '{jar}'")
    secret = tmp_path / "secret"
    secret.write_text("s3cret-of-acme\n")
    data = ids_from(Feed({"id": 1}, {"id": 2}), data_field=None)

    def answer(request: Request) -> Answer:
        valid = signed_by_acme(request, "s3cret-of-acme")
        return data.answer(request) if valid else Answer({"said": request.headers["Authorization"]}, status=401)

    with Emulated(answer) as api:
        api.fail_next(Failure.STATUS_500)
        auth = Custom("com.acme.AcmeSigner", {"client": "c-17", "secret": f"file:{secret}"})
        with collecting(ids_of(spark, api, auth=auth, retry_backoff=0.05)) as got:
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]
        secret.write_text("wr0ng-secret")
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_API_REFUSED\]") as caught:
            ids_of(spark, api, auth=auth, schema=None)
    assert "Acme c-17" not in str(caught.value) and "***" in str(caught.value)


def test_a_token_that_is_renewed_in_its_file_during_a_read(spark: SparkSession, tmp_path: Path) -> None:
    """A batch read is one task. It has read the file at its start, as a long poll of a stream has."""
    file, valid = tmp_path / "token", ["first-token"]
    file.write_text("first-token\n")

    def answer(request: Request) -> Answer:
        page = int(request.query["page"])
        if page == 3 and valid == ["first-token"]:
            valid[0] = "second-token"
            file.write_text("second-token\n")
        if request.headers["Authorization"] != f"Bearer {valid[0]}":
            return Answer({"error": "expired"}, status=401)
        return Answer([{"id": n} for n in (2 * page - 1, 2 * page)] if page <= 4 else [])

    with Emulated(answer) as api:
        auth = Bearer(f"file:{file}")
        read = read_rest(spark, f"{api.url}/data", auth=auth, pagination="page", schema="id BIGINT")
        assert sorted(r.id for r in read.collect()) == list(range(1, 9))
        sent = [(r.query["page"], r.headers["Authorization"].removeprefix("Bearer ")) for r in api.requests]
        assert sent[:4] == [("1", "first-token"), ("2", "first-token"), ("3", "first-token"), ("3", "second-token")]
        assert {token for _, token in sent[3:]} == {"second-token"}


def failed_polls(got: Collected) -> int:
    progress = got.query.lastProgress
    assert progress
    return int(progress["sources"][0]["metrics"]["failedPolls"])


def oauth2(api: Emulated, grant: str = "client_credentials", **more: Any) -> dict[str, Any]:
    return {
        "auth_type": "OAuth2",
        "oauth2_token_url": f"{api.url}/token",
        "oauth2_grant_type": grant,
        "oauth2_client_id": Provider.client,
        "oauth2_client_secret": Provider.client_secret,
        **more,
    }


@pytest.mark.parametrize("where", ["header", "body"])
def test_client_credentials_are_renewed_before_they_expire(spark: SparkSession, where: str) -> None:
    provider, feed = Provider(lifetime=2), Feed({"id": 1})
    with behind(provider, ids_from(feed)) as api:
        options = oauth2(api, oauth2_client_auth=where, oauth2_scope="read", oauth2_params={"audience": "https://x/"})
        with collecting(ids_of(spark, api, streaming_interval=0.1, **options)) as got:
            for number in range(2, 6):
                got.await_rows(number - 1)
                feed.add({"id": number})
                api.await_polls(8)
            assert sorted(r.id for r in got.await_rows(5)) == [1, 2, 3, 4, 5]
    assert len(provider.granted) >= 2
    assert provider.refused == 0, "a token was used after its end"
    assert provider.granted[0].items() >= {"audience": "https://x/", "scope": "read"}.items()


def test_a_token_that_is_refused_is_renewed_once(spark: SparkSession) -> None:
    provider, feed = Provider(), Feed({"id": 1})
    api = behind(provider, ids_from(feed))
    with api, collecting(ids_of(spark, api, streaming_interval=0.1, **oauth2(api))) as got:
        got.await_rows(1)
        provider.revoke()
        feed.add({"id": 2})
        assert sorted(r.id for r in got.await_rows(2)) == [1, 2]
        assert failed_polls(got) == 0
    assert (len(provider.granted), provider.refused) == (2, 1)


def test_the_password_grant_and_the_message_of_its_refusal(spark: SparkSession) -> None:
    provider = Provider()
    with behind(provider, ids_from(Feed({"id": 1}))) as api:
        user = {"user_id": Provider.user, "user_password": Provider.password}
        with collecting(ids_of(spark, api, **oauth2(api, "password", **user))) as got:
            got.await_rows(1)
        assert provider.granted[0]["grant_type"] == "password"
        user["user_password"] = "wr0ng-passw0rd"
        with pytest.raises(IllegalArgumentException, match=r"^\[REST_TOKEN_REFUSED\]") as caught:
            ids_of(spark, api, **(oauth2(api, "password", **user) | {"schema": None}))
    said = str(caught.value)
    assert "invalid_grant" in said and "userPassword" in said and "127.0.0.1" in said
    assert "wr0ng" not in said


def test_a_service_account_signs_its_token_request(spark: SparkSession, tmp_path: Path) -> None:
    provider = jwt_provider.Provider()
    with provider.behind(ids_from(Feed({"id": 1}))) as api:
        token_url, account = f"{api.url}/token", tmp_path / "account.json"
        account.write_text(provider.service_account(token_uri=token_url))
        login = {
            "auth_type": "OAuth2",
            "oauth2_grant_type": "jwt_bearer",
            "oauth2_token_url": token_url,
            "oauth2_private_key": f"file:{account}",
            "oauth2_scope": "read",
        }
        with collecting(ids_of(spark, api, **login)) as got:
            got.await_rows(1)
    assert [claims["scope"] for claims in provider.granted] == ["read"]


def test_a_client_signs_instead_of_sending_a_secret(spark: SparkSession, tmp_path: Path) -> None:
    provider = jwt_provider.Provider()
    key = tmp_path / "key.pem"
    key.write_text(provider.private_key())
    with provider.behind(ids_from(Feed({"id": 1}))) as api:
        login = {
            "auth_type": "OAuth2",
            "oauth2_client_auth": "private_key_jwt",
            "oauth2_client_id": provider.client,
            "oauth2_token_url": f"{api.url}/token",
            "oauth2_private_key": f"file:{key}",
        }
        with collecting(ids_of(spark, api, **login)) as got:
            got.await_rows(1)
    assert [claims["sub"] for claims in provider.granted] == [provider.client]


def test_a_failing_token_endpoint_is_retried(spark: SparkSession) -> None:
    provider = Provider()
    troubles = [503, 503]
    inner = behind(provider, ids_from(Feed({"id": 1})))

    def answer(request: Request) -> Answer:
        if request.path == "/token" and troubles:
            return Answer({"error": "temporarily_unavailable"}, status=troubles.pop())
        return inner.answer(request)

    with Emulated(answer) as api, collecting(ids_of(spark, api, retry_backoff=0.05, **oauth2(api))) as got:
        got.await_rows(1)
    assert len(provider.granted) == 1 and not troubles


def test_a_failing_token_endpoint_with_retry_after(spark: SparkSession) -> None:
    """Both within one poll."""
    provider = Provider()

    def answer(request: Request) -> Answer:
        if len(tokens.requests) == 2:
            return Answer({"error": "slow_down"}, status=429, headers={"Retry-After": "1"})
        return provider.token(request)

    with behind(provider, ids_from(Feed({"id": 1}))) as api, Emulated(answer) as tokens:
        tokens.fail_next(Failure.RESET)
        with collecting(ids_of(spark, api, retry_backoff=0.01, **oauth2(tokens))) as got:
            got.await_rows(1)
            assert failed_polls(got) == 0
        _, told, again = tokens.requests
    assert again.at - told.at >= 1


def refreshing(api: Emulated, **more: Any) -> dict[str, Any]:
    return oauth2(api, "refresh_token", oauth2_refresh_token=Provider().first_refresh_token, **more)


def test_a_refused_token_goes_back_to_the_driver_which_refreshes_it(spark: SparkSession, tmp_path: Path) -> None:
    provider, feed = Provider(), Feed({"id": 1})
    store = tmp_path / "token.json"
    with behind(provider, ids_from(feed)) as api:
        options = refreshing(api, oauth2_token_store=str(store))
        # The request for the schema counts too.
        stream = ids_of(spark, api, streaming_interval=0.1, **(options | {"schema": None}))
        with collecting(stream.select("output.id"), tmp_path / "checkpoint") as got:
            got.await_rows(1)
            provider.revoke()
            feed.add({"id": 2})
            assert sorted(r.id for r in got.await_rows(2)) == [1, 2]
            assert failed_polls(got) == 0
        batch = {re.sub("_(.)", lambda m: m[1].upper(), name): value for name, value in options.items()}
        reader = spark.read.format("rest").options(url=f"{api.url}/data?start_id=0", offsetField="id", **batch)
        read = reader.schema("id BIGINT").load()
        assert sorted(r.id for r in read.collect()) == [1, 2]
    assert provider.refused == 1
    sent = [g["refresh_token"] for g in provider.granted]
    assert len(sent) == len(set(sent)) == 2, "each refresh token is used once"
    assert store.stat().st_mode & 0o777 == 0o600
    kept = store.read_text()
    for folder in (tmp_path / "checkpoint", tmp_path):
        for file in (f for f in folder.rglob("*") if f.is_file()):
            assert not any(token in file.read_text(errors="replace") for token in provider.given), file
    assert not any(token in kept for token in sent)


@pytest.mark.parametrize("where", [Stall.HEAD, Stall.BODY], ids=["head", "body"])
def test_stop_while_the_driver_waits_for_a_token(spark: SparkSession, tmp_path: Path, where: Stall) -> None:
    """The waiting thread is not part of a job, and the JDK may swallow its interrupt."""
    provider = Provider()
    with behind(provider, ids_from(Feed({"id": 1}))) as api, Emulated(provider.token) as tokens:
        tokens.stall(where, 20)
        query = begin(ids_of(spark, api, streaming_interval=0.1, retry_backoff=0.01, **refreshing(tokens)), tmp_path)
        assert tokens.stalled.wait(30), "no token was requested"
        assert_stops(spark, tokens, query)
        time.sleep(0.5)
        assert len(tokens.requests) == 1
        assert not api.requests


def test_a_rotated_refresh_token_survives_a_killed_driver(spark: SparkSession, tmp_path: Path) -> None:
    """On a cluster only the driver requests tokens, and only executors request data."""
    provider, feed = Provider(), Feed(*({"id": n} for n in range(1, 4)))
    inner = behind(provider, ids_from(feed, "from"))
    senders: dict[str, set[str]] = {"/token": set(), "/data": set()}

    def answer(request: Request) -> Answer:
        words = command(process_at(request.connection))
        is_executor = any(word.endswith("CoarseGrainedExecutorBackend") for word in words)
        senders[request.path].add("executor" if is_executor else "driver")
        return inner.answer(request)

    with Emulated(answer) as api:
        conf = {"spark.master": LOCAL_CLUSTER}
        options = refreshing(api, oauth2_token_store=str(tmp_path / "token.json"))
        query = Query(api, tmp_path, "id BIGINT", conf=conf, **options)
        with query.driver() as driver:
            query.await_batches(driver, 1)
            driver.kill()
        assert senders == {"/token": {"driver"}, "/data": {"executor"}}
        first = len(provider.granted)
        feed.add({"id": 4})
        query.drain()
        query.must_hold_once(spark, 4)
    sent = [g["refresh_token"] for g in provider.granted]
    assert sent[0] == provider.first_refresh_token and len(sent) > first
    assert len(set(sent)) == len(sent), "each refresh token is used once"


@pytest.mark.parametrize("where", ["header", "query", "cookie"])
def test_an_api_key_can_come_from_the_environment(spark: SparkSession, where: str) -> None:
    # The JVM inherits the environment of this process.
    key = os.environ["HOME"]
    data = ids_from(Feed({"id": 1}))

    def answer(request: Request) -> Answer:
        found = {
            "header": request.headers["my-key"],
            "query": request.query.get("my-key"),
            "cookie": (request.headers["Cookie"] or "").removeprefix("my-key="),
        }
        return data.answer(request) if found[where] == key else Answer({}, status=401)

    with Emulated(answer) as api:
        options = {"auth_type": "ApiKey", "api_key": "env:HOME", "api_key_name": "my-key", "api_key_in": where}
        with collecting(ids_of(spark, api, **options)) as got:
            got.await_rows(1)


def test_a_missing_secret_is_named_at_load(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        ids_of(
            spark,
            "http://127.0.0.1:1",
            auth_type="Basic",
            user_id="env:NO_SUCH_VARIABLE",
            user_password="file:/no/file",
        )
    said = str(caught.value)
    assert "userId: the environment variable NO_SUCH_VARIABLE is not set" in said
    assert "userPassword: the file /no/file does not exist" in said
