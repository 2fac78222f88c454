# SPDX-License-Identifier: Apache-2.0
"""The settings that a new Spark JVM gets from outside of the program.

PySpark passes a builder's options as `--conf`. These options silently replace the same keys of
`PYSPARK_SUBMIT_ARGS` and `spark-defaults.conf`. Code that adds to a key must read both first.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
from pathlib import Path


def launch_conf() -> dict[str, str]:
    """Return the `spark.*` settings of the launch, by Spark's precedence.

    Precedence: `--jars` and `--packages` of `PYSPARK_SUBMIT_ARGS`, then its `--conf`, then the
    properties file. This function starts nothing.
    """
    submit = _submit_arguments()
    conf = _properties(Path(submit.properties_file) if submit.properties_file else _defaults_file())
    conf.update(setting.split("=", 1) for setting in submit.conf if "=" in setting)
    if submit.jars:
        conf["spark.jars"] = submit.jars
    if submit.packages:
        conf["spark.jars.packages"] = submit.packages
    return conf


def _submit_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--jars")
    parser.add_argument("--packages")
    parser.add_argument("--conf", "-c", action="append", default=[])
    parser.add_argument("--properties-file")
    known, _ = parser.parse_known_args(shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", "")))
    return known


def _defaults_file() -> Path:
    home = os.environ.get("SPARK_HOME")
    folder = os.environ.get("SPARK_CONF_DIR") or (home and str(Path(home) / "conf"))
    return Path(folder or _pyspark_folder() / "conf") / "spark-defaults.conf"


def _pyspark_folder() -> Path:
    import pyspark

    return Path(pyspark.__file__).parent


def _properties(file: Path) -> dict[str, str]:
    """Read a Java properties file in the style of Spark's templates: a key, then blanks or `=`, then a value."""
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (re.split(r"\s*[=:\s]\s*", line, maxsplit=1) for line in lines if line[:1] not in "#!")
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
