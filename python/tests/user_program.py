# SPDX-License-Identifier: Apache-2.0
"""A program as users write it, for mypy --strict. `test_package` checks it, and nothing runs it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from pyspark.sql import DataFrame, SparkSession

from spark_rest import (
    ApiKey,
    Basic,
    Bearer,
    Credentials,
    Custom,
    OAuth1,
    OAuth2,
    RestDataSource,
    RestError,
    Session,
    Signature,
    SigV4,
    configure,
    jar_path,
    packages,
    read_rest,
    read_rest_stream,
)


def session() -> SparkSession:
    spark = configure(SparkSession.builder.appName("typed"), fast_checkpoints=True).getOrCreate()
    spark.dataSource.register(RestDataSource)
    return spark


def stream(spark: SparkSession) -> DataFrame:
    return read_rest_stream(
        spark,
        "https://api.example.com/data?since={updated_at}",
        auth=Bearer("env:TOKEN", scheme="SSWS"),
        headers={"Accept": "application/json"},
        offset_type="max_field",
        offset_field="updated_at",
        initial_offset=datetime(2025, 1, 1, tzinfo=timezone.utc),
        streaming_interval=timedelta(minutes=1),
        read_timeout="5s",
        record_key=["id"],
        batch_size=500,
        allow_private_hosts=False,
    )


def calls(spark: SparkSession, rows: DataFrame) -> DataFrame | None:
    auth = OAuth2("https://id.example.com/token", "id", "secret", params={"audience": "all"})
    try:
        return read_rest(spark, "https://api.example.com/users/{id}", auth=auth, input=rows, body={"id": "{id}"})
    except RestError as e:
        print(e)
        return None


def texts() -> list[str]:
    credentials: list[Credentials] = [Basic("ada", "s"), ApiKey("k", location="query"), OAuth1("a", "b", "c", "d")]
    credentials.append(SigV4("id", "secret", "eu-central-1", "es"))
    credentials.append(Session("https://id.example.com/login", {"user": {"name": "ada"}}, lifetime=timedelta(hours=1)))
    credentials += [Signature("key", "{query}", params={"signature": "{signature}"}), Custom("com.acme.Signer")]
    return [jar_path(), packages("4.0"), *map(repr, credentials)]
