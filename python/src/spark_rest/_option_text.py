# SPDX-License-Identifier: Apache-2.0
"""From Python values to the texts of options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from numbers import Integral


def option_text(name: str, value: object) -> str:
    """The text of a value, as the option of that name takes it.

    Raises:
        TypeError: The value is of a type that no option has.
        ValueError: A datetime has no time zone.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, float):
        # repr is the shortest text that is the same number; "f" spells it without an exponent.
        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        # With a unit: where an input is given a bare number is milliseconds.
        return f"{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f}s"
    if isinstance(value, datetime):
        return _instant(name, value)
    if isinstance(value, (Mapping, list, tuple)):
        return _json(name, value)
    # Not the value: it may be a secret.
    raise TypeError(f"Option {name}: a {type(value).__name__} is no value of an option.")


def _instant(name: str, value: datetime) -> str:
    if value.utcoffset() is None:
        raise ValueError(
            f"Option {name}: {value!r} has no time zone. Give it one, e.g. value.replace(tzinfo=timezone.utc), "
            "or value.astimezone() for the time of this computer."
        )
    return value.isoformat().replace("+00:00", "Z")


def _json(name: str, value: object) -> str:
    def inner(member: object) -> object:
        if isinstance(member, datetime):
            return _instant(name, member)
        if isinstance(member, Mapping):
            return dict(member)
        raise TypeError(f"Option {name}: a {type(member).__name__} is no JSON.")

    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, default=inner)
