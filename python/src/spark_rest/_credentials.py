# SPDX-License-Identifier: Apache-2.0
"""What the classes of ``_auth`` have in common."""

from __future__ import annotations

from dataclasses import Field, fields


class Credentials:
    """A frozen dataclass named as its ``authType``; the metadata of each field names its option."""

    def _option_values(self) -> dict[str, object]:
        """By option name; what is ``None`` was not given."""
        return {"authType": type(self).__name__} | {f.metadata["option"]: value for f, value in self._given()}

    def __repr__(self) -> str:
        shown = (f"{f.name}={'***' if f.metadata['secret'] else repr(value)}" for f, value in self._given())
        return f"{type(self).__name__}({', '.join(shown)})"

    def _given(self) -> list[tuple[Field[object], object]]:
        values = ((f, getattr(self, f.name)) for f in fields(self))  # type: ignore[arg-type]
        return [(f, value) for f, value in values if value is not None]
