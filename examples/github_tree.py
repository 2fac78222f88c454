# SPDX-License-Identifier: Apache-2.0
"""Streams the comments of all issues of all repositories of an organization. docs/cookbook/github-tree.md explains it.

spark-submit github_tree.py URL ORGANIZATION FOLDER
"""

from __future__ import annotations

import sys
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from spark_rest import configure, read_rest_stream

url, organization, folder = sys.argv[1:]
spark = configure(SparkSession.builder.appName("github-tree")).getOrCreate()


def github(path: str, **options: Any) -> DataFrame:
    return read_rest_stream(
        spark,
        f"{url}/{path}",
        auth_type="Bearer",
        oauth_token="env:GITHUB_TOKEN",
        offset_type="max_field",
        offset_field="updated_at",
        initial_offset="2008-01-01T00:00:00Z",
        pagination="link",
        page_size_param="per_page",
        page_size=100,
        record_key="id",
        streaming_interval=30,
        **options,
    )


def feed(name: str, rows: DataFrame) -> None:
    """Appends the rows of a stream to files, and makes a view of all these rows: the input of the next stream."""

    def append(batch: DataFrame, _: int) -> None:
        batch.write.mode("append").parquet(f"{folder}/{name}")

    append(spark.createDataFrame([], rows.schema), 0)
    rows.writeStream.foreachBatch(append).option("checkpointLocation", f"{folder}/checkpoints/{name}").start()
    spark.read.schema(rows.schema).parquet(f"{folder}/{name}").distinct().createOrReplaceTempView(name)


repositories = github(
    f"orgs/{organization}/repos?sort=updated&direction=desc",
    order="desc",
    schema="id BIGINT, name STRING, owner STRUCT<login STRING>, updated_at STRING",
)
feed("repositories", repositories.selectExpr("owner.login AS owner", "name AS repo"))

issues = github(
    "repos/{owner}/{repo}/issues?state=all&sort=updated&direction=asc&since={updated_at}",
    input="repositories",
    input_refresh=60,
    order="asc",
    boundary="inclusive",
    schema="owner STRING, repo STRING, output STRUCT<id BIGINT, number BIGINT, title STRING, updated_at STRING>",
)
feed("issues", issues.selectExpr("owner", "repo", "output.number", "output.updated_at AS changed"))

comments = github(
    "repos/{owner}/{repo}/issues/{number}/comments?since={updated_at}",
    input="issues",
    input_refresh=60,
    input_version="changed",
    order="none",
    schema="owner STRING, repo STRING, number BIGINT, output STRUCT<id BIGINT, body STRING, updated_at STRING>",
)
writer = comments.writeStream.format("parquet").option("path", f"{folder}/comments")
writer.option("checkpointLocation", f"{folder}/checkpoints/comments").start()
spark.streams.awaitAnyTermination()
