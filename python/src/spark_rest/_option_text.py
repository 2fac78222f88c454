# SPDX-License-Identifier: Apache-2.0
"""Converts Python values to option texts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from numbers import Integral


def camel_case(name: str) -> str:
    """The option name for ``offset_field`` or ``offset-field``: ``offsetField``."""
    return re.sub(r"[_-]([a-z0-9])", lambda found: found.group(1).upper(), name)


def option_text(name: str, value: object) -> str:
    """The text of a value, in the spelling that the option expects.

    Raises:
        TypeError: No option accepts the type of the value.
        ValueError: A datetime has no time zone.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, float):
        # repr is the shortest text of the number, and "f" writes it without an exponent.
        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        # The unit is required: with an input, a bare number means milliseconds.
        return f"{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f}s"
    if isinstance(value, datetime):
        return _instant(name, value)
    if isinstance(value, (Mapping, list, tuple)):
        return _json(name, value)
    # The value may be a secret, so the message only names its type.
    raise TypeError(
        f"Option {name}: the value is a {type(value).__name__}.\n"
        "Use a str, bool, number, timedelta, datetime, dict, list or tuple."
    )


def _instant(name: str, value: datetime) -> str:
    if value.utcoffset() is None:
        raise ValueError(
            f"Option {name}: {value!r} has no time zone.\n"
            "Use value.replace(tzinfo=timezone.utc), or value.astimezone() for the local time zone."
        )
    return value.isoformat().replace("+00:00", "Z")


def _json(name: str, value: object) -> str:
    def inner(member: object) -> object:
        if isinstance(member, datetime):
            return _instant(name, member)
        if isinstance(member, Mapping):
            return dict(member)
        raise TypeError(
            f"Option {name}: the value contains a {type(member).__name__}, which JSON cannot represent.\n"
            "Use str, bool, numbers, None, datetime, dict, list or tuple."
        )

    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, default=inner)
