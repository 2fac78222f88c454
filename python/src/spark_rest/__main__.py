# SPDX-License-Identifier: Apache-2.0
"""`python -m spark_rest`: preview an API, show or move a checkpoint's offsets, serve the demo API, print the jar."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from spark_rest._demo import serve
from spark_rest._jar import jar_path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name. Default: the arguments of the process."""
    parser = argparse.ArgumentParser(prog="python -m spark_rest")
    commands = parser.add_subparsers(dest="command", required=True)

    demo = commands.add_parser("demo", help="serve the demo API until interrupted")
    demo.add_argument("--port", type=int, default=8000, help="default 8000; 0 picks a free port")
    demo.add_argument("--backlog", type=_natural, default=300, help="events published at the start; default 300")
    demo.add_argument("--total", type=_natural, default=600, help="events in total; default 600")
    demo.add_argument("--rate", type=_positive, default=50.0, help="new events per second; default 50")

    commands.add_parser("jar", help="print the path of the jar for the installed PySpark, for --jars")

    look = commands.add_parser(
        "preview",
        help="send a few requests to an API and print the options that a stream needs",
        usage="python -m spark_rest preview URL [--offset-field id] [--auth-type Bearer --oauth-token env:TOKEN] ...",
        epilog="Every option of the source works here, as --data-field items or --dataField items.",
    )
    look.add_argument("url", help="URL; it may contain the placeholder of the offset")

    offsets = commands.add_parser("offsets", help="show the offsets and polls of a checkpoint, or move them")
    offsets.add_argument("checkpoint", help="checkpointLocation of the query")
    offsets.add_argument("--page-log", default="", help="pageLogLocation of the query, if set")
    change = offsets.add_mutually_exclusive_group()
    change.add_argument("--rewind", type=_natural, metavar="BATCH", help="deliver the records after this batch again")
    change.add_argument("--set", metavar="OFFSET", help="start the next poll at this offset")
    offsets.add_argument("--endpoint", default="main", help="endpoint whose offset is set; default: the only one")
    offsets.add_argument("--source", default="", help="number or name of the source, if the query has several")
    offsets.add_argument("--yes", action="store_true", help="change the checkpoint without confirmation")

    chosen, others = parser.parse_known_args(arguments)
    if others and chosen.command != "preview":
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    if chosen.command == "demo":
        serve(chosen.port, chosen.backlog, chosen.total, chosen.rate)
    elif chosen.command == "jar":
        print(jar_path())
    else:
        _with_spark(chosen, others)


def _with_spark(chosen: argparse.Namespace, others: Sequence[str]) -> None:
    from spark_rest import _commands

    if chosen.command == "preview":
        _commands.show_preview(chosen.url, others)
    elif chosen.rewind is not None:
        _commands.rewind(chosen.checkpoint, chosen.page_log, chosen.rewind, chosen.yes)
    elif chosen.set is not None:
        _commands.set_offset(chosen.checkpoint, chosen.page_log, chosen.source, chosen.endpoint, chosen.set, chosen.yes)
    else:
        _commands.show_offsets(chosen.checkpoint, chosen.page_log)


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
