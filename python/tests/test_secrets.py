# SPDX-License-Identifier: Apache-2.0
"""Runs every feature that accepts a secret with marked secrets, and searches all output for the marks (I6)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from emulated import Answer, Emulated, Request
from event_log import event_log_conf
from keystore import SETTING, keystore_of
from oauth1_provider import Provider as OAuth1Provider
from process import Driver
from query import LOCAL_CLUSTER
from standalone import SPARK_HOME

MARK = "sEcReTmArK"
ROOT_LOGGER = """
rootLogger.level = {level}
rootLogger.appenderRef.one.ref = out
appender.out.type = File
appender.out.name = out
appender.out.fileName = {file}
# A flush for each line takes longer than the line.
appender.out.immediateFlush = false
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %p %c: %m%n%ex
# PySpark's channel logs each call of Python with its arguments.
logger.py4j.name = py4j
logger.py4j.level = off
# All bytes between driver and executors, which include the options.
logger.wire.name = org.apache.spark.network.util.NettyLogger
logger.wire.level = debug
"""


def secret(name: str) -> str:
    """Contains characters that each context encodes differently."""
    return f"{MARK}-{name} /+&="


def simple(name: str) -> str:
    """Consists of letters that are valid in headers and names."""
    return f"{MARK}-{name}"


def basic(user: str, password: str) -> str:
    """The secret as it is sent."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


PROXY_USER, PROXY_PASSWORD = secret("proxy-user"), secret("proxy-password")
PROXY_BASIC = basic(PROXY_USER, PROXY_PASSWORD)


@dataclass
class Case:
    name: str
    options: dict[str, str]
    schema: str = "id BIGINT"
    batch: bool = False
    works: bool = True
    arrives: list[str] = field(default_factory=list)
    """The texts that the API must have received."""


def echo(request: Request) -> str:
    return f"{request.target} {dict(request.headers.items())} {request.body.decode(errors='replace')}"


