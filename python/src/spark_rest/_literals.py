# SPDX-License-Identifier: Apache-2.0
"""Finds literal secrets in options, which Spark Connect writes into its event log."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import fields
from urllib.parse import parse_qsl, urlsplit

from spark_rest._credentials import kinds

_OTHERS = ("cookie", "proxyPassword", "tlsKeyPassword", "tlsKeyStorePassword", "tlsTrustStorePassword")
_OBJECTS = ("headers", "params", "oauth2Params")
# The same words as `Secret.Words` in the connector.
_SECRET_NAME = re.compile(
    "key|token|secret|pass(?=w|phrase|[^a-z]|$)|sig|auth|credential|session|cookie"
    "|app[_-]?id(?![a-z])|pwd|jwt|bearer|assertion|(?<![a-z])sid(?![a-z])|sessid",
    re.IGNORECASE,
)
# The same forms as `SecretReference` in the connector.
_REFERENCE = re.compile(r"\s*(env:[A-Za-z_]\w*\s*$|file:.|(conf|hadoop):\S+\s*$)")


def warn_about_literals(texts: Mapping[str, str]) -> None:
    """Warns if options for Spark Connect contain literal secrets.

    The server writes each plan with its options into the event log. The warning names the options, never a value.
    """
    names = sorted(_literal_secrets({name.lower(): text for name, text in texts.items()}))
    if names:
        warnings.warn(
            f"{', '.join(names)} {'contains a literal secret' if len(names) == 1 else 'contain literal secrets'}, "
            "and Spark Connect writes options into its event log.\n"
            "Use a reference, which the server resolves: env:NAME, file:PATH, conf:KEY or hadoop:ALIAS.",
            # The caller of read_rest or read_rest_stream.
            stacklevel=7,
        )


def _literal_secrets(texts: Mapping[str, str]) -> Iterator[str]:
    for option in dict.fromkeys((*_secrets_of_auth(), *_OTHERS, *_OBJECTS)):
        text = texts.get(option.lower(), "")
        members = list(_members(text))
        for name, value in members:
            secret = option == "oauth2Params" or _SECRET_NAME.search(name)
            if secret and "{" not in value and not _REFERENCE.match(value):
                yield f"{option}.{name}"
        if text and not members and option not in _OBJECTS and not _REFERENCE.match(text):
            yield option
    for name, value in parse_qsl(urlsplit(texts.get("url", "")).query):
        if _SECRET_NAME.search(name) and "{" not in value:
            yield f"url?{name}"


def _secrets_of_auth() -> Iterator[str]:
    options = (f.metadata["option"] for c in kinds() for f in fields(c) if f.metadata["secret"])  # type: ignore[arg-type]
    # The name of a user or a client is not a secret by itself.
    yield from dict.fromkeys(o for o in options if o not in ("userId", "oauth2ClientId", "awsAccessKeyId"))


def _members(text: str) -> Iterator[tuple[str, str]]:
    """The texts in a JSON object, each by the names that lead to it."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return
    if isinstance(found, dict):
        yield from _leaves(found, "")


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, path)
    else:
        yield path, str(value)
