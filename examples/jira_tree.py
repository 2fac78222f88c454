# SPDX-License-Identifier: Apache-2.0
"""Streams the changelogs of all issues of all projects of a Jira site. docs/cookbook/jira-tree.md explains it.

spark-submit jira_tree.py URL FOLDER
"""

from __future__ import annotations

import sys
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from spark_rest import configure, read_rest_stream

url, folder = sys.argv[1:]
spark = configure(SparkSession.builder.appName("jira-tree")).getOrCreate()


def jira(path: str, **options: Any) -> DataFrame:
    return read_rest_stream(
        spark,
        f"{url}/rest/api/3/{path}",
        auth_type="Basic",
        user_id="env:JIRA_USER",
        user_password="env:JIRA_TOKEN",
        page_size_param="maxResults",
        page_size=100,
        record_key="id",
        streaming_interval=60,
        **options,
    )


def feed(name: str, rows: DataFrame) -> None:
    """Appends the rows of a stream to files, and makes a view of all these rows: the input of the next stream."""

    def append(batch: DataFrame, _: int) -> None:
        batch.write.mode("append").parquet(f"{folder}/{name}")

    append(spark.createDataFrame([], rows.schema), 0)
    rows.writeStream.foreachBatch(append).option("checkpointLocation", f"{folder}/checkpoints/{name}").start()
    spark.read.schema(rows.schema).parquet(f"{folder}/{name}").distinct().createOrReplaceTempView(name)


projects = jira(
    "project/search?orderBy=key",
    data_field="values",
    offset_type="snapshot",
    pagination="offset",
    page_param="startAt",
    has_more_field="!isLast",
    schema="id STRING, key STRING",
)
feed("projects", projects.selectExpr("key AS project"))

issues = jira(
    "search/jql?fields=updated",
    params={"jql": "project = {project} AND updated >= {offset} ORDER BY updated ASC, key ASC"},
    input="projects",
    input_refresh=60,
    data_field="issues",
    offset_type="max_field",
    offset_field="fields.updated",
    request_offset_format="epoch_ms",
    order="asc",
    boundary="inclusive",
    lag="30s",
    pagination="cursor",
    page_param="nextPageToken",
    next_field="nextPageToken",
    has_more_field="!isLast",
    schema="project STRING, output STRUCT<id STRING, key STRING, fields STRUCT<updated STRING>>",
)
feed("issues", issues.selectExpr("project", "output.key AS issue", "output.fields.updated AS changed"))

changes = jira(
    "issue/{issue}/changelog",
    input="issues",
    input_refresh=60,
    input_version="changed",
    data_field="values",
    offset_type="incremental",
    offset_field="id",
    order="asc",
    pagination="offset",
    page_param="startAt",
    has_more_field="!isLast",
    schema="issue STRING, output STRUCT<id STRING, created STRING, items ARRAY<STRUCT<field STRING, toString STRING>>>",
)
writer = changes.writeStream.format("parquet").option("path", f"{folder}/changes")
writer.option("checkpointLocation", f"{folder}/checkpoints/changes").start()
spark.streams.awaitAnyTermination()