class Api:
    """Accepts every request, records it, and repeats it in every possible place."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tokens = 0
        self.refuse_tokens_up_to = 0

    def __call__(self, request: Request) -> Answer:
        self.said.append(echo(request))
        kind = request.path.split("/")[1]
        records = [{"id": 1}, {"id": 2}]
        if kind == "token":
            self.tokens += 1
            rotated = {"refresh_token": f"{MARK}-refresh-{self.tokens}"}
            return Answer({"access_token": f"{MARK}-access-{self.tokens}", "expires_in": 3600, **rotated})
        if kind in ("login", "login-of-cookies"):
            # Two tokens, of which the second replaces the first after a 401.
            self.tokens += 1
            token = f"{MARK}-session-{self.tokens}"
            cookies = (f"SID={token}; Path=/", f"NODE={MARK}-node")
            return Answer({"id": token}, headers={"Set-Cookie": cookies} if kind == "login-of-cookies" else {})
        if kind == "refusing-login":
            return Answer({"error": {"message": f"{request.body.decode()} {echo(request)}"}}, status=403)
        if kind == "failing-login":
            return Answer({"error": {"data": f"{request.body.decode()} {echo(request)}"}})
        if kind == "refusing-token":
            said = dict(parse_qsl(request.body.decode()))
            return Answer({"error": "invalid_grant", "error_description": f"{said} {echo(request)}"}, status=400)
        if kind == "expired":
            return Answer({"error": "expired", "token": str(request.headers["Authorization"])}, status=401)
        if kind == "unmoved" or (kind == "challenging" and not request.headers["Authorization"]):
            challenge = f'Digest realm="r", nonce="n", qop="auth", opaque="{request.headers["Authorization"] and "o"}"'
            return Answer({"said": echo(request)}, status=401, headers={"WWW-Authenticate": challenge})
        if kind == "refused":
            return Answer({"said": echo(request), "error": {"message": echo(request)}}, status=403)
        if kind == "echoed":
            # Errors only show the beginning of a body.
            texts = [request.body.decode(), *(request.headers[name] for name in ("Cookie", "Proxy-Authorization"))]
            return Answer({"said": [text for text in texts if text]}, status=403)
        if kind == "hop":
            return Answer(
                {"moved": echo(request)}, status=302, headers={"Location": request.target.replace("hop", "data")}
            )
        if kind == "leaves":
            # Redirects to a URL that contains the whole request.
            there = f"http://other.invalid{request.target}"
            return Answer({"moved": echo(request)}, status=307, headers={"Location": there})
        if kind == "broken":
            return Answer({"message": echo(request)}, status=500)
        if kind == "text":
            return Answer(f"no records, but {echo(request)}")
        if kind == "reported":
            return Answer({"ok": False, "error": echo(request), "data": []})
        if kind == "paged":
            # The API names the next page by the URL of the request, with all its secrets.
            more = "page=2" not in request.target
            return Answer({"data": records, "next": f"{request.target}&page=2" if more else None})
        if kind == "linked":
            first, _, rest = request.target.partition("&after")
            return Answer({"data": [] if rest else records, "next": f"{first}&after=2"})
        return Answer({"data": records})


def case(url: str, name: str, path: str, **more: Any) -> Case:
    """With options, and the other parts of a case."""
    known = {k: more.pop(k) for k in ("schema", "batch", "works", "arrives") if k in more}
    basics = {"url": f"{url}/{path}", "offsetType": "incremental", "offsetField": "id", "maxRetries": "0"}
    return Case(name, basics | more, **known)


def cases(url: str, folder: Path) -> list[Case]:
    def of(name: str, path: str = "data", **more: Any) -> Case:
        return case(url, name, path, **more)

    token_file = folder.parent / "token-file"
    token_file.write_text(simple("by-file") + "\n")
    key = {"authType": "ApiKey", "apiKey": secret("key"), "apiKeyName": "appid"}
    header_key = key | {"apiKey": simple("key")}
    by_password = {"authType": "Basic", "userId": secret("user"), "userPassword": secret("password")}
    by_digest = {"authType": "Digest", "userId": simple("digest-user"), "userPassword": secret("digest-password")}
    bearer = {"authType": "Bearer", "oauthToken": simple("bearer")}
    one = {
        "authType": "OAuth1",
        "oauthConsumerKey": simple("consumer"),
        "oauthConsumerSecret": secret("consumer"),
        "oauthToken": secret("token1"),
        "oauthTokenSecret": secret("token1-secret"),
    }
    rsa = {"oauthConsumerSecret": OAuth1Provider().private_key(), "oauthSignatureMethod": "RSA-SHA1"}
    two = {
        "authType": "OAuth2",
        "oauth2TokenUrl": f"{url}/token",
        "oauth2ClientId": secret("client"),
        "oauth2ClientSecret": secret("client-secret"),
        "oauth2Params": json.dumps({"assertion": secret("assertion")}),
    }
    user = {"oauth2GrantType": "password", "userId": secret("user"), "userPassword": secret("password")}
    refresh = {
        "oauth2GrantType": "refresh_token",
        "oauth2RefreshToken": secret("refresh"),
        "oauth2TokenStore": str(folder.parent / "store" / "token.json"),
    }
    aws = {
        "authType": "SigV4",
        "awsRegion": "eu-central-1",
        "awsService": "execute-api",
        "awsAccessKeyId": simple("aws-id"),
        "awsSecretAccessKey": secret("aws-key"),
        "awsSessionToken": simple("aws-session"),
    }
    loose = {
        "headers": json.dumps({"X-Api-Key": simple("header"), "Cookie": f"sid={simple('cookie')}"}),
        "params": json.dumps({"token": secret("param"), "plain": secret("plain-param")}),
    }
    in_url = f"?api_key={simple('in-url')}"
    found = [
        of("basic", **by_password, arrives=[basic(secret("user"), secret("password"))]),
        of("bearer", **bearer, arrives=[simple("bearer")]),
        of("bearer-inferred", **bearer, schema=""),
        of("by-file", **(bearer | {"oauthToken": f"file:{token_file}"}), arrives=[simple("by-file")]),
        of("by-env", **(bearer | {"oauthToken": "env:MARKED_TOKEN"}), arrives=[simple("by-env")]),
        of("by-conf", **(bearer | {"oauthToken": "conf:spark.acme.token"}), arrives=[simple("by-conf")]),
        of("by-hadoop", **(bearer | {"oauthToken": "hadoop:acme-token"}), arrives=[simple("by-hadoop")]),
        of("by-conf-refused", "refused", **(bearer | {"oauthToken": "conf:spark.acme.token"}), works=False),
        of("by-hadoop-refused", "refused", headers='{"X-Token": "hadoop:acme-token"}', works=False),
        *(of(f"key-{where}", **header_key, apiKeyIn=where, arrives=[simple("key")]) for where in ("header", "cookie")),
        of("key-query", **key, apiKeyIn="query", arrives=[f"appid={MARK}-key%20%2F"]),
        *(of(f"oauth1-{m}", **one, oauthSignatureMethod=m) for m in ("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT")),
        of("oauth1-RSA", **(one | rsa)),
        of("oauth2", **two, arrives=[f"{MARK}-access-1"]),
        of("oauth2-body", **two, oauth2ClientAuth="body"),
        of("oauth2-password", **two, **user),
        of("oauth2-refresh", **two, **refresh, schema="", arrives=[f"{MARK}-refresh"]),
        of("oauth2-batch", **two, **refresh, batch=True),
        of("oauth2-refused", **(two | {"oauth2TokenUrl": f"{url}/refusing-token"}), **user, works=False),
        of("oauth2-401", "expired", **two, oauth2Scope="other", works=False),
        of("digest", "challenging", **by_digest, arrives=[f'Digest username="{simple("digest-user")}"']),
        of("digest-refused", "unmoved", **by_digest, works=False),
        of("sigv4", **aws, arrives=[f"Credential={simple('aws-id')}/", simple("aws-session")]),
        of("sigv4-hop", "hop" + in_url, **aws),
        of("sigv4-inferred", "linked" + in_url, **aws, schema=""),
        of("loose", "data" + in_url, **loose, arrives=[simple("header"), simple("in-url"), f"{MARK}-plain-param"]),
        of("loose-batch", "data" + in_url, **loose, batch=True, schema=""),
        of("next-url", "paged" + in_url, **loose, pagination="nextUrl", nextField="next"),
        of("next-url-key", "paged?a=1", **key, apiKeyIn="query", pagination="nextUrl", nextField="next"),
        of("link-offset", "linked" + in_url, **loose, offsetType="cursor", offsetField="next", initialOffset=""),
        of("redirected", "hop" + in_url, **loose, **bearer, arrives=[simple("bearer")]),
        of("redirect-refused", "leaves" + in_url, **loose, **bearer, works=False),
        of("tls", tlsKeyStore="/no/store", tlsKeyStorePassword=secret("tls"), works=False),
        of("options", authType="Basic", userPassword=secret("password"), headers="{" + secret("header"), works=False),
        of("newline", authType="Bearer", oauthToken=secret("a") + "\n", works=False),
    ]
    by_all = {
        "basic": by_password,
        "bearer": bearer,
        "key": key | {"apiKeyIn": "query"},
        "two": two,
        "plaintext": one | {"oauthSignatureMethod": "PLAINTEXT"},
        "sigv4": aws,
        "loose": loose,
    }
    found += [of(f"refused-{name}", "refused" + in_url, **auth, works=False) for name, auth in by_all.items()]
    for kind in ("broken", "text", "reported"):
        further = {"errorWhen": "ok=false"} if kind == "reported" else {}
        for name in ("basic", "loose"):
            found.append(of(f"{kind}-{name}", kind + in_url, **by_all[name], **further, works=False))
    return found + of_logins(url) + beside_credentials(url) + of_input_rows(url)


def of_logins(url: str) -> list[Case]:
    """Sessions and signatures."""

    def of(name: str, path: str = "data", **more: Any) -> Case:
        return case(url, name, path, **more)

    body = {"jsonrpc": "2.0", "params": {"login": secret("login-user"), "password": secret("login-password")}}
    session = {
        "authType": "Session",
        "sessionUrl": f"{url}/login",
        "sessionBody": json.dumps(body),
        "sessionTokenField": "id",
    }
    flat = json.dumps({"a": "env:MARKED_TOKEN", "b": secret("login-password")})
    form = session | {"sessionBodyFormat": "form", "sessionBody": flat, "apiKeyName": "X-Session"}
    in_query = session | {"apiKeyName": "appid", "apiKeyIn": "query"}
    post = {"method": "POST", "body": '{"id": "{id}"}'}
    in_body = session | post | {"apiKeyName": "auth", "apiKeyIn": "body"}
    key_in_body = post | {"authType": "ApiKey", "apiKey": secret("key"), "apiKeyName": "auth", "apiKeyIn": "body"}
    cookies = {
        "authType": "Session",
        "sessionUrl": f"{url}/login-of-cookies",
        "userId": secret("user"),
        "userPassword": secret("password"),
    }
    signature = {
        "authType": "Signature",
        "apiKey": simple("api-key"),
        "signatureKey": secret("signature-key"),
        "signatureTemplate": "{timestamp}{method}{target}{body}",
        "signatureHeaders": json.dumps(
            {"X-Key": "{apiKey}", "X-Pass": simple("passphrase"), "X-By": "env:MARKED_TOKEN"}
        ),
        "signatureParams": json.dumps({"sign": "{signature}", "account": secret("account")}),
    }
    marked = f"{MARK}-session-"
    found = [
        of("session", **session, arrives=[f"Bearer {marked}", f'"password":"{secret("login-password")}"']),
        of("session-inferred", **session, schema=""),
        of("session-batch", **session, batch=True),
        of("session-form", **form, arrives=[f"b={MARK}-login-password+%2F", f"a={MARK}-by-env"]),
        of("session-query", **in_query, arrives=[f"appid={marked}"]),
        of("session-next-url", "paged?a=1", **in_query, pagination="nextUrl", nextField="next"),
        of("session-body", **in_body, arrives=[f'"auth":"{marked}']),
        of("session-cookies", **cookies, arrives=[f"SID={marked}", f"NODE={MARK}-node"]),
        of("session-hop", "hop", **session),
        of("session-401", "expired", **session, sessionLifetime="1h", works=False),
        of("login-refused", **(session | {"sessionUrl": f"{url}/refusing-login"}), works=False),
        of("login-failing", **(session | {"sessionUrl": f"{url}/failing-login"}), works=False),
        of("login-refused-basic", **(cookies | {"sessionUrl": f"{url}/refusing-login"}), works=False),
        of("login-missing", **(session | {"sessionTokenField": "token"}), works=False),
        of("key-body", **key_in_body, arrives=[f'"auth":"{secret("key")}"']),
        of("signature", **signature, arrives=[simple("api-key"), simple("passphrase"), f"account={MARK}-account%20"]),
        of("signature-next-url", "paged?a=1", **signature, pagination="nextUrl", nextField="next"),
        of("signature-inferred", "linked?a=1", **signature, schema=""),
    ]
    refused = {"session": session, "cookies": cookies, "session-query": in_query, "signature": signature}
    refused |= {"session-body": in_body, "key-body": key_in_body}
    for kind in ("refused", "broken", "text"):
        found += [of(f"{kind}-{name}", kind + "?a=1", **auth, works=False) for name, auth in refused.items()]
    return found


def beside_credentials(url: str) -> list[Case]:
    """Other secret parts of a request, and a proxy's credentials. `echoed` repeats the request in the response."""

    def of(name: str, path: str, **more: Any) -> Case:
        return case(url, name, path, **more)

    body = {"method": "POST", "body": json.dumps({"pass": secret("body"), "id": "{id}"})}
    initial_body = body | {"initialBody": json.dumps({"filter": secret("initial-body")})}
    cookie = {"cookie": f"sid={simple('cookie-option')}; theme=dark"}
    proxy = {"proxyUser": PROXY_USER, "proxyPassword": PROXY_PASSWORD}
    found = [
        of("body", "data", **body, arrives=[f"{MARK}-body"]),
        of("initial-body", "data", **initial_body, arrives=[f"{MARK}-initial-body"]),
        of("cookie", "data", **cookie, arrives=[simple("cookie-option")]),
        # The API accepts requests to a proxy and to itself.
        of("proxy", "data", **proxy, proxy=url, arrives=[PROXY_BASIC]),
        of("no-proxy", "data", **proxy, proxy="http://127.0.0.1:1", works=False),
        of("redirect-of-body", "leaves", **body, allowedHosts="other.invalid", works=False),
    ]
    sent = {"body": body, "initial-body": initial_body, "cookie": cookie, "proxy": proxy | {"proxy": url}}
    return found + [of(f"echoed-{name}", "echoed", **options, works=False) for name, options in sent.items()]


