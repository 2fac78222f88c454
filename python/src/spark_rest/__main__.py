# SPDX-License-Identifier: Apache-2.0
"""`python -m spark_rest`: the demo API, and the jar's path for spark-submit."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from spark_rest._demo import serve
from spark_rest._jar import jar_path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command named by the arguments, by default those of the process."""
    parser = argparse.ArgumentParser(prog="python -m spark_rest")
    commands = parser.add_subparsers(dest="command", required=True)

    demo = commands.add_parser("demo", help="serve the demo API until interrupted")
    demo.add_argument("--port", type=int, default=8000, help="default 8000; 0 takes a free one")
    demo.add_argument("--backlog", type=_natural, default=300, help="events from the start; default 300")
    demo.add_argument("--total", type=_natural, default=600, help="events in all; default 600")
    demo.add_argument("--rate", type=_positive, default=50.0, help="new events a second; default 50")

    commands.add_parser("jar", help="print the jar for the installed PySpark, for --jars")

    chosen = parser.parse_args(arguments)
    if chosen.command == "demo":
        serve(chosen.port, chosen.backlog, chosen.total, chosen.rate)
    else:
        print(jar_path())


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


if __name__ == "__main__":
    main()
