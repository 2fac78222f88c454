# SPDX-License-Identifier: Apache-2.0
"""Spark Connect warns about literal secrets, because the server writes options into its event log."""

from __future__ import annotations

import json
import warnings

import pytest

from spark_rest._literals import warn_about_literals


def told(**options: object) -> str:
    texts = {name: text if isinstance(text, str) else json.dumps(text) for name, text in options.items()}
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warn_about_literals(texts)
    return "\n".join(str(w.message) for w in found)


@pytest.mark.parametrize(
    "option", ["oauthToken", "userPassword", "apiKey", "oauth2ClientSecret", "awsSessionToken", "cookie"]
)
def test_a_literal_secret_is_named_and_not_shown(option: str) -> None:
    text = told(url="https://h/x", **{option: "5ecret"})
    assert option in text and "env:NAME" in text and "5ecret" not in text


def test_literals_in_objects_are_named_if_their_names_sound_secret() -> None:
    params = {"appid": "5ecret", "q": "x", "access_token": "env:T"}
    text = told(headers={"X-Api-Key": "5ecret", "Accept": "a/b"}, params=params)
    assert "headers.X-Api-Key, params.appid contain literal secrets" in text and "5ecret" not in text
    assert "oauth2Params.audience" in told(oauth2Params={"audience": "a"})


def test_references_and_plain_options_cause_no_warning() -> None:
    assert not told(
        oauthToken="env:TOKEN",
        apiKey="file:/run/key",
        userId="ann",
        oauth2ClientId="c",
        awsAccessKeyId="AK",
        url="https://h/",
        userPassword="conf:spark.acme.password",
        cookie="hadoop:acme-cookie",
    )
    assert told(oauthToken="conf: 5ecret") and told(oauthToken="hadoop:")
    assert not told(headers={"X-Key": "{key}", "Accept": "x"}, params="env:PARAMS", oauthtoken="file:///run/t")


def test_the_texts_in_a_login_count_one_by_one_and_so_do_parameters_of_the_url() -> None:
    login = {"user": "ada", "auth": [{"password": "env:PASSWORD"}]}
    headers = {"X-Signature": "{signature}", "X-Key": "{apiKey}"}
    assert not told(url="https://h/x?token={env:T}&page=1", sessionBody=login, signatureHeaders=headers)
    login["auth"] = [{"password": "5ecret"}]
    text = told(url="https://h/x?api_key=5ecret", sessionBody=login, authSettings={"clientSecret": "5ecret"})
    assert "authSettings.clientSecret, sessionBody.auth.password, url?api_key contain" in text and "5ecret" not in text
