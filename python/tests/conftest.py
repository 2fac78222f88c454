# SPDX-License-Identifier: Apache-2.0
"""Shared fixtures: a Spark session for the whole process, and a cluster."""

import os
from collections.abc import Iterator
from pathlib import Path

import class_archive
import pytest
from pyspark.sql import SparkSession
from standalone import Standalone

from spark_rest import configure

# Options for the JVMs of drivers, executors and clusters, which inherit the variables.
for name, options in class_archive.environment().items():
    os.environ.setdefault(name, options)

# The recipe for Telegram refers to it. Its form is that of a token of a bot.
os.environ.setdefault("TELEGRAM_TOKEN", "418000000:AAE-token_of_a_bot")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session with the connector, configured as users do it."""
    warehouse: Path = tmp_path_factory.mktemp("warehouse")
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("spark-rest tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(warehouse))
    )
    session = configure(builder, fast_checkpoints=True).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A master and two workers, each with a separate IP address."""
    with Standalone(tmp_path_factory.mktemp("standalone")) as cluster:
        yield cluster