def of_input_rows(url: str) -> list[Case]:
    """A column with a secret name. It is not in the result."""
    row = {"inputData": json.dumps([{"n": 1, "token": secret("row")}])}
    call = row | {"includeInputsInOutput": "N", "maxRetries": "0"}
    result = "output STRING, error STRING"
    endpoint = row | {"streaming": "true"}
    said = {"url": f"{url}/echoed"}
    return [
        Case("calls", call | {"url": f"{url}/data", "method": "GET"}, "", batch=True, arrives=[f"{MARK}-row"]),
        Case("calls-echoed", call | said, result, batch=True),
        Case("calls-failed", call | said | {"onError": "fail"}, "output STRING", batch=True, works=False),
        Case("calls-sampled", call | said, "", batch=True, works=False),
        case(url, "endpoints", "data/{token}?from={id}", **endpoint, arrives=[f"{MARK}-row%20%2F"]),
        case(url, "endpoints-refused", "refused/{token}?from={id}", **endpoint, works=False),
    ]


def leaks(file: Path, needles: list[bytes]) -> list[str]:
    """Lines that contain a mark, shortened around it."""
    found = []
    with file.open("rb") as lines:
        for line in lines:
            for needle in needles:
                at = line.find(needle)
                if at >= 0:
                    found.append(f"{file.name}: …{line[max(0, at - 200) : at + 60].decode(errors='replace')}…")
                    break
    return found


