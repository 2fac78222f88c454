# SPDX-License-Identifier: Apache-2.0
"""The base class of the classes in ``_auth``."""

from __future__ import annotations

import re
from dataclasses import Field, fields


class Credentials:
    """Base of frozen dataclasses. The class name is the ``authType``, and the metadata of a field names its option."""

    def _option_values(self) -> dict[str, object]:
        """The values by option name. Fields that are ``None`` are left out."""
        return {"authType": type(self).__name__} | {f.metadata["option"]: value for f, value in self._given()}

    def __repr__(self) -> str:
        shown = (f"{f.name}={'***' if f.metadata['secret'] else repr(_plain(value))}" for f, value in self._given())
        return f"{type(self).__name__}({', '.join(shown)})"

    def _given(self) -> list[tuple[Field[object], object]]:
        values = ((f, getattr(self, f.name)) for f in fields(self))  # type: ignore[arg-type]
        return [(f, value) for f, value in values if value is not None]


def _plain(value: object) -> object:
    """A URL without its query and its user, which may be secret."""
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, _, rest = re.sub(r"\?.*", "?***", value, count=1, flags=re.DOTALL).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{'***@' if '@' in host else ''}{host.rpartition('@')[2]}{slash}{path}"


def kinds() -> list[type[Credentials]]:
    """The classes of ``_auth``, in their order."""
    # Importing the module defines them.
    from spark_rest import _auth

    return [kind for kind in Credentials.__subclasses__() if kind.__module__ == _auth.__name__]
