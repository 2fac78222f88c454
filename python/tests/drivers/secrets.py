# SPDX-License-Identifier: Apache-2.0
"""Runs many sources whose options contain secrets, and prints everything that Spark shows of them.

Argument: a JSON file with `conf` of the session, `cases` (name, options, whether it is a batch read, a schema), and
`folder` for checkpoints and the output of the UI. The file keeps secrets out of the visible process arguments.
"""

import json
import sys
import urllib.request
from pathlib import Path

from pyspark.sql import SparkSession

from spark_rest import configure

arguments = json.loads(Path(sys.argv[1]).read_text())
folder = Path(arguments["folder"])
builder = SparkSession.builder
for name, value in arguments["conf"].items():
    builder = builder.config(name, value)
spark = configure(builder, fast_checkpoints=True).getOrCreate()


def attempt(name: str, options: dict[str, str], schema: str, batch: bool) -> None:
    """Prints the outcome of every case, errors included."""
    reader = (spark.read if batch else spark.readStream).format("rest").options(**options)
    frame = (reader.schema(schema) if schema else reader).load()
    frame.explain(extended=True)
    print(frame, frame.schema)
    if batch:
        print(frame.collect())
        return
    writer = frame.writeStream.queryName(name.replace("-", "_")).option(
        "checkpointLocation", str(folder / "checkpoints" / name)
    )
    query = writer.format("memory").trigger(availableNow=True).start()
    try:
        query.awaitTermination(60)
    finally:
        query.explain(extended=True)
        print(query.status, query.lastProgress, query.exception())
        print([progress.json if hasattr(progress, "json") else progress for progress in query.recentProgress])


for case in arguments["cases"]:
    print("case", case["name"], flush=True)
    try:
        attempt(case["name"], case["options"], case["schema"], case["batch"])
        print("passed", case["name"], flush=True)
    except Exception as e:
        print("failed", case["name"], type(e).__name__, e, getattr(e, "_stackTrace", ""), flush=True)

ui = spark.sparkContext.uiWebUrl
application = f"{ui}/api/v1/applications/{spark.sparkContext.applicationId}"
pages = ["jobs", "stages?details=true", "executors", "environment", "sql?details=true&planDescription=true&length=1000"]
with (folder / "ui.txt").open("w") as out:
    html = [f"{ui}/{p}/" for p in ("StreamingQuery", "SQL", "jobs", "stages", "environment")]
    for page in [f"{application}/{p}" for p in pages] + html:
        with urllib.request.urlopen(page, timeout=60) as answer:
            out.write(f"{page}\n{answer.read().decode()}\n")
spark.stop()