@pytest.fixture(scope="module", params=["debug", pytest.param("trace", marks=pytest.mark.slow)])
def level(request: pytest.FixtureRequest) -> str:
    """Spark logs hundreds of megabytes at TRACE."""
    return str(request.param)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, level: str) -> tuple[Path, Api, list[Case], str]:
    """One driver and one executor, both with full logging."""
    folder = tmp_path_factory.mktemp("secrets")
    out = folder / "out"
    out.mkdir()
    conf = {"spark.master": LOCAL_CLUSTER.replace("[2,1", "[1,2"), "spark.driver.host": "127.0.0.1"}
    for role in ("driver", "executor"):
        file = folder / f"{role}.properties"
        file.write_text(ROOT_LOGGER.format(file=out / f"{role}.log", level=level))
        conf[f"spark.{role}.extraJavaOptions"] = f"-Dlog4j2.configurationFile={file.as_uri()}"
    conf |= event_log_conf(out / "events") | {"spark.ui.enabled": "true", "spark.ui.port": "0"}
    conf |= {"spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "1"}
    conf[SETTING] = keystore_of(folder / "api.jceks", acme_token=simple("by-hadoop"))
    # Spark logs settings of `SparkSession.builder` at DEBUG, but not settings of a file.
    properties = folder / "spark.conf"
    properties.write_text(f"spark.acme.token {simple('by-conf')}\n")
    api = Api()
    with Emulated(api) as server:
        all_cases = cases(server.url, out)
        described = [{k: getattr(c, k) for k in ("name", "options", "schema", "batch")} for c in all_cases]
        file = folder / "all_cases.json"
        file.write_text(json.dumps({"conf": conf, "cases": described, "folder": str(out)}))
        env = {"SPARK_HOME": str(SPARK_HOME), "MARKED_TOKEN": simple("by-env"), "SPARK_WORKER_DIR": str(out / "work")}
        env["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {properties} pyspark-shell"
        with Driver("secrets.py", str(file), log=out / "printed", env=env) as driver:
            assert driver.wait(400) == 0, driver.output()[-3000:]
            return out, api, all_cases, driver.output()


def test_each_case_succeeds(run: tuple[Path, Api, list[Case], str]) -> None:
    """Otherwise the search would have nothing to find."""
    _, api, all_cases, printed = run
    for case in all_cases:
        shown = "\n" + printed.partition(f"\ncase {case.name}\n")[2].partition("\ncase ")[0]
        said = "passed" if case.works else "failed"
        assert f"\n{said} {case.name}" in shown and (case.works or "[REST_" in shown), shown[:3000]
        for mark in case.arrives:
            assert any(mark in seen for seen in api.said), f"{case.name}: {mark} did not arrive"
    assert printed.count("***") > 20, "the output shows that something was hidden"


def test_no_output_contains_a_mark(run: tuple[Path, Api, list[Case], str], level: str) -> None:
    out, _, _, _ = run
    sent = [basic(secret("user"), secret("password")), PROXY_BASIC]
    files = [file for file in out.rglob("*") if file.is_file()]
    names = {file.name for file in files}
    assert {"driver.log", "executor.log", "printed", "ui.txt"} <= names and (out / "checkpoints").is_dir()
    assert any("offsets" in file.parts for file in files) and any("manifests" in file.parts for file in files)
    logged = f"{level.upper()} ".encode()
    assert all(logged in (out / f"{role}.log").read_bytes() for role in ("executor", "driver"))
    found = [leak for file in files for leak in leaks(file, [MARK.encode(), *(text[:40].encode() for text in sent)])]
    assert not found, "\n".join(found[:20]) + f"\n{len(found)} in all"
    assert (out / "ui.txt").stat().st_size > 10_000
