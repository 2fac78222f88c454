# SPDX-License-Identifier: Apache-2.0
"""Completes the signature and the docstring of a function whose keyword arguments are a ``TypedDict`` of options."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from spark_rest import _options

Function = TypeVar("Function", bound=Callable[..., Any])

# The line of a docstring that the descriptions of all options replace.
_PLACE = "    **options:\n"

# A key of a TypedDict and its docstring, as `_options.py` is generated. Parsing the file with `ast` takes 20 ms.
_DESCRIBED = re.compile(
    r'^    (\w+): (?:[^\n]*|\((?:\n     [^\n]*)*\n    \))\n    """(.*?)"""$', re.MULTILINE | re.DOTALL
)


def takes(options: type) -> Callable[[Function], Function]:
    """Decorates a function whose ``**options`` are a ``TypedDict``.

    Editors and mypy read the ``TypedDict``. ``help()`` and ``inspect.signature`` get the same parameters and
    descriptions here, at import. Unknown names raise ``TypeError``, as for written parameters.
    """
    annotations = options.__annotations__

    def complete(function: Function) -> Function:
        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            # The parameters of the function are checked by Python.
            unknown = kwargs.keys() - annotations.keys() - written.keys()
            if unknown:
                raise TypeError(_unknown(function.__name__, min(unknown), [*written, *annotations]))
            return function(*args, **kwargs)

        written = {p.name: p for p in inspect.signature(function).parameters.values() if p.kind is not p.VAR_KEYWORD}
        checked.__signature__ = inspect.signature(function).replace(  # type: ignore[attr-defined]
            parameters=[*written.values(), *_parameters(annotations)]
        )
        # Without docstrings under `python -OO`.
        if function.__doc__:
            text, line, rest = inspect.cleandoc(function.__doc__).partition(_PLACE)
            checked.__doc__ = text + _described(annotations, line, _descriptions()) + rest[rest.index("\n\n") :]
        return checked  # type: ignore[return-value]

    return complete


def _unknown(function: str, name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"Use {near[0]!r}." if near else f"See help({function}) for all options."
    return f"{function}() got an unexpected keyword argument {name!r}.\n{advice}"


def _parameters(annotations: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    for name, annotation in annotations.items():
        # A TypedDict keeps the text of an annotation in a ForwardRef.
        text = getattr(annotation, "__forward_arg__", annotation)
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=text)


def _described(annotations: Mapping[str, Any], otherwise: str, descriptions: Mapping[str, str]) -> str:
    """The entries of all options. Without descriptions, the entry `otherwise` points to the docs."""
    entries = (f"    {name}:\n{textwrap.indent(descriptions[name], ' ' * 8)}" for name in annotations if descriptions)
    return "\n".join(entries) or f"{otherwise}        See docs/options.md."


@functools.cache
def _descriptions() -> dict[str, str]:
    """The docstring of each option, read from the source because Python does not keep docstrings of attributes.

    Empty if only compiled files are installed.
    """
    try:
        source = inspect.getsource(_options)
    except OSError:
        return {}
    return {name: inspect.cleandoc(text) for name, text in _DESCRIBED.findall(source)}
