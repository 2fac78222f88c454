# SPDX-License-Identifier: Apache-2.0
"""Finds literal secrets in options, which Spark Connect writes into its event log."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import fields

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
    for option in (*_secrets_of_auth(), *_OTHERS):
        text = texts.get(option.lower(), "")
        if text and option not in _OBJECTS and not _REFERENCE.match(text):
            yield option
    for option in _OBJECTS:
        for name, value in _members(texts.get(option.lower(), "")):
            secret = option == "oauth2Params" or _SECRET_NAME.search(name)
            if secret and "{" not in value and not _REFERENCE.match(value):
                yield f"{option}.{name}"


def _secrets_of_auth() -> Iterator[str]:
    options = (f.metadata["option"] for c in kinds() for f in fields(c) if f.metadata["secret"])  # type: ignore[arg-type]
    # The name of a user or a client is not a secret by itself.
    yield from dict.fromkeys(o for o in options if o not in ("userId", "oauth2ClientId", "awsAccessKeyId"))


def _members(text: str) -> Iterator[tuple[str, str]]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return
    if isinstance(found, dict):
        yield from ((name, str(value)) for name, value in found.items())
