# SPDX-License-Identifier: Apache-2.0
"""A line of code that keeps an invariant, and the test that misses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cure:
    """`old` stands in `file` exactly once; with `new` in its place `test` of `suite` has to fail."""

    invariant: str
    name: str
    file: str
    old: str
    new: str
    suite: str
    test: str
